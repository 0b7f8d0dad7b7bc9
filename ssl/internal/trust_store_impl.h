// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parsed form of ssl/trust_store.h.
#ifndef AIRLOCK_SSL_INTERNAL_TRUST_STORE_IMPL_H_
#define AIRLOCK_SSL_INTERNAL_TRUST_STORE_IMPL_H_

#include <openssl/base.h>
#include <openssl/x509.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ssl/certificate.h"
#include "ssl/crl.h"
#include "ssl/internal/lazy_certificate.h"
#include "ssl/trust_store.h"

namespace airlock::ssl {

namespace internal {

class ChainsByVerification;

}  // namespace internal

struct TrustStore::Impl {
  // Stores that were merged from others share their certificates.
  using Entry = std::shared_ptr<const internal::LazyCertificate>;

  struct Setting {
    Certificate certificate;
    TrustSettings settings;
  };

  // Makes the index and the X509_STORE of the members below. Errors: kInternal
  // if out of memory.
  absl::Status Finish();

  // The certificate with this DER, whose subject has this NameKey; null if
  // there is none. Decodes nothing.
  const internal::LazyCertificate* Find(uint32_t subject_key,
                                        absl::string_view der) const;
  bool Contains(const Certificate& certificate) const;

  // Decodes the certificates that a path from presented[0] can contain, or that
  // equal a presented one, and adds them to `store`: those whose subject is the
  // subject or the issuer of a presented certificate, or the issuer of one of
  // these, and so on. All others are as good as not there, since each step of a
  // path goes from an issuer's name to certificates of that name, and BoringSSL
  // looks them up by name only. Returns them, in the order of `certificates`.
  // Errors: kTrustStore if one does not decode; kInternal if out of memory.
  absl::StatusOr<std::vector<Certificate>> Reachable(
      absl::Span<const Certificate> presented) const;

  std::vector<Entry> certificates;
  // Those that have trust settings.
  std::vector<Setting> settings;
  std::vector<Crl> crls;
  std::string content_hash;

  // The certificates that Reachable added; no CRLs. BoringSSL guards it by a
  // lock of its own, so any number of threads may use it, and what it contains
  // besides the certificates that a verification asks for does not influence
  // that verification.
  bssl::UniquePtr<X509_STORE> store;
  // Of verified_chains.h, which makes it when it is first needed. It depends on
  // this class, so it is incomplete here.
  mutable std::once_flag chains_made;
  mutable std::shared_ptr<internal::ChainsByVerification> chains;

 private:
  absl::Status AddToStore(size_t index, const Certificate& certificate) const;

  // NameKey of the subject and index, sorted.
  std::vector<std::pair<uint32_t, uint32_t>> by_subject_;
  // By index: whether `store` has the certificate.
  std::unique_ptr<std::atomic<bool>[]> added_;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_TRUST_STORE_IMPL_H_
