// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/openssl_reasons.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"

namespace airlock::python {
namespace {

// The alerts in Python's tables (RFC 8446, section 6, and its predecessors).
// Python has no reason for others.
constexpr struct {
  uint8_t alert;
  const char* reason;
} kAlertReasons[] = {
    {10, "SSLV3_ALERT_UNEXPECTED_MESSAGE"},
    {20, "SSLV3_ALERT_BAD_RECORD_MAC"},
    {21, "TLSV1_ALERT_DECRYPTION_FAILED"},
    {22, "TLSV1_ALERT_RECORD_OVERFLOW"},
    {30, "SSLV3_ALERT_DECOMPRESSION_FAILURE"},
    {40, "SSLV3_ALERT_HANDSHAKE_FAILURE"},
    {41, "SSLV3_ALERT_NO_CERTIFICATE"},
    {42, "SSLV3_ALERT_BAD_CERTIFICATE"},
    {43, "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE"},
    {44, "SSLV3_ALERT_CERTIFICATE_REVOKED"},
    {45, "SSLV3_ALERT_CERTIFICATE_EXPIRED"},
    {46, "SSLV3_ALERT_CERTIFICATE_UNKNOWN"},
    {47, "SSLV3_ALERT_ILLEGAL_PARAMETER"},
    {48, "TLSV1_ALERT_UNKNOWN_CA"},
    {49, "TLSV1_ALERT_ACCESS_DENIED"},
    {50, "TLSV1_ALERT_DECODE_ERROR"},
    {51, "TLSV1_ALERT_DECRYPT_ERROR"},
    {60, "TLSV1_ALERT_EXPORT_RESTRICTION"},
    {70, "TLSV1_ALERT_PROTOCOL_VERSION"},
    {71, "TLSV1_ALERT_INSUFFICIENT_SECURITY"},
    {80, "TLSV1_ALERT_INTERNAL_ERROR"},
    {86, "TLSV1_ALERT_INAPPROPRIATE_FALLBACK"},
    {90, "TLSV1_ALERT_USER_CANCELLED"},
    {100, "TLSV1_ALERT_NO_RENEGOTIATION"},
    {109, "TLSV13_ALERT_MISSING_EXTENSION"},
    {110, "TLSV1_UNSUPPORTED_EXTENSION"},
    {111, "TLSV1_CERTIFICATE_UNOBTAINABLE"},
    {112, "TLSV1_UNRECOGNIZED_NAME"},
    {113, "TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE"},
    {114, "TLSV1_BAD_CERTIFICATE_HASH_VALUE"},
    {116, "TLSV13_ALERT_CERTIFICATE_REQUIRED"},
};

// OpenSSL names these, but Python does not.
constexpr struct {
  uint8_t alert;
  const char* words;
} kAlertWords[] = {
    {115, "tlsv1 alert unknown psk identity"},
    {120, "tlsv1 alert no application protocol"},
};

// BoringSSL's reasons of the library SSL that OpenSSL names differently.
constexpr struct {
  const char* boringssl;
  const char* openssl;
} kSslReasons[] = {
    {"APPLICATION_DATA_INSTEAD_OF_HANDSHAKE", "UNEXPECTED_MESSAGE"},
    {"APPLICATION_DATA_ON_SHUTDOWN", "APPLICATION_DATA_AFTER_CLOSE_NOTIFY"},
    {"BAD_ALERT", "INVALID_ALERT"},
    {"BAD_HANDSHAKE_RECORD", "UNEXPECTED_MESSAGE"},
    {"BUFFERED_MESSAGES_ON_CIPHER_CHANGE", "NOT_ON_RECORD_BOUNDARY"},
    {"CLIENTHELLO_PARSE_FAILED", "LENGTH_MISMATCH"},
    {"DECODE_ERROR", "LENGTH_MISMATCH"},
    {"DUPLICATE_EXTENSION", "BAD_EXTENSION"},
    {"DUPLICATE_KEY_SHARE", "BAD_KEY_SHARE"},
    {"EMPTY_HELLO_RETRY_REQUEST", "NO_CHANGE_FOLLOWING_HRR"},
    {"ENCRYPTED_LENGTH_TOO_LONG", "PACKET_LENGTH_TOO_LONG"},
    {"ERROR_PARSING_EXTENSION", "BAD_EXTENSION"},
    {"EXCESS_HANDSHAKE_DATA", "NOT_ON_RECORD_BOUNDARY"},
    {"INVALID_ALPN_PROTOCOL", "BAD_EXTENSION"},
    {"INVALID_MESSAGE", "UNEXPECTED_MESSAGE"},
    {"INVALID_OUTER_RECORD_TYPE", "BAD_RECORD_TYPE"},
    {"MISSING_KEY_SHARE", "NO_SUITABLE_KEY_SHARE"},
    {"NO_CERTIFICATE_SET", "NO_SHARED_CIPHER"},
    {"NO_COMMON_SIGNATURE_ALGORITHMS", "NO_SUITABLE_SIGNATURE_ALGORITHM"},
    {"NO_SHARED_GROUP", "NO_SHARED_GROUPS"},
    {"NO_SUPPORTED_VERSIONS_ENABLED", "NO_PROTOCOLS_AVAILABLE"},
    {"PARSE_TLSEXT", "BAD_EXTENSION"},
    {"RENEGOTIATION_EMS_MISMATCH", "INCONSISTENT_EXTMS"},
    {"RESUMED_EMS_SESSION_WITHOUT_EMS_EXTENSION", "INCONSISTENT_EXTMS"},
    {"RESUMED_NON_EMS_SESSION_WITH_EMS_EXTENSION", "INCONSISTENT_EXTMS"},
    {"SECOND_SERVERHELLO_VERSION_MISMATCH", "BAD_HRR_VERSION"},
    {"SERVER_ECHOED_INVALID_SESSION_ID", "INVALID_SESSION_ID"},
    {"TLS13_DOWNGRADE", "INAPPROPRIATE_FALLBACK"},
    {"TOO_MANY_WARNING_ALERTS", "TOO_MANY_WARN_ALERTS"},
    {"UNEXPECTED_EXTENSION", "UNSOLICITED_EXTENSION"},
    {"UNEXPECTED_RECORD", "UNEXPECTED_MESSAGE"},
    {"UNSUPPORTED_COMPRESSION_ALGORITHM", "COMPRESSION_DISABLED"},
    // For a record; a key that cannot be decrypted is reported as "PEM lib".
    {"BAD_DECRYPT", "DECRYPTION_FAILED_OR_BAD_RECORD_MAC"},
};

// BoringSSL's text for an unknown number.
constexpr absl::string_view kUnknown = "unknown error";

std::string Words(absl::string_view reason) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(reason, {{"_", " "}}));
}

