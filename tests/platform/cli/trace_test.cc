// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// --trace and --keylog of `airlock connect`, `fetch` and `serve`.

#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "ssl/engine.h"
#include "tests/platform/cli/process.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string Path(const std::string& name) {
  return TestdataPath(absl::StrCat("certs/", name));
}

std::vector<std::string> ServerFlags(std::vector<std::string> more) {
  more.push_back(absl::StrCat("--cert=", Path("server_rsa_chain.pem")));
  more.push_back(absl::StrCat("--key=", Path("server_rsa.key")));
  return more;
}

// Another path for each test; there is nothing.
std::string Scratch(const std::string& name) {
  const std::string path = absl::StrCat(
      ::testing::TempDir(), "/",
      ::testing::UnitTest::GetInstance()->current_test_info()->name(), "_",
      name);
  unlink(path.c_str());
  return path;
}

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Outcome Connect(const Server& server, std::vector<std::string> flags,
                const std::map<std::string, std::string>& environment = {}) {
  flags.insert(flags.begin(), {"connect", server.address(), "--no-io",
                               absl::StrCat("--ca=", Path("ca.pem"))});
  return RunAirlock(flags, environment, "");
}

// The messages of a trace, "client ClientHello", without records.
std::vector<std::string> Messages(absl::string_view trace) {
  std::vector<std::string> messages;
  for (const absl::string_view line : absl::StrSplit(trace, '\n')) {
    const std::vector<std::string> words =
        absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (words.size() < 4 || line[0] == ' ' || line[0] == 'c') continue;
    const std::string name = words[3].substr(0, words[3].find(':'));
    if (name == "Record" || name == "ChangeCipherSpec") continue;
    if (words[2] != "client" && words[2] != "server") continue;
    messages.push_back(absl::StrCat(words[2], " ", name));
  }
  return messages;
}

TEST(TraceTest, ShowsTheHandshakeOfBothEnds) {
  Server server(ServerFlags({"--trace"}));
  const Outcome outcome = Connect(server, {"--trace"});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  // The report is still where it was.
  EXPECT_THAT(outcome.output, HasSubstr("protocol  TLSv1.3"));
  EXPECT_THAT(
      outcome.errors,
      AllOf(HasSubstr("connection 1: client, to localhost"),
            HasSubstr("Record: handshake, TLS 1.0, "),
            HasSubstr("client    ClientHello: TLS 1.3, "),
            HasSubstr("server_name (0): localhost"),
            HasSubstr("server    ServerHello: TLS 1.3, TLS_"),
            HasSubstr("server    Certificate: CN=server_rsa,O=Airlock Test"),
            HasSubstr("subject_alt_names: DNS:localhost"),
            HasSubstr("client    Finished: "),
            HasSubstr("client    Alert: warning close_notify (0)")));
  EXPECT_THAT(outcome.errors, Not(HasSubstr("malformed")));
  ASSERT_TRUE(
      server.process().WaitForErrors("client    Alert: warning close_notify"));
  EXPECT_THAT(server.process().errors(),
              AllOf(HasSubstr("connection 1: server"),
                    HasSubstr("client    ClientHello: TLS 1.3, ")));
}

TEST(TraceTest, IsJsonWithJson) {
  const Server server(ServerFlags({}));
  for (const char* const version : {"TLSv1.2", "TLSv1.3"}) {
    const Outcome outcome =
        Connect(server, {"--trace", "--json", "--tls", version});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_TRUE(json::parse(outcome.output).is_object());
    std::vector<std::string> names;
    for (const absl::string_view line :
         absl::StrSplit(outcome.errors, '\n', absl::SkipEmpty())) {
      const json event = json::parse(line, nullptr, false);
      ASSERT_TRUE(event.is_object()) << line;
      EXPECT_EQ(event["connection"], 1);
      if (event["kind"] == "handshake") {
        names.push_back(event["name"]);
        EXPECT_EQ(event["encrypted"].get<bool>(),
                  event["name"] == "Finished" ||
                      (version == std::string("TLSv1.3") &&
                       !absl::EndsWith(names.back(), "Hello")))
            << line;
      }
    }
    EXPECT_THAT(names, Contains("ClientHello"));
    EXPECT_THAT(names, Contains("Finished"));
  }
}

TEST(TraceTest, SaysWhyAHandshakeFailed) {
  Server server(ServerFlags({"--trace"}));
  // Without the CA.
  const Outcome outcome =
      RunAirlock({"connect", server.address(), "--no-io", "--trace",
                  absl::StrCat("--ca=", Path("other_root.pem"))},
                 {}, "");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors,
              AllOf(HasSubstr("client    Alert: fatal unknown_ca (48)"),
                    HasSubstr("client    Note: the handshake failed: "),
                    HasSubstr(", subject \"CN="), Not(HasSubstr("\\\""))));
  // The next one has its own number.
  EXPECT_EQ(Connect(server, {}).status, 0);
  ASSERT_TRUE(server.process().WaitForErrors("connection 2: server"));
}

TEST(TraceTest, ShowsNoData) {
  const std::string folder = Scratch("site");
  mkdir(folder.c_str(), 0700);
  std::ofstream(folder + "/file.txt") << "wholly-private";
  Server server(ServerFlags({"--trace", "--root", folder}));
  const Outcome outcome = RunAirlock(
      {"fetch", absl::StrCat("https://", server.address(), "/file.txt"),
       absl::StrCat("--ca=", Path("ca.pem")), "--header",
       "X-Token: quite-hidden", "--http=1.1", "--trace"},
      {}, "");
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("wholly-private"));
  EXPECT_THAT(outcome.errors, HasSubstr("NewSessionTicket: "));
  ASSERT_TRUE(server.process().WaitForErrors("close_notify"));
  for (const std::string& trace : {outcome.errors, server.process().errors()}) {
    EXPECT_THAT(trace, AllOf(HasSubstr("Record: application_data"),
                             Not(HasSubstr("wholly-private")),
                             Not(HasSubstr("quite-hidden")),
                             Not(HasSubstr("file.txt HTTP"))));
  }
}

