// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Certificate::Decode: the fields of getpeercert(), in CPython's formats.

#include <openssl/asn1.h>
#include <openssl/mem.h>
#include <openssl/obj.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ssl/certificate.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/error_queue.h"

namespace airlock::ssl {
namespace internal {
namespace {

absl::Status Malformed(absl::string_view part) {
  return DrainToStatus(
      ErrorKind::kInvalidArgument,
      ErrorParts{absl::StrCat("the certificate's ", part), "is malformed", "",
                 /*after_where=*/" "});
}

// The extension `nid`, parsed; null if it is missing.
template <typename T>
absl::StatusOr<bssl::UniquePtr<T>> GetExtension(const X509* x509, int nid,
                                                absl::string_view name) {
  int critical = 0;
  bssl::UniquePtr<T> value(static_cast<T*>(
      X509_get_ext_d2i(x509, nid, &critical, /*out_idx=*/nullptr)));
  if (value == nullptr && critical == -2) {
    return MakeStatus(ErrorKind::kInvalidArgument,
                      absl::StrCat("the certificate has more than one ", name));
  }
  if (value == nullptr && critical != -1) return Malformed(name);
  return value;
}

// The long name, or dotted numbers if it has none or if `numeric`.
std::string ObjectToString(const ASN1_OBJECT* object, bool numeric) {
  std::array<char, 128> buffer;
  const int size =
      OBJ_obj2txt(buffer.data(), buffer.size(), object, numeric ? 1 : 0);
  if (size < 0) return "<INVALID>";
  if (static_cast<size_t>(size) < buffer.size()) return buffer.data();
  std::string text(size + 1, '\0');
  OBJ_obj2txt(&text[0], size + 1, object, numeric ? 1 : 0);
  text.resize(size);
  return text;
}

absl::StatusOr<DistinguishedName> DecodeName(const X509_NAME* name) {
  DistinguishedName decoded;
  int last_set = -1;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const auto* entry = X509_NAME_get_entry(name, i);
    const ASN1_STRING* value = X509_NAME_ENTRY_get_data(entry);
    const std::string type = ObjectToString(X509_NAME_ENTRY_get_object(entry),
                                            /*numeric=*/false);
    // A bit string (x500UniqueIdentifier) has no characters.
    absl::StatusOr<std::string> text =
        ASN1_STRING_type(value) == V_ASN1_BIT_STRING
            ? std::string(Asn1StringView(value))
            : Asn1StringToUtf8(value);
    if (!text.ok()) return Malformed(absl::StrCat("name attribute ", type));
    const int set = X509_NAME_ENTRY_set(entry);
    if (decoded.empty() || set != last_set) decoded.emplace_back();
    last_set = set;
    decoded.back().emplace_back(type, *std::move(text));
  }
  return decoded;
}

std::string DecodeSerial(const ASN1_INTEGER* serial) {
  std::string hex =
      absl::AsciiStrToUpper(absl::BytesToHexString(Asn1StringView(serial)));
  if (hex.empty()) hex = "00";
  if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER) hex.insert(0, "-");
  return hex;
}

// As OpenSSL's GENERAL_NAME_print, whose output CPython shows.
std::string DecodeOtherName(const OTHERNAME& name) {
  struct Known {
    absl::string_view oid;
    absl::string_view label;
    int type;
  };
  static constexpr Known kKnown[] = {
      {"1.3.6.1.4.1.311.20.2.3", "UPN", V_ASN1_UTF8STRING},
      {"1.3.6.1.5.5.7.8.5", "XmppAddr", V_ASN1_UTF8STRING},
      {"1.3.6.1.5.5.7.8.7", "SRVName", V_ASN1_IA5STRING},
      {"1.3.6.1.5.5.7.8.8", "NAIRealm", V_ASN1_UTF8STRING},
      {"1.3.6.1.5.5.7.8.9", "SmtpUTF8Mailbox", V_ASN1_UTF8STRING},
  };
  const std::string oid = ObjectToString(name.type_id, /*numeric=*/true);
  for (const Known& known : kKnown) {
    if (oid == known.oid && name.value->type == known.type) {
      return absl::StrCat(known.label, ":",
                          Asn1StringView(name.value->value.asn1_string));
    }
  }
  return "<unsupported>";
}

absl::StatusOr<SubjectAltName> DecodeGeneralName(const GENERAL_NAME& name) {
  switch (name.type) {
    case GEN_OTHERNAME:
      return SubjectAltName{
          "othername", DecodeOtherName(*name.d.otherName), {}};
    case GEN_EMAIL:
      return SubjectAltName{
          "email", std::string(Asn1StringView(name.d.rfc822Name)), {}};
    case GEN_DNS:
      return SubjectAltName{
          "DNS", std::string(Asn1StringView(name.d.dNSName)), {}};
    case GEN_URI:
      return SubjectAltName{
          "URI",
          std::string(Asn1StringView(name.d.uniformResourceIdentifier)),
          {}};
    case GEN_DIRNAME: {
      auto directory_name = DecodeName(name.d.directoryName);
      if (!directory_name.ok()) return directory_name.status();
      return SubjectAltName{"DirName", "", *std::move(directory_name)};
    }
    case GEN_IPADD:
      return SubjectAltName{
          "IP Address", IpAddressToText(Asn1StringView(name.d.iPAddress)), {}};
    case GEN_RID:
      return SubjectAltName{
          "Registered ID",
          ObjectToString(name.d.registeredID, /*numeric=*/false),
          {}};
    case GEN_X400:
      return SubjectAltName{"X400Name", "<unsupported>", {}};
    default:
      return SubjectAltName{"EdiPartyName", "<unsupported>", {}};
  }
}

void AppendUri(const GENERAL_NAME* name, std::vector<std::string>* out) {
  if (name->type != GEN_URI) return;
  out->emplace_back(Asn1StringView(name->d.uniformResourceIdentifier));
}

absl::Status DecodeAuthorityInfoAccess(const X509* x509,
                                       CertificateInfo* info) {
  auto access = GetExtension<AUTHORITY_INFO_ACCESS>(
      x509, NID_info_access, "authority information access extension");
  if (!access.ok()) return access.status();
  for (const ACCESS_DESCRIPTION* description : access->get()) {
    switch (OBJ_obj2nid(description->method)) {
      case NID_ad_OCSP:
        AppendUri(description->location, &info->ocsp_urls);
        break;
      case NID_ad_ca_issuers:
        AppendUri(description->location, &info->ca_issuers_urls);
        break;
      default:
        break;
    }
  }
  return absl::OkStatus();
}

absl::Status DecodeCrlDistributionPoints(const X509* x509,
                                         CertificateInfo* info) {
  auto points = GetExtension<CRL_DIST_POINTS>(
      x509, NID_crl_distribution_points, "CRL distribution points extension");
  if (!points.ok()) return points.status();
  for (const DIST_POINT* point : points->get()) {
    const DIST_POINT_NAME* name = point->distpoint;
    if (name == nullptr || name->type != 0) continue;  // 0 is a full name.
    for (const GENERAL_NAME* full : name->name.fullname) {
      AppendUri(full, &info->crl_distribution_points);
    }
  }
  return absl::OkStatus();
}

absl::Status DecodeSubjectAltNames(const X509* x509, CertificateInfo* info) {
  auto names = GetSubjectAltNames(x509);
  if (!names.ok()) return names.status();
  for (const GENERAL_NAME* name : names->get()) {
    auto decoded = DecodeGeneralName(*name);
    if (!decoded.ok()) return decoded.status();
    info->subject_alt_names.push_back(*std::move(decoded));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<bssl::UniquePtr<GENERAL_NAMES>> GetSubjectAltNames(
    const X509* x509) {
  const ErrorQueueScope scope;
  return GetExtension<GENERAL_NAMES>(x509, NID_subject_alt_name,
                                     "subject alternative name extension");
}

std::string IpAddressToText(absl::string_view bytes) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  if (bytes.size() == 4) {
    return absl::StrFormat("%d.%d.%d.%d", data[0], data[1], data[2], data[3]);
  }
  if (bytes.size() != 16) return "<invalid>";
  std::string text;
  for (int i = 0; i < 16; i += 2) {
    absl::StrAppendFormat(&text, "%s%X", i == 0 ? "" : ":",
                          data[i] << 8 | data[i + 1]);
  }
  return text;
}

absl::StatusOr<std::string> Asn1StringToUtf8(const ASN1_STRING* value) {
  uint8_t* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, value);
  const bssl::UniquePtr<uint8_t> owned(utf8);
  if (size < 0) return Malformed("text");
  return std::string(reinterpret_cast<const char*>(utf8), size);
}

absl::string_view Asn1StringView(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<size_t>(ASN1_STRING_length(value))};
}

}  // namespace internal

absl::StatusOr<CertificateInfo> Certificate::Decode() const {
  const internal::ErrorQueueScope scope;
  const X509* x509 = impl_->x509.get();
  CertificateInfo info;
  auto subject = internal::DecodeName(X509_get_subject_name(x509));
  if (!subject.ok()) return subject.status();
  info.subject = *std::move(subject);
  auto issuer = internal::DecodeName(X509_get_issuer_name(x509));
  if (!issuer.ok()) return issuer.status();
  info.issuer = *std::move(issuer);
  info.version = static_cast<int>(X509_get_version(x509)) + 1;
  info.serial_number = internal::DecodeSerial(X509_get0_serialNumber(x509));
  info.not_before = not_before();
  info.not_after = not_after();
  if (info.not_before == absl::InfinitePast() ||
      info.not_after == absl::InfinitePast()) {
    return internal::Malformed("validity");
  }
  for (auto decode :
       {internal::DecodeSubjectAltNames, internal::DecodeAuthorityInfoAccess,
        internal::DecodeCrlDistributionPoints}) {
    absl::Status status = decode(x509, &info);
    if (!status.ok()) return status;
  }
  return info;
}

}  // namespace airlock::ssl
