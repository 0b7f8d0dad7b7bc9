// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/trust_store.h"

#include <openssl/asn1.h>
#include <openssl/bytestring.h>
#include <openssl/nid.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "ssl/bundle.h"
#include "ssl/crl.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_walk.h"
#include "ssl/internal/crl_impl.h"
#include "ssl/internal/lazy_certificate.h"
#include "ssl/internal/pem.h"
#include "ssl/internal/read_bundle.h"
#include "ssl/internal/trust_settings.h"
#include "ssl/internal/trust_store_impl.h"
#include "ssl/sha256.h"
#include "ssl/shown.h"

namespace airlock::ssl {
namespace {

absl::Status Error(absl::string_view name, absl::string_view what,
                   absl::string_view advice = "") {
  return MakeStatus(
      ErrorKind::kTrustStore,
      ErrorParts{absl::StrCat("CA bundle ", ShownPath(name)), what, advice});
}

absl::Status Damaged(absl::string_view name, const BundlePart& part) {
  // The part is not at fault if memory ran out.
  if (GetErrorKind(part.status) == ErrorKind::kInternal) return part.status;
  airlock::ssl::Error error =
      GetError(part.status).value_or(airlock::ssl::Error());
  error.kind = ErrorKind::kTrustStore;
  error.message.clear();
  error.where = absl::StrCat("CA bundle ", ShownPath(name), ": ", part.Where());
  absl::StrAppend(&error.advice, "; the whole bundle is rejected");
  return MakeStatus(error);
}

// Whether a trust store uses the part, or may use it if it is damaged.
bool IsUsed(const BundlePart& part) {
  return part.kind == PartKind::kCertificate || part.kind == PartKind::kCrl ||
         part.kind == PartKind::kDamaged;
}

// BoringSSL would take a delta CRL for a complete one: it says nothing of the
// certificates that were revoked before.
bool IsDelta(const Crl& crl) {
  return X509_CRL_get_ext_by_NID(crl.impl().crl.get(), NID_delta_crl, -1) >= 0;
}

// Whether an entry has the reason removeFromCRL, for which BoringSSL takes a
// certificate that a complete CRL lists for one that is not revoked. Allocates
// nothing, so that it cannot overlook one.
bool RemovesFromCrl(const Crl& crl) {
  const STACK_OF(X509_REVOKED)* entries =
      X509_CRL_get_REVOKED(crl.impl().crl.get());
  for (size_t i = 0; i < sk_X509_REVOKED_num(entries); ++i) {
    const X509_REVOKED* entry = sk_X509_REVOKED_value(entries, i);
    const int at = X509_REVOKED_get_ext_by_NID(entry, NID_crl_reason, -1);
    if (at < 0) continue;
    const ASN1_OCTET_STRING* der =
        X509_EXTENSION_get_data(X509_REVOKED_get_ext(entry, at));
    CBS in;
    CBS_init(&in, ASN1_STRING_get0_data(der),
             static_cast<size_t>(ASN1_STRING_length(der)));
    CBS reason;
    uint8_t value = 0;
    if (CBS_get_asn1(&in, &reason, CBS_ASN1_ENUMERATED) &&
        CBS_get_last_u8(&reason, &value) &&
        value == CRL_REASON_REMOVE_FROM_CRL) {
      return true;
    }
  }
  return false;
}

// What BoringSSL would misunderstand in `crl`; empty if nothing.
std::string Unsupported(const Crl& crl) {
  if (IsDelta(crl)) {
    return absl::StrCat(" is a delta CRL of \"", Shown(crl.issuer()),
                        "\" (RFC 5280, section 5.2.4), which is not supported");
  }
  if (RemovesFromCrl(crl)) {
    return absl::StrCat(" is a CRL of \"", Shown(crl.issuer()),
                        "\" with the reason removeFromCRL, which only delta "
                        "CRLs have (RFC 5280, section 5.3.1)");
  }
  return "";
}

// Ok if `bundle`, read from `bytes`, is intact and contains a usable part.
absl::Status Check(const Bundle& bundle, absl::string_view bytes,
                   absl::string_view name) {
  std::vector<std::string> others;
  for (const BundlePart& part : bundle.parts) {
    if (!IsUsed(part)) {
      others.push_back(part.label);
    } else if (!part.status.ok()) {
      return Damaged(name, part);
    } else if (part.crl.has_value()) {
      const std::string what = Unsupported(*part.crl);
      if (what.empty()) continue;
      return Error(name, absl::StrCat(part.Where(), what),
                   "provide the complete CRL");
    }
  }
  if (bundle.encoding == Encoding::kUnknown) {
    return Error(name, DescribeUnknown(bytes),
                 "provide PEM or DER certificates");
  }
  if (bundle.parts.empty()) return Error(name, DescribeUnknown(bytes));
  if (others.size() == bundle.parts.size()) {
    return Error(name,
                 absl::StrCat("contains no certificate or CRL, only ",
                              DescribeLabels(others)),
                 "provide CERTIFICATE blocks");
  }
  return absl::OkStatus();
}

// A certificate that is decoded, with the settings that it has.
std::shared_ptr<const internal::LazyCertificate> Settled(
    const Certificate& certificate) {
  return std::make_shared<const internal::LazyCertificate>(
      certificate, GetTrustSettings(certificate));
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

absl::StatusOr<std::vector<Certificate>> TrustStore::Certificates() const {
  std::vector<Certificate> all;
  all.reserve(impl_->certificates.size());
  for (const Impl::Entry& entry : impl_->certificates) {
    absl::StatusOr<Certificate> certificate = entry->Get();
    if (!certificate.ok()) return certificate.status();
    all.push_back(*std::move(certificate));
  }
  return all;
}

bool TrustStore::Contains(const Certificate& certificate) const {
  return impl_->Contains(certificate);
}

const std::string& TrustStore::content_hash() const {
  return impl_->content_hash;
}

struct TrustStore::Builder::State {
  using Entry = Impl::Entry;

  State() { SHA256_Init(&sha256); }

  absl::Status AddCertificate(const Entry& added);
  void AddCrl(const Crl& added);
  void AddParsed(const std::vector<Entry>& more_certificates,
                 const std::vector<Crl>& more_crls, absl::string_view hash);
  std::string Hash() const;
  void AddToHash(absl::string_view kind, absl::string_view hash);

  std::vector<Entry> certificates;
  // From a certificate's DER to its index in `certificates`; the keys point
  // into the certificates. Not one of Abseil's maps, which do not survive
  // std::bad_alloc.
  std::unordered_map<absl::string_view, size_t, absl::Hash<absl::string_view>>
      positions;
  std::vector<Crl> crls;
  absl::Status status;  // Why AddStore failed.
  SHA256_CTX sha256;
};

absl::Status TrustStore::Builder::State::AddCertificate(const Entry& added) {
  const auto [known, is_new] =
      positions.try_emplace(added->der(), certificates.size());
  const size_t position = known->second;
  if (is_new) {
    certificates.push_back(added);
    return absl::OkStatus();
  }
  if (!internal::HasTrustSettings(added->settings())) return absl::OkStatus();
  const absl::StatusOr<Certificate> certificate = added->Get();
  if (!certificate.ok()) return certificate.status();
  const absl::StatusOr<Certificate> settled = internal::WithTrustSettings(
      *certificate, internal::StricterTrustSettings(
                        added->settings(), certificates[position]->settings()));
  if (!settled.ok()) return settled.status();
  positions.erase(known);
  certificates[position] = Settled(*settled);
  positions[certificates[position]->der()] = position;
  return absl::OkStatus();
}

void TrustStore::Builder::State::AddCrl(const Crl& added) {
  const auto is_same = [&added](const Crl& known) {
    return X509_CRL_match(known.impl().crl.get(), added.impl().crl.get()) == 0;
  };
  if (std::none_of(crls.begin(), crls.end(), is_same)) crls.push_back(added);
}

// `hash` has 32 bytes, so that the end of each is unambiguous.
void TrustStore::Builder::State::AddToHash(absl::string_view kind,
                                           absl::string_view hash) {
  SHA256_Update(&sha256, kind.data(), kind.size());
  SHA256_Update(&sha256, hash.data(), hash.size());
}

void TrustStore::Builder::State::AddParsed(
    const std::vector<Entry>& more_certificates,
    const std::vector<Crl>& more_crls, absl::string_view hash) {
  certificates.reserve(certificates.size() + more_certificates.size());
  positions.reserve(certificates.size() + more_certificates.size());
  for (const Entry& certificate : more_certificates) {
    status.Update(AddCertificate(certificate));
  }
  for (const Crl& crl : more_crls) AddCrl(crl);
  AddToHash("store:", hash);
}

std::string TrustStore::Builder::State::Hash() const {
  SHA256_CTX copy = sha256;
  std::array<uint8_t, SHA256_DIGEST_LENGTH> digest;
  SHA256_Final(digest.data(), &copy);
  return std::string(digest.begin(), digest.end());
}

TrustStore::Builder::Builder() : state_(new State) {}
TrustStore::Builder::~Builder() = default;

absl::Status TrustStore::Builder::Add(absl::string_view bytes,
                                      absl::string_view name) {
  return AddHashed(bytes, name, Sha256(bytes));
}

absl::Status TrustStore::Builder::AddHashed(absl::string_view bytes,
                                            absl::string_view name,
                                            absl::string_view sha256) {
  // Base64 has four characters for three bytes.
  const auto block = std::make_shared<internal::CertificateBlock>(
      absl::StrCat("CA bundle ", ShownPath(name)), bytes.size() / 4 * 3);
  const auto take = [&block](const BundlePart& part, absl::string_view der) {
    const std::optional<uint32_t> key = internal::WalkCertificate(der);
    if (key.has_value()) block->Add(der, *key, part.number);
    return key.has_value();
  };
  const Bundle bundle = internal::ReadBundle(bytes, take);
  absl::Status status = Check(bundle, bytes, name);
  if (!status.ok()) return status;

  block->Finish();
  auto next = block->certificates().begin();
  state_->certificates.reserve(state_->certificates.size() +
                               bundle.parts.size());
  state_->positions.reserve(state_->certificates.size() + bundle.parts.size());
  for (const BundlePart& part : bundle.parts) {
    if (part.certificate.has_value()) {
      absl::StatusOr<Certificate> certificate = *part.certificate;
      if (part.label == internal::kTrustedCertificate) {
        certificate = internal::WithTrustSettings(
            *certificate, GetTrustSettings(*certificate));
        if (!certificate.ok()) return certificate.status();
      }
      status = state_->AddCertificate(Settled(*certificate));
      if (!status.ok()) return status;
    } else if (part.kind == PartKind::kCertificate) {
      // The block took it.
      status = state_->AddCertificate(State::Entry(block, &*next++));
      if (!status.ok()) return status;
    } else if (part.crl.has_value()) {
      state_->AddCrl(*part.crl);
    }
  }

  state_->AddToHash("bundle:", sha256);
  return absl::OkStatus();
}

void TrustStore::Builder::AddStore(const TrustStore& store) {
  state_->AddParsed(store.impl_->certificates, store.impl_->crls,
                    store.content_hash());
}

void TrustStore::Builder::AddBuilder(const Builder& other) {
  state_->status.Update(other.state_->status);
  state_->AddParsed(other.state_->certificates, other.state_->crls,
                    other.state_->Hash());
}

size_t TrustStore::Builder::crl_count() const { return state_->crls.size(); }

absl::StatusOr<std::shared_ptr<const TrustStore>> TrustStore::Builder::Build()
    const {
  if (!state_->status.ok()) return state_->status;
  if (state_->certificates.empty()) {
    return MakeStatus(ErrorKind::kTrustStore,
                      "no CA certificate was given; add at least one, or no "
                      "peer can be verified");
  }
  auto impl = std::make_unique<Impl>();
  impl->certificates = state_->certificates;
  impl->crls = state_->crls;
  const absl::Status status = impl->Finish();
  if (!status.ok()) return status;
  impl->content_hash = state_->Hash();
  return std::shared_ptr<const TrustStore>(new TrustStore(std::move(impl)));
}

}  // namespace airlock::ssl
