// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock connect`, against `airlock serve`.

#include <signal.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/tcp.h"
#include "tests/platform/cli/process.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::string Path(const std::string& name) {
  return TestdataPath(absl::StrCat("certs/", name));
}

// The flags of a server that presents testdata's `name`.
std::vector<std::string> As(const std::string& name,
                            std::vector<std::string> more = {}) {
  more.push_back(absl::StrCat("--cert=", Path(name + ".pem")));
  more.push_back(absl::StrCat("--key=", Path(name + ".key")));
  return more;
}

const std::vector<std::string>& DirectServer() {
  static const auto* const flags =
      new std::vector<std::string>(As("server_rsa_direct"));
  return *flags;
}

// Runs `airlock connect` to `server`, trusting ca.pem, with `flags`.
Outcome Connect(const Server& server, std::vector<std::string> flags,
                absl::string_view input = "",
                const std::map<std::string, std::string>& environment = {}) {
  flags.insert(flags.begin(), {"connect", server.address(),
                               absl::StrCat("--ca=", Path("ca.pem"))});
  return RunAirlock(flags, environment, input);
}

TEST(ConnectTest, ReportsWhoTheServerIs) {
  const Server server({absl::StrCat("--cert=", Path("server_rsa_chain.pem")),
                       absl::StrCat("--key=", Path("server_rsa.key"))});
  const Outcome outcome = Connect(server, {"--no-io"});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr("protocol  TLSv1.3"), HasSubstr("cipher    TLS_"),
                    HasSubstr("0  CN=server_rsa,O=Airlock Test"),
                    HasSubstr("1  CN=intermediate,O=Airlock Test"),
                    HasSubstr("2  CN=Airlock Test Root,O=Airlock Test"),
                    HasSubstr("DNS:localhost"), HasSubstr("2120-01-01"),
                    HasSubstr("yes: chain, and name localhost"),
                    HasSubstr("off (built in)")));
}

TEST(ConnectTest, ShowsThatTheCertificateWasCompressed) {
  const Server server(DirectServer());
  const std::string asks = "--compressed-certificates";
  EXPECT_THAT(Connect(server, {"--no-io", asks}).output,
              HasSubstr("chain     compressed with zlib\n"));
  EXPECT_THAT(Connect(server, {"--no-io"}).output,
              Not(HasSubstr("compressed")));
  const std::string name = "\"certificate_compression\": ";
  EXPECT_THAT(Connect(server, {"--json", asks}).output,
              HasSubstr(name + "\"zlib\""));
  EXPECT_THAT(Connect(server, {"--json"}).output, HasSubstr(name + "\"\""));
}

// A server that answers each ClientHello with close_notify.
TEST(ConnectTest, CloseNotifyIsNotAConnection) {
  auto listener = platform::TcpListener::Listen("127.0.0.1", 0);
  ASSERT_TRUE(listener.ok()) << listener.status();
  constexpr int kConnections = 2;
  std::thread server([&] {
    for (int i = 0; i < kConnections; ++i) {
      const auto accepted = listener->Accept(absl::Seconds(60));
      if (!accepted.ok()) return;
      uint8_t hello[4096];
      if (!(*accepted)->Read(absl::MakeSpan(hello)).done()) return;
      if (!(*accepted)->Write({0x15, 3, 3, 0, 2, 1, 0}).done()) return;
      // Until the client is gone.
      while ((*accepted)->Read(absl::MakeSpan(hello)).done()) {
      }
    }
  });
  for (const bool json : {true, false}) {
    std::vector<std::string> arguments = {
        "connect", absl::StrCat("localhost:", listener->port()), "--no-io",
        absl::StrCat("--ca=", Path("ca.pem"))};
    if (json) arguments.push_back("--json");
    const Outcome outcome = RunAirlock(arguments);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.output,
                HasSubstr(json ? "UnexpectedEof" : "Not connected"));
    EXPECT_THAT(outcome.output, Not(HasSubstr("\"connected\": true")));
  }
  server.join();
}

TEST(ConnectTest, CarriesDataAndNothingElseOnStandardOutput) {
  const Server server(DirectServer());
  std::string data;
  for (int i = 0; data.size() < (3 << 20); ++i) absl::StrAppend(&data, i, "\n");
  const Outcome outcome = Connect(server, {}, data);
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_TRUE(outcome.output == data) << outcome.output.size() << " bytes";
  EXPECT_THAT(outcome.errors, HasSubstr("Connected to localhost:"));
}

TEST(ConnectTest, AnswersArriveWhileInputIsOpen) {
  const Server server(DirectServer());
  Process client(
      {"connect", server.address(), absl::StrCat("--ca=", Path("ca.pem"))});
  client.Write("one\n");
  EXPECT_TRUE(client.WaitForOutput("one\n"));
  client.Write("two\n");
  EXPECT_TRUE(client.WaitForOutput("one\ntwo\n"));
  EXPECT_EQ(client.Wait(), 0);
}

