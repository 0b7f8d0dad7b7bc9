// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Why handshakes fail, in the words of gRPC's telemetry.
#ifndef AIRLOCK_PLATFORM_HANDSHAKE_RESULT_H_
#define AIRLOCK_PLATFORM_HANDSHAKE_RESULT_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "ssl/error.h"

namespace airlock::platform {

// The values of gRPC's attribute grpc.tls.handshake.result (A118), in its
// order.
enum class HandshakeResult {
  kUnknownFailure,
  kSuccess,
  kCertificateVerificationFailed,
  kCertificateRevoked,
  kCertificateExpired,
  kCertificateNotYetValid,
  kCertificateAuthorityInvalid,
  kCertificateHostnameMismatch,
  kCertificateMalformed,
  kCipherSuiteMismatch,
  kProtocolVersionUnsupported,
  kInappropriateFallback,
  kNoApplicationProtocol,
  kSignatureVerificationFailed,
  kDecryptionFailed,
  kKeyExchangeFailure,
  kUnexpectedMessage,
  kHandshakeTimeout,
  kPeerConnectionClosed,
};

inline constexpr size_t kHandshakeResults =
    static_cast<size_t>(HandshakeResult::kPeerConnectionClosed) + 1;

// "CERTIFICATE_EXPIRED".
absl::string_view HandshakeResultName(HandshakeResult result);

// What an error of a handshake is: from the kind, the code of the verification,
// and the alert, whichever side sent it. kUnknownFailure for all others.
HandshakeResult HandshakeResultOf(const ssl::Error& error);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_HANDSHAKE_RESULT_H_
