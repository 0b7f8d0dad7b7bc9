// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/trust_cache.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "config/error_place.h"
#include "config/spiffe_bundle.h"
#include "platform/internal/settled.h"
#include "ssl/error.h"
#include "ssl/secret.h"
#include "ssl/sha256.h"
#include "ssl/shown.h"
#include "ssl/trust_comparison.h"

namespace airlock::platform::internal {
namespace {

// `status` as an error of kind kTrustStore, whose message says what was meant.
// The bundle is not at fault if memory ran out.
absl::Status TrustStoreError(absl::string_view what, const absl::Status& status,
                             absl::string_view advice = "") {
  const std::optional<ssl::Error> given = ssl::GetError(status);
  ssl::Error error = given.value_or(ssl::Error{});
  if (!given.has_value() || error.kind != ssl::ErrorKind::kInternal) {
    error.kind = ssl::ErrorKind::kTrustStore;
  }
  if (error.where.empty()) error.where = config::PlaceOf(status);
  ssl::SetMessage(ssl::JoinText(what, ": ", ssl::MessageOf(status), advice),
                  &error);
  return ssl::MakeStatus(error);
}

}  // namespace

TrustCache::TrustCache(Host* host, const config::Environment& environment,
                       size_t capacity)
    : host_(host),
      sandboxed_(environment.sandboxed()),
      places_(capacity),
      stores_(capacity) {
  config::EnvironmentMap variables;
  for (const char* name :
       {config::kCertFileVariable, config::kCertDirVariable}) {
    const std::string* value = environment.Find(name);
    if (value != nullptr) variables.emplace(name, *value);
  }
  variables_ = std::move(variables);
}

absl::StatusOr<TrustStorePtr> TrustCache::FromPath(const std::string& path,
                                                   bool must_be_trusted,
                                                   absl::string_view argument,
                                                   BundleForm form) {
  absl::StatusOr<TrustStorePtr> store =
      FromPlaces(absl::MakeConstSpan(&path, 1), must_be_trusted && !sandboxed_,
                 form, std::nullopt);
  if (store.ok()) return store;
  return TrustStoreError(
      argument, store.status(),
      ssl::MayBeKeyForPath(path)
          ? absl::StrCat("; ", argument,
                         " takes a path, not the content of a file")
          : "");
}

absl::StatusOr<TrustStorePtr> TrustCache::FromBytes(
    absl::string_view bytes, absl::string_view argument) {
  const std::string digest = ssl::Sha256(bytes);
  return stores_.GetOrMake(digest, [&]() -> absl::StatusOr<TrustStorePtr> {
    ssl::TrustStore::Builder builder;
    const absl::Status status = builder.AddHashed(bytes, argument, digest);
    if (!status.ok()) return status;
    return builder.Build();
  });
}

absl::StatusOr<TrustStorePtr> TrustCache::Merge(
    absl::Span<const TrustStorePtr> stores) {
  if (stores.size() == 1) return stores.front();
  std::string key = "merged";
  for (const TrustStorePtr& store : stores) {
    absl::StrAppend(&key, store->content_hash());
  }
  return stores_.GetOrMake(key, [&stores] {
    ssl::TrustStore::Builder builder;
    for (const TrustStorePtr& store : stores) builder.AddStore(*store);
    return builder.Build();
  });
}

absl::StatusOr<TrustStorePtr> TrustCache::Default() {
  const absl::StatusOr<CaBundlePlaces> places =
      FindSystemCaBundle(host_, variables_);
  if (!places.ok()) return places.status();
  absl::StatusOr<TrustStorePtr> store =
      FromPlaces(places->paths, /*must_be_trusted=*/false,
                 BundleForm::kCertificates, places->first);
  if (!store.ok()) {
    return TrustStoreError(
        absl::StrCat("The system's CA bundle (", places->why, ")"),
        store.status());
  }
  return store;
}

bool TrustCache::ExceedsDefault(const ssl::TrustStore& store,
                                bool checks_crls) {
  const absl::StatusOr<TrustStorePtr> bundle = Default();
  return !bundle.ok() || ssl::TrustsMore(store, **bundle, checks_crls);
}

void TrustCache::Clear() {
  places_.Clear();
  stores_.Clear();
}

absl::StatusOr<TrustStorePtr> TrustCache::FromPlaces(
    absl::Span<const std::string> places, bool must_be_trusted, BundleForm form,
    std::optional<FileStatus> first) {
  // A path cannot contain a NUL.
  const absl::string_view nul("\0", 1);
  std::string joined;
  absl::string_view key = places[0];
  const bool spiffe = form == BundleForm::kSpiffe;
  if (places.size() > 1 || must_be_trusted || spiffe) {
    joined =
        absl::StrCat(absl::StrJoin(places, nul), must_be_trusted ? nul : "",
                     spiffe ? absl::StrCat(nul, nul) : "");
    key = joined;
  }
  const absl::StatusOr<std::shared_ptr<Found>> cached =
      places_.GetOrMake(key, []() -> absl::StatusOr<std::shared_ptr<Found>> {
        return std::make_shared<Found>();
      });
  if (!cached.ok()) return cached.status();
  Found& found = **cached;
  std::vector<CaFile> files;
  if (places.size() == 1) {
    // The usual case costs one stat(2) at most: a file that has not changed.
    if (!first.has_value()) {
      absl::StatusOr<FileStatus> status = host_->RecentStat(places[0]);
      if (!status.ok()) return status.status();
      first = *std::move(status);
    }
    if (first->type != FileType::kDirectory) {
      const absl::ReaderMutexLock lock(&found.mutex);
      if (found.settled && found.files.size() == 1 &&
          found.files[0].path == places[0] &&
          found.files[0].identity == first->identity) {
        return found.store;
      }
      files.push_back({places[0], first->identity});
    }
  }
  if (files.empty()) {
    for (const std::string& place : places) {
      absl::StatusOr<std::vector<CaFile>> there = ListCaFiles(host_, place);
      if (!there.ok()) return there.status();
      files.insert(files.end(), there->begin(), there->end());
    }
  }
  {
    const absl::ReaderMutexLock lock(&found.mutex);
    if (found.settled && found.files == files) {
      return found.store;
    }
  }
  const absl::MutexLock lock(&found.mutex);
  // Another thread may have loaded them while this one waited.
  if (!found.settled || found.files != files) {
    const absl::Status status =
        Load(std::move(files), must_be_trusted, form, &found);
    if (!status.ok()) return status;
  }
  return found.store;
}

absl::Status TrustCache::Load(std::vector<CaFile> files, bool must_be_trusted,
                              BundleForm form, Found* found) {
  const absl::Time now = host_->Now();
  bool settled = true;
  std::string key;
  std::vector<std::string> digests;
  // A bundle may also contain a key.
  std::vector<std::string> contents;
  const absl::Cleanup wipe = [&contents] {
    std::for_each(contents.begin(), contents.end(),
                  [](std::string& content) { ssl::Wipe(&content); });
  };
  for (CaFile& file : files) {
    absl::StatusOr<FileContent> content =
        must_be_trusted ? host_->ReadTrustedFile(file.path)
                        : host_->ReadFile(file.path);
    if (!content.ok()) return content.status();
    // The identity of exactly these bytes; the file may have changed.
    file.identity = content->identity;
    settled = settled && IsSettled(file.identity, now);
    if (form == BundleForm::kSpiffe) {
      absl::StatusOr<std::string> pem =
          config::SpiffeBundleToPem(content->bytes);
      if (!pem.ok()) {
        return absl::InvalidArgumentError(absl::StrCat(
            ssl::ShownPath(file.path), ": ", pem.status().message()));
      }
      ssl::Wipe(&content->bytes);
      content->bytes = *std::move(pem);
    }
    digests.push_back(ssl::Sha256(content->bytes));
    absl::StrAppend(&key, digests.back(), file.optional ? "optional" : "");
    contents.push_back(std::move(content->bytes));
  }
  absl::StatusOr<TrustStorePtr> store =
      stores_.GetOrMake(key, [&]() -> absl::StatusOr<TrustStorePtr> {
        ssl::TrustStore::Builder builder;
        absl::Status left_out;
        for (size_t i = 0; i < files.size(); ++i) {
          const absl::Status status =
              builder.AddHashed(contents[i], files[i].path, digests[i]);
          if (status.ok()) continue;
          // Memory that runs out says nothing about the file.
          if (!files[i].optional ||
              ssl::GetErrorKind(status) == ssl::ErrorKind::kInternal) {
            return status;
          }
          left_out.Update(status);
          host_->Log(absl::LogSeverity::kWarning,
                     absl::StrCat(status.message(), "; it is skipped"));
        }
        absl::StatusOr<TrustStorePtr> built = builder.Build();
        if (built.ok() || left_out.ok()) return built;
        ssl::Error error = ssl::GetError(left_out).value_or(ssl::Error{});
        error.reason = kNoCertificateReason;
        return ssl::MakeStatus(error);
      });
  if (!store.ok()) return store.status();
  if (found->store != nullptr && found->store != *store) {
    host_->Log(absl::LogSeverity::kInfo,
               absl::StrCat("the CA bundle at ", ssl::ShownPath(files[0].path),
                            " changed; it contains ",
                            (*store)->certificate_count(), " certificates"));
  }
  found->store = *std::move(store);
  found->files = std::move(files);
  found->settled = settled;
  return absl::OkStatus();
}

}  // namespace airlock::platform::internal
