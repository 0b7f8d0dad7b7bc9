// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock ech-keys`.

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "ssl/ech.h"
#include "ssl/engine.h"
#include "tests/platform/cli/process.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Fresh(const std::string& name) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  std::remove(path.c_str());
  return path;
}

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool Exists(const std::string& path) {
  struct stat status = {};
  return lstat(path.c_str(), &status) == 0;
}

TEST(EchKeysCommandTest, TheOtherEngineIsNamed) {
  if (ssl::HasEch()) GTEST_SKIP() << "this engine has ECH";
  const std::string path = Fresh("key.pem");
  const Outcome outcome = RunAirlock({"ech-keys", "public.test", path});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.output, IsEmpty());
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("airlock ech-keys"),
                                    HasSubstr("--config=upstream")));
  EXPECT_FALSE(Exists(path));
}

TEST(EchKeysCommandTest, MakesWhatServersAndClientsRead) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const std::string path = Fresh("key.pem");
  const Outcome made = RunAirlock({"ech-keys", "server.test", path});
  ASSERT_EQ(made.status, 0) << made.errors;
  struct stat status = {};
  ASSERT_EQ(lstat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600);

  const std::string list = Fresh("list");
  std::ofstream(list) << made.output;
  const std::string certs = TestdataPath("certs/");
  const Server server({absl::StrCat("--cert=", certs, "server_rsa_chain.pem"),
                       absl::StrCat("--key=", certs, "server_rsa.key"),
                       absl::StrCat("--ech-keys=", path)});
  const Outcome outcome = RunAirlock({"connect", server.address(), "--no-io",
                                      absl::StrCat("--ca=", certs, "ca.pem"),
                                      absl::StrCat("--ech=", list)});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("ECH       accepted\n"));
}

TEST(EchKeysCommandTest, TheConfigurationIsAsAsked) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const std::string path = Fresh("key.pem");
  const Outcome made =
      RunAirlock({"ech-keys", "public.test", path, "--config-id=7",
                  "--max-name-length=33", "--json"});
  ASSERT_EQ(made.status, 0) << made.errors;
  const auto json = nlohmann::json::parse(made.output);
  EXPECT_EQ(json["file"], path);
  EXPECT_EQ(json["public_name"], "public.test");
  EXPECT_EQ(json["config_id"], 7);
  EXPECT_EQ(json["max_name_length"], 33);
  const std::string text = json["ech"].get<std::string>();
  const auto keys = ssl::EchKeys::FromPem(Content(path));
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(absl::Base64Escape((*keys)->config_list()), text);
  const auto configs = ssl::EchConfigs::Parse(text);
  ASSERT_TRUE(configs.ok()) << configs.status();
  EXPECT_EQ((*configs)->public_name(), "public.test");
  // RFC 9849, section 4: the list's length, version, length, config_id, then
  // KEM, a public key of 32 bytes, and two suites, before the maximum.
  const std::string& bytes = (*configs)->bytes();
  EXPECT_EQ(bytes[6], 7);
  EXPECT_EQ(bytes[bytes.find("public.test") - 2], 33);
}

TEST(EchKeysCommandTest, NoFileIsOverwritten) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const std::string path = Fresh("key.pem");
  const std::string link = Fresh("link.pem");
  const std::string target = Fresh("target.pem");
  std::ofstream(path) << "mine";
  ASSERT_EQ(symlink(target.c_str(), link.c_str()), 0);
  for (const std::string& taken : {path, link}) {
    const Outcome refused = RunAirlock({"ech-keys", "public.test", taken});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.output, IsEmpty());
    EXPECT_THAT(refused.errors, HasSubstr(absl::StrCat(taken, " exists")));
  }
  EXPECT_EQ(Content(path), "mine");
  EXPECT_FALSE(Exists(target));
  const std::string nowhere = Fresh("no/such/key.pem");
  const Outcome failed = RunAirlock({"ech-keys", "public.test", nowhere});
  EXPECT_EQ(failed.status, 1);
  EXPECT_THAT(failed.errors, HasSubstr(nowhere));
}

// Half a key would be taken for a damaged one later.
TEST(EchKeysCommandTest, AFileThatCannotBeWrittenIsRemoved) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const std::string path = Fresh("key.pem");
  const std::string command = absl::StrCat(
      "trap '' XFSZ; ulimit -f 0; exec platform/cli/airlock ech-keys "
      "public.test ",
      path, " 2>&1");
  FILE* const pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::array<char, 4096> part;
  std::string shown;
  while (const size_t size = fread(part.data(), 1, part.size(), pipe)) {
    shown.append(part.data(), size);
  }
  const int status = pclose(pipe);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1);
  EXPECT_THAT(shown, HasSubstr(absl::StrCat("cannot write ", path)));
  EXPECT_FALSE(Exists(path));
}

TEST(EchKeysCommandTest, BadValuesAreNamed) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const std::string path = Fresh("key.pem");
  struct Case {
    std::vector<std::string> arguments;
    std::string named;
  };
  for (const Case& bad :
       {Case{{"127.0.0.1"}, "PUBLIC_NAME"}, Case{{""}, "PUBLIC_NAME"},
        Case{{"a b"}, "PUBLIC_NAME"},
        Case{{"public.test", "--config-id=256"}, "--config-id"},
        Case{{"public.test", "--config-id=-2"}, "--config-id"},
        Case{{"public.test", "--max-name-length=256"}, "--max-name-length"}}) {
    std::vector<std::string> arguments = {"ech-keys"};
    arguments.insert(arguments.end(), bad.arguments.begin(),
                     bad.arguments.end());
    arguments.push_back(path);
    const Outcome outcome = RunAirlock(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr(bad.named));
    EXPECT_FALSE(Exists(path));
  }
}

}  // namespace
}  // namespace airlock::testing
