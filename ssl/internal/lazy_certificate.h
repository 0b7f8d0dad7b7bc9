// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A certificate of a trust store, decoded when it is first needed.
#ifndef AIRLOCK_SSL_INTERNAL_LAZY_CERTIFICATE_H_
#define AIRLOCK_SSL_INTERNAL_LAZY_CERTIFICATE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/certificate.h"
#include "ssl/trust_store.h"

namespace airlock::ssl::internal {

// Most certificates of a bundle never lead to a peer, and decoding one takes a
// hundred times as long as looking through it. That changes nothing about which
// bundles are accepted: WalkCertificate accepts only what decodes, and all
// other certificates are decoded at once. If one does not decode all the same,
// because memory runs out, Get is an error, and no peer is verified with the
// certificate left out: it might carry a rejection.
//
// Thread-safe, once it is not moved any more. It takes no lock, so a process
// may fork at any time.
class LazyCertificate {
 public:
  // One that is decoded, with its trust settings.
  LazyCertificate(const Certificate& certificate,
                  const TrustSettings& settings);

  // One without trust settings. `der` passed WalkCertificate with this key;
  // it and `source`, which errors show, must outlive this.
  LazyCertificate(absl::string_view der, uint32_t subject_key,
                  const std::string* source, int number);

  LazyCertificate(LazyCertificate&& other) noexcept;
  ~LazyCertificate();
  LazyCertificate(const LazyCertificate&) = delete;
  LazyCertificate& operator=(const LazyCertificate&) = delete;

  absl::string_view der() const { return der_; }
  uint32_t subject_key() const { return subject_key_; }  // See NameKey.
  const TrustSettings& settings() const { return settings_; }

  // The certificate; copies share one. Errors name its place in the bundle:
  // kTrustStore; kInternal if out of memory.
  absl::StatusOr<Certificate> Get() const;
  bool is_decoded() const { return decoded_.load() != nullptr; }

 private:
  absl::string_view der_;
  uint32_t subject_key_ = 0;
  TrustSettings settings_;
  // Of one that is not decoded: its bundle, and where it is there.
  const std::string* source_ = nullptr;
  int number_ = 0;
  mutable std::atomic<const Certificate*> decoded_{nullptr};  // Owned.
};

// Where certificates that are not decoded keep their bytes: one buffer for all
// of a bundle.
class CertificateBlock {
 public:
  // `source` names the bundle; see ErrorParts::where. All DER together is
  // expected to have about `size` bytes.
  CertificateBlock(std::string source, size_t size);
  CertificateBlock(const CertificateBlock&) = delete;
  CertificateBlock& operator=(const CertificateBlock&) = delete;

  // Copies `der`, which passed WalkCertificate with `subject_key`. `number` is
  // that of its part of the bundle.
  void Add(absl::string_view der, uint32_t subject_key, int number);

  // Makes the certificates, after the last Add.
  void Finish();

  // In the order of Add.
  const std::vector<LazyCertificate>& certificates() const {
    return certificates_;
  }

 private:
  struct Place {
    size_t begin;
    size_t size;
    uint32_t subject_key;
    int number;
  };

  const std::string source_;
  std::string bytes_;
  std::vector<Place> places_;
  std::vector<LazyCertificate> certificates_;
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_LAZY_CERTIFICATE_H_
