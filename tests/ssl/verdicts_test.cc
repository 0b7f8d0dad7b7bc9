// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Compares ssl/internal/verify with `openssl verify` for every chain of
// testdata, with and without x509_strict.
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/internal/verify.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::ReadTestdata;
using ::airlock::testing::TestCertificates;
using ::airlock::testing::TestTime;

// One line of verdicts.txt; see testdata/README.md.
struct Verdict {
  std::string name;
  std::string chain;
  std::string trust;
  std::string purpose;
  std::string host;
  std::vector<std::string> options;
  int code = 0;
  int strict_code = 0;

  // Unique for each line.
  std::string Key() const {
    return absl::StrCat(name, " ", chain, " ", trust, " ",
                        absl::StrJoin(options, ","));
  }
};

void PrintTo(const Verdict& verdict, std::ostream* out) {
  *out << verdict.Key();
}

std::vector<Verdict> ReadVerdicts() {
  std::vector<Verdict> verdicts;
  const std::string text = ReadTestdata("certs/verdicts.txt");
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    std::vector<std::string> fields = absl::StrSplit(line, ' ');
    for (std::string& field : fields) {
      if (field == "-") field.clear();
    }
    Verdict verdict;
    verdict.name = fields.at(0);
    verdict.chain = fields.at(1);
    verdict.trust = fields.at(2);
    verdict.purpose = fields.at(3);
    verdict.host = fields.at(4);
    verdict.options = absl::StrSplit(fields.at(5), ',', absl::SkipEmpty());
    EXPECT_TRUE(absl::SimpleAtoi(fields.at(6), &verdict.code));
    EXPECT_TRUE(absl::SimpleAtoi(fields.at(7), &verdict.strict_code));
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

// Where our verdict differs: without and with x509_strict.
struct Otherwise {
  int code;
  int strict_code;
};
const std::map<std::string, Otherwise>& Differences() {
  static const auto* const differences = new std::map<std::string, Otherwise>{
      // BoringSSL does not support MD5 here: a bad signature.
      {"md5_signed  ca ", {7, 7}},
      {"md5_signed  ca -auth_level,1", {7, 7}},
      // It cannot read these keys and treats them as too weak.
      {"server_secp256k1  ca ", {66, 66}},
      {"server_ed448  ca ", {66, 66}},
      // RFC 9525: no partial wildcards, no common names.
      {"wildcard_partial  ca ", {62, 62}},
      {"cn_only  ca ", {62, 62}},
      {"v1_cert  ca ", {62, 62}},
      // An issuer whose keyUsage allows no signing is passed over.
      {"not_ca_issuer not_ca_issuer_chain ca ", {20, 20}},
      // A leaf that is a CA is refused.
      {"strict_pathlen  ca ", {26, 26}},
      // It does not go back on the intermediate that leads nowhere.
      {"cross_leaf cross_leaf_chain other_root ", {0, 0}},
      {"cross_leaf cross_leaf_chain_other_first root ", {0, 0}},
      // OpenSSL tries only the first of the two roots.
      {"twin_leaf  ca_twin_other_first ", {0, 85}},
  };
  return *differences;
}

int Verify(const Verdict& verdict, bool strict) {
  VerifyRequest request;
  const std::vector<Certificate> presented =
      TestCertificates(verdict.chain.empty() ? verdict.name : verdict.chain);
  request.presented = presented;
  request.peer = verdict.purpose == "sslclient" ? Side::kClient : Side::kServer;
  request.host = verdict.host;
  request.now = TestTime();
  Verification verification;
  request.verification = &verification;
  verification.security_level = 0;
  verification.flags.x509_strict = strict;
  TrustStore::Builder trusted;
  EXPECT_TRUE(
      trusted
          .Add(ReadTestdata(absl::StrCat("certs/", verdict.trust, ".pem")),
               verdict.trust)
          .ok());
  for (size_t i = 0; i < verdict.options.size(); ++i) {
    const std::string& option = verdict.options[i];
    if (option == "-partial_chain") {
      verification.flags.partial_chain = true;
    } else if (option == "-crl_check") {
      verification.flags.crl_check_leaf = true;
    } else if (option == "-crl_check_all") {
      verification.flags.crl_check_chain = true;
    } else if (option == "-auth_level") {
      EXPECT_TRUE(absl::SimpleAtoi(verdict.options.at(++i),
                                   &verification.security_level));
    } else if (option == "-CRLfile") {
      const std::string& crl = verdict.options.at(++i);
      EXPECT_TRUE(
          trusted.Add(ReadTestdata(absl::StrCat("certs/", crl, ".pem")), crl)
              .ok());
    } else {
      ADD_FAILURE() << "unknown option " << option;
    }
  }
  const auto store = trusted.Build();
  request.trust_store = store->get();
  const VerifyOutcome outcome = VerifyPeer(request);
  EXPECT_EQ(outcome.status.ok(), !outcome.verified.empty());
  if (outcome.status.ok()) return 0;
  const Error error = GetError(outcome.status).value_or(Error());
  EXPECT_TRUE(error.kind == ErrorKind::kVerification ||
              error.kind == ErrorKind::kHostname)
      << outcome.status;
  EXPECT_NE(outcome.alert, 0);
  EXPECT_EQ(error.alert, outcome.alert);
  EXPECT_NE(error.verify_code, 0);
  EXPECT_FALSE(error.verify_message.empty());
  return error.verify_code;
}

class VerdictTest : public ::testing::TestWithParam<Verdict> {};

TEST_P(VerdictTest, IsOpenssls) {
  const Verdict& verdict = GetParam();
  Otherwise expected = {verdict.code, verdict.strict_code};
  const auto otherwise = Differences().find(verdict.Key());
  if (otherwise != Differences().end()) expected = otherwise->second;
  const int code = Verify(verdict, /*strict=*/false);
  const int strict_code = Verify(verdict, /*strict=*/true);
  EXPECT_EQ(code, expected.code);
  EXPECT_EQ(strict_code, expected.strict_code);
}

std::string TestName(const ::testing::TestParamInfo<Verdict>& info) {
  return absl::StrCat(info.index, "_", info.param.name);
}

INSTANTIATE_TEST_SUITE_P(All, VerdictTest, ::testing::ValuesIn(ReadVerdicts()),
                         TestName);

TEST(VerdictsTest, EveryDifferenceIsOfAVerdict) {
  std::map<std::string, Otherwise> left = Differences();
  for (const Verdict& verdict : ReadVerdicts()) left.erase(verdict.Key());
  for (const auto& difference : left) ADD_FAILURE() << difference.first;
}

}  // namespace
}  // namespace airlock::ssl::internal
