// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include <openssl/nid.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "ssl/certificate.h"
#include "tests/conformance/limbo_suite.h"
#include "tests/support/error_matchers.h"
#include "tests/support/mint.h"

namespace airlock::testing {
namespace {

using ::testing::SizeIs;
using Json = nlohmann::json;

// The suite's JSON with one valid case, which each test changes.
class LimboTest : public ::testing::Test {
 protected:
  LimboTest() {
    const auto root_key = MintKey();
    const ssl::Certificate root =
        Mint("root", root_key.get(), "root", root_key.get(), true);
    const auto key = MintKey();
    MintOptions options;
    options.common_names = {"leaf"};
    options.issuer = "root";
    options.extensions = {
        {.nid = NID_subject_alt_name, .value = "DNS:example.com"}};
    const ssl::Certificate leaf = Mint(options, key.get(), root_key.get());
    case_ = {
        {"id", "rfc5280::kind::valid"},
        {"validation_kind", "SERVER"},
        {"trusted_certs", {root.ToPem()}},
        {"untrusted_intermediates", Json::array()},
        {"peer_certificate", leaf.ToPem()},
        {"validation_time", "2024-01-01T00:00:00+00:00"},
        {"expected_result", "SUCCESS"},
        {"expected_peer_name", {{"kind", "DNS"}, {"value", "example.com"}}},
        {"max_chain_depth", nullptr},
        {"crls", Json::array()}};
  }

  std::string File() {
    return Json{{"version", 1}, {"testcases", {case_}}}.dump();
  }
  absl::Status Verify() {
    const auto cases = ReadLimbo(File());
    if (!cases.ok()) return cases.status();
    return VerifyLimboCase(cases->at(0), /*strict=*/false);
  }

  Json case_;
};

TEST_F(LimboTest, AcceptsAValidChain) { EXPECT_EQ(Verify(), absl::OkStatus()); }

TEST_F(LimboTest, UsesTheTimeTheNameAndTheTrustedCertificates) {
  const Json valid = case_;
  case_["validation_time"] = "2130-01-01T00:00:00+00:00";
  EXPECT_THAT(Verify(), VerifyCodeIs(10));
  case_ = valid;
  case_["expected_peer_name"]["value"] = "example.org";
  EXPECT_THAT(Verify(), VerifyCodeIs(62));
  case_ = valid;
  const auto key = MintKey();
  case_["trusted_certs"] = {
      Mint("other", key.get(), "other", key.get(), true).ToPem()};
  EXPECT_THAT(Verify(), VerifyCodeIs(20));
}

TEST_F(LimboTest, RefusesWhatCannotBeParsed) {
  case_["peer_certificate"] = "-----BEGIN CERTIFICATE-----\n";
  EXPECT_FALSE(Verify().ok());
}

TEST_F(LimboTest, ReportsWhatDiffers) {
  auto cases = ReadLimbo(File());
  ASSERT_TRUE(cases.ok()) << cases.status();
  cases->push_back(cases->at(0));
  cases->at(1).id = "webpki::wrongly-accepted";
  cases->at(1).is_valid = false;
  cases->push_back(cases->at(0));
  cases->at(2).id = "webpki::wrongly-refused";
  cases->at(2).host = "example.org";
  const auto results = RunLimbo(*cases, /*strict=*/false);
  ASSERT_THAT(results, SizeIs(3));
  EXPECT_FALSE(results[0].accepted_wrongly() || results[0].refused_wrongly());
  EXPECT_TRUE(results[1].accepted_wrongly());
  EXPECT_TRUE(results[2].refused_wrongly());
  const std::string report = LimboReport(results);
  EXPECT_TRUE(absl::StrContains(report, "webpki::wrongly-accepted")) << report;
  EXPECT_TRUE(absl::StrContains(report, "webpki::wrongly-refused")) << report;
  EXPECT_FALSE(absl::StrContains(report, "rfc5280::kind::valid")) << report;
}

TEST_F(LimboTest, AFileThatIsNotTheSuiteIsAnError) {
  for (const char* file : {"", "{}", "[]", "{\"testcases\": 1}", "\x1f\x8b"}) {
    EXPECT_FALSE(ReadLimbo(file).ok()) << file;
  }
  for (const char* key : {"id", "expected_result"}) {
    Json valid = case_;
    case_.erase(key);
    EXPECT_FALSE(ReadLimbo(File()).ok()) << key;
    case_ = valid;
  }
  case_["validation_time"] = "yesterday";
  EXPECT_FALSE(ReadLimbo(File()).ok());
}

}  // namespace
}  // namespace airlock::testing
