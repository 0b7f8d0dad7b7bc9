// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/trust_settings.h"

#include <openssl/bytestring.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/error_queue.h"

namespace airlock::ssl {
namespace internal {
namespace {

// The parts of OpenSSL's X509_CERT_AUX about trust.
struct Lists {
  bool has_trusted = false;  // An empty list trusts no use.
  std::vector<int> trusted;
  std::vector<int> rejected;
};

bool ReadUses(CBS list, std::vector<int>* uses) {
  while (CBS_len(&list) > 0) {
    CBS oid;
    if (!CBS_get_asn1(&list, &oid, CBS_ASN1_OBJECT)) return false;
    uses->push_back(OBJ_cbs2nid(&oid));
  }
  return true;
}

// BoringSSL has no getters for the lists, so read them from the DER:
//   SEQUENCE { SEQUENCE OF OBJECT IDENTIFIER OPTIONAL,
//              [0] SEQUENCE OF OBJECT IDENTIFIER OPTIONAL, ... }
bool ReadLists(X509* x509, Lists* lists) {
  uint8_t* der = nullptr;
  const int size = i2d_X509_AUX(x509, &der);
  const bssl::UniquePtr<uint8_t> owned(der);
  if (size < 0) return false;
  CBS in;
  CBS aux;
  CBS list;
  CBS_init(&in, der, static_cast<size_t>(size));
  if (!CBS_get_asn1(&in, nullptr, CBS_ASN1_SEQUENCE)) return false;
  if (CBS_len(&in) == 0) return true;
  if (!CBS_get_asn1(&in, &aux, CBS_ASN1_SEQUENCE)) return false;
  constexpr CBS_ASN1_TAG kRejected =
      CBS_ASN1_CONSTRUCTED | CBS_ASN1_CONTEXT_SPECIFIC | 0;
  int present = 0;
  if (!CBS_get_optional_asn1(&aux, &list, &present, CBS_ASN1_SEQUENCE)) {
    return false;
  }
  lists->has_trusted = present != 0;
  if (present != 0 && !ReadUses(list, &lists->trusted)) return false;
  if (!CBS_get_optional_asn1(&aux, &list, &present, kRejected)) return false;
  return present == 0 || ReadUses(list, &lists->rejected);
}

TrustSetting SettingFor(const Lists& lists, int use) {
  const auto has = [use](const std::vector<int>& uses) {
    return std::any_of(uses.begin(), uses.end(), [use](int nid) {
      return nid == use || nid == NID_anyExtendedKeyUsage;
    });
  };
  if (has(lists.rejected)) return TrustSetting::kRejected;
  if (!lists.has_trusted) return TrustSetting::kNone;
  return has(lists.trusted) ? TrustSetting::kTrusted : TrustSetting::kRejected;
}

bool SetFor(X509* x509, int use, TrustSetting setting) {
  ASN1_OBJECT* object = OBJ_nid2obj(use);
  switch (setting) {
    case TrustSetting::kRejected:
      return X509_add1_reject_object(x509, object) != 0;
    case TrustSetting::kTrusted:
      return X509_add1_trust_object(x509, object) != 0;
    case TrustSetting::kNone:
      // The same result as for a certificate without settings.
      return (X509_get_extension_flags(x509) & EXFLAG_SS) == 0 ||
             X509_add1_trust_object(x509, object) != 0;
  }
  return false;
}

}  // namespace

bool HasTrustSettings(const TrustSettings& settings) {
  return settings.server != TrustSetting::kNone ||
         settings.client != TrustSetting::kNone;
}

TrustSettings StricterTrustSettings(const TrustSettings& a,
                                    const TrustSettings& b) {
  return {std::max(a.server, b.server), std::max(a.client, b.client)};
}

absl::StatusOr<Certificate> WithTrustSettings(const Certificate& certificate,
                                              const TrustSettings& settings) {
  const ErrorQueueScope scope;
  CRYPTO_BUFFER* der = certificate.impl().der.get();
  const bssl::UniquePtr<X509> x509(X509_parse_from_buffer(der));
  if (x509 == nullptr ||
      (HasTrustSettings(settings) &&
       (!SetFor(x509.get(), NID_server_auth, settings.server) ||
        !SetFor(x509.get(), NID_client_auth, settings.client)))) {
    return DrainToStatus(ErrorKind::kInternal,
                         "Not enough memory for the trust settings.");
  }
  return CertificateFromParsed(der, x509.get());
}

}  // namespace internal

TrustSettings GetTrustSettings(const Certificate& certificate) {
  const internal::ErrorQueueScope scope;
  internal::Lists lists;
  if (!internal::ReadLists(certificate.impl().x509.get(), &lists)) {
    // Unreadable settings may be a rejection.
    return {TrustSetting::kRejected, TrustSetting::kRejected};
  }
  return {internal::SettingFor(lists, NID_server_auth),
          internal::SettingFor(lists, NID_client_auth)};
}

}  // namespace airlock::ssl
