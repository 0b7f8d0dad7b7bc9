// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A typed error that absl::Status carries.
#ifndef AIRLOCK_SSL_ERROR_H_
#define AIRLOCK_SSL_ERROR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ssl/error_text.h"

namespace airlock::ssl {

// Categories for callers to branch on. The numbers are stable.
enum class ErrorKind : int {
  kInternal = 0,         // Out of memory, or a bug in Airlock.
  kInvalidArgument = 1,  // Options that are invalid or contradict each other.
  kCredentials = 2,      // A private key or certificate chain is unusable.
  kTrustStore = 3,       // A CA bundle is missing, empty or damaged.
  kPolicy = 4,           // The platform's policy forbids what was asked.
  kVerification = 5,     // The peer's chain is not trusted.
  kHostname = 6,         // The chain is valid, but for other names.
  kPeerAlert = 7,        // The peer ended the connection with an alert.
  kProtocol = 8,         // A protocol error, or no parameters in common.
  kUnexpectedEof = 9,    // The stream ended without close_notify: truncated.
  kTransport = 10,       // The transport failed.
  kTimeout = 11,         // The transport's deadline passed.
  kCallback = 12,        // A callback of the application failed.
  kClosed = 13,          // Used after shutdown.
};

// The enumerator's name without the "k": "Verification".
absl::string_view ErrorKindName(ErrorKind kind);

// The names of this library in an error's texts.
struct ErrorNames {
  std::vector<ErrorText::Span> message;
  std::vector<ErrorText::Span> where;
  std::vector<ErrorText::Span> what;
  std::vector<ErrorText::Span> advice;
};

// The details of a failure. Only `kind` and `message` are always set.
struct Error {
  ErrorKind kind = ErrorKind::kInternal;

  // For people: what is wrong, where, and what to do about it. UTF-8. Contains
  // no secrets. Not stable: never compare it. If it is empty, MakeStatus joins
  // it from `where`, `what` and `advice`.
  std::string message;

  // The parts of `message`, for callers that show them separately: the place
  // ("certfile: block 2 (CERTIFICATE, line 21)"), a predicate about that place
  // ("has no END line"), and what to do ("restore it"). For kVerification and
  // kHostname, `what` is the finding, `advice` is a sentence, and `where` is
  // the name that the certificate is not valid for. Empty for errors that were
  // not made of parts.
  std::string where;
  std::string what;
  std::string advice;

  // Where the texts above have names of this library. Set by the functions
  // below; see MessageOf.
  ErrorNames names;

  // BoringSSL's names of the error, such as "SSL" and "WRONG_VERSION_NUMBER":
  // of the first that it queued; on a connection, of the first in "SSL", if
  // any. Empty if the error is not from BoringSSL. `detail` is BoringSSL's own
  // wording in lower case, for bindings that show it.
  std::string library;
  std::string reason;
  std::string detail;

  // The TLS alert (RFC 8446, section 6): the received one if `kind` is
  // kPeerAlert, or kUnexpectedEof (0, a close_notify during the handshake);
  // otherwise the one that was sent to the peer.
  std::optional<uint8_t> alert;

  // For kVerification and kHostname: OpenSSL's X509_V_ERR_* number (named in
  // ssl/verify_code.h), its text, the depth in the chain (0 is the peer itself;
  // -1 if no certificate is at fault), and the subject of that certificate in
  // RFC 4514 form.
  int verify_code = 0;
  std::string verify_message;
  int depth = -1;
  std::string subject;

  // A client's, if the server rejected Encrypted Client Hello and proved that
  // it has the public name (reason ECH_REJECTED): the ECHConfigList for the
  // next attempt; empty: the server does not have ECH any more, and wants a
  // connection without it. Unset in any other case, also if the server was not
  // verified.
  std::optional<std::string> ech_retry_configs;
};

// An absl::Status that carries `error`. The kind determines its code; its
// message is error.message, or joined from the parts. Thread-safe.
absl::Status MakeStatus(const Error& error);

// Shorthand for an error that has only a kind and a message.
absl::Status MakeStatus(ErrorKind kind, const ErrorText& message);

// The parts of a message, and what joins them: "ciphers: \"X\" selects no
// cipher; leave it out". `where` or `advice` may be empty.
struct ErrorParts {
  ErrorText where;
  ErrorText what;
  ErrorText advice = "";
  absl::string_view after_where = ": ";
  absl::string_view before_advice = "; ";
};

// Shorthand for an error that has only a kind and parts.
absl::Status MakeStatus(ErrorKind kind, const ErrorParts& parts);

// Sets the parts of `error` and its message, which they are joined to.
void SetParts(const ErrorParts& parts, Error* error);

// Sets error->message, and the names in it.
void SetMessage(const ErrorText& message, Error* error);

// error.message with its names, for callers that have other names for these
// (ErrorText::Renamed), or that put it into another message. The second: the
// same for any status that is not ok.
ErrorText MessageOf(const Error& error);
ErrorText MessageOf(const absl::Status& status);

// The Error that MakeStatus put into `status`; unset if `status` is ok or comes
// from elsewhere (a transport, a callback). Thread-safe.
std::optional<Error> GetError(const absl::Status& status);

// The kind of GetError(status), or kInternal for a status from elsewhere.
// `status` must not be ok.
ErrorKind GetErrorKind(const absl::Status& status);

// The name of a TLS alert as RFC 8446 spells it ("bad_certificate"), or
// "unknown" for a number it does not define.
absl::string_view AlertName(uint8_t alert);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_ERROR_H_
