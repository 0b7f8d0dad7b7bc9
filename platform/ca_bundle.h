// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Where CA bundles lie.
#ifndef AIRLOCK_PLATFORM_CA_BUNDLE_H_
#define AIRLOCK_PLATFORM_CA_BUNDLE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "config/environment.h"
#include "platform/host.h"

namespace airlock::platform {

// One bundle, maybe of several files and directories.
struct CaBundlePlaces {
  std::vector<std::string> paths;
  // What made it these, for people: "SSL_CERT_FILE", "the first that is there
  // of the places where systems keep it".
  std::string why;
};

// The places of the system's bundle: what SSL_CERT_FILE and SSL_CERT_DIR
// (directories, with ":" between them) in `environment` name, together, if any
// is set and not empty; they need not exist. Else the first that exists of the
// places where systems keep theirs; if none does, an error (kTrustStore) that
// lists them. Thread-safe.
absl::StatusOr<CaBundlePlaces> FindSystemCaBundle(
    Host* host, const config::Environment& environment);

struct CaFile {
  std::string path;
  FileIdentity identity;

  friend bool operator==(const CaFile& a, const CaFile& b) {
    return a.path == b.path && a.identity == b.identity;
  }
};

// The files that the place `path` stands for: itself, or where it is a
// directory, those in it that are named as `openssl rehash` names them
// ("5ed36f99.0", "5ed36f99.r0"); an error where there are none. Other errors
// are the host's own. Thread-safe.
absl::StatusOr<std::vector<CaFile>> ListCaFiles(Host* host,
                                                const std::string& path);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_CA_BUNDLE_H_
