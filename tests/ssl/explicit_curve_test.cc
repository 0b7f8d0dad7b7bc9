// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A curve given by its parameters in place of its name (RFC 5480 forbids it).

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/credentials.h"
#include "ssl/error.h"
#include "ssl/trust_store.h"
#include "tests/ssl/credentials_testing.h"
#include "tests/support/error_matchers.h"

namespace airlock::ssl {
namespace {

// Made with `openssl ecparam -name prime256v1 -param_enc explicit -genkey`; the
// keys are worthless.
constexpr char kCertificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIICcjCCAhegAwIBAgIUMGHPmRU9udZntzIFjYX/qupkAAkwCgYIKoZIzj0EAwIw\n"
    "EzERMA8GA1UEAwwIZXhwbGljaXQwIBcNMjYxMTI3MDQyNDE0WhgPMjEyNjExMDMw\n"
    "NDI0MTRaMBMxETAPBgNVBAMMCGV4cGxpY2l0MIIBSzCCAQMGByqGSM49AgEwgfcC\n"
    "AQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAAAAAAAAAAAAAA////////////////\n"
    "MFsEIP////8AAAABAAAAAAAAAAAAAAAA///////////////8BCBaxjXYqjqT57Pr\n"
    "vVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSdNgiG5wSTamZ44ROdJreBn36QBEEE\n"
    "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54W\n"
    "K84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA//////////+85vqtpxeehPO5ysL8\n"
    "YyVRAgEBA0IABCGnb9v1aYw6oJM4i1/e2oDJYl1YUafWQhWro+SIisguE6go1f9M\n"
    "0INpSWZ0MLVqL1ahQwSr4dh6bacuoRfF53KjUzBRMB0GA1UdDgQWBBStQcUHfv25\n"
    "cIlmauhwoI+2wUSrLTAfBgNVHSMEGDAWgBStQcUHfv25cIlmauhwoI+2wUSrLTAP\n"
    "BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDOcTeFEwqv3BAzY8B3\n"
    "rf6t3wi4IT0n6GioOlBwLcZE1AIhAI/XWN3+dznc+sIBCbSFOOP0NBp+6fwX3+lp\n"
    "Un4Ewvii\n"
    "-----END CERTIFICATE-----\n";
constexpr char kPkcs8[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIBeQIBADCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAAB\n"
    "AAAAAAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA\n"
    "///////////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMV\n"
    "AMSdNgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg\n"
    "9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8A\n"
    "AAAA//////////+85vqtpxeehPO5ysL8YyVRAgEBBG0wawIBAQQgFAlwMXOl34Ul\n"
    "WHEyJDd5XnPNvVIdwrN3YNzoVta3ZBWhRANCAAQhp2/b9WmMOqCTOItf3tqAyWJd\n"
    "WFGn1kIVq6PkiIrILhOoKNX/TNCDaUlmdDC1ai9WoUMEq+HYem2nLqEXxedy\n"
    "-----END PRIVATE KEY-----\n";
constexpr char kSec1[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MIIBaAIBAQQgFAlwMXOl34UlWHEyJDd5XnPNvVIdwrN3YNzoVta3ZBWggfowgfcC\n"
    "AQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAAAAAAAAAAAAAA////////////////\n"
    "MFsEIP////8AAAABAAAAAAAAAAAAAAAA///////////////8BCBaxjXYqjqT57Pr\n"
    "vVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSdNgiG5wSTamZ44ROdJreBn36QBEEE\n"
    "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54W\n"
    "K84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA//////////+85vqtpxeehPO5ysL8\n"
    "YyVRAgEBoUQDQgAEIadv2/VpjDqgkziLX97agMliXVhRp9ZCFauj5IiKyC4TqCjV\n"
    "/0zQg2lJZnQwtWovVqFDBKvh2Hptpy6hF8Xncg==\n"
    "-----END EC PRIVATE KEY-----\n";

TEST(ExplicitCurveTest, IsReportedInsteadOfAMismatch) {
  for (const std::string key : {kPkcs8, kSec1}) {
    const Result made = Create(kCertificate, key);
    ASSERT_FALSE(made.ok());
    const Error error = GetError(made.status()).value_or(Error());
    EXPECT_EQ(error.kind, ErrorKind::kCredentials);
    EXPECT_NE(error.reason, "KEY_VALUES_MISMATCH");
    EXPECT_EQ(error.subject, "CN=explicit");
    EXPECT_EQ(error.where,
              "the public key of the first certificate in certfile");
    EXPECT_THAT(made, HasAdvice());
  }
  // A key of a named curve cannot match it, and is not at fault.
  ExpectSaid(Create(kCertificate, Cert("server_p256.key")),
             "explicit parameters");
  ExpectSaid(Create(Cert("server_ed448.pem"), Cert("server_p256.key")),
             "ED448");
  // Only the key is used.
  const Result mismatch = Create(Cert("server_p256.pem"), kSec1);
  ASSERT_FALSE(mismatch.ok());
  EXPECT_EQ(GetError(mismatch.status())->reason, "KEY_VALUES_MISMATCH");
}

TEST(ExplicitCurveTest, OfACaDoesNotSpoilTheBundle) {
  const auto store =
      TrustStore::Create(Cert("ca.pem") + kCertificate, "bundle");
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->certificate_count(), 3u);
}

}  // namespace
}  // namespace airlock::ssl
