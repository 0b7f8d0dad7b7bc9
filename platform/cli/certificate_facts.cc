// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/certificate_facts.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "platform/cli/text.h"
#include "ssl/engine.h"

namespace airlock::cli {
namespace {

constexpr int kMinRsaBits = 2048;  // NIST SP 800-131A.

// Sets `key`, and its weakness.
void ExamineKey(const ssl::PublicKeyInfo& key, CertificateFacts* facts) {
  if (key.type.empty()) {
    facts->key = "unknown";
    facts->weaknesses.emplace_back("has a key of a type that is not supported");
    return;
  }
  facts->key = key.type;
  if (absl::StartsWith(key.type, "ML-DSA") && !ssl::HasMlDsa()) {
    facts->weaknesses.push_back(absl::StrCat(
        "has a key of a type that is not supported: ", ssl::MlDsaNeed()));
  }
  if (!key.curve.empty()) absl::StrAppend(&facts->key, " ", key.curve);
  if (key.type != "RSA") return;
  absl::StrAppend(&facts->key, " ", key.bits);
  if (key.bits < kMinRsaBits) {
    facts->weaknesses.push_back(absl::StrCat("has an RSA key of ", key.bits,
                                             " bits, too short (", kMinRsaBits,
                                             " or more)"));
  }
}

void ExamineSignature(const ssl::SignatureInfo& signature,
                      CertificateFacts* facts) {
  facts->signature = signature.name.empty() ? "unknown" : signature.name;
  if (signature.broken_digest && !facts->self_issued) {
    facts->weaknesses.push_back(absl::StrCat(
        "is signed with ", signature.digest, ", which can be forged"));
  }
}

}  // namespace

CertificateFacts ExamineCertificate(const ssl::Certificate& certificate,
                                    absl::Time now) {
  CertificateFacts facts;
  facts.is_ca = certificate.is_ca();
  facts.self_issued = certificate.is_self_issued();
  const absl::Time from = certificate.not_before();
  const absl::Time to = certificate.not_after();
  if (now < from || now > to || from == absl::InfinitePast()) {
    facts.weaknesses.push_back(DescribeValidity(from, to, now));
  }
  ExamineKey(certificate.public_key(), &facts);
  ExamineSignature(certificate.signature(), &facts);
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

config::Json CertificateJson(const ssl::Certificate& certificate,
                             absl::Time now) {
  const CertificateFacts facts = ExamineCertificate(certificate, now);
  const auto info = certificate.Decode();
  const auto time = [](absl::Time when) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", when, absl::UTCTimeZone());
  };
  config::Json json;
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
