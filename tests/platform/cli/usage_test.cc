// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The command's responses to valid and invalid usage.

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/c/airlock.h"
#include "ssl/engine.h"
#include "tests/platform/cli/process.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Runs `airlock` and `arguments` in bash. Returns its exit status, and what it
// writes to standard error and, if that is not redirected, standard output.
int RunInShell(const std::string& arguments, std::string* shown) {
  const std::string command =
      absl::StrCat("exec /bin/bash -o pipefail -c 'platform/cli/airlock ",
                   arguments, "' 2>&1");
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return -1;
  std::array<char, 4096> part;
  while (const size_t size = fread(part.data(), 1, part.size(), pipe)) {
    shown->append(part.data(), size);
  }
  const int status = pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(OutputTest, OutputThatIsLostIsAFailure) {
  for (const char* arguments : {"help", "help fetch", "--version", "policy"}) {
    for (const char* lost : {" >/dev/full", " >&-"}) {
      std::string shown;
      EXPECT_EQ(RunInShell(absl::StrCat(arguments, lost), &shown), 1)
          << arguments << lost;
      EXPECT_THAT(shown, HasSubstr("cannot write to standard output"));
    }
    std::string shown;
    EXPECT_EQ(RunInShell(absl::StrCat(arguments, " | true"), &shown), 0);
    EXPECT_THAT(shown, IsEmpty());
  }
  std::string shown;
  EXPECT_EQ(RunInShell("frobnicate >/dev/full", &shown), 2);
}

struct Wrong {
  std::vector<std::string> arguments;
  std::string error;  // A part of it.
};

class WrongUsageTest : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongUsageTest, IsExplained) {
  const Outcome outcome = RunAirlock(GetParam().arguments);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.output, IsEmpty());
  EXPECT_THAT(outcome.errors, HasSubstr(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongUsageTest,
    ::testing::Values(
        Wrong{{}, "a command is missing"},
        Wrong{{"conect"}, "did you mean connect?"},
        Wrong{{"frobnicate"}, "unknown command frobnicate"},
        Wrong{{"help", "serv"}, "did you mean serve?"},
        Wrong{{"\x1b[2J"}, "\\x1b[2J"},
        Wrong{{"--json", "ca"}, "the command comes first"},
        Wrong{{"connect"}, "needs HOST:PORT"},
        Wrong{{"connect", "localhost"}, "HOST:PORT"},
        Wrong{{"connect", "localhost:http"}, "HOST:PORT"},
        Wrong{{"connect", "localhost:65536"}, "HOST:PORT"},
        Wrong{{"connect", "a:1", "b:2"}, "does not take b:2"},
        Wrong{{"connect", "a:1", "--severname=x"}, "did you mean --servername"},
        Wrong{{"connect", "a:1", "--root=x"}, "is a flag of `airlock serve`"},
        Wrong{{"connect", "a:1", "-json"}, "did you mean --json?"},
        Wrong{{"python", "-c", "1"}, "`airlock python` starts after --"},
        Wrong{{"connect", "a:1", "--servername"}, "needs a value"},
        Wrong{{"connect", "a:1", "--ca="}, "--ca has no value"},
        Wrong{{"connect", "a:1", "--ca", ""}, "--ca has no value"},
        Wrong{{"run", "--audit="}, "--audit has no value"},
        Wrong{{"connect", "a:1", "--json="}, "--json has no value"},
        Wrong{{"fetch", "https://a/", "--data=1", "--data=2"},
              "--data is given twice"},
        Wrong{{"connect", "a:1", "--ca=a", "--ca", "b"}, "--ca is given twice"},
        Wrong{{"connect", "a:1", "--json", "--json=false"},
              "--json is given twice"},
        Wrong{{"connect", "a:1", "--timeout=soon"},
              "it takes DURATION, such as 30s"},
        Wrong{{"connect", "a:1", "--timeout=5"}, "such as 30s"},
        Wrong{{"connect", "a:1", "--timeout=nan"}, "such as 30s"},
        Wrong{{"connect", "a:1", "--timeout=1e400h"}, "such as 30s"},
        Wrong{{"connect", "a:1", "--timeout=0"}, "use a time above 0"},
        Wrong{{"connect", "a:1", "--timeout=-1s"}, "--timeout is -1s"},
        Wrong{{"connect", "a:1", "--timeout=-inf"}, "use a time above 0"},
        Wrong{{"serve", "--self-signed", "--timeout=-1s"},
              "use a time above 0"},
        Wrong{{"serve", "--self-signed", "--handshake-timeout=0"},
              "--handshake-timeout is 0"},
        Wrong{{"serve", "--self-signed", "--max-connections=0"},
              "allows no connections"},
        Wrong{{"serve", "--self-signed", "--max-connections=4294967296"},
              "it takes NUMBER"},
        Wrong{{"serve", "--self-signed", "--alpn=h2,,x"}, "an empty name"},
        Wrong{{"serve", "--self-signed", "--alpn=,"}, "an empty name"},
        Wrong{{"serve", "--self-signed", "--ciphers=FOO"}, "--ciphers: "},
        Wrong{{"connect", "a:1", "--json=maybe"}, "it takes true or false"},
        Wrong{{"connect", "a:1", "--tls=SSLv3"},
              "--tls cannot be SSLv3; it takes SSLv23"},
        Wrong{{"connect", "a:1", "--key=x"}, "--cert"},
        Wrong{{"serve"}, "--cert"},
        Wrong{{"serve", "--self-signed", "--require-client-cert"},
              "--client-ca"},
        Wrong{{"serve", "--self-signed", "--client-crl"}, "--client-ca"},
        Wrong{{"serve", "--self-signed", "--client-allow=dns:a"},
              "--client-ca"},
        Wrong{
            {"serve", "--self-signed", "--client-ca=env:A", "--client-allow=a"},
            "is not a rule"},
        Wrong{{"serve", "--self-signed", "--idle-timeout=0"},
              "--idle-timeout is 0"},
        Wrong{{"serve", "--self-signed", "--header-timeout=0"},
              "--header-timeout is 0"},
        Wrong{{"serve", "--self-signed", "--ticket-rotation=0"},
              "--ticket-rotation is 0"},
        Wrong{{"serve", "--self-signed", "--session-timeout=0"},
              "--session-timeout"},
        Wrong{{"serve", "--self-signed", "--session-tickets=99"},
              "--session-tickets"}));

// Each error of a key or certificate names its flag.
TEST(FlagsTest, AreNamedInErrors) {
  const std::string certs = TestdataPath("certs/");
  struct Row {
    std::vector<std::string> arguments;
    std::string error;
  };
  for (const Row& row :
       {Row{{"--cert=" + certs + "server_rsa.pem",
             "--key=" + certs + "server_other.key"},
            "the private key in --key does not match the first certificate in "
            "--cert ("},
        Row{{"--cert=" + certs + "server_rsa.key",
             "--key=" + certs + "server_rsa.pem"},
            "--key: contains no private key, only certificates; the key is in "
            "--cert: the two are swapped"},
        Row{{"--cert=" + certs + "server_rsa.pem",
             "--key=" + certs + "server_rsa_encrypted.key"},
            "--key: block 1"},
        Row{{"--cert=/nowhere/cert.pem"}, "--cert: cannot read /nowhere/"},
        Row{{"--cert=env:NO_SUCH_VARIABLE"},
            "--cert: the environment has no variable"},
        Row{{"--self-signed", "--client-ca=/nowhere/ca.pem"},
            "--client-ca: cannot access /nowhere/ca.pem"},
        Row{{"--self-signed", "--client-ca=" + certs + "server_rsa.key"},
            "--client-ca: CA bundle "}}) {
    std::vector<std::string> arguments = {"serve", "--port=0"};
    arguments.insert(arguments.end(), row.arguments.begin(),
                     row.arguments.end());
    EXPECT_THAT(RunAirlock(arguments).errors, HasSubstr(row.error));
  }
}

// A key that was given instead of its source.
TEST(FlagsTest, ASecretIsNotShown) {
  const std::string certs = TestdataPath("certs/");
  const std::string key = ReadTestdata("certs/server_p256.key");
  const std::string body = absl::StrReplaceAll(
      key.substr(28, key.find("-----END") - 28), {{"\n", ""}});
  const std::string cert = "--cert=" + certs + "server_p256.pem";
  for (const std::string& secret : {key, body, "env:" + body}) {
    const Outcome outcome =
        RunAirlock({"serve", "--port=0", cert, "--key", secret});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.errors, HasSubstr("--key does not name"));
    for (size_t i = 0; i + 12 < body.size(); ++i) {
      ASSERT_THAT(outcome.errors, Not(HasSubstr(body.substr(i, 12))));
    }
  }
  const Outcome outcome = RunAirlock(
      {"serve", "--port=0", cert,
       "--key=" + certs + "server_p256_encrypted.key", "--password=hunter2"});
  EXPECT_THAT(outcome.errors, HasSubstr("--password does not name"));
  EXPECT_THAT(outcome.errors, Not(HasSubstr("hunter2")));
}

