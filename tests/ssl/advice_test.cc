// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The advice in errors, and which side they blame.

#include "ssl/internal/advice.h"

#include <openssl/base.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "ssl/verify_code.h"

namespace airlock::ssl::internal {
namespace {

Fault FaultOf(int reason) { return ReasonFault(ERR_PACK(ERR_LIB_SSL, reason)); }

// No advice suggests weaker security.
void ExpectHarmless(absl::string_view advice) {
  EXPECT_FALSE(advice.empty());
  for (const char* word : {"SECLEVEL", "CERT_NONE", "verify_mode", "lower",
                           "disable", "check_hostname", "Raise"}) {
    EXPECT_FALSE(absl::StrContains(advice, word)) << advice;
  }
}

TEST(AdviceTest, SaysWhoIsAtFault) {
  for (const int reason :
       {SSL_R_BAD_WRITE_RETRY, SSL_R_PROTOCOL_IS_SHUTDOWN, SSL_R_UNINITIALIZED,
        SSL_R_NO_CERTIFICATE_SET, SSL_R_APPLICATION_DATA_ON_SHUTDOWN,
        SSL_R_PRIVATE_KEY_OPERATION_FAILED, SSL_R_INVALID_SSL_SESSION,
        SSL_R_NO_CIPHERS_AVAILABLE, SSL_R_NO_SUPPORTED_VERSIONS_ENABLED,
        SSL_R_ATTEMPT_TO_REUSE_SESSION_IN_DIFFERENT_CONTEXT}) {
    EXPECT_EQ(FaultOf(reason), Fault::kCaller) << reason;
  }
  for (const int reason :
       {SSL_R_WRONG_VERSION_NUMBER, SSL_R_BAD_SIGNATURE, SSL_R_DECODE_ERROR,
        SSL_R_UNEXPECTED_MESSAGE, SSL_R_TOO_MANY_KEY_UPDATES,
        SSL_R_NO_RENEGOTIATION, SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC}) {
    EXPECT_EQ(FaultOf(reason), Fault::kPeer) << reason;
  }
  for (const int reason :
       {SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SHARED_GROUP,
        SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_NO_APPLICATION_PROTOCOL,
        SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE,
        SSL_R_NO_COMMON_SIGNATURE_ALGORITHMS}) {
    EXPECT_EQ(FaultOf(reason), Fault::kConfiguration) << reason;
  }
}

// The other side is not even contacted.
TEST(AdviceTest, BlamesThisSideForItsOwnExclusions) {
  for (const int reason :
       {SSL_R_NO_CIPHERS_AVAILABLE, SSL_R_NO_SUPPORTED_VERSIONS_ENABLED}) {
    const std::string advice =
        ReasonAdvice(static_cast<uint32_t>(ERR_PACK(ERR_LIB_SSL, reason)))
            .text();
    EXPECT_TRUE(absl::StrContains(advice, "this side")) << advice;
    EXPECT_FALSE(absl::StrContains(advice, "two sides")) << advice;
  }
}

TEST(AdviceTest, UnknownReasonsBlameNeitherSide) {
  for (const uint32_t code :
       {static_cast<uint32_t>(ERR_PACK(ERR_LIB_SSL, 999)),
        static_cast<uint32_t>(ERR_PACK(ERR_LIB_SSL, ERR_R_MALLOC_FAILURE)),
        static_cast<uint32_t>(ERR_PACK(ERR_LIB_RSA, 100)),
        static_cast<uint32_t>(ERR_PACK(ERR_LIB_SYS, 5)), 0u}) {
    EXPECT_EQ(ReasonFault(code), Fault::kUnknown) << code;
    EXPECT_FALSE(absl::StrContains(ReasonAdvice(code).text(), "peer"))
        << ReasonAdvice(code).text();
    ExpectHarmless(ReasonAdvice(code).text());
  }
}

// The table has every reason with which a TLS connection over a stream can end.
TEST(AdviceTest, KnowsAllReasonsOfTls) {
  for (int reason = 1; reason < SSL_AD_REASON_OFFSET; ++reason) {
    const uint32_t code = ERR_PACK(ERR_LIB_SSL, reason);
    const char* name = ERR_reason_error_string(code);
    if (name == nullptr || absl::string_view(name) == "unknown error") continue;
    ExpectHarmless(ReasonAdvice(code).text());
#if BORINGSSL_API_VERSION == 19
    const absl::string_view text = name;
    const bool elsewhere =
        reason < 100 || absl::StrContains(text, "QUIC") ||
        absl::StrContains(text, "ECH_") || absl::StrContains(text, "SRTP") ||
        text == "MTU_TOO_SMALL" || text == "WRONG_ENCRYPTION_LEVEL_RECEIVED" ||
        text == "COULD_NOT_PARSE_HINTS" || text == "BN_LIB" ||
        text == "X509_LIB" || text == "ERROR_ADDING_EXTENSION" ||
        text == "UNKNOWN_STATE" || text == "CONNECTION_REJECTED" ||
        text == "READ_TIMEOUT_EXPIRED" ||
        text == "X509_VERIFICATION_SETUP_PROBLEMS";
    EXPECT_TRUE(elsewhere || ReasonFault(code) != Fault::kUnknown) << text;
#endif
  }
}

TEST(AdviceTest, OfAlertsAndVerifyCodesIsHarmless) {
  for (int number = 0; number < 256; ++number) {
    ExpectHarmless(AlertAdvice(static_cast<uint8_t>(number)).text());
    ExpectHarmless(VerifyCodeAdvice(number));
    EXPECT_FALSE(VerifyCodeText(number).empty());
  }
}

TEST(VerifyCodeTest, HasOneMeaningForEachNumber) {
  EXPECT_EQ(VerifyCodeText(verify_code::kEeKeyTooSmall),
            "EE certificate key too weak");
  EXPECT_EQ(VerifyCodeText(verify_code::kCaKeyTooSmall),
            "CA certificate key too weak");
  EXPECT_EQ(VerifyCodeText(verify_code::kInvalidCa), "invalid CA certificate");
  // Where BoringSSL has older words.
  EXPECT_EQ(VerifyCodeText(verify_code::kSelfSignedLeaf),
            "self-signed certificate");
  EXPECT_EQ(VerifyCodeText(verify_code::kSelfSignedInChain),
            "self-signed certificate in certificate chain");
  EXPECT_EQ(VerifyCodeText(verify_code::kInvalidPurpose),
            "unsuitable certificate purpose");
  // BoringSSL's INVALID_CA and INVALID_CALL are other failures of OpenSSL's.
  EXPECT_EQ(VerifyCodeText(24), "unknown error");
  EXPECT_EQ(VerifyCodeText(65), "unknown error");
}

}  // namespace
}  // namespace airlock::ssl::internal
