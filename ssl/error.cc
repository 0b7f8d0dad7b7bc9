// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/error.h"

#include <openssl/ssl.h>

#include <array>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace airlock::ssl {
namespace {

constexpr absl::string_view kTypeUrl = "type.airlock/airlock.ssl.Error";

struct KindRow {
  ErrorKind kind;
  absl::string_view name;
  absl::StatusCode code;
};

// Indexed by the kind's number.
constexpr std::array<KindRow, 14> kKinds = {{
    {ErrorKind::kInternal, "Internal", absl::StatusCode::kInternal},
    {ErrorKind::kInvalidArgument, "InvalidArgument",
     absl::StatusCode::kInvalidArgument},
    {ErrorKind::kCredentials, "Credentials",
     absl::StatusCode::kInvalidArgument},
    {ErrorKind::kTrustStore, "TrustStore",
     absl::StatusCode::kFailedPrecondition},
    {ErrorKind::kPolicy, "Policy", absl::StatusCode::kPermissionDenied},
    {ErrorKind::kVerification, "Verification",
     absl::StatusCode::kUnauthenticated},
    {ErrorKind::kHostname, "Hostname", absl::StatusCode::kUnauthenticated},
    {ErrorKind::kPeerAlert, "PeerAlert", absl::StatusCode::kAborted},
    {ErrorKind::kProtocol, "Protocol", absl::StatusCode::kAborted},
    {ErrorKind::kUnexpectedEof, "UnexpectedEof", absl::StatusCode::kDataLoss},
    {ErrorKind::kTransport, "Transport", absl::StatusCode::kUnavailable},
    {ErrorKind::kTimeout, "Timeout", absl::StatusCode::kDeadlineExceeded},
    {ErrorKind::kCallback, "Callback", absl::StatusCode::kCancelled},
    {ErrorKind::kClosed, "Closed", absl::StatusCode::kFailedPrecondition},
}};

const KindRow& Row(ErrorKind kind) {
  const auto index = static_cast<size_t>(kind);
  return kKinds[index < kKinds.size() ? index : 0];
}

// The payload is a list of length-prefixed fields, so that content cannot be
// mistaken for structure.
void AppendField(absl::string_view value, std::string* out) {
  absl::StrAppend(out, value.size(), ":", value);
}

bool TakeField(absl::string_view* in, std::string* value) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(*in, absl::MaxSplits(':', 1));
  size_t size = 0;
  if (!absl::SimpleAtoi(parts.first, &size) || size > parts.second.size()) {
    return false;
  }
  *value = std::string(parts.second.substr(0, size));
  *in = parts.second.substr(size);
  return true;
}

bool TakeInt(absl::string_view* in, int* value) {
  std::string text;
  return TakeField(in, &text) && absl::SimpleAtoi(text, value);
}

// "certificate verify failed: the certificate is not valid for a.test: ..."
std::string JoinVerification(const Error& error) {
  std::string text;
  if (!error.detail.empty()) absl::StrAppend(&text, error.detail, ": ");
  if (error.kind == ErrorKind::kHostname) {
    absl::StrAppend(&text, "the certificate is not valid for ", error.where,
                    ": ");
  }
  absl::StrAppend(&text, error.what);
  if (!error.advice.empty()) absl::StrAppend(&text, ". ", error.advice);
  return text;
}

// "The handshake failed: wrong version number. Check ..."
std::string JoinProtocol(const Error& error) {
  return absl::StrCat(error.what, ": ", error.detail, ". ", error.advice);
}

std::string JoinParts(const Error& error) {
  if (error.kind == ErrorKind::kProtocol) return JoinProtocol(error);
  if (error.kind == ErrorKind::kVerification ||
      error.kind == ErrorKind::kHostname) {
    return JoinVerification(error);
  }
  std::string text = error.where;
  if (!text.empty() && !error.what.empty()) text += ' ';
  absl::StrAppend(&text, error.what);
  if (!error.detail.empty()) {
    absl::StrAppend(&text, " (", error.library, ": ", error.detail, ")");
  }
  if (!error.advice.empty()) absl::StrAppend(&text, "; ", error.advice);
  return text;
}

}  // namespace

absl::string_view ErrorKindName(ErrorKind kind) { return Row(kind).name; }

