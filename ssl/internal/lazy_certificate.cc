// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/lazy_certificate.h"

#include <openssl/x509.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/name_key.h"

namespace airlock::ssl::internal {

LazyCertificate::LazyCertificate(const Certificate& certificate,
                                 const TrustSettings& settings)
    : der_(certificate.der()),
      subject_key_(
          NameKey(X509_get_subject_name(certificate.impl().x509.get()))),
      settings_(settings),
      decoded_(new Certificate(certificate)) {}

LazyCertificate::LazyCertificate(absl::string_view der, uint32_t subject_key,
                                 const std::string* source, int number)
    : der_(der), subject_key_(subject_key), source_(source), number_(number) {}

LazyCertificate::LazyCertificate(LazyCertificate&& other) noexcept
    : der_(other.der_),
      subject_key_(other.subject_key_),
      settings_(other.settings_),
      source_(other.source_),
      number_(other.number_),
      decoded_(other.decoded_.exchange(nullptr)) {}

LazyCertificate::~LazyCertificate() { delete decoded_.load(); }

absl::StatusOr<Certificate> LazyCertificate::Get() const {
  const Certificate* known = decoded_.load(std::memory_order_acquire);
  if (known != nullptr) return *known;
  absl::StatusOr<Certificate> made = Certificate::FromDer(der_);
  if (!made.ok()) {
    airlock::ssl::Error error =
        GetError(made.status()).value_or(airlock::ssl::Error());
    // Memory that runs out stays what it is.
    if (error.kind != ErrorKind::kInternal) {
      error.kind = ErrorKind::kTrustStore;
    }
    SetParts({absl::StrCat(*source_, ": part ", number_),
              "cannot be decoded, though the bundle was accepted",
              "without it, no peer is verified: check whether memory ran out"},
             &error);
    return MakeStatus(error);
  }
  auto fresh = std::make_unique<const Certificate>(*std::move(made));
  // If another thread was faster, its certificate is the one that all share.
  if (decoded_.compare_exchange_strong(known, fresh.get(),
                                       std::memory_order_acq_rel,
                                       std::memory_order_acquire)) {
    known = fresh.release();
  }
  return *known;
}

CertificateBlock::CertificateBlock(std::string source, size_t size)
    : source_(std::move(source)) {
  bytes_.reserve(size);
}

void CertificateBlock::Add(absl::string_view der, uint32_t subject_key,
                           int number) {
  places_.push_back({bytes_.size(), der.size(), subject_key, number});
  bytes_.append(der.data(), der.size());
}

void CertificateBlock::Finish() {
  // Text around the certificates makes the expected size too large.
  if (bytes_.capacity() / 4 > bytes_.size() / 3) bytes_.shrink_to_fit();
  certificates_.reserve(places_.size());
  for (const Place& place : places_) {
    certificates_.emplace_back(
        absl::string_view(bytes_).substr(place.begin, place.size),
        place.subject_key, &source_, place.number);
  }
  places_ = {};
}

}  // namespace airlock::ssl::internal
