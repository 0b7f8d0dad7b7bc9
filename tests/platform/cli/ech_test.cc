// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Encrypted Client Hello between `airlock connect` and `airlock serve`.

#include "ssl/ech.h"

#include <signal.h>

#include <cstdio>
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

std::string File(const std::string& name) {
  return absl::StrCat(::testing::TempDir(), "/", name);
}

std::string Written(const std::string& name, absl::string_view content) {
  std::ofstream(File(name), std::ios::binary) << content;
  return File(name);
}

// Replaces a file at once, as an administrator should.
void Replace(const std::string& name, absl::string_view content) {
  ASSERT_EQ(std::rename(Written("new", content).c_str(), File(name).c_str()),
            0);
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
  const Outcome fetch = RunAirlock({"fetch", "https://localhost:1/",
                                    absl::StrCat("--ech=", Path("ca.pem"))});
  EXPECT_EQ(fetch.status, 2);
  EXPECT_THAT(fetch.errors,
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

// `fetch` of the page that shows the connection, as the server sees it.
TEST(EchCommandTest, FetchesAndShowsIt) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const Keys keys = NewKeys();
  const Server server(Serving(
      {absl::StrCat("--ech-keys=", Written("keys.pem", keys.pem)),
       absl::StrCat("--root=", ::testing::TempDir()), "--stats=loopback"}));
  const auto fetch = [&](const std::string& configs, const std::string& path,
                         std::vector<std::string> flags = {}) {
    flags.insert(flags.begin(),
                 {"fetch", absl::StrCat("https://", server.address(), path),
                  absl::StrCat("--ca=", Path("ca.pem")),
                  absl::StrCat("--ech=", Written("list", configs))});
    return RunAirlock(flags);
  };
  const Outcome page = fetch(keys.configs, "/_tls?json");
  EXPECT_EQ(page.status, 0) << page.errors;
  EXPECT_THAT(page.output, AllOf(HasSubstr("\"ech\": \"accepted\""),
                                 HasSubstr("\"server_name\": \"localhost\"")));
  EXPECT_THAT(fetch(keys.configs, "/_tls?json", {"--json"}).output,
              HasSubstr("\"ech\": \"accepted\""));
  const Outcome rejected = fetch(NewKeys().configs, "/_tls?json");
  EXPECT_EQ(rejected.status, 4);
  EXPECT_THAT(rejected.errors,
              AllOf(HasSubstr("--ech"),
                    HasSubstr(absl::StrCat("ECH ", keys.configs, "\n"))));
  EXPECT_THAT(
      fetch(NewKeys().configs, "/_tls?json", {"--json"}).output,
      HasSubstr(absl::StrCat("\"ech_retry_configs\": \"", keys.configs)));
  // This call is counted, too.
  EXPECT_THAT(
      fetch(keys.configs, "/_tls/stats?json").output,
      AllOf(HasSubstr("\"ech_accepted\": 3"), HasSubstr("\"ech_rejected\": 2"),
            HasSubstr("\"group_X25519MLKEM768\": 5")));
}

TEST(EchCommandTest, TheServerReadsItsKeysAgain) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const Keys old = NewKeys();
  const Keys now = NewKeys();
  Replace("live.pem", old.pem);
  Server server(Serving({absl::StrCat("--ech-keys=", File("live.pem"))}));
  const auto connects = [&](const Keys& keys) {
    return Connect(server,
                   {absl::StrCat("--ech=", Written("list", keys.configs))})
               .status == 0;
  };
  EXPECT_TRUE(connects(old));
  EXPECT_FALSE(connects(now));
  Replace("live.pem", now.pem + old.pem);
  while (!connects(now)) {
  }
  EXPECT_TRUE(connects(old));
  // A damaged or missing file changes nothing, and is reported.
  Replace("live.pem", now.configs);
  server.process().Signal(SIGHUP);
  EXPECT_TRUE(server.process().WaitForErrors("The old settings stay in force"));
  EXPECT_TRUE(server.process().WaitForErrors("--ech-keys"));
  EXPECT_TRUE(connects(now));
  EXPECT_TRUE(connects(old));
  std::remove(File("live.pem").c_str());
  server.process().Signal(SIGHUP);
  EXPECT_TRUE(server.process().WaitForErrors("No such file"));
  EXPECT_TRUE(connects(now));
  // The old key is gone once the file has only the new one.
  Replace("live.pem", now.pem);
  while (connects(old)) {
  }
  EXPECT_TRUE(connects(now));
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
