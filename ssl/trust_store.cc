// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/trust_store.h"

#include <openssl/bytestring.h>
#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/der_kind.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/pem.h"
#include "ssl/internal/trust_settings.h"
#include "ssl/internal/trust_store_impl.h"
#include "ssl/shown.h"

namespace airlock::ssl {
namespace {

using internal::PemBlock;

// What one bundle holds.
struct Bundle {
  std::vector<Certificate> certificates;
  std::vector<bssl::UniquePtr<X509_CRL>> crls;
};

absl::Status Error(absl::string_view name, absl::string_view message) {
  return MakeStatus(ErrorKind::kTrustStore,
                    absl::StrCat("CA bundle ", ShownPath(name), ": ", message));
}

// `part` is "block 2 (CERTIFICATE, line 21)" or the like; `cause` says more.
absl::Status Damaged(absl::string_view name, absl::string_view part,
                     const absl::Status& cause) {
  airlock::ssl::Error error = GetError(cause).value_or(airlock::ssl::Error());
  error.kind = ErrorKind::kTrustStore;
  error.message = absl::StrCat("CA bundle ", ShownPath(name), ": ", part,
                               " is damaged, and nothing of the bundle is "
                               "used: ",
                               cause.message(), "; restore or remove it");
  return MakeStatus(error);
}

// Of what is no certificate: what it is instead, where that shows, or what is
// wrong with it.
absl::Status NoCertificate(absl::string_view name, absl::string_view part,
                           absl::string_view der, const absl::Status& cause) {
  const internal::DerKind kind = internal::SniffDer(der);
  if (kind == internal::DerKind::kUnknown ||
      kind == internal::DerKind::kCertificate) {
    return Damaged(name, part, cause);
  }
  return Error(name,
               absl::StrCat(part, " is no certificate but ",
                            internal::DescribeDerKind(kind),
                            ", and nothing of the bundle is used; replace it "
                            "by the certificates of the CAs"));
}

absl::StatusOr<bssl::UniquePtr<X509_CRL>> ParseCrl(absl::string_view der) {
  const internal::ErrorQueueScope scope;
  const auto* in = reinterpret_cast<const uint8_t*>(der.data());
  const uint8_t* const end = in + der.size();
  bssl::UniquePtr<X509_CRL> crl(d2i_X509_CRL(/*crl=*/nullptr, &in, der.size()));
  if (crl == nullptr || in != end) {
    return internal::DrainToStatus(ErrorKind::kTrustStore,
                                   "the bytes are not one DER CRL");
  }
  return crl;
}

absl::Status ParsePem(absl::string_view text, absl::string_view name,
                      Bundle* bundle) {
  absl::StatusOr<std::vector<PemBlock>> blocks = internal::SplitPem(text);
  if (!blocks.ok()) {
    return Error(name, absl::StrCat(blocks.status().message(),
                                    "; nothing of the bundle is used"));
  }
  std::vector<std::string> others;
  for (const PemBlock& block : *blocks) {
    const bool is_crl = block.label == "X509 CRL";
    if (!is_crl && !internal::IsCertificateLabel(block.label)) {
      others.emplace_back(block.label);
      continue;
    }
    absl::StatusOr<Secret> der = internal::DecodePem(block);
    if (!der.ok()) {
      return Error(name, absl::StrCat(der.status().message(),
                                      ", and nothing of the bundle is used; "
                                      "restore or remove it"));
    }
    if (is_crl) {
      auto crl = ParseCrl(der->view());
      if (!crl.ok()) {
        return Damaged(name, internal::Describe(block), crl.status());
      }
      bundle->crls.push_back(*std::move(crl));
      continue;
    }
    absl::StatusOr<Certificate> certificate =
        internal::CertificateFromPemDer(block.label, der->view());
    if (!certificate.ok()) {
      return NoCertificate(name, internal::Describe(block), der->view(),
                           certificate.status());
    }
    if (block.label == internal::kTrustedCertificate) {
      certificate = internal::WithTrustSettings(*certificate,
                                                GetTrustSettings(*certificate));
      if (!certificate.ok()) return certificate.status();
    }
    bundle->certificates.push_back(*std::move(certificate));
  }
  if (blocks->empty()) return Error(name, internal::DescribeUnknown(text));
  if (bundle->certificates.empty() && bundle->crls.empty()) {
    return Error(name, absl::StrCat("holds no certificate and no CRL, only ",
                                    internal::DescribeLabels(others),
                                    "; give CERTIFICATE blocks"));
  }
  return absl::OkStatus();
}

absl::Status ParseDer(absl::string_view der, absl::string_view name,
                      Bundle* bundle) {
  CBS rest;
  CBS_init(&rest, reinterpret_cast<const uint8_t*>(der.data()), der.size());
  for (int number = 1; CBS_len(&rest) > 0; ++number) {
    const size_t offset = der.size() - CBS_len(&rest);
    const std::string part =
        absl::StrCat("DER object ", number, " (at byte ", offset, ")");
    CBS element;
    if (!CBS_get_asn1_element(&rest, &element, CBS_ASN1_SEQUENCE)) {
      return Damaged(
          name, part,
          absl::InvalidArgumentError("it is cut short or is no DER"));
    }
    const absl::string_view bytes = der.substr(offset, CBS_len(&element));
    absl::StatusOr<Certificate> certificate = Certificate::FromDer(bytes);
    if (certificate.ok()) {
      bundle->certificates.push_back(*std::move(certificate));
      continue;
    }
    auto crl = ParseCrl(bytes);
    if (!crl.ok()) {
      return NoCertificate(name, part, bytes, certificate.status());
    }
    bundle->crls.push_back(*std::move(crl));
  }
  return absl::OkStatus();
}

absl::StatusOr<Bundle> ParseBundle(absl::string_view bytes,
                                   absl::string_view name) {
  Bundle bundle;
  absl::Status status;
  if (internal::HasPemMarker(bytes)) {
    status = ParsePem(bytes, name, &bundle);
  } else if (internal::LooksLikeDer(bytes)) {
    status = ParseDer(bytes, name, &bundle);
  } else {
    status = Error(name, absl::StrCat(internal::DescribeUnknown(bytes),
                                      "; it should be PEM or DER "
                                      "certificates"));
  }
  if (!status.ok()) return status;
  return bundle;
}

}  // namespace

TrustStore::TrustStore(std::unique_ptr<const Impl> impl)
    : impl_(std::move(impl)) {}

TrustStore::~TrustStore() = default;

absl::StatusOr<std::shared_ptr<const TrustStore>> TrustStore::Create(
    absl::string_view bytes, absl::string_view name) {
  Builder builder;
  const absl::Status status = builder.Add(bytes, name);
  if (!status.ok()) return status;
  return builder.Build();
}

size_t TrustStore::certificate_count() const {
  return impl_->certificates.size();
}

size_t TrustStore::crl_count() const { return impl_->crls.size(); }

std::vector<Certificate> TrustStore::Certificates() const {
  return impl_->certificates;
}

const std::string& TrustStore::content_hash() const {
  return impl_->content_hash;
}

struct TrustStore::Builder::State {
  State() { SHA256_Init(&sha256); }

