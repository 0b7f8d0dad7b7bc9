// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Encrypted Client Hello between `airlock connect` and `airlock serve`.

#include "ssl/ech.h"

#include <fstream>
#include <string>
#include <vector>

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

std::string Written(const std::string& name, absl::string_view content) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

Outcome Connect(const Server& server, std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"connect", server.address(), "--no-io",
                               absl::StrCat("--ca=", Path("ca.pem"))});
  return RunAirlock(flags);
}

std::vector<std::string> Serving(std::vector<std::string> more = {}) {
  more.push_back(absl::StrCat("--cert=", Path("server_rsa_chain.pem")));
  more.push_back(absl::StrCat("--key=", Path("server_rsa.key")));
  return more;
}

struct Keys {
  std::string pem;
  std::string configs;  // In base64.
};

Keys NewKeys() {
  ssl::EchKeyRequest request;
  request.public_name = "server.test";
  Keys keys;
  keys.pem = std::string(ssl::EchKeyToPem(*ssl::NewEchKey(request))->view());
  keys.configs =
      absl::Base64Escape((*ssl::EchKeys::FromPem(keys.pem))->config_list());
  return keys;
}

TEST(EchCommandTest, TheOtherEngineIsNamed) {
  if (ssl::HasEch()) GTEST_SKIP() << "this engine has ECH";
  const Server server(Serving());
  const Outcome client =
      Connect(server, {absl::StrCat("--ech=", Written("any", "AAAA"))});
  EXPECT_NE(client.status, 0);
  EXPECT_THAT(client.errors,
              AllOf(HasSubstr("--ech"), HasSubstr("--config=upstream")));
  std::vector<std::string> flags = Serving(
      {"serve", "--port=0", absl::StrCat("--ech-keys=", Written("any", "x"))});
  const Outcome refused = RunAirlock(flags);
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.errors,
              AllOf(HasSubstr("--ech-keys"), HasSubstr("--config=upstream")));
}

TEST(EchCommandTest, WithoutItNothingIsSaid) {
  const Server server(Serving());
  EXPECT_THAT(Connect(server, {}).output, Not(HasSubstr("ECH")));
  EXPECT_THAT(Connect(server, {"--json"}).output,
              HasSubstr("\"ech\": \"not offered\""));
}

TEST(EchCommandTest, ConnectsAndShowsIt) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const Keys keys = NewKeys();
  const Server server(
      Serving({absl::StrCat("--ech-keys=", Written("keys.pem", keys.pem))}));
  const std::string offers =
      absl::StrCat("--ech=", Written("list", keys.configs));
  const Outcome outcome = Connect(server, {offers});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("ECH       accepted\n"));
  EXPECT_THAT(Connect(server, {offers, "--json"}).output,
              HasSubstr("\"ech\": \"accepted\""));
}

TEST(EchCommandTest, ARejectionShowsWhatToTryNext) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const Keys keys = NewKeys();
  const Server server(
      Serving({absl::StrCat("--ech-keys=", Written("keys.pem", keys.pem))}));
  const std::string offers =
      absl::StrCat("--ech=", Written("old", NewKeys().configs));
  const Outcome outcome = Connect(server, {offers});
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr("Not connected"), HasSubstr("--ech"),
                    HasSubstr(absl::StrCat("ECH       ", keys.configs))));
  EXPECT_THAT(
      Connect(server, {offers, "--json"}).output,
      HasSubstr(absl::StrCat("\"ech_retry_configs\": \"", keys.configs)));
}

TEST(EchCommandTest, BadFilesAreNamedByTheirFlag) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const Server server(Serving());
  for (const std::string& bad :
       {std::string("AAAA"), NewKeys().pem.substr(0, 250)}) {
    const Outcome outcome =
        Connect(server, {absl::StrCat("--ech=", Written("bad", bad))});
    EXPECT_NE(outcome.status, 0);
    EXPECT_THAT(outcome.errors, HasSubstr("--ech"));
  }
  const Outcome refused = RunAirlock(Serving(
      {"serve", "--port=0",
       absl::StrCat("--ech-keys=", Written("bad.pem", NewKeys().configs))}));
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.errors, HasSubstr("--ech-keys"));
}

}  // namespace
}  // namespace airlock::testing