TEST(HelpTest, OfTheProgramListsTheCommands) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"help"}, {"--help"}, {"-h"}}) {
    const Outcome outcome = RunAirlock(arguments);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.errors, IsEmpty());
    EXPECT_THAT(outcome.output,
                AllOf(HasSubstr("  connect "), HasSubstr("  serve "),
                      HasSubstr("  ca "), HasSubstr("AIRLOCK_VERIFY"),
                      HasSubstr("Exit status")));
  }
}

TEST(VersionTest, IsTheLibrarys) {
  const Outcome outcome = RunAirlock({"--version"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.errors, IsEmpty());
  EXPECT_EQ(
      outcome.output,
      absl::StrCat("airlock ", AIRLOCK_VERSION_MAJOR, ".",
                   AIRLOCK_VERSION_MINOR, ".", AIRLOCK_VERSION_PATCH,
                   " (BoringSSL API ", ssl::BoringSslApiVersion(), ")\n"));
}

TEST(HelpTest, OfACommandShowsItsFlagsOnly) {
  const Outcome asked = RunAirlock({"help", "connect"});
  const Outcome flagged = RunAirlock({"connect", "--help"});
  EXPECT_EQ(asked.status, 0);
  EXPECT_EQ(flagged.status, 0);
  EXPECT_EQ(asked.output, flagged.output);
  EXPECT_THAT(asked.output,
              AllOf(HasSubstr("HOST:PORT"), HasSubstr("--servername="),
                    Not(HasSubstr("--self-signed"))));
}

// An application that does nothing.
std::string AppYaml() {
  std::string path = absl::StrCat(::testing::TempDir(), "/app.yaml");
  std::ofstream(path) << "runtime: python3\nentrypoint: /bin/true\n";
  return path;
}

// Every command that shows or uses the trusted CAs.
class PolicyTest : public ::testing::TestWithParam<std::vector<std::string>> {};

INSTANTIATE_TEST_SUITE_P(
    Commands, PolicyTest,
    ::testing::Values(std::vector<std::string>{"connect", "localhost:1"},
                      std::vector<std::string>{"serve", "--self-signed"},
                      std::vector<std::string>{"ca"},
                      std::vector<std::string>{"ca", "/etc/passwd"},
                      std::vector<std::string>{"policy"},
                      std::vector<std::string>{"python"},
                      std::vector<std::string>{"run", AppYaml()}),
    [](const auto& param) {
      return absl::StrCat(param.param[0], param.param.size());
    });

TEST_P(PolicyTest, AnErrorNamesTheUnknownWord) {
  const Outcome outcome =
      RunAirlock(GetParam(), {{"AIRLOCK_VERIFY", "enforced"}});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.output, IsEmpty());
  EXPECT_THAT(outcome.errors,
              AllOf(HasSubstr("AIRLOCK_VERIFY"), HasSubstr("enforced")));
}

TEST_P(PolicyTest, ABrokenFileIsAnErrorWithItsPlace) {
  const Outcome outcome = RunAirlock(
      GetParam(),
      {{"AIRLOCK_CONFIG", TestdataPath("config/policy_broken.yaml")}});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.output, IsEmpty());
  EXPECT_THAT(outcome.errors, HasSubstr("policy_broken.yaml:7:3: "));
}

TEST_P(PolicyTest, AMissingFileIsAnError) {
  const Outcome outcome =
      RunAirlock(GetParam(), {{"AIRLOCK_CONFIG", "/nowhere/airlock.yaml"}});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.output, IsEmpty());
  EXPECT_THAT(outcome.errors, HasSubstr("AIRLOCK_CONFIG"));
}

}  // namespace
}  // namespace airlock::testing
