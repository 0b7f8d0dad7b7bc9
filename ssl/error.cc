// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/error.h"

#include <openssl/ssl.h>

#include <array>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
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

// A list of names is its size, then the numbers.
void AppendNames(const std::vector<ErrorText::Span>& names, std::string* out) {
  AppendField(absl::StrCat(names.size()), out);
  for (const ErrorText::Span& name : names) {
    AppendField(absl::StrCat(name.offset), out);
    AppendField(absl::StrCat(name.size), out);
  }
}

bool TakeNames(absl::string_view* in, std::vector<ErrorText::Span>* names) {
  int count = 0;
  if (!TakeInt(in, &count)) return false;
  for (int i = 0; i < count; ++i) {
    int offset = 0;
    int size = 0;
    if (!TakeInt(in, &offset) || !TakeInt(in, &size) || offset < 0 ||
        size < 0) {
      return false;
    }
    names->push_back({static_cast<size_t>(offset), static_cast<size_t>(size)});
  }
  return true;
}

// The parts of `error` with their names.
ErrorText WhereOf(const Error& error) {
  return {error.where, error.names.where};
}

ErrorText WhatOf(const Error& error) { return {error.what, error.names.what}; }

ErrorText AdviceOf(const Error& error) {
  return {error.advice, error.names.advice};
}

// "certificate verify failed: the certificate is not valid for a.test: ..."
ErrorText JoinVerification(const Error& error) {
  ErrorText text;
  if (!error.detail.empty()) text = JoinText(error.detail, ": ");
  if (error.kind == ErrorKind::kHostname) {
    text = JoinText(text, "the certificate is not valid for ", WhereOf(error),
                    ": ");
  }
  text.Append(WhatOf(error));
  if (error.advice.empty()) return text;
  // A list ends with its last line.
  const bool is_list = absl::EndsWith(text.text(), "\n");
  return JoinText(text, is_list ? "" : ". ", AdviceOf(error));
}

// "The handshake failed: wrong version number. Check ..."
ErrorText JoinProtocol(const Error& error) {
  return JoinText(WhatOf(error), ": ", error.detail, ". ", AdviceOf(error));
}

ErrorText JoinParts(const Error& error) {
  if (error.kind == ErrorKind::kProtocol) return JoinProtocol(error);
  if (error.kind == ErrorKind::kVerification ||
      error.kind == ErrorKind::kHostname) {
    return JoinVerification(error);
  }
  ErrorText text = WhereOf(error);
  if (!text.empty() && !error.what.empty()) text.AppendPlain(" ");
  text.Append(WhatOf(error));
  if (!error.detail.empty()) {
    text = JoinText(text, " (", error.library, ": ", error.detail, ")");
  }
  if (!error.advice.empty()) text = JoinText(text, "; ", AdviceOf(error));
  return text;
}

}  // namespace

absl::string_view ErrorKindName(ErrorKind kind) { return Row(kind).name; }

absl::Status MakeStatus(const Error& error) {
  const ErrorText message =
      error.message.empty() ? JoinParts(error) : MessageOf(error);
  absl::Status status(Row(error.kind).code, message.text());
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
  AppendNames(message.names(), &payload);
  AppendNames(error.names.where, &payload);
  AppendNames(error.names.what, &payload);
  AppendNames(error.names.advice, &payload);
  AppendField(absl::StrCat(error.ech_retry_configs.has_value() ? 1 : 0),
              &payload);
  AppendField(error.ech_retry_configs.value_or(""), &payload);
  status.SetPayload(kTypeUrl, absl::Cord(payload));
  return status;
}

absl::Status MakeStatus(ErrorKind kind, const ErrorText& message) {
  Error error;
  error.kind = kind;
  SetMessage(message, &error);
  return MakeStatus(error);
}

absl::Status MakeStatus(ErrorKind kind, const ErrorParts& parts) {
  Error error;
  error.kind = kind;
  SetParts(parts, &error);
  return MakeStatus(error);
}

void SetParts(const ErrorParts& parts, Error* error) {
  error->where = parts.where.text();
  error->what = parts.what.text();
  error->advice = parts.advice.text();
  ErrorText message = parts.where;
  if (!message.empty()) message.AppendPlain(parts.after_where);
  message.Append(parts.what);
  if (!parts.advice.empty()) message.AppendPlain(parts.before_advice);
  message.Append(parts.advice);
  SetMessage(message, error);
  error->names.where = parts.where.names();
  error->names.what = parts.what.names();
  error->names.advice = parts.advice.names();
}

void SetMessage(const ErrorText& message, Error* error) {
  error->message = message.text();
  error->names.message = message.names();
}

ErrorText MessageOf(const Error& error) {
  return {error.message, error.names.message};
}

ErrorText MessageOf(const absl::Status& status) {
  const std::optional<Error> error = GetError(status);
  return error.has_value() ? MessageOf(*error) : ErrorText(status.message());
}

std::optional<Error> GetError(const absl::Status& status) {
  const std::optional<absl::Cord> payload = status.GetPayload(kTypeUrl);
  if (!payload.has_value()) return std::nullopt;
  const std::string flat(*payload);
  absl::string_view in = flat;
  Error error;
  int kind = 0;
  int alert = -1;
  int is_ech_rejection = 0;
  std::string ech_retry_configs;
  if (!TakeInt(&in, &kind) || !TakeField(&in, &error.library) ||
      !TakeField(&in, &error.reason) || !TakeField(&in, &error.detail) ||
      !TakeInt(&in, &alert) || !TakeInt(&in, &error.verify_code) ||
      !TakeField(&in, &error.verify_message) || !TakeInt(&in, &error.depth) ||
      !TakeField(&in, &error.subject) || !TakeField(&in, &error.where) ||
      !TakeField(&in, &error.what) || !TakeField(&in, &error.advice) ||
      !TakeNames(&in, &error.names.message) ||
      !TakeNames(&in, &error.names.where) ||
      !TakeNames(&in, &error.names.what) ||
      !TakeNames(&in, &error.names.advice) ||
      !TakeInt(&in, &is_ech_rejection) || !TakeField(&in, &ech_retry_configs)) {
    return std::nullopt;
  }
  error.kind = Row(static_cast<ErrorKind>(kind)).kind;
  if (alert >= 0) error.alert = static_cast<uint8_t>(alert);
  if (is_ech_rejection != 0) {
    error.ech_retry_configs = std::move(ech_retry_configs);
  }
  error.message = std::string(status.message());
  return error;
}

ErrorKind GetErrorKind(const absl::Status& status) {
  const std::optional<Error> error = GetError(status);
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
    case SSL_AD_ECH_REQUIRED:
      return "ech_required";
    default:
      return "unknown";
  }
}

}  // namespace airlock::ssl
