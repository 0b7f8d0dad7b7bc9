// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/revocation_check.h"

#include <openssl/bytestring.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/guarded.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/error_queue.h"
#include "ssl/later.h"
#include "ssl/verify_code.h"

namespace airlock::ssl::internal {
namespace {

constexpr size_t kMostTimestamps = 100;

CBS CbsOf(absl::string_view bytes) {
  CBS cbs;
  CBS_init(&cbs, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  return cbs;
}

// Reads the SCTs of `list` until `timestamps` is full.
void AppendTimestamps(absl::string_view list,
                      std::vector<SignedTimestamp>* timestamps) {
  CBS in = CbsOf(list);
  CBS entries;
  if (!CBS_get_u16_length_prefixed(&in, &entries)) return;
  CBS sct;
  while (timestamps->size() < kMostTimestamps &&
         CBS_get_u16_length_prefixed(&entries, &sct)) {
    constexpr size_t kLogIdSize = 32;
    uint8_t version = 0;
    CBS log_id;
    uint64_t milliseconds = 0;
    if (!CBS_get_u8(&sct, &version) || version != 0 ||
        !CBS_get_bytes(&sct, &log_id, kLogIdSize) ||
        !CBS_get_u64(&sct, &milliseconds) ||
        milliseconds > uint64_t{INT64_MAX}) {
      continue;
    }
    timestamps->push_back(
        {std::string(reinterpret_cast<const char*>(CBS_data(&log_id)),
                     kLogIdSize),
         absl::FromUnixMillis(static_cast<int64_t>(milliseconds))});
  }
}

bool IsSctList(const X509_EXTENSION* extension) {
  // 1.3.6.1.4.1.11129.2.4.2
  constexpr absl::string_view kId = "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02";
  const ASN1_OBJECT* id = X509_EXTENSION_get_object(extension);
  return absl::string_view(reinterpret_cast<const char*>(OBJ_get0_data(id)),
                           OBJ_length(id)) == kId;
}

// The list in a certificate: an OCTET STRING in the extension's own. Empty
// without one. Allocates nothing, so that it cannot miss one.
absl::string_view EmbeddedList(const X509* x509) {
  for (int i = 0; i < X509_get_ext_count(x509); ++i) {
    const X509_EXTENSION* extension = X509_get_ext(x509, i);
    if (!IsSctList(extension)) continue;
    CBS content = CbsOf(Asn1StringView(X509_EXTENSION_get_data(extension)));
    CBS list;
    if (!CBS_get_asn1(&content, &list, CBS_ASN1_OCTETSTRING)) return "";
    return {reinterpret_cast<const char*>(CBS_data(&list)), CBS_len(&list)};
  }
  return "";
}

// The content of the INTEGER, which BoringSSL keeps without its sign.
std::string SerialNumber(const X509* x509) {
  const ASN1_INTEGER* serial = X509_get0_serialNumber(x509);
  uint8_t* der = nullptr;
  const int size = i2d_ASN1_INTEGER(serial, &der);
  const bssl::UniquePtr<uint8_t> owned(der);
  if (size <= 0) return "";
  CBS in =
      CbsOf({reinterpret_cast<const char*>(der), static_cast<size_t>(size)});
  CBS content;
  if (!CBS_get_asn1(&in, &content, CBS_ASN1_INTEGER)) return "";
  return {reinterpret_cast<const char*>(CBS_data(&content)), CBS_len(&content)};
}

RevocationQuery MakeQuery(absl::Span<const Certificate> chain, size_t i,
                          absl::string_view sct_list, absl::Time now) {
  const X509* x509 = chain[i].impl().x509.get();
  RevocationQuery query{chain[i],           chain[i + 1], static_cast<int>(i),
                        SerialNumber(x509), {},           now};
  AppendTimestamps(EmbeddedList(x509), &query.timestamps);
  if (i == 0) AppendTimestamps(sct_list, &query.timestamps);
  return query;
}

absl::Status Refuse(const RevocationQuery& query, RevocationStatus status,
                    uint8_t* alert) {
  const bool is_revoked = status == RevocationStatus::kRevoked;
  *alert = is_revoked ? SSL_AD_CERTIFICATE_REVOKED : SSL_AD_CERTIFICATE_UNKNOWN;
  Error error;
  error.kind = ErrorKind::kVerification;
  error.library = "SSL";
  error.reason = "CERTIFICATE_VERIFY_FAILED";
  error.detail = "certificate verify failed";
  error.alert = *alert;
  error.verify_code = is_revoked ? verify_code::kRevoked
                                 : verify_code::kApplicationVerification;
  error.verify_message =
      is_revoked ? std::string(VerifyCodeText(error.verify_code))
                 : "the revocation status of the certificate is unknown";
  error.depth = query.depth;
  error.subject = query.certificate.subject();
  error.what = absl::StrCat(
      error.verify_message, " (RFC 5280, section 6.3: the revocation callback ",
      is_revoked ? "says so" : "does not know it", "): depth ", query.depth,
      ", ", DescribeCertificate(query.certificate));
  error.advice =
      is_revoked
          ? std::string(VerifyCodeAdvice(error.verify_code))
          : "Update the revocation data, or let the Context accept what it "
            "does not cover (accept_unknown_revocation).";
  return MakeStatus(error);
}

// An error of the callback itself: the status is not known.
absl::Status Failed(const absl::Status& said, uint8_t* alert) {
  *alert = SSL_AD_CERTIFICATE_UNKNOWN;
  Error error;
  error.kind = ErrorKind::kCallback;
  error.alert = *alert;
  SetMessage(JoinText("The revocation callback failed: ", MessageOf(said)),
             &error);
  return MakeStatus(error);
}

}  // namespace

std::vector<SignedTimestamp> ReadTimestamps(absl::string_view list) {
  std::vector<SignedTimestamp> timestamps;
  AppendTimestamps(list, &timestamps);
  return timestamps;
}

absl::Status CheckRevocation(const ContextOptions& options,
                             absl::Span<const Certificate> chain,
                             absl::string_view sct_list, absl::Time now,
                             RevocationVerdicts* verdicts, uint8_t* alert) {
  const ErrorQueueScope errors;
  for (size_t i = chain.size(); i-- > 0;) {
    if (i + 1 == chain.size()) continue;
    const RevocationQuery query = MakeQuery(chain, i, sct_list, now);
    if (query.serial_number.empty()) {
      *alert = SSL_AD_INTERNAL_ERROR;
      return DrainToStatus(ErrorKind::kInternal,
                           "Not enough memory to check for revocation.");
    }
    std::optional<RevocationStatus> status = verdicts->Find(query);
    if (!status.has_value()) {
      const absl::StatusOr<RevocationVerdict> verdict = Guarded(
          "revocation callback", [&] { return options.revocation(query); });
      if (!verdict.ok()) {
        return IsLater(verdict.status()) ? verdict.status()
                                         : Failed(verdict.status(), alert);
      }
      verdicts->Remember(query, *verdict);
      status = verdict->status;
    }
    const bool is_accepted = *status == RevocationStatus::kGood ||
                             (*status == RevocationStatus::kUnknown &&
                              options.accept_unknown_revocation);
    if (!is_accepted) return Refuse(query, *status, alert);
  }
  return absl::OkStatus();
}

}  // namespace airlock::ssl::internal
