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

// What OpenSSL's trust settings say about a certificate for one use.
enum class TrustSetting {
  kNone,     // Nothing: trusted like any certificate of the bundle.
  kTrusted,  // An anchor, even if it is not self-signed.
  // Refused in every chain, as is any other certificate of its name and key.
  kRejected,
};

// For peers that are servers, and for peers that are clients.
struct TrustSettings {
  TrustSetting server = TrustSetting::kNone;
  TrustSetting client = TrustSetting::kNone;
};

// The settings that `certificate` came with in a TRUSTED CERTIFICATE block
// (`openssl x509 -addtrust`, `-addreject`), as OpenSSL 3 reads them: a use is
// rejected if it or anyExtendedKeyUsage is rejected, or if the list of trusted
// uses has neither; it is trusted if the list has either. Thread-safe.
TrustSettings GetTrustSettings(const Certificate& certificate);

// The certificates that a verifier trusts, and the CRLs that it checks. All are
// checked when they are added, but a certificate is decoded only when a peer's
// chain may lead to it. Immutable to its users, so thread-safe; any number of
// Contexts can share it.
class TrustStore {
 public:
  class Builder;

  // Shorthand for a Builder with one Add.
  static absl::StatusOr<std::shared_ptr<const TrustStore>> Create(
      absl::string_view bytes, absl::string_view name);

  ~TrustStore();
  TrustStore(const TrustStore&) = delete;
  TrustStore& operator=(const TrustStore&) = delete;

  // How many distinct certificates and CRLs it contains.
  size_t certificate_count() const;
  size_t crl_count() const;

  // All certificates, in the order in which they were added. Decodes those that
  // were not needed before. Errors: kInternal if out of memory.
  absl::StatusOr<std::vector<Certificate>> Certificates() const;

  // Whether it contains a certificate with the same DER. Decodes nothing.
  bool Contains(const Certificate& certificate) const;

  // A SHA-256 of everything that was added, in order: the same bytes give the
  // same value. 32 bytes.
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
  // are skipped) or concatenated DER. Errors use `name`, such as a path. A
  // certificate that is already present is not added again; the strictest of
  // its trust settings (see GetTrustSettings) applies.
  //
  // Errors have kind ErrorKind::kTrustStore and leave the builder unchanged:
  // empty input, a path in place of the content, a damaged block, even among
  // good ones (with its number and line), a delta CRL, or a CRL with an entry
  // that only a delta CRL may have.
  absl::Status Add(absl::string_view bytes, absl::string_view name);

  // The same, for a caller that has the SHA-256 of `bytes` already.
  absl::Status AddHashed(absl::string_view bytes, absl::string_view name,
                         absl::string_view sha256);

  // Adds everything in `store`, without parsing it again.
  void AddStore(const TrustStore& store);

  // Adds everything in `other`, another builder, without parsing it again.
  void AddBuilder(const Builder& other);

  // How many CRLs were added.
  size_t crl_count() const;

  // Makes the store. The builder is unchanged and can be added to. Errors:
  // kTrustStore if no certificate was added; kInternal if out of memory.
  absl::StatusOr<std::shared_ptr<const TrustStore>> Build() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_TRUST_STORE_H_
