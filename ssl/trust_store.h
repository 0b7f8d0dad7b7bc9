// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// CA certificates and revocation lists, made from bytes in memory.
#ifndef AIRLOCK_SSL_TRUST_STORE_H_
#define AIRLOCK_SSL_TRUST_STORE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/certificate.h"

namespace airlock::ssl {

// What OpenSSL's trust settings say of a certificate for one use.
enum class TrustSetting {
  kNone,      // Nothing: trusted as any other certificate of the bundle.
  kTrusted,   // An anchor, also where it is not self-signed.
  kRejected,  // No chain may rest on it.
};

// For peers that are servers, and for peers that are clients.
struct TrustSettings {
  TrustSetting server = TrustSetting::kNone;
  TrustSetting client = TrustSetting::kNone;
};

// The settings that `certificate` came with in a TRUSTED CERTIFICATE block
// (`openssl x509 -addtrust`, `-addreject`), as OpenSSL 3 reads them: a use is
// rejected where it or anyExtendedKeyUsage is, or where there is a list of
// trusted uses with neither in it; trusted where the list has either.
// Thread-safe.
TrustSettings GetTrustSettings(const Certificate& certificate);

// The certificates that a verifier trusts, and the CRLs it consults. Immutable,
// so thread-safe; made to be shared by any number of Contexts.
class TrustStore {
 public:
  class Builder;

  // Shorthand for a Builder with one Add.
  static absl::StatusOr<std::shared_ptr<const TrustStore>> Create(
      absl::string_view bytes, absl::string_view name);

  ~TrustStore();
  TrustStore(const TrustStore&) = delete;
  TrustStore& operator=(const TrustStore&) = delete;

  // How many distinct certificates and CRLs it holds.
  size_t certificate_count() const;
  size_t crl_count() const;

  // Every certificate, in the order in which they were added.
  std::vector<Certificate> Certificates() const;

  // SHA-256 over what was added, in order: the same bytes give the same value.
  // 32 bytes.
  const std::string& content_hash() const;

  // The parsed form; for //ssl only.
  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  friend class Builder;
  explicit TrustStore(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

// Collects bundles, then makes a TrustStore. Thread-compatible.
class TrustStore::Builder {
 public:
  Builder();
  ~Builder();
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  // Adds every certificate and CRL in `bytes`: PEM (CERTIFICATE, TRUSTED
  // CERTIFICATE, X509 CERTIFICATE, X509 CRL; other blocks and text around them
  // are passed over) or concatenated DER. `name` is what errors call it, such
  // as a path. A certificate that is already there is counted once; of several
  // trust settings for it (see GetTrustSettings) the strictest holds.
  //
  // Errors have kind ErrorKind::kTrustStore and leave the builder as it was:
  // nothing in it, a path in place of the content, or one damaged block even
  // among good ones (with its number and line).
  absl::Status Add(absl::string_view bytes, absl::string_view name);

  // Adds all that is in `store`, without parsing it again.
  void AddStore(const TrustStore& store);

  // How many CRLs were added.
  size_t crl_count() const;

  // Makes the store and leaves the builder as it was, to be added to further.
  // An error (kTrustStore) where no certificate was added; kInternal where
  // memory was short.
  absl::StatusOr<std::shared_ptr<const TrustStore>> Build() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_TRUST_STORE_H_