absl::Status MakeStatus(const Error& error) {
  absl::Status status(Row(error.kind).code,
                      error.message.empty() ? JoinParts(error) : error.message);
  std::string payload;
  AppendField(absl::StrCat(static_cast<int>(error.kind)), &payload);
  AppendField(error.library, &payload);
  AppendField(error.reason, &payload);
  AppendField(error.detail, &payload);
  AppendField(absl::StrCat(error.alert.has_value() ? *error.alert : -1),
              &payload);
  AppendField(absl::StrCat(error.verify_code), &payload);
  AppendField(error.verify_message, &payload);
  AppendField(absl::StrCat(error.depth), &payload);
  AppendField(error.subject, &payload);
  AppendField(error.where, &payload);
  AppendField(error.what, &payload);
  AppendField(error.advice, &payload);
  status.SetPayload(kTypeUrl, absl::Cord(payload));
  return status;
}

absl::Status MakeStatus(ErrorKind kind, absl::string_view message) {
  Error error;
  error.kind = kind;
  error.message = std::string(message);
  return MakeStatus(error);
}

absl::optional<Error> GetError(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kTypeUrl);
  if (!payload.has_value()) return absl::nullopt;
  const std::string flat(*payload);
  absl::string_view in = flat;
  Error error;
  int kind = 0;
  int alert = -1;
  if (!TakeInt(&in, &kind) || !TakeField(&in, &error.library) ||
      !TakeField(&in, &error.reason) || !TakeField(&in, &error.detail) ||
      !TakeInt(&in, &alert) || !TakeInt(&in, &error.verify_code) ||
      !TakeField(&in, &error.verify_message) || !TakeInt(&in, &error.depth) ||
      !TakeField(&in, &error.subject) || !TakeField(&in, &error.where) ||
      !TakeField(&in, &error.what) || !TakeField(&in, &error.advice)) {
    return absl::nullopt;
  }
  error.kind = Row(static_cast<ErrorKind>(kind)).kind;
  if (alert >= 0) error.alert = static_cast<uint8_t>(alert);
  error.message = std::string(status.message());
  return error;
}

ErrorKind GetErrorKind(const absl::Status& status) {
  const absl::optional<Error> error = GetError(status);
  return error.has_value() ? error->kind : ErrorKind::kInternal;
}

absl::string_view AlertName(uint8_t alert) {
  // BoringSSL has these names too, but spells them with spaces.
  switch (alert) {
    case SSL_AD_CLOSE_NOTIFY:
      return "close_notify";
    case SSL_AD_UNEXPECTED_MESSAGE:
      return "unexpected_message";
    case SSL_AD_BAD_RECORD_MAC:
      return "bad_record_mac";
    case SSL_AD_RECORD_OVERFLOW:
      return "record_overflow";
    case SSL_AD_HANDSHAKE_FAILURE:
      return "handshake_failure";
    case SSL_AD_BAD_CERTIFICATE:
      return "bad_certificate";
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
      return "unsupported_certificate";
    case SSL_AD_CERTIFICATE_REVOKED:
      return "certificate_revoked";
    case SSL_AD_CERTIFICATE_EXPIRED:
      return "certificate_expired";
    case SSL_AD_CERTIFICATE_UNKNOWN:
      return "certificate_unknown";
    case SSL_AD_ILLEGAL_PARAMETER:
      return "illegal_parameter";
    case SSL_AD_UNKNOWN_CA:
      return "unknown_ca";
    case SSL_AD_ACCESS_DENIED:
      return "access_denied";
    case SSL_AD_DECODE_ERROR:
      return "decode_error";
    case SSL_AD_DECRYPT_ERROR:
      return "decrypt_error";
    case SSL_AD_PROTOCOL_VERSION:
      return "protocol_version";
    case SSL_AD_INSUFFICIENT_SECURITY:
      return "insufficient_security";
    case SSL_AD_INTERNAL_ERROR:
      return "internal_error";
    case SSL_AD_INAPPROPRIATE_FALLBACK:
      return "inappropriate_fallback";
    case SSL_AD_USER_CANCELLED:
      return "user_canceled";
    case SSL_AD_NO_RENEGOTIATION:
      return "no_renegotiation";
    case SSL_AD_MISSING_EXTENSION:
      return "missing_extension";
    case SSL_AD_UNSUPPORTED_EXTENSION:
      return "unsupported_extension";
    case SSL_AD_UNRECOGNIZED_NAME:
      return "unrecognized_name";
    case SSL_AD_BAD_CERTIFICATE_STATUS_RESPONSE:
      return "bad_certificate_status_response";
    case SSL_AD_UNKNOWN_PSK_IDENTITY:
      return "unknown_psk_identity";
    case SSL_AD_CERTIFICATE_REQUIRED:
      return "certificate_required";
    case SSL_AD_NO_APPLICATION_PROTOCOL:
      return "no_application_protocol";
    default:
      return "unknown";
  }
}

}  // namespace airlock::ssl
