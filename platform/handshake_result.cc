// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/handshake_result.h"

#include <array>
#include <cstdint>

#include "ssl/verify_code.h"

namespace airlock::platform {
namespace {

using Result = HandshakeResult;

// RFC 8446, section 6.
Result ResultOfAlert(uint8_t alert) {
  switch (alert) {
    case 0:   // close_notify
    case 90:  // user_canceled
      return Result::kPeerConnectionClosed;
    case 10:
      return Result::kUnexpectedMessage;
    case 20:  // bad_record_mac
      return Result::kDecryptionFailed;
    case 42:  // bad_certificate
    case 43:  // unsupported_certificate
      return Result::kCertificateMalformed;
    case 44:
      return Result::kCertificateRevoked;
    case 45:
      return Result::kCertificateExpired;
    case 46:   // certificate_unknown
    case 113:  // bad_certificate_status_response
    case 116:  // certificate_required
      return Result::kCertificateVerificationFailed;
    case 48:  // unknown_ca
      return Result::kCertificateAuthorityInvalid;
    case 51:  // decrypt_error
      return Result::kSignatureVerificationFailed;
    case 70:
      return Result::kProtocolVersionUnsupported;
    case 86:
      return Result::kInappropriateFallback;
    case 120:
      return Result::kNoApplicationProtocol;
    default:
      return Result::kUnknownFailure;
  }
}

Result ResultOfVerification(int code) {
  switch (code) {
    case ssl::verify_code::kUnableToGetIssuer:
    case ssl::verify_code::kUnableToGetIssuerLocally:
    case ssl::verify_code::kUnableToVerifyLeafSignature:
    case ssl::verify_code::kSelfSignedLeaf:
    case ssl::verify_code::kSelfSignedInChain:
    case ssl::verify_code::kUntrusted:
    case ssl::verify_code::kRejected:
      return Result::kCertificateAuthorityInvalid;
    case ssl::verify_code::kNotYetValid:
      return Result::kCertificateNotYetValid;
    case ssl::verify_code::kExpired:
      return Result::kCertificateExpired;
    case ssl::verify_code::kRevoked:
      return Result::kCertificateRevoked;
    default:
      return Result::kCertificateVerificationFailed;
  }
}

Result ResultOfProtocolError(const ssl::Error& error) {
  if (error.reason == "NO_SHARED_CIPHER" || error.reason == "NO_CIPHER_MATCH" ||
      error.reason == "NO_COMMON_CIPHER") {
    return Result::kCipherSuiteMismatch;
  }
  if (error.reason == "NO_SHARED_GROUP" || error.reason == "WRONG_CURVE" ||
      error.reason == "BAD_ECPOINT") {
    return Result::kKeyExchangeFailure;
  }
  if (error.reason == "UNSUPPORTED_PROTOCOL" ||
      error.reason == "WRONG_VERSION_NUMBER") {
    return Result::kProtocolVersionUnsupported;
  }
  return error.alert.has_value() ? ResultOfAlert(*error.alert)
                                 : Result::kUnknownFailure;
}

}  // namespace

absl::string_view HandshakeResultName(HandshakeResult result) {
  constexpr std::array<absl::string_view, kHandshakeResults> kNames = {
      "UNKNOWN_FAILURE",
      "SUCCESS",
      "CERTIFICATE_VERIFICATION_FAILED",
      "CERTIFICATE_REVOKED",
      "CERTIFICATE_EXPIRED",
      "CERTIFICATE_NOT_YET_VALID",
      "CERTIFICATE_AUTHORITY_INVALID",
      "CERTIFICATE_HOSTNAME_MISMATCH",
      "CERTIFICATE_MALFORMED",
      "CIPHER_SUITE_MISMATCH",
      "PROTOCOL_VERSION_UNSUPPORTED",
      "INAPPROPRIATE_FALLBACK",
      "NO_APPLICATION_PROTOCOL",
      "SIGNATURE_VERIFICATION_FAILED",
      "DECRYPTION_FAILED",
      "KEY_EXCHANGE_FAILURE",
      "UNEXPECTED_MESSAGE",
      "HANDSHAKE_TIMEOUT",
      "PEER_CONNECTION_CLOSED"};
  return kNames[static_cast<size_t>(result)];
}

HandshakeResult HandshakeResultOf(const ssl::Error& error) {
  switch (error.kind) {
    case ssl::ErrorKind::kVerification:
      return ResultOfVerification(error.verify_code);
    case ssl::ErrorKind::kHostname:
      return Result::kCertificateHostnameMismatch;
    case ssl::ErrorKind::kPeerAlert:
      return error.alert.has_value() ? ResultOfAlert(*error.alert)
                                     : Result::kUnknownFailure;
    case ssl::ErrorKind::kProtocol:
      return ResultOfProtocolError(error);
    case ssl::ErrorKind::kUnexpectedEof:
    case ssl::ErrorKind::kClosed:
      return Result::kPeerConnectionClosed;
    case ssl::ErrorKind::kTimeout:
      return Result::kHandshakeTimeout;
    default:
      return Result::kUnknownFailure;
  }
}

}  // namespace airlock::platform