  absl::Status AddCertificate(const Certificate& certificate);
  void AddToHash(absl::string_view bytes);

  std::vector<Certificate> certificates;
  // Where in `certificates` those with this DER are; the keys point into them.
  absl::flat_hash_map<absl::string_view, size_t> positions;
  std::vector<bssl::UniquePtr<X509_CRL>> crls;
  absl::Status status;  // Why AddStore failed.
  SHA256_CTX sha256;
};

absl::Status TrustStore::Builder::State::AddCertificate(
    const Certificate& certificate) {
  const TrustSettings added = GetTrustSettings(certificate);
  const auto known = positions.find(certificate.der());
  const bool is_new = known == positions.end();
  if (!internal::HasTrustSettings(added)) {
    if (is_new) {
      positions[certificate.der()] = certificates.size();
      certificates.push_back(certificate);
    }
    return absl::OkStatus();
  }
  const size_t position = is_new ? certificates.size() : known->second;
  const TrustSettings settings =
      is_new ? added
             : internal::StricterTrustSettings(
                   added, GetTrustSettings(certificates[position]));
  absl::StatusOr<Certificate> settled =
      internal::WithTrustSettings(certificate, settings);
  if (!settled.ok()) return settled.status();
  if (is_new) {
    certificates.push_back(*std::move(settled));
  } else {
    positions.erase(known);
    certificates[position] = *std::move(settled);
  }
  positions[certificates[position].der()] = position;
  return absl::OkStatus();
}

// The size goes first, so that no two ways to add give one hash.
void TrustStore::Builder::State::AddToHash(absl::string_view bytes) {
  const std::string size = absl::StrCat(bytes.size(), ":");
  SHA256_Update(&sha256, size.data(), size.size());
  SHA256_Update(&sha256, bytes.data(), bytes.size());
}

TrustStore::Builder::Builder() : state_(new State) {}
TrustStore::Builder::~Builder() = default;

absl::Status TrustStore::Builder::Add(absl::string_view bytes,
                                      absl::string_view name) {
  absl::StatusOr<Bundle> bundle = ParseBundle(bytes, name);
  if (!bundle.ok()) return bundle.status();

  for (const Certificate& certificate : bundle->certificates) {
    absl::Status status = state_->AddCertificate(certificate);
    if (!status.ok()) return status;
  }
  for (bssl::UniquePtr<X509_CRL>& crl : bundle->crls) {
    state_->crls.push_back(std::move(crl));
  }

  state_->AddToHash(bytes);
  return absl::OkStatus();
}

void TrustStore::Builder::AddStore(const TrustStore& store) {
  for (const Certificate& certificate : store.impl_->certificates) {
    state_->status.Update(state_->AddCertificate(certificate));
  }
  for (const bssl::UniquePtr<X509_CRL>& crl : store.impl_->crls) {
    state_->crls.push_back(bssl::UpRef(crl));
  }
  state_->AddToHash(store.content_hash());
}

size_t TrustStore::Builder::crl_count() const { return state_->crls.size(); }

absl::StatusOr<std::shared_ptr<const TrustStore>> TrustStore::Builder::Build()
    const {
  const internal::ErrorQueueScope scope;
  if (!state_->status.ok()) return state_->status;
  if (state_->certificates.empty()) {
    return MakeStatus(ErrorKind::kTrustStore,
                      "no CA certificate was given; add at least one, or no "
                      "peer can be verified");
  }
  auto impl = std::make_unique<Impl>();
  impl->store.reset(X509_STORE_new());
  bool ok = impl->store != nullptr;
  for (const Certificate& certificate : state_->certificates) {
    ok = ok &&
         X509_STORE_add_cert(impl->store.get(), certificate.impl().x509.get());
    const TrustSettings settings = GetTrustSettings(certificate);
    if (internal::HasTrustSettings(settings)) {
      impl->settings.push_back({certificate, settings});
    }
  }
  for (const bssl::UniquePtr<X509_CRL>& crl : state_->crls) {
    ok = ok && X509_STORE_add_crl(impl->store.get(), crl.get());
    impl->crls.push_back(bssl::UpRef(crl));
  }
  if (!ok) {
    return internal::DrainToStatus(ErrorKind::kInternal,
                                   "cannot fill the trust store");
  }
  impl->certificates = state_->certificates;

  SHA256_CTX sha256 = state_->sha256;
  std::array<uint8_t, SHA256_DIGEST_LENGTH> digest;
  SHA256_Final(digest.data(), &sha256);
  impl->content_hash.assign(digest.begin(), digest.end());
  return std::shared_ptr<const TrustStore>(new TrustStore(std::move(impl)));
}

}  // namespace airlock::ssl
