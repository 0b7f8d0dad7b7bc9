// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Finds, reads and parses CA bundles once, and shares them.
#ifndef AIRLOCK_PLATFORM_INTERNAL_TRUST_CACHE_H_
#define AIRLOCK_PLATFORM_INTERNAL_TRUST_CACHE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "config/environment.h"
#include "platform/ca_bundle.h"
#include "platform/host.h"
#include "platform/internal/shared_cache.h"
#include "ssl/trust_store.h"

namespace airlock::platform::internal {

using TrustStorePtr = std::shared_ptr<const ssl::TrustStore>;

// What files may contain.
enum class BundleForm {
  kCertificates,  // PEM or DER.
  kSpiffe,        // Or a JWK set; see config/spiffe_bundle.h.
};

// Trust stores, shared by content: equal bytes give the same store, whatever
// their source. Errors have kind ErrorKind::kTrustStore. Thread-safe.
class TrustCache {
 public:
  // Reads SSL_CERT_FILE and SSL_CERT_DIR from `environment` only now. Keeps up
  // to `capacity` stores. `host` must outlive this.
  TrustCache(Host* host, const config::Environment& environment,
             size_t capacity);

  // The bundle in a file, or in a directory of files with the names of `openssl
  // rehash` ("5ed36f99.0", "5ed36f99.r0"). Checks the files each time, and
  // reads them again if they have changed; if `must_be_trusted`, with
  // Host::ReadTrustedFile, except in the sandbox of `airlock run`. Errors begin
  // with `argument`.
  absl::StatusOr<TrustStorePtr> FromPath(
      const std::string& path, bool must_be_trusted = false,
      absl::string_view argument = "ca_certs",
      BundleForm form = BundleForm::kCertificates);

  // A bundle, PEM or DER.
  absl::StatusOr<TrustStorePtr> FromBytes(
      absl::string_view bytes, absl::string_view argument = "ca_certs");

  // All certificates and CRLs of `stores`, in order; `stores` is not empty.
  absl::StatusOr<TrustStorePtr> Merge(absl::Span<const TrustStorePtr> stores);

  // The system's bundle; see FindSystemCaBundle. The bundle that it finds must
  // be valid: no other is tried.
  absl::StatusOr<TrustStorePtr> Default();

  // Whether ssl::TrustsMore says so of `store` and the default bundle; true if
  // that cannot be read.
  bool ExceedsDefault(const ssl::TrustStore& store, bool checks_crls);

  // Clears the cache.
  void Clear();

 private:
  // The last result for some paths.
  struct Found {
    absl::Mutex mutex;
    TrustStorePtr store ABSL_GUARDED_BY(mutex);
    std::vector<CaFile> files ABSL_GUARDED_BY(mutex);
    // Whether a later change to a file would certainly show in its identity.
    bool settled ABSL_GUARDED_BY(mutex) = false;
  };

  // The store of everything at `places`, files or directories. `first` is what
  // Host::Stat has just said about the first, if it was asked. Errors are the
  // host's own if a path cannot be read.
  absl::StatusOr<TrustStorePtr> FromPlaces(absl::Span<const std::string> places,
                                           bool must_be_trusted,
                                           BundleForm form,
                                           std::optional<FileStatus> first);
  absl::Status Load(std::vector<CaFile> files, bool must_be_trusted,
                    BundleForm form, Found* found)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(found->mutex);

  Host* const host_;
  config::Environment variables_;  // SSL_CERT_FILE and SSL_CERT_DIR, if set.
  const bool sandboxed_;
  SharedCache<Found> places_;
  SharedCache<const ssl::TrustStore> stores_;  // By digests of the contents.
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_TRUST_CACHE_H_
