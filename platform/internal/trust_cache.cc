// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/trust_cache.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "ssl/error.h"
#include "ssl/sha256.h"

namespace airlock::platform::internal {
namespace {

// Where systems keep their CA bundle.
constexpr const char* kDefaultPlaces[] = {
    "/etc/ca-certificates.crt",                           // App Engine.
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Alpine.
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Red Hat.
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Red Hat, older.
    "/etc/ssl/ca-bundle.pem",                             // SUSE.
    "/etc/ssl/cert.pem",                                  // macOS, Alpine.
};

// File systems keep time in steps, of up to two seconds: within that, a second
// change need not show.
constexpr absl::Duration kSettleTime = absl::Seconds(2);

// Whether `name` is one that `openssl rehash` makes: the hash of a subject, and
// a number, after an "r" for a CRL.
bool IsHashedName(absl::string_view name) {
  constexpr size_t kHashSize = 8;
  if (name.size() < kHashSize + 2 || name[kHashSize] != '.') return false;
  const absl::string_view hash = name.substr(0, kHashSize);
  absl::string_view number = name.substr(kHashSize + 1);
  if (number[0] == 'r') number.remove_prefix(1);
  return !number.empty() &&
         std::all_of(number.begin(), number.end(), absl::ascii_isdigit) &&
         std::all_of(hash.begin(), hash.end(), [](char c) {
           return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
         });
}

// `status` as an error of kind kTrustStore, whose message says what was meant.
absl::Status TrustStoreError(absl::string_view what,
                             const absl::Status& status) {
  ssl::Error error = ssl::GetError(status).value_or(ssl::Error{});
  error.kind = ssl::ErrorKind::kTrustStore;
  error.message = absl::StrCat(what, ": ", status.message());
  return ssl::MakeStatus(error);
}

}  // namespace

TrustCache::TrustCache(Host* host, const config::Environment& environment,
                       size_t capacity)
    : host_(host), places_(capacity), stores_(capacity) {
  std::vector<std::string> variables;
  const auto file = environment.find("SSL_CERT_FILE");
  if (file != environment.end() && !file->second.empty()) {
    from_environment_.push_back(file->second);
    variables.push_back(file->first);
  }
  const auto directories = environment.find("SSL_CERT_DIR");
  if (directories != environment.end()) {
    for (const absl::string_view directory :
         absl::StrSplit(directories->second, ':', absl::SkipEmpty())) {
      from_environment_.emplace_back(directory);
      if (variables.empty() || variables.back() != directories->first) {
        variables.push_back(directories->first);
      }
    }
  }
  variables_ = absl::StrJoin(variables, " and ");
}

absl::StatusOr<TrustStorePtr> TrustCache::FromPath(const std::string& path) {
  absl::StatusOr<TrustStorePtr> store = FromPlaces({path});
  if (!store.ok()) return TrustStoreError("ca_certs", store.status());
  return store;
}

absl::StatusOr<TrustStorePtr> TrustCache::FromBytes(absl::string_view bytes) {
  return stores_.GetOrMake(ssl::Sha256(bytes), [&] {
    return ssl::TrustStore::Create(bytes, "ca_certs");
  });
}

absl::StatusOr<TrustStorePtr> TrustCache::Default() {
  if (!from_environment_.empty()) {
    absl::StatusOr<TrustStorePtr> store = FromPlaces(from_environment_);
    if (!store.ok()) return TrustStoreError(variables_, store.status());
    return store;
  }
  std::vector<std::string> reasons;
  for (const char* place : kDefaultPlaces) {
    absl::StatusOr<TrustStorePtr> store = FromPlaces({place});
    if (store.ok()) return store;
    if (store.status().code() != absl::StatusCode::kNotFound) {
      return TrustStoreError("The system's CA bundle", store.status());
    }
    reasons.emplace_back(store.status().message());
  }
  return ssl::MakeStatus(
      ssl::ErrorKind::kTrustStore,
      absl::StrCat("There is no CA bundle: SSL_CERT_FILE and SSL_CERT_DIR are "
                   "not set; ",
                   absl::StrJoin(reasons, "; "),
                   ". Install the system's (Debian's package is "
                   "ca-certificates), set SSL_CERT_FILE, or pass ca_certs."));
}

void TrustCache::Clear() {
  places_.Clear();
  stores_.Clear();
}

absl::StatusOr<TrustStorePtr> TrustCache::FromPlaces(
    const std::vector<std::string>& places) {
  // No path that can be opened has a NUL in it.
  const absl::StatusOr<std::shared_ptr<Found>> found =
      places_.GetOrMake(absl::StrJoin(places, absl::string_view("\0", 1)),
                        []() -> absl::StatusOr<std::shared_ptr<Found>> {
                          return std::make_shared<Found>();
                        });
  if (!found.ok()) return found.status();
  absl::StatusOr<std::vector<File>> files = Look(places);
  if (!files.ok()) return files.status();
  {
    const absl::ReaderMutexLock lock(&(*found)->mutex);
    if ((*found)->settled && (*found)->files == *files) {
      return (*found)->store;
    }
  }
  const absl::MutexLock lock(&(*found)->mutex);
  // Another thread may have loaded them while this one waited.
  if (!(*found)->settled || (*found)->files != *files) {
    const absl::Status status = Load(*std::move(files), found->get());
    if (!status.ok()) return status;
  }
  return (*found)->store;
}

absl::StatusOr<std::vector<TrustCache::File>> TrustCache::Look(
    const std::vector<std::string>& places) const {
  std::vector<File> files;
  for (const std::string& place : places) {
    absl::StatusOr<FileStatus> status = host_->Stat(place);
    if (!status.ok()) return status.status();
    if (status->type == FileType::kDirectory) {
      const absl::Status ok = LookIntoDirectory(place, &files);
      if (!ok.ok()) return ok;
    } else {
      files.push_back({place, status->identity});
    }
  }
  return files;
}

absl::Status TrustCache::LookIntoDirectory(const std::string& path,
                                           std::vector<File>* files) const {
  const absl::StatusOr<std::vector<std::string>> names =
      host_->ListDirectory(path);
  if (!names.ok()) return names.status();
  const size_t before = files->size();
  for (const std::string& name : *names) {
    if (!IsHashedName(name)) continue;
    const std::string file =
        absl::StrCat(path, absl::EndsWith(path, "/") ? "" : "/", name);
    const absl::StatusOr<FileStatus> status = host_->Stat(file);
    if (!status.ok()) return status.status();
    files->push_back({file, status->identity});
  }
  if (files->size() == before) {
    return absl::FailedPreconditionError(absl::StrCat(
        "in the directory ", absl::CHexEscape(path),
        " no file has a name such as 5ed36f99.0; run `openssl rehash` on it, "
        "or name a bundle, which is a single file"));
  }
  return absl::OkStatus();
}

absl::Status TrustCache::Load(std::vector<File> files, Found* found) {
  const absl::Time now = host_->Now();
  bool settled = true;
  std::string digests;
  std::vector<std::string> contents;
  for (File& file : files) {
    absl::StatusOr<FileContent> content = host_->ReadFile(file.path);
    if (!content.ok()) return content.status();
    // Of these very bytes; the file may be another by now.
    file.identity = content->identity;
    settled = settled &&
              now - absl::FromUnixNanos(file.identity.changed_ns) > kSettleTime;
    absl::StrAppend(&digests, ssl::Sha256(content->bytes));
    contents.push_back(std::move(content->bytes));
  }
  absl::StatusOr<TrustStorePtr> store =
      stores_.GetOrMake(digests, [&]() -> absl::StatusOr<TrustStorePtr> {
        ssl::TrustStore::Builder builder;
        for (size_t i = 0; i < files.size(); ++i) {
          const absl::Status status = builder.Add(contents[i], files[i].path);
          if (!status.ok()) return status;
        }
        return builder.Build();
      });
  if (!store.ok()) return store.status();
  if (found->store != nullptr && found->store != *store) {
    host_->Log(
        absl::LogSeverity::kInfo,
        absl::StrCat("the CA bundle at ", absl::CHexEscape(files[0].path),
                     " changed; it holds ", (*store)->certificate_count(),
                     " certificates"));
  }
  found->store = *std::move(store);
  found->files = std::move(files);
  found->settled = settled;
  return absl::OkStatus();
}

}  // namespace airlock::platform::internal
