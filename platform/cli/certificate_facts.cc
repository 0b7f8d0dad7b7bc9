// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/certificate_facts.h"

#include <openssl/bytestring.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "platform/cli/text.h"

namespace airlock::cli {
namespace {

constexpr int kMinRsaBits = 2048;  // NIST SP 800-131A.

std::string CurveName(const EVP_PKEY* key) {
  const EC_KEY* const ec = EVP_PKEY_get0_EC_KEY(key);
  if (ec == nullptr) return "";
  const char* const name =
      EC_curve_nid2nist(EC_GROUP_get_curve_name(EC_KEY_get0_group(ec)));
  return name == nullptr ? "" : absl::StrCat(" ", name);
}

// Fills in `key`, and a weakness if it has one.
void ExamineKey(const X509* x509, CertificateFacts* facts) {
  const bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(const_cast<X509*>(x509)));
  facts->key = "unknown";
  if (key == nullptr) {
    facts->weaknesses.emplace_back("has a key of a type that is not supported");
    return;
  }
  const int bits = EVP_PKEY_bits(key.get());
  switch (EVP_PKEY_id(key.get())) {
    case EVP_PKEY_RSA:
      facts->key = absl::StrCat("RSA ", bits);
      if (bits < kMinRsaBits) {
        facts->weaknesses.push_back(absl::StrCat("has an RSA key of ", bits,
                                                 " bits, too short (",
                                                 kMinRsaBits, " or more)"));
      }
      break;
    case EVP_PKEY_EC:
      facts->key = absl::StrCat("ECDSA", CurveName(key.get()));
      break;
    case EVP_PKEY_ED25519:
      facts->key = "Ed25519";
      break;
    default:
      facts->weaknesses.emplace_back(
          "has a key of a type that is not supported");
      break;
  }
}

void ExamineSignature(const X509* x509, CertificateFacts* facts) {
  const int nid = X509_get_signature_nid(x509);
  const char* const name = nid == NID_undef ? nullptr : OBJ_nid2ln(nid);
  facts->signature = name == nullptr ? "unknown" : name;
  int digest = NID_undef;
  if (facts->self_issued || !OBJ_find_sigid_algs(nid, &digest, nullptr)) return;
  if (digest == NID_sha1 || digest == NID_md5 || digest == NID_md5_sha1) {
    facts->weaknesses.push_back(absl::StrCat(
        "is signed with ", OBJ_nid2sn(digest), ", which can be forged"));
  }
}

}  // namespace

CertificateFacts ExamineCertificate(const ssl::Certificate& certificate,
                                    absl::Time now) {
  CertificateFacts facts;
  const absl::string_view der = certificate.der();
  const auto* in = reinterpret_cast<const uint8_t*>(der.data());
  const bssl::UniquePtr<X509> x509(
      d2i_X509(nullptr, &in, static_cast<long>(der.size())));
  if (x509 != nullptr) {
    facts.is_ca = X509_check_ca(x509.get()) != 0;
    facts.self_issued = X509_NAME_cmp(X509_get_subject_name(x509.get()),
                                      X509_get_issuer_name(x509.get())) == 0;
    const absl::Time from = certificate.not_before();
    const absl::Time to = certificate.not_after();
    if (now < from || now > to || from == absl::InfinitePast()) {
      facts.weaknesses.push_back(DescribeValidity(from, to, now));
    }
    ExamineKey(x509.get(), &facts);
    ExamineSignature(x509.get(), &facts);
  }
  ERR_clear_error();
  const auto info = certificate.Decode();
  if (!info.ok()) {
    facts.weaknesses.push_back(ForTerminal(info.status().message()));
    return facts;
  }
  for (const ssl::SubjectAltName& name : info->subject_alt_names) {
    facts.names.push_back(
        absl::StrCat(name.type, ":", ForTerminal(name.value)));
  }
  return facts;
}

config::internal::Json CertificateJson(const ssl::Certificate& certificate,
                                       absl::Time now) {
  const CertificateFacts facts = ExamineCertificate(certificate, now);
  const auto info = certificate.Decode();
  const auto time = [](absl::Time when) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", when, absl::UTCTimeZone());
  };
  config::internal::Json json;
  json["subject"] = certificate.subject();
  json["issuer"] = certificate.issuer();
  if (info.ok()) json["serial_number"] = info->serial_number;
  json["not_before"] = time(certificate.not_before());
  json["not_after"] = time(certificate.not_after());
  json["key"] = facts.key;
  json["signature"] = facts.signature;
  json["is_ca"] = facts.is_ca;
  json["names"] = facts.names;
  json["sha256"] = FormatFingerprint(certificate.Sha256Fingerprint());
  json["remarks"] = facts.weaknesses;
  return json;
}

}  // namespace airlock::cli
