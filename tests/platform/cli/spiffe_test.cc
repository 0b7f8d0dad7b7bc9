// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// --spiffe-id and --trust-domain of `airlock connect` and `airlock serve`.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/platform/cli/process.h"
#include "tests/support/svid.h"

namespace airlock::testing {
namespace {

using ::testing::HasSubstr;

namespace fs = std::filesystem;

constexpr char kServerId[] = "spiffe://example.org/server";
constexpr char kClientId[] = "spiffe://example.org/client";

class SpiffeTest : public ::testing::Test {
 protected:
  SpiffeTest() {
    fs::create_directories(folder_);
    Write("here.pem", here_.certificate().ToPem());
    Write("there.pem", there_.certificate().ToPem());
    Write("here.json",
          absl::StrCat(
              R"({"keys": [{"use": "x509-svid", "kty": "EC",)", R"( "x5c": [")",
              absl::Base64Escape(here_.certificate().der()), R"("]}]})"));
  }
  ~SpiffeTest() override { fs::remove_all(folder_); }

  std::string File(const std::string& name) const {
    return absl::StrCat(folder_, "/", name);
  }
  // Replaces it as a whole.
  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(File("new"), std::ios::binary) << content;
    fs::rename(File("new"), File(name));
  }
  // The flags of an SVID.
  std::vector<std::string> Present(const std::string& name,
                                   const Svid& svid) const {
    Write(absl::StrCat(name, ".pem"), svid.chain_pem);
    Write(absl::StrCat(name, ".key"), svid.key_pem);
    return {absl::StrCat("--cert=", File(absl::StrCat(name, ".pem"))),
            absl::StrCat("--key=", File(absl::StrCat(name, ".key")))};
  }
  std::vector<std::string> Allow(const std::string& id,
                                 const std::string& bundle) const {
    return {absl::StrCat("--spiffe-id=", id),
            absl::StrCat("--trust-domain=example.org=", File(bundle))};
  }
  static Outcome Connect(const Server& server,
                         const std::vector<std::vector<std::string>>& flags) {
    std::vector<std::string> arguments = {"connect", server.address()};
    for (const auto& each : flags) {
      arguments.insert(arguments.end(), each.begin(), each.end());
    }
    // With an answer, both ends have verified each other.
    return RunAirlock(arguments, {}, "hello\n");
  }

  const std::string folder_ = absl::StrCat(::testing::TempDir(), "/spiffe");
  const SpiffeCa here_{"here"};
  const SpiffeCa there_{"there"};
};

TEST_F(SpiffeTest, ConnectVerifiesTheIdInPlaceOfTheName) {
  const Server server(Present("server", here_.Issue(kServerId)));
  for (const char* bundle : {"here.pem", "here.json"}) {
    const Outcome outcome = Connect(server, {Allow(kServerId, bundle)});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "hello\n");
  }
  const Outcome other = Connect(server, {Allow(kClientId, "here.pem")});
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.errors, HasSubstr(kServerId));
  EXPECT_EQ(Connect(server, {Allow(kServerId, "there.pem")}).status, 1);
}

TEST_F(SpiffeTest, ServeAdmitsOnlyTheIds) {
  std::vector<std::string> flags = Present("server", here_.Issue(kServerId));
  for (const std::string& flag : Allow(kClientId, "here.pem")) {
    flags.push_back(flag);
  }
  Server server(flags);
  const auto visit = [&](const Svid& svid) {
    return Connect(server,
                   {Allow(kServerId, "here.pem"), Present("client", svid)})
        .output;
  };
  EXPECT_EQ(visit(here_.Issue(kClientId)), "hello\n");
  EXPECT_EQ(visit(here_.Issue(kServerId)), "");
  EXPECT_TRUE(server.process().WaitForErrors(kServerId));
  EXPECT_EQ(visit(there_.Issue(kClientId)), "");
  EXPECT_EQ(Connect(server, {Allow(kServerId, "here.pem")}).output, "");
}

TEST_F(SpiffeTest, ServeReadsABundleAgain) {
  std::vector<std::string> flags = Present("server", here_.Issue(kServerId));
  Write("clients.pem", here_.certificate().ToPem());
  for (const std::string& flag : Allow(kClientId, "clients.pem")) {
    flags.push_back(flag);
  }
  const Server server(flags);
  const auto client = Present("client", there_.Issue(kClientId));
  const auto visit = [&] {
    return Connect(server, {Allow(kServerId, "here.pem"), client}).output;
  };
  EXPECT_EQ(visit(), "");
  Write("clients.pem", there_.certificate().ToPem());
  while (visit().empty()) {
  }
}

TEST_F(SpiffeTest, MistakesAreExplained) {
  const auto refused = [](std::vector<std::string> arguments,
                          const std::string& text) {
    const Outcome outcome = RunAirlock(arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.errors, HasSubstr(text));
  };
  const std::string id = absl::StrCat("--spiffe-id=", kServerId);
  const std::string domain =
      absl::StrCat("--trust-domain=example.org=", File("here.pem"));
  refused({"connect", "localhost:1", id}, "--spiffe-id needs --trust-domain");
  refused({"connect", "localhost:1", domain},
          "--trust-domain needs --spiffe-id");
  refused({"connect", "localhost:1", id, "--trust-domain=example.org"},
          "NAME=SOURCE");
  refused({"connect", "localhost:1", id, "--trust-domain=example.org=/none"},
          "/none");
  refused(
      {"connect", "localhost:1", "--spiffe-id=spiffe://other.org/a", domain},
      "--spiffe-id: ");
  refused({"connect", "localhost:1", id, domain, "--insecure"}, "--insecure");
  refused({"connect", "localhost:1", id, domain,
           absl::StrCat("--ca=", File("here.pem"))},
          "--ca");
  refused({"serve", "--self-signed", "--port=0", id, domain,
           absl::StrCat("--client-ca=", File("here.pem"))},
          "--client-ca");
}

}  // namespace
}  // namespace airlock::testing
