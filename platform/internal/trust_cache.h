// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// CA bundles: found, read, parsed once and shared.
#ifndef AIRLOCK_PLATFORM_INTERNAL_TRUST_CACHE_H_
#define AIRLOCK_PLATFORM_INTERNAL_TRUST_CACHE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/environment.h"
#include "platform/ca_bundle.h"
#include "platform/host.h"
#include "platform/internal/shared_cache.h"
#include "ssl/trust_store.h"

namespace airlock::platform::internal {

using TrustStorePtr = std::shared_ptr<const ssl::TrustStore>;

// Trust stores, shared by content: equal bytes give the same store, wherever
// they come from. Errors have kind ErrorKind::kTrustStore. Thread-safe.
class TrustCache {
 public:
  // Looks into `environment` for SSL_CERT_FILE and SSL_CERT_DIR, now and never
  // again. Keeps up to `capacity` stores. `host` must outlive this.
  TrustCache(Host* host, const config::Environment& environment,
             size_t capacity);

  // The bundle in a file, or in a directory of files named as `openssl rehash`
  // names them ("5ed36f99.0", "5ed36f99.r0"). Looks at the files each time, and
  // reads them again where they are not the ones of the last time: outside of
  // the sandbox of `airlock run` by Host::ReadTrustedFile, if that is wanted.
  absl::StatusOr<TrustStorePtr> FromPath(const std::string& path,
                                         bool must_be_trusted = false);

  // A bundle, PEM or DER.
  absl::StatusOr<TrustStorePtr> FromBytes(absl::string_view bytes);

  // The system's; see FindSystemCaBundle. What it finds must be good: nothing
  // else is tried in its place.
  absl::StatusOr<TrustStorePtr> Default();

  // Forgets everything.
  void Clear();

 private:
  // What was last found at some places.
  struct Found {
    absl::Mutex mutex;
    TrustStorePtr store ABSL_GUARDED_BY(mutex);
    std::vector<CaFile> files ABSL_GUARDED_BY(mutex);
    // Whether a later change to one of them would surely show in its identity.
    bool settled ABSL_GUARDED_BY(mutex) = false;
  };

  // The store of all that lies at `places`, files or directories. Errors are
  // the host's own where a place or file cannot be read.
  absl::StatusOr<TrustStorePtr> FromPlaces(
      const std::vector<std::string>& places, bool must_be_trusted);
  absl::Status Load(std::vector<CaFile> files, bool must_be_trusted,
                    Found* found) ABSL_EXCLUSIVE_LOCKS_REQUIRED(found->mutex);

  Host* const host_;
  config::Environment variables_;  // SSL_CERT_FILE and SSL_CERT_DIR, if set.
  const bool sandboxed_;
  SharedCache<Found> places_;
  SharedCache<const ssl::TrustStore> stores_;  // By digests of the contents.
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_TRUST_CACHE_H_