OpensslReason ReasonOfAlert(uint8_t alert) {
  for (const auto& row : kAlertReasons) {
    if (row.alert == alert) return {"SSL", row.reason, Words(row.reason)};
  }
  for (const auto& row : kAlertWords) {
    if (row.alert == alert) return {"SSL", "", row.words};
  }
  return {"SSL", "", std::string(kUnknown)};
}

}  // namespace

OpensslReason OpensslReasonOf(const ssl::Error& error) {
  if (error.kind == ssl::ErrorKind::kPeerAlert && error.alert.has_value()) {
    return ReasonOfAlert(*error.alert);
  }
  if (error.kind == ssl::ErrorKind::kCallback && error.reason.empty()) {
    return {"SSL", "CALLBACK_FAILED", "callback failed"};
  }
  if (error.kind == ssl::ErrorKind::kCredentials && error.reason.empty()) {
    // A server without certificate; OpenSSL reports the consequence.
    return {"SSL", "NO_SHARED_CIPHER", "no shared cipher"};
  }
  for (const auto& row : kSslReasons) {
    if (error.reason == row.boringssl) {
      return {"SSL", row.openssl, Words(row.openssl)};
    }
  }
  if (error.reason == kUnknown) return {error.library, "", error.reason};
  return {error.library.empty() ? "SSL" : error.library, error.reason,
          error.detail};
}

}  // namespace airlock::python
