// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Finds CA bundles.
#ifndef AIRLOCK_PLATFORM_CA_BUNDLE_H_
#define AIRLOCK_PLATFORM_CA_BUNDLE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/environment.h"
#include "platform/host.h"
#include "ssl/error_text.h"

namespace airlock::platform {

// One bundle, which may consist of several files and directories.
struct CaBundlePlaces {
  std::vector<std::string> paths;
  // Why these, for people: "SSL_CERT_FILE", "the first that is there of the
  // places where systems keep it".
  std::string why;
  // What Host::Stat said about the first path, if it was asked.
  std::optional<FileStatus> first;
};

// The directories of a list.
struct CaDirectories {
  // Those that contain certificates, and those that cannot be read, for which
  // ListCaFiles returns the error. In the list's order, without duplicates.
  std::vector<std::string> paths;
  // Those that do not exist, are not directories or hold no file that is named
  // as a certificate, and why.
  std::vector<ssl::ErrorText> empty;
};

// Reads a list of directories as OpenSSL does (capath): ":" is between them,
// and an empty, a missing or a repeated member adds nothing. Thread-safe.
CaDirectories FindCaDirectories(Host* host, absl::string_view list);

// What SSL_CERT_FILE and SSL_CERT_DIR name, as OpenSSL 3 reads them: a file
// that does not exist is absent, and so is a directory; the value of
// SSL_CERT_DIR may be a file, too, but not a member of a list. An empty value
// names nothing. Thread-safe.
CaDirectories FindNamedCas(Host* host, const std::string& file,
                           const std::string& directories);

// The places of the system's bundle: what SSL_CERT_FILE and SSL_CERT_DIR in
// `environment` name (see FindNamedCas), together, if any is set and not empty;
// where nothing of it is there, that is an error (kTrustStore) that lists what
// was named. Otherwise the first default place that exists; if none does, the
// same error. Thread-safe.
absl::StatusOr<CaBundlePlaces> FindSystemCaBundle(
    Host* host, const config::Environment& environment);

// The Error::reason if a directory has CA files, but none of them contains a
// certificate: OpenSSL's, as if no file existed.
inline constexpr char kNoCertificateReason[] = "NO_CERTIFICATE_OR_CRL_FOUND";

struct CaFile {
  std::string path;
  FileIdentity identity;
  // Whether it was found in a directory and named as a CA certificate: if it
  // contains none, it is skipped, since OpenSSL reads only the file of the
  // issuer that it looks for. A CRL is never skipped: its loss would go
  // unnoticed.
  bool optional = false;

  friend bool operator==(const CaFile& a, const CaFile& b) {
    return a.path == b.path && a.identity == b.identity;
  }
};

// The files that the place `path` stands for: itself, or if it is a directory,
// its regular files with names such as `openssl rehash` makes ("5ed36f99.0",
// "5ed36f99.r0"), without dangling links; FailedPrecondition if it has none.
// Other errors are the host's: a file is skipped only if it does not exist, not
// if it cannot be examined. Thread-safe.
absl::StatusOr<std::vector<CaFile>> ListCaFiles(Host* host,
                                                const std::string& path);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_CA_BUNDLE_H_
