// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What an error says about the paths that were tried.

#include <openssl/nid.h>
#include <openssl/x509.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/trust_store.h"
#include "ssl/verify_code.h"
#include "tests/ssl/path_fixture.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;

namespace code = verify_code;

class PathErrorsTest : public PathFixture {};

TEST_F(PathErrorsTest, AnErrorNamesTheRule) {
  leaf_.not_after = "210101000000Z";
  EXPECT_EQ(Verify(), code::kExpired);
  EXPECT_TRUE(absl::StrContains(error_.what, "RFC 5280, section 4.1.2.5"))
      << error_.what;
  EXPECT_FALSE(absl::StrContains(error_.what, "\n")) << error_.what;
}

TEST_F(PathErrorsTest, AnErrorListsThePaths) {
  const Key other_key = MintKey();
  const Certificate other =
      Mint("other", other_key.get(), "other", other_key.get(), true);
  MintOptions expired = ca_;
  Remove(NID_authority_key_identifier, &expired);
  expired.issuer = "other";
  expired.not_after = "210101000000Z";
  ca_.extensions.push_back(
      {NID_name_constraints, "critical,permitted;DNS:example.org"});
  std::vector<Certificate> presented = Presented();
  presented.push_back(Mint(expired, ca_key_.get(), other_key.get()));
  const Certificate root = Mint(root_, root_key_.get(), root_key_.get());
  EXPECT_EQ(Verify(presented, {root, other}), code::kPermittedViolation);
  for (const char* part :
       {"\n  1. \"CN=leaf\" < \"CN=ca\" < \"CN=root\"",
        "\n  2. \"CN=leaf\" < \"CN=ca\" < \"CN=other\"", "CN=ca",
        "RFC 5280, section 4.2.1.10", "RFC 5280, section 4.1.2.5"}) {
    EXPECT_TRUE(absl::StrContains(error_.what, part)) << error_.what;
  }
}

// The peer chooses the names, and how many there are.
TEST_F(PathErrorsTest, AnErrorIsShortAndPlainWhateverThePeerSends) {
  const std::string hostile = "evil\n\x1b[2J\xC2\x9B\xE2\x80\xAE\"";
  leaf_.issuer = hostile;
  leaf_.common_names = {std::string(5000, 'x') + hostile};
  leaf_.name_type = V_ASN1_UTF8STRING;
  Remove(NID_authority_key_identifier, &leaf_);
  Replace({NID_subject_alt_name,
           absl::StrCat("DNS:example.com,DNS:", std::string(300, 'z'))},
          &leaf_);
  ca_.common_names = {hostile};
  ca_.extensions.push_back(
      {NID_name_constraints, "critical,permitted;DNS:example.org"});
  std::vector<Certificate> presented = {
      Mint(leaf_, leaf_key_.get(), ca_key_.get())};
  for (int i = 0; i < 200; ++i) {
    ca_.serial = absl::StrCat("10", i);
    presented.push_back(Mint(ca_, ca_key_.get(), root_key_.get()));
  }
  const Certificate root = Mint(root_, root_key_.get(), root_key_.get());
  EXPECT_EQ(Verify(presented, {root}), code::kPermittedViolation);
  const std::string message(outcome_.status.message());
  EXPECT_LT(message.size(), 6000u) << message;
  int lines = 0;
  for (const char c : message) {
    lines += c == '\n' ? 1 : 0;
    EXPECT_TRUE(c == '\n' || absl::ascii_isprint(static_cast<uint8_t>(c)))
        << message;
  }
  // The summary, five paths, and how many more there are.
  EXPECT_LT(lines, 10) << message;
  EXPECT_TRUE(absl::StrContains(message, "\n  5. ")) << message;
  EXPECT_TRUE(absl::StrContains(message, "\n  and ")) << message;
}

TEST_F(PathErrorsTest, AnErrorSaysWhyACrlIsNotUsed) {
  verification_.flags.crl_check_leaf = true;
  crls_ = {MakeCrl({})};
  EXPECT_EQ(Verify(), 0) << outcome_.status;
  crls_ = {};
  EXPECT_EQ(Verify(), code::kUnableToGetCrl);
  const Key other = MintKey();
  struct Row {
    CrlOptions crl;
    int code;
    const char* why;
  };
  const auto scope = [](absl::string_view der) {
    CrlOptions options;
    options.scope = std::string(der);
    return options;
  };
  CrlOptions from_another;
  from_another.issuer = "someone else";
  CrlOptions expired;
  expired.next_update = "20200201000000Z";
  CrlOptions future;
  future.last_update = "20990101000000Z";
  CrlOptions forged;
  forged.key = other.get();
  for (const Row& row : {
           Row{from_another, code::kUnableToGetCrl, "none is from \"CN=ca\""},
           Row{expired, code::kCrlExpired, "RFC 5280, section 5.1.2.5"},
           Row{future, code::kCrlNotYetValid, "RFC 5280, section 5.1.2.4"},
           Row{forged, code::kCrlSignatureFailure,
               "is not signed with the key of that CA"},
           Row{scope("\x30\x03\x82\x01\xFF"), X509_V_ERR_DIFFERENT_CRL_SCOPE,
               "it is for CAs only (RFC 5280, section 5.2.5)"},
           Row{scope("\x30\x03\x85\x01\xFF"), X509_V_ERR_DIFFERENT_CRL_SCOPE,
               "it is for attribute certificates only"},
           Row{scope("\x30\x04\x83\x02\x06\x40"), code::kUnableToGetCrl,
               "it is for some reasons only"},
           Row{scope("\x30\x03\x84\x01\xFF"), code::kUnableToGetCrl,
               "it is for the CAs of others, too"},
           Row{scope("\x30\x0F\xA0\x0D\xA0\x0B\x86\x09http://a/"),
               X509_V_ERR_DIFFERENT_CRL_SCOPE,
               "it is for another distribution point"},
       }) {
    crls_ = {MakeCrl(row.crl)};
    EXPECT_EQ(Verify(), row.code) << row.why << outcome_.status;
    EXPECT_TRUE(absl::StrContains(error_.what, row.why)) << error_.what;
    EXPECT_TRUE(absl::StrContains(error_.what, "CN=ca")) << error_.what;
  }
  // This scope includes the leaf, and not the CA.
  crls_ = {MakeCrl(scope("\x30\x03\x81\x01\xFF"))};
  EXPECT_EQ(Verify(), 0) << outcome_.status;
  crls_ = {MakeCrl({})};
  Replace({NID_key_usage, "critical,keyCertSign"}, &ca_);
  EXPECT_EQ(Verify(), X509_V_ERR_KEYUSAGE_NO_CRL_SIGN);
  EXPECT_TRUE(absl::StrContains(error_.what, "lacks cRLSign")) << error_.what;
}

// BoringSSL would take it for a complete CRL.
TEST_F(PathErrorsTest, ADeltaCrlIsNotTakenIntoATrustStore) {
  TrustStore::Builder builder;
  CrlOptions delta;
  delta.is_delta = true;
  const absl::Status status = builder.Add(MakeCrl(delta), "delta.crl");
  EXPECT_FALSE(status.ok());
  const Error error = GetError(status).value_or(Error());
  EXPECT_EQ(error.kind, ErrorKind::kTrustStore);
  EXPECT_FALSE(error.advice.empty());
  EXPECT_EQ(builder.crl_count(), 0u);
}

}  // namespace
}  // namespace airlock::ssl::internal