TEST(ConnectTest, EndsWithTheServer) {
  Server server(DirectServer());
  Process client(
      {"connect", server.address(), absl::StrCat("--ca=", Path("ca.pem"))});
  client.Write("one\n");
  EXPECT_TRUE(client.WaitForOutput("one\n"));
  server.process().Signal(SIGKILL);
  EXPECT_EQ(server.process().Wait(), -SIGKILL);
  // Its connections are cut without close_notify, which must not look like a
  // normal end.
  EXPECT_EQ(client.Wait(), 1);
  EXPECT_THAT(client.errors(), HasSubstr("UnexpectedEof"));
}

TEST(ConnectTest, SelectsTheProtocol) {
  std::vector<std::string> flags = DirectServer();
  flags.push_back("--old-tls");
  const Server server(flags);
  for (const char* version : {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}) {
    const Outcome outcome = Connect(server, {"--no-io", "--tls", version});
    EXPECT_EQ(outcome.status, 0) << outcome.output << outcome.errors;
    EXPECT_THAT(outcome.output,
                HasSubstr(absl::StrCat("protocol  ", version, "\n")));
  }
}

TEST(ConnectTest, AgreesOnAnApplicationProtocol) {
  const Server server(As("server_rsa_direct", {"--alpn=b,a"}));
  const Outcome outcome = Connect(server, {"--no-io", "--alpn=a,b"});
  EXPECT_THAT(outcome.output, HasSubstr("ALPN      b\n"));
}

TEST(ConnectTest, AnAddressMayBeTheName) {
  const Server server(DirectServer());
  const std::string port =
      server.address().substr(server.address().find(':') + 1);
  const Outcome outcome =
      RunAirlock({"connect", absl::StrCat("127.0.0.1:", port), "--no-io",
                  absl::StrCat("--ca=", Path("ca.pem"))});
  EXPECT_EQ(outcome.status, 0) << outcome.output << outcome.errors;
}

TEST(ConnectTest, ShowsTheChainOfAServerThatIsNotTrusted) {
  const Server server(DirectServer());
  const Outcome outcome =
      RunAirlock({"connect", server.address(),
                  absl::StrCat("--ca=", Path("other_root.pem"))},
                 {}, "secret\n");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, IsEmpty());
  EXPECT_THAT(
      outcome.errors,
      AllOf(StartsWith("Not connected to localhost:"),
            HasSubstr("no data was sent"), HasSubstr("0  CN=server_rsa_direct"),
            HasSubstr("Not trusted:"), HasSubstr("code      20,"),
            HasSubstr("other_root.pem")));
}

TEST(ConnectTest, ListsTheCertificatesNames) {
  const Server server(DirectServer());
  const Outcome outcome =
      Connect(server, {"--no-io", "--servername=other.test"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr("the certificate is not valid for"),
                    HasSubstr("it is for localhost, server.test"),
                    HasSubstr("code      62,")));
}

TEST(ConnectTest, SaysWhatExpired) {
  const Server server(As("expired"));
  const Outcome outcome = Connect(server, {"--no-io"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(
      outcome.output,
      AllOf(HasSubstr("0  CN=expired,O=Airlock Test   <-- here"),
            HasSubstr("2011-01-01; expired"), HasSubstr("code      10,")));
}

TEST(ConnectTest, PeersNamesDoNotReachTheTerminalRaw) {
  const Server server(As("null_in_san"));
  const Outcome outcome = Connect(server, {"--no-io"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("DNS:good.test\\x00.evil.test"));
  EXPECT_EQ(outcome.output.find('\0'), std::string::npos);
}

TEST(ConnectTest, InsecureLooksAtAnyServerAndSaysSo) {
  const Server server(As("expired"));
  const Outcome outcome = Connect(server, {"--no-io", "--insecure"});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("verified  NO"));
}

TEST(ConnectTest, ThePolicyRefusesInsecure) {
  const Server server(As("expired"));
  const Outcome outcome = Connect(server, {"--no-io", "--insecure"}, "",
                                  {{"AIRLOCK_VERIFY", "enforce"}});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors,
              AllOf(HasSubstr("Policy"), HasSubstr("AIRLOCK_VERIFY=enforce")));
}

// A refusal is audited, and exactly once.
TEST(ConnectTest, ARefusalGoesToTheAudit) {
  const std::string path =
      absl::StrCat(::testing::TempDir(), "/audit_of_connect.jsonl");
  const auto read = [&path] {
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::remove(path.c_str());
    return text;
  };
  const auto is_refusal =
      AllOf(StartsWith("{\"time\":\""), HasSubstr("\"action\":\"refused\""),
            HasSubstr("\"host\":\"localhost\""),
            HasSubstr("\"rule\":\"AIRLOCK_VERIFY=enforce\""),
            EndsWith("\"suppressed\":0}\n"));
  RunAirlock({"connect", "localhost:1", "--insecure", "--audit", path},
             {{"AIRLOCK_VERIFY", "enforce"}, {"AIRLOCK_AUDIT", "/not/this"}});
  EXPECT_THAT(read(), is_refusal);
  RunAirlock({"connect", "localhost:1", "--insecure"},
             {{"AIRLOCK_VERIFY", "enforce"}, {"AIRLOCK_AUDIT", path}});
  EXPECT_THAT(read(), is_refusal);
  const Outcome standard_error =
      RunAirlock({"connect", "localhost:1", "--insecure", "--audit=fd:2"},
                 {{"AIRLOCK_VERIFY", "enforce"}});
  EXPECT_THAT(standard_error.errors,
              AllOf(StartsWith("{\"time\":\""), HasSubstr("Policy")));
}

TEST(ConnectTest, AnAuditThatCannotBeWrittenIsAnError) {
  const Outcome flag =
      RunAirlock({"connect", "localhost:1", "--audit=/nowhere/audit"});
  EXPECT_EQ(flag.status, 2);
  EXPECT_THAT(flag.errors, HasSubstr("/nowhere/audit"));
  const Outcome variable =
      RunAirlock({"connect", "localhost:1"}, {{"AIRLOCK_AUDIT", "audit"}});
  EXPECT_EQ(variable.status, 2);
  EXPECT_THAT(variable.errors, HasSubstr("AIRLOCK_AUDIT"));
}

TEST(ConnectTest, ThePolicyRefusesOldProtocols) {
  const Server server(DirectServer());
  const Outcome outcome = Connect(server, {"--no-io", "--tls=TLSv1"}, "",
                                  {{"AIRLOCK_VERIFY", "enforce"}});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("TLSv1.2"));
}

