// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock ca`.

#include <fstream>
#include <map>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/engine.h"
#include "tests/platform/cli/process.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Path(const std::string& name) {
  return TestdataPath(absl::StrCat("certs/", name));
}

Outcome Ca(const std::string& name) { return RunAirlock({"ca", Path(name)}); }

TEST(CaTest, ListsAGoodBundle) {
  const Outcome outcome = Ca("ca.pem");
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr("2120-01-01"), HasSubstr("RSA 2048"),
                    HasSubstr("ECDSA P-256"),
                    HasSubstr("CN=Airlock Test Root,O=Airlock Test"),
                    HasSubstr("Good: 2 certificates, none broken.")));
}

TEST(CaTest, ShowsTheBrokenBlockAmongGoodOnes) {
  const Outcome outcome = Ca("ca_with_one_bad.pem");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr("CN=Airlock Test Root,"),
                    HasSubstr("CN=Airlock Test Root P256,"),
                    HasSubstr("Broken: block 2, line 20: CERTIFICATE"),
                    HasSubstr("line 29"), HasSubstr("Broken: 1 of 3 parts")));
}

TEST(CaTest, ShowsTruncatedBlocks) {
  const Outcome outcome = Ca("ca_truncated.pem");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("CN=Airlock Test Root,"),
                                    HasSubstr("Broken: block 2, line 20")));
}

TEST(CaTest, ShowsPartsThatAreNotCertificates) {
  const Outcome outcome = Ca("ca_with_garbage_der.pem");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("CN=Airlock Test Root P256,"),
                                    HasSubstr("Broken: block 2, line 20")));
}

TEST(CaTest, AnEmptyBundleIsUnusable) {
  const Outcome outcome = Ca("ca_no_certs.pem");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("Unusable"));
}

TEST(CaTest, RemarksOnOddButUsableCertificates) {
  EXPECT_THAT(Ca("ca_duplicate.pem").output,
              HasSubstr("block 2, line 20: CN=Airlock Test Root,O=Airlock "
                        "Test: the same certificate as block 1, line 1"));
  const Outcome expired = Ca("expired_root.pem");
  EXPECT_EQ(expired.status, 0);
  EXPECT_THAT(expired.output, HasSubstr("expired"));
  EXPECT_THAT(Ca("not_yet_valid.pem").output,
              AllOf(HasSubstr("not valid before 2110-01-01"),
                    HasSubstr("is not a CA")));
  EXPECT_THAT(Ca("weak_rsa1024.pem").output, HasSubstr("1024 bits"));
  EXPECT_THAT(Ca("sha1_signed.pem").output, HasSubstr("SHA1"));
}

// root.pem as TRUSTED CERTIFICATE, with `settings`, an X509_CERT_AUX.
std::string TrustedRoot(const std::string& settings) {
  std::string der = ReadTestdata("certs/root_cert.der") + settings;
  std::string base64;
  absl::Base64Escape(der, &base64);
  return absl::StrCat("-----BEGIN TRUSTED CERTIFICATE-----\n", base64,
                      "\n-----END TRUSTED CERTIFICATE-----\n");
}

TEST(CaTest, SaysWhatTheTrustSettingsReject) {
  // SEQUENCE { [0] { OBJECT serverAuth } }, and the same with emailProtection.
  const std::string servers(
      "\x30\x0C\xA0\x0A\x06\x08\x2B\x06\x01\x05\x05\x07\x03\x01", 14);
  std::string mail = servers;
  mail.back() = '\x04';
  const std::string plain = ReadTestdata("certs/ca.pem");
  const Outcome none = RunAirlock({"ca", "-"}, {}, TrustedRoot(servers));
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.output,
              AllOf(HasSubstr("Unusable"), HasSubstr("serverAuth")));
  const Outcome some =
      RunAirlock({"ca", "-", "--json"}, {}, TrustedRoot(servers) + plain);
  EXPECT_EQ(some.status, 0);
  EXPECT_THAT(some.output, AllOf(HasSubstr("\"rejected_for_servers\": 1"),
                                 HasSubstr("\"usable\": true")));
  const Outcome good = RunAirlock({"ca", "-"}, {}, TrustedRoot(mail));
  EXPECT_EQ(good.status, 0);
  EXPECT_THAT(good.output, Not(HasSubstr("rejected")));
}

