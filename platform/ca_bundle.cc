// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/ca_bundle.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "config/error_place.h"
#include "ssl/error.h"
#include "ssl/shown.h"

namespace airlock::platform {
namespace {

// The systems' usual paths of the CA bundle.
constexpr const char* kDefaultPlaces[] = {
    "/etc/ca-certificates.crt",                           // App Engine.
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Alpine.
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Red Hat.
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Red Hat, older.
    "/etc/ssl/ca-bundle.pem",                             // SUSE.
    "/etc/ssl/cert.pem",                                  // macOS, Alpine.
};

// Whether `name` has the form of `openssl rehash`: the hash of a subject, ".",
// "r" for a CRL, and a number.
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

// Whether an error means that no certificate exists; other errors leave that
// open.
bool MeansNothing(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsFailedPrecondition(status);
}

// ListCaFiles. If `first_only`, stops at the first file: to list a directory of
// CAs costs a stat(2) for each.
absl::StatusOr<std::vector<CaFile>> List(Host* host, const std::string& path,
                                         bool first_only) {
  const absl::StatusOr<FileStatus> status = host->Stat(path);
  if (!status.ok()) return status.status();
  if (status->type != FileType::kDirectory) {
    return std::vector<CaFile>{{path, status->identity}};
  }
  const absl::StatusOr<std::vector<std::string>> names =
      host->ListDirectory(path);
  if (!names.ok()) return names.status();
  std::vector<CaFile> files;
  for (const std::string& name : *names) {
    if (!IsHashedName(name)) continue;
    std::string file =
        absl::StrCat(path, absl::EndsWith(path, "/") ? "" : "/", name);
    const absl::StatusOr<FileStatus> in_it = host->Stat(file);
    if (absl::IsNotFound(in_it.status())) continue;
    if (!in_it.ok()) return in_it.status();
    if (in_it->type != FileType::kRegular) continue;
    files.push_back({std::move(file), in_it->identity,
                     /*optional=*/!absl::StrContains(name, ".r")});
    if (first_only) break;
  }
  if (files.empty()) {
    return config::WithPlace(
        absl::FailedPreconditionError(
            absl::StrCat("the directory ", ssl::ShownPath(path),
                         " has no file with a name such as 5ed36f99.0; run "
                         "`openssl rehash` on "
                         "it, or name a bundle, which is a single file")),
        ssl::ShownPath(path));
  }
  return files;
}

}  // namespace

CaDirectories FindCaDirectories(Host* host, absl::string_view list) {
  CaDirectories found;
  std::set<absl::string_view> seen;
  for (const absl::string_view member :
       absl::StrSplit(list, ':', absl::SkipEmpty())) {
    if (!seen.insert(member).second) continue;
    std::string path(member);
    // A file that cannot be examined is not "nothing", wherever it is in the
    // list: the caller gets its error from ListCaFiles.
    const absl::Status status = List(host, path, /*first_only=*/true).status();
    const absl::StatusOr<FileStatus> place = host->Stat(path);
    if (status.ok() && place.ok() && place->type != FileType::kDirectory) {
      // OpenSSL looks for files in it, and finds none.
      found.empty.push_back(ssl::JoinText(
          ssl::ShownPath(path), ssl::Named(" is not a directory; for a bundle, "
                                           "use SSL_CERT_FILE or {cafile}")));
    } else if (MeansNothing(status)) {
      found.empty.emplace_back(status.message());
    } else {
      found.paths.push_back(std::move(path));
    }
  }
  return found;
}

CaDirectories FindNamedCas(Host* host, const std::string& file,
                           const std::string& directories) {
  CaDirectories found;
  if (!file.empty()) {
    const absl::Status status = host->Stat(file).status();
    if (absl::IsNotFound(status)) {
      found.empty.push_back(
          absl::StrCat(config::kCertFileVariable, ": ", status.message()));
    } else {
      found.paths.push_back(file);
    }
  }
  if (directories.empty()) return found;
  const absl::StatusOr<FileStatus> place = host->Stat(directories);
  if (place.ok() && place->type != FileType::kDirectory) {
    found.paths.push_back(directories);
    return found;
  }
  const CaDirectories listed = FindCaDirectories(host, directories);
  found.paths.insert(found.paths.end(), listed.paths.begin(),
                     listed.paths.end());
  for (const ssl::ErrorText& why : listed.empty) {
    found.empty.push_back(ssl::JoinText(config::kCertDirVariable, ": ", why));
  }
  return found;
}

absl::StatusOr<CaBundlePlaces> FindSystemCaBundle(
    Host* host, const config::Environment& environment) {
  CaBundlePlaces found;
  const auto value = [&environment](const char* variable) {
    const std::string* set = environment.Find(variable);
    return set == nullptr ? std::string() : *set;
  };
  const std::string file = value(config::kCertFileVariable);
  const CaDirectories named =
      FindNamedCas(host, file, value(config::kCertDirVariable));
  if (!named.paths.empty()) {
    found.paths = named.paths;
    const bool has_file = named.paths.front() == file;
    if (has_file) found.why = config::kCertFileVariable;
    if (!has_file || named.paths.size() > 1) {
      absl::StrAppend(&found.why, has_file ? " and " : "",
                      config::kCertDirVariable);
    }
    return found;
  }
  if (!named.empty.empty()) {
    ssl::ErrorText why = named.empty.front();
    for (size_t i = 1; i < named.empty.size(); ++i) {
      why = ssl::JoinText(why, "; ", named.empty[i]);
    }
    return ssl::MakeStatus(
        ssl::ErrorKind::kTrustStore,
        ssl::ErrorParts{"The system's CA bundle",
                        ssl::JoinText("contains no certificate: ", why), "",
                        /*after_where=*/" "});
  }

  std::vector<std::string> reasons;
  for (const char* place : kDefaultPlaces) {
    const absl::StatusOr<FileStatus> status = host->Stat(place);
    if (!absl::IsNotFound(status.status())) {
      found.paths.emplace_back(place);
      found.why = "the first default path that exists";
      if (status.ok()) found.first = *status;
      return found;
    }
    reasons.emplace_back(status.status().message());
  }
  return ssl::MakeStatus(
      ssl::ErrorKind::kTrustStore,
      ssl::ErrorParts{
          "",
          absl::StrCat("No CA bundle was found: SSL_CERT_FILE and SSL_CERT_DIR "
                       "are not set; ",
                       absl::StrJoin(reasons, "; ")),
          ssl::Named("Install the system's CA bundle (Debian's package is "
                     "ca-certificates), set SSL_CERT_FILE, or pass "
                     "{ca_certs}."),
          /*after_where=*/"", /*before_advice=*/". "});
}

absl::StatusOr<std::vector<CaFile>> ListCaFiles(Host* host,
                                                const std::string& path) {
  return List(host, path, /*first_only=*/false);
}

}  // namespace airlock::platform
