// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/certificates.h"

#include <openssl/base.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "ssl/certificate.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/error_queue.h"
#include "ssl/shown.h"

namespace airlock::ssl::wire {
namespace {

// How much of a name is shown, and how many names.
constexpr size_t kMaxNameShown = 300;
constexpr size_t kMaxNames = 20;

std::string NamesText(const CertificateInfo& info) {
  std::vector<std::string> names;
  for (const SubjectAltName& name : info.subject_alt_names) {
    if (names.size() == kMaxNames) break;
    names.push_back(absl::StrCat(name.type, ":", Shown(name.value)));
  }
  std::string text = absl::StrJoin(names, ", ");
  if (info.subject_alt_names.size() > names.size()) {
    absl::StrAppend(&text, " and ",
                    info.subject_alt_names.size() - names.size(), " more");
  }
  return text;
}

std::string DateText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string KeyText(const PublicKeyInfo& key) {
  if (key.type.empty()) return "of an unknown type";
  if (!key.curve.empty()) return absl::StrCat(key.type, " ", key.curve);
  // The name says how strong it is.
  if (absl::StartsWith(key.type, "ML-DSA")) return key.type;
  return absl::StrCat(key.type, " ", key.bits, " bits");
}

}  // namespace

Field DescribeCertificate(absl::string_view der) {
  Field field = Words("certificate", Count(der.size(), "byte"));
  const absl::StatusOr<Certificate> certificate = Certificate::FromDer(der);
  if (!certificate.ok()) {
    field.problem = "not a certificate";
    const Field bytes = Bytes("", der);
    field.bytes = bytes.bytes;
    field.size = bytes.size;
    return field;
  }
  field.value = Shown(certificate->subject(), kMaxNameShown);
  if (field.value.empty()) field.value = "no subject";
  field.fields.push_back(
      Words("issuer", Shown(certificate->issuer(), kMaxNameShown)));
  const absl::StatusOr<CertificateInfo> info = certificate->Decode();
  if (info.ok()) {
    field.fields.push_back(Words("serial_number", Shown(info->serial_number)));
    if (!info->subject_alt_names.empty()) {
      field.fields.push_back(Words("subject_alt_names", NamesText(*info)));
    }
  } else {
    field.problem = "an extension of the certificate is malformed";
  }
  field.fields.push_back(Words(
      "validity", absl::StrCat(DateText(certificate->not_before()), " to ",
                               DateText(certificate->not_after()))));
  field.fields.push_back(
      Words("public_key", KeyText(certificate->public_key())));
  const std::string signature = certificate->signature().name;
  field.fields.push_back(
      Words("signature", signature.empty() ? "unknown" : Shown(signature)));
  field.fields.push_back(Words(
      "sha256", absl::BytesToHexString(certificate->Sha256Fingerprint())));
  field.fields.push_back(Words("size", Count(der.size(), "byte")));
  return field;
}

std::string DescribeName(absl::string_view der) {
  const internal::ErrorQueueScope scope;
  const auto* in = reinterpret_cast<const uint8_t*>(der.data());
  const uint8_t* const end = in + der.size();
  const bssl::UniquePtr<X509_NAME> name(
      d2i_X509_NAME(nullptr, &in, static_cast<long>(der.size())));
  if (name == nullptr || in != end) return "";
  const std::string text =
      Shown(internal::NameToString(name.get()), kMaxNameShown);
  return text.empty() ? "empty name" : text;
}

}  // namespace airlock::ssl::wire
