// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the strict profile refuses, and the compatible one accepts.

#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/nid.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "ssl/verify_code.h"
#include "tests/ssl/path_fixture.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::MintExtension;
using ::airlock::testing::MintOptions;
using ::airlock::testing::MintRsaPublicKey;

namespace code = verify_code;

class PathStrictTest : public PathFixture {};

TEST_F(PathStrictTest, StrictIsStricterThanOpenssl) {
  struct Row {
    MintOptions* options;
    MintExtension extension;
    int code;
  };
  const MintExtension empty_access = {
      NID_info_access, std::string("\x30\x00", 2), /*is_der=*/true};
  for (const Row& row : {
           Row{&ca_,
               {NID_name_constraints, "permitted;DNS:example.com"},
               code::kInvalidExtension},
           Row{&root_,
               {NID_name_constraints, "permitted;DNS:example.com"},
               code::kInvalidExtension},
           Row{&leaf_,
               {NID_name_constraints, "critical,permitted;DNS:example.com"},
               code::kInvalidExtension},
           Row{&ca_,
               {NID_policy_constraints, "inhibitPolicyMapping:0"},
               code::kInvalidExtension},
           Row{&ca_, {NID_inhibit_any_policy, "0"}, code::kInvalidExtension},
           Row{&leaf_,
               {NID_ext_key_usage, "serverAuth,anyExtendedKeyUsage"},
               code::kInvalidPurpose},
           Row{&leaf_,
               {NID_ext_key_usage, "critical,serverAuth"},
               code::kInvalidExtension},
           Row{&leaf_,
               {NID_subject_alt_name, "critical,DNS:example.com"},
               code::kInvalidExtension},
           Row{&root_,
               {NID_ext_key_usage, "serverAuth"},
               code::kInvalidExtension},
           Row{&leaf_, empty_access, code::kInvalidExtension},
           Row{&leaf_,
               {NID_info_access, "x", /*is_der=*/true},
               code::kInvalidExtension},
       }) {
    const MintOptions good = *row.options;
    Replace(row.extension, row.options);
    SCOPED_TRACE(row.extension.value);
    ExpectStrictOnly(row.code);
    *row.options = good;
  }
}

TEST_F(PathStrictTest, StrictChecksFields) {
  leaf_.serial = "0123456789012345678901234567890123456789AB";  // 21 bytes.
  ExpectStrictOnly(code::kUnspecified);
  leaf_.serial = "8000000000000000000000000000000000000000";  // And a sign.
  ExpectStrictOnly(code::kUnspecified);
  leaf_.serial = "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";
  EXPECT_EQ(Verify(/*strict=*/true), 0) << outcome_.status;
  leaf_.not_before = "20200101000000Z";
  ExpectStrictOnly(code::kUnspecified);
}

TEST_F(PathStrictTest, StrictChecksKeys) {
  leaf_key_ = MintRsaPublicKey(2049);
  ExpectStrictOnly(code::kEeKeyTooSmall);
  const bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(NID_secp224r1));
  ASSERT_TRUE(EC_KEY_generate_key(ec.get()));
  leaf_key_.reset(EVP_PKEY_new());
  ASSERT_TRUE(EVP_PKEY_set1_EC_KEY(leaf_key_.get(), ec.get()));
  ExpectStrictOnly(code::kEeKeyTooSmall);
}

TEST_F(PathStrictTest, StrictChecksTheKeyIdentifierOfARoot) {
  root_.extensions.push_back(AuthorityKeyId("r"));
  EXPECT_EQ(Verify(/*strict=*/true), 0) << outcome_.status;
  // With the serial number, or the issuer's name: "CN=root".
  for (const absl::string_view der :
       {absl::string_view("\x30\x06\x80\x01r\x82\x01\x01"),
        absl::string_view("\x30\x18\x80\x01r\xA1\x13\xA4\x11\x30\x0F\x31\x0D"
                          "\x30\x0B\x06\x03\x55\x04\x03\x0C\x04root")}) {
    Replace({NID_authority_key_identifier, std::string(der), /*is_der=*/true},
            &root_);
    ExpectStrictOnly(code::kInvalidExtension);
  }
  // Another key's: then it is not self-signed.
  verification_.flags.partial_chain = true;
  Replace(AuthorityKeyId("x"), &root_);
  ExpectStrictOnly(code::kInvalidExtension);
}

// Without nextUpdate, an old CRL never becomes invalid.
TEST_F(PathStrictTest, StrictNeedsTheEndOfACrl) {
  verification_.flags.crl_check_leaf = true;
  CrlOptions endless;
  endless.next_update = "";
  crls_ = {MakeCrl(endless)};
  ExpectStrictOnly(code::kUnableToGetCrl);
  EXPECT_TRUE(absl::StrContains(error_.what, "nextUpdate")) << error_.what;
}

}  // namespace
}  // namespace airlock::ssl::internal