TEST(ConnectTest, PresentsACertificateFromTheEnvironment) {
  const Server server(As(
      "server_rsa_direct",
      {absl::StrCat("--client-ca=", Path("ca.pem")), "--require-client-cert"}));
  const std::string cert = ReadTestdata("certs/client_p256.pem");
  const std::string key = ReadTestdata("certs/client_p256.key");
  const Outcome from_environment =
      Connect(server, {"--cert=env:CERT", "--key=env:KEY"}, "hello\n",
              {{"CERT", cert}, {"KEY", key}});
  EXPECT_EQ(from_environment.status, 0) << from_environment.errors;
  EXPECT_EQ(from_environment.output, "hello\n");
  const Outcome from_input =
      Connect(server, {"--cert=-", "--no-io"}, absl::StrCat(cert, key));
  EXPECT_EQ(from_input.status, 0) << from_input.errors;
}

TEST(ConnectTest, WithoutACertificateTheServerRefuses) {
  const Server server(As(
      "server_rsa_direct",
      {absl::StrCat("--client-ca=", Path("ca.pem")), "--require-client-cert"}));
  const Outcome outcome = Connect(server, {}, "hello\n");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, IsEmpty());
  EXPECT_THAT(outcome.errors, HasSubstr("certificate_required"));
}

TEST(ConnectTest, ReadsAnEncryptedKey) {
  const Server server(
      {absl::StrCat("--cert=", Path("server_p256_chain.pem")),
       absl::StrCat("--key=", Path("server_p256_encrypted.key")),
       "--password=env:PASSWORD"},
      {{"PASSWORD", "airlock\n"}});
  EXPECT_EQ(Connect(server, {"--no-io"}).status, 0);
}

TEST(ConnectTest, AKeyOfAnotherCertificateIsFoundBeforeConnecting) {
  const Server server(DirectServer());
  const Outcome outcome = Connect(
      server, {"--no-io", absl::StrCat("--cert=", Path("client_p256.pem")),
               absl::StrCat("--key=", Path("client_rsa.key"))});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("Credentials"));
}

TEST(ConnectTest, WritesJson) {
  const Server server(DirectServer());
  const Outcome good = Connect(server, {"--json"});
  EXPECT_EQ(good.status, 0);
  EXPECT_THAT(
      good.output,
      AllOf(StartsWith("{\n"), HasSubstr("\"connected\": true"),
            HasSubstr("\"verified\": true"), HasSubstr("\"error\": null"),
            HasSubstr("\"protocol\": \"TLSv1.3\""),
            HasSubstr("\"DNS:localhost\"")));
  const Outcome bad = Connect(server, {"--json", "--servername=other.test"});
  EXPECT_EQ(bad.status, 1);
  EXPECT_THAT(bad.output,
              AllOf(HasSubstr("\"connected\": false"),
                    HasSubstr("\"kind\": \"Hostname\""),
                    HasSubstr("\"verify_code\": 62"),
                    HasSubstr("\"subject\": \"CN=server_rsa_direct,"),
                    HasSubstr("\"verified_chain\": []"),
                    Not(HasSubstr("\"protocol\""))));
}

TEST(ConnectTest, NoServer) {
  const Outcome outcome = RunAirlock({"connect", "localhost:1", "--no-io"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("localhost"));
}

}  // namespace
}  // namespace airlock::testing
