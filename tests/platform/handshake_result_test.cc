// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/handshake_result.h"

#include <cstdint>
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "ssl/verify_code.h"

namespace airlock::platform {
namespace {

using ssl::Error;
using ssl::ErrorKind;
using Result = HandshakeResult;

Error Verification(int code) {
  Error error;
  error.kind = ErrorKind::kVerification;
  error.verify_code = code;
  return error;
}

Error WithAlert(ErrorKind kind, uint8_t alert) {
  Error error;
  error.kind = kind;
  error.alert = alert;
  return error;
}

Error WithReason(const std::string& reason) {
  Error error;
  error.kind = ErrorKind::kProtocol;
  error.reason = reason;
  return error;
}

TEST(HandshakeResultTest, SaysWhatIsWrongWithACertificate) {
  namespace code = ssl::verify_code;
  EXPECT_EQ(HandshakeResultOf(Verification(code::kExpired)),
            Result::kCertificateExpired);
  EXPECT_EQ(HandshakeResultOf(Verification(code::kNotYetValid)),
            Result::kCertificateNotYetValid);
  EXPECT_EQ(HandshakeResultOf(Verification(code::kRevoked)),
            Result::kCertificateRevoked);
  for (const int untrusted :
       {code::kSelfSignedLeaf, code::kSelfSignedInChain,
        code::kUnableToGetIssuerLocally, code::kUntrusted, code::kRejected}) {
    EXPECT_EQ(HandshakeResultOf(Verification(untrusted)),
              Result::kCertificateAuthorityInvalid);
  }
  EXPECT_EQ(HandshakeResultOf(Verification(code::kInvalidPurpose)),
            Result::kCertificateVerificationFailed);
  Error name;
  name.kind = ErrorKind::kHostname;
  EXPECT_EQ(HandshakeResultOf(name), Result::kCertificateHostnameMismatch);
}

// The peer says the same by an alert.
TEST(HandshakeResultTest, ReadsAlerts) {
  const struct {
    uint8_t alert;
    Result result;
  } kCases[] = {{0, Result::kPeerConnectionClosed},
                {10, Result::kUnexpectedMessage},
                {20, Result::kDecryptionFailed},
                {40, Result::kUnknownFailure},
                {42, Result::kCertificateMalformed},
                {44, Result::kCertificateRevoked},
                {45, Result::kCertificateExpired},
                {48, Result::kCertificateAuthorityInvalid},
                {51, Result::kSignatureVerificationFailed},
                {70, Result::kProtocolVersionUnsupported},
                {80, Result::kUnknownFailure},
                {86, Result::kInappropriateFallback},
                {116, Result::kCertificateVerificationFailed},
                {120, Result::kNoApplicationProtocol}};
  for (const auto& [alert, result] : kCases) {
    EXPECT_EQ(HandshakeResultOf(WithAlert(ErrorKind::kPeerAlert, alert)),
              result)
        << int{alert};
    EXPECT_EQ(HandshakeResultOf(WithAlert(ErrorKind::kProtocol, alert)), result)
        << int{alert};
  }
  Error none;
  none.kind = ErrorKind::kPeerAlert;
  EXPECT_EQ(HandshakeResultOf(none), Result::kUnknownFailure);
}

TEST(HandshakeResultTest, SaysWhatThePeersDoNotShare) {
  EXPECT_EQ(HandshakeResultOf(WithReason("NO_SHARED_CIPHER")),
            Result::kCipherSuiteMismatch);
  EXPECT_EQ(HandshakeResultOf(WithReason("NO_SHARED_GROUP")),
            Result::kKeyExchangeFailure);
  EXPECT_EQ(HandshakeResultOf(WithReason("UNSUPPORTED_PROTOCOL")),
            Result::kProtocolVersionUnsupported);
  EXPECT_EQ(HandshakeResultOf(WithReason("")), Result::kUnknownFailure);
}

TEST(HandshakeResultTest, TellsClosedFromLate) {
  Error error;
  error.kind = ErrorKind::kTimeout;
  EXPECT_EQ(HandshakeResultOf(error), Result::kHandshakeTimeout);
  error.kind = ErrorKind::kUnexpectedEof;
  EXPECT_EQ(HandshakeResultOf(error), Result::kPeerConnectionClosed);
  error.kind = ErrorKind::kCallback;
  EXPECT_EQ(HandshakeResultOf(error), Result::kUnknownFailure);
}

TEST(HandshakeResultTest, HasTheNamesOfGrpc) {
  std::set<std::string> names;
  for (size_t i = 0; i < kHandshakeResults; ++i) {
    names.emplace(HandshakeResultName(static_cast<Result>(i)));
  }
  EXPECT_EQ(names.size(), kHandshakeResults);
  EXPECT_EQ(HandshakeResultName(Result::kSuccess), "SUCCESS");
  EXPECT_EQ(HandshakeResultName(Result::kCertificateAuthorityInvalid),
            "CERTIFICATE_AUTHORITY_INVALID");
  EXPECT_EQ(HandshakeResultName(Result::kPeerConnectionClosed),
            "PEER_CONNECTION_CLOSED");
}

}  // namespace
}  // namespace airlock::platform