TEST(KeyLogTest, HasTheSecretsOfBothEnds) {
  const std::string ours = Scratch("client");
  const std::string theirs = Scratch("server");
  const Server server(ServerFlags({"--keylog", theirs}));
  for (const char* const version : {"TLSv1.2", "TLSv1.3"}) {
    EXPECT_EQ(Connect(server, {"--keylog", ours, "--tls", version}).status, 0);
  }
  const std::string log = Content(ours);
  EXPECT_THAT(log, AllOf(HasSubstr("CLIENT_RANDOM "),
                         HasSubstr("SERVER_TRAFFIC_SECRET_0 ")));
  for (const absl::string_view line :
       absl::StrSplit(log, '\n', absl::SkipEmpty())) {
    EXPECT_THAT(Content(theirs), HasSubstr(absl::StrCat(line, "\n")));
  }
  struct stat status;
  ASSERT_EQ(stat(ours.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(KeyLogTest, RefusesFilesThatOthersCanUse) {
  const Server server(ServerFlags({}));
  const std::string file = Scratch("file");
  std::ofstream(file) << "# before\n";
  chmod(file.c_str(), 0644);
  const Outcome open = Connect(server, {"--keylog", file});
  EXPECT_EQ(open.status, 2);
  EXPECT_THAT(open.errors, HasSubstr("can be used by others"));
  EXPECT_EQ(Content(file), "# before\n");
  // Nor is anything sent.
  EXPECT_THAT(open.output, IsEmpty());
  chmod(file.c_str(), 0600);
  EXPECT_EQ(Connect(server, {"--keylog", file}).status, 0);
  EXPECT_THAT(Content(file), HasSubstr("# before\n"));

  const std::string link = Scratch("link");
  ASSERT_EQ(symlink(file.c_str(), link.c_str()), 0);
  EXPECT_THAT(Connect(server, {"--keylog", link}).errors,
              HasSubstr("is a symbolic link"));
  EXPECT_THAT(Connect(server, {"--keylog", "/dev/null"}).errors,
              HasSubstr("is not a regular file"));
  EXPECT_THAT(Connect(server, {"--keylog", "/nonexistent/file"}).errors,
              HasSubstr("cannot open /nonexistent/file"));
  const std::string fifo = Scratch("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_NE(Connect(server, {"--keylog", fifo}).status, 0);
}

TEST(KeyLogTest, ThePolicyMayForbidIt) {
  const Server server(ServerFlags({}));
  const std::string policy = Scratch("policy.yaml");
  const std::string audit = Scratch("audit");
  const std::string log = Scratch("log");
  for (const char* const reaction : {"reject", "upgrade"}) {
    std::ofstream(policy) << "tls:\n  verification: enforce\n"
                          << "  key_log: forbid\n  on_override: " << reaction
                          << "\n";
    chmod(policy.c_str(), 0600);
    const std::map<std::string, std::string> environment = {
        {"AIRLOCK_CONFIG", policy}, {"AIRLOCK_AUDIT", audit}};
    const std::string url = absl::StrCat("https://", server.address(), "/");
    for (std::vector<std::string> command :
         {std::vector<std::string>{"connect", server.address(), "--no-io"},
          std::vector<std::string>{"fetch", url},
          ServerFlags({"serve", "--port=0"})}) {
      command.push_back("--keylog");
      command.push_back(log);
      unlink(audit.c_str());
      const Outcome outcome = RunAirlock(command, environment, "");
      EXPECT_NE(outcome.status, 0);
      EXPECT_THAT(outcome.errors,
                  AllOf(HasSubstr("forbids logging a connection's secrets"),
                        HasSubstr("--keylog")))
          << command[0] << reaction;
      EXPECT_THAT(Content(audit), HasSubstr("key_log")) << outcome.errors;
      EXPECT_NE(access(log.c_str(), F_OK), 0);
    }
  }
}

// The example in the documentation is what the command prints, but for numbers,
// times and random bytes.
TEST(TraceTest, DocumentationShowsReality) {
  const std::string page = ReadTestdata("../docs/howto/seeing-the-wire.md");
  const size_t begin = page.find("connection 1: client, to localhost");
  ASSERT_NE(begin, std::string::npos);
  const std::string shown = page.substr(begin, page.find("```", begin) - begin);
  const Server server(ServerFlags({}));
  const Outcome outcome = Connect(server, {"--trace"});
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_EQ(Messages(shown), Messages(outcome.errors)) << outcome.errors;
  EXPECT_GT(Messages(shown).size(), 6u);
  // The names of the fields and their indentation, too.
  const auto names = [](absl::string_view text) {
    std::vector<std::string> found;
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      if (!absl::StartsWith(line, "        ")) continue;
      const absl::string_view name = line.substr(0, line.find(':'));
      if (name.size() < line.size()) found.push_back(std::string(name));
    }
    return found;
  };
  // The page shows Debian's engine; another one sends other extensions.
  if (!ssl::HasPostQuantumGroup()) {
    EXPECT_EQ(names(shown), names(outcome.errors));
  }
}

}  // namespace
}  // namespace airlock::testing