TEST(CaTest, RemarksOnKeysThatAreNotSupported) {
  const std::string bundle = absl::StrCat(
      ReadTestdata("certs/server_ed448.pem"), ReadTestdata("certs/ca.pem"));
  const Outcome outcome = RunAirlock({"ca", "-"}, {}, bundle);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.output, HasSubstr("not supported"));
}

TEST(CaTest, ReadsLineEndsAndDer) {
  EXPECT_EQ(Ca("ca_crlf.pem").status, 0);
  EXPECT_EQ(Ca("root_cert.der").status, 0);
}

TEST(CaTest, ReadsADirectory) {
  const Outcome outcome = Ca("ca_dir");
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("Good: 3 certificates"));
}

TEST(CaTest, ReadsStandardInputAndVariables) {
  const std::string bundle = ReadTestdata("certs/ca.pem");
  EXPECT_EQ(RunAirlock({"ca", "-"}, {}, bundle).status, 0);
  EXPECT_EQ(RunAirlock({"ca", "env:BUNDLE"}, {{"BUNDLE", bundle}}).status, 0);
  const Outcome unset = RunAirlock({"ca", "env:BUNDLE"});
  EXPECT_EQ(unset.status, 1);
  EXPECT_THAT(unset.errors, HasSubstr("BUNDLE"));
}

// The engine may not be able to verify with such a CA.
TEST(CaTest, NamesAnMlDsaKey) {
  const Outcome outcome = RunAirlock({"ca", TestdataPath("mldsa/ca.pem")});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("ML-DSA-87"));
  const auto need = HasSubstr("ML-DSA needs a later BoringSSL");
  if (ssl::HasMlDsa()) {
    EXPECT_THAT(outcome.output, Not(need));
  } else {
    EXPECT_THAT(outcome.output, need);
  }
}

TEST(CaTest, TakesThePlatformsBundleAndSaysWhy) {
  const Outcome outcome =
      RunAirlock({"ca"}, {{"SSL_CERT_FILE", Path("ca.pem")}});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr(Path("ca.pem")), HasSubstr("SSL_CERT_FILE"),
                    HasSubstr("Good: 2 certificates")));
}

TEST(CaTest, ThePolicysBundleComesFirst) {
  const std::string path =
      absl::StrCat(::testing::TempDir(), "/policy_of_ca.yaml");
  const std::string bundle =
      absl::StrCat(::testing::TempDir(), "/root_of_ca.pem");
  std::ofstream(bundle) << ReadTestdata("certs/root.pem");
  std::ofstream(path) << "tls:\n  ca_certs: " << bundle << "\n";
  const std::map<std::string, std::string> environment = {
      {"SSL_CERT_FILE", Path("ca.pem")}, {"AIRLOCK_CONFIG", path}};
  const Outcome outcome = RunAirlock({"ca"}, environment);
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr(bundle), HasSubstr("The policy's"),
                    Not(HasSubstr(Path("ca.pem")))));
  EXPECT_THAT(RunAirlock({"ca", Path("ca.pem")}, environment).output,
              HasSubstr(Path("ca.pem")));
}

TEST(CaTest, AMissingFileIsNamed) {
  const Outcome outcome = RunAirlock({"ca", "/nowhere/ca.pem"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("/nowhere/ca.pem"));
}

TEST(CaTest, WritesJson) {
  const Outcome outcome =
      RunAirlock({"ca", "--json", Path("ca_with_one_bad.pem")});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(
      outcome.output,
      AllOf(HasSubstr("\"usable\": false"), HasSubstr("\"certificates\": 2"),
            HasSubstr("\"broken\": 1"),
            HasSubstr("\"where\": \"block 2, line 20\""),
            HasSubstr("\"not_after\": \"2120-01-01T"),
            Not(HasSubstr("Good:"))));
}

}  // namespace
}  // namespace airlock::testing
