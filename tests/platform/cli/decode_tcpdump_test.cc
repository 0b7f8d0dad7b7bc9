// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock decode` on what tcpdump captures on loopback: OpenSSL's server with
// clients of Airlock, OpenSSL and GnuTLS. Needs CAP_NET_RAW, and no sandbox of
// Bazel's, in which tcpdump cannot give up its privileges.

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/interop/driver.h"
#include "tests/interop/peers.h"
#include "tests/support/process.h"

namespace airlock::interop {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Process;

enum class Client { kAirlock, kOpenssl, kGnutls };

struct Case {
  Client client;
  bool tls13;
};

std::string CaseName(const ::testing::TestParamInfo<Case>& info) {
  const char* const clients[] = {"Airlock", "Openssl", "Gnutls"};
  return absl::StrCat(clients[static_cast<int>(info.param.client)],
                      info.param.tls13 ? "Tls13" : "Tls12");
}

std::string AirlockPath() {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                      std::getenv("TEST_WORKSPACE"), "/platform/cli/airlock");
}

absl::StatusOr<std::unique_ptr<Process>> StartClient(const Case& wanted,
                                                     int port,
                                                     const std::string& keys) {
  switch (wanted.client) {
    case Client::kAirlock:
      return Process::Start(
          {{AirlockPath(), "connect", absl::StrCat("localhost:", port), "--ca",
            CertPath("ca.pem"), "--keylog", keys, "--tls",
            wanted.tls13 ? "TLSv1.3" : "TLSv1.2"},
           "",
           {}});
    case Client::kOpenssl:
      return StartOpensslClient(
          port, Arguments{"-CAfile", CertPath("ca.pem"), "-keylogfile", keys,
                          wanted.tls13 ? "-tls1_3" : "-tls1_2"});
    case Client::kGnutls:
      break;
  }
  const auto path = testing::FindProgram("gnutls-cli", "gnutls-bin");
  if (!path.ok()) return path.status();
  return Process::Start(
      {{*path, "--port", absl::StrCat(port), "--sni-hostname", "localhost",
        "--verify-hostname", "localhost", "127.0.0.1", "--x509cafile",
        CertPath("ca.pem"), "--priority",
        wanted.tls13 ? "NORMAL:-VERS-ALL:+VERS-TLS1.3"
                     : "NORMAL:-VERS-ALL:+VERS-TLS1.2"},
       "",
       {absl::StrCat("SSLKEYLOGFILE=", keys)}});
}

class TcpdumpTest : public ::testing::TestWithParam<Case> {};

TEST_P(TcpdumpTest, IsDecoded) {
  ASSERT_OK_AND_ASSIGN(
      auto server,
      StartOpensslServer(OpensslIdentity("server_rsa") + Arguments{"-rev"}));
  const std::string keys = ScratchPath("keys.txt");
  const std::string capture = ScratchPath("capture.pcap");
  ASSERT_OK_AND_ASSIGN(
      auto tcpdump,
      StartProgram(
          "tcpdump", "tcpdump",
          {"-i", "lo", "-n", "-U", "-l", "--immediate-mode", "--print", "-Z",
           "root", "-w", capture, "tcp", "port", absl::StrCat(server.port)}));
  if (!tcpdump->WaitForText("listening on").ok()) {
    GTEST_SKIP() << "tcpdump cannot capture here, it needs CAP_NET_RAW: "
                 << tcpdump->errors();
  }
  const Case& wanted = GetParam();
  ASSERT_OK_AND_ASSIGN(auto client, StartClient(wanted, server.port, keys));
  ASSERT_OK(client->WriteInput("abcdef\n"));
  ASSERT_OK(client->WaitForText("fedcba"));
  client->CloseInput();
  ASSERT_TRUE(client->Wait().ok());
  // The client's FIN is printed after all of its data is written.
  ASSERT_OK(tcpdump->WaitForText("Flags [F"));
  tcpdump->Kill();
  ASSERT_OK_AND_ASSIGN(
      auto decode,
      Process::Start(
          {{AirlockPath(), "decode", capture, "--keylog", keys}, "", {}}));
  ASSERT_OK_AND_ASSIGN(const int status, decode->Wait());
  EXPECT_EQ(status, 0) << decode->errors();
  const std::string output = decode->output();
  EXPECT_THAT(output,
              HasSubstr(absl::StrCat("server 127.0.0.1:", server.port)));
  EXPECT_THAT(output,
              HasSubstr(wanted.tls13 ? "server    ServerHello: TLS 1.3"
                                     : "server    ServerHello: TLS 1.2"));
  EXPECT_THAT(output, HasSubstr("client    Finished: "));
  EXPECT_THAT(output, HasSubstr("server    Finished: "));
  EXPECT_THAT(output, HasSubstr("client    Data: 7 bytes"));
  EXPECT_THAT(output, HasSubstr("server    Data: 7 bytes"));
  EXPECT_THAT(output, Not(HasSubstr(", encrypted")));
  EXPECT_THAT(output, Not(HasSubstr("malformed")));
}

INSTANTIATE_TEST_SUITE_P(All, TcpdumpTest,
                         ::testing::Values(Case{Client::kAirlock, false},
                                           Case{Client::kAirlock, true},
                                           Case{Client::kOpenssl, false},
                                           Case{Client::kOpenssl, true},
                                           Case{Client::kGnutls, false},
                                           Case{Client::kGnutls, true}),
                         CaseName);

}  // namespace
}  // namespace airlock::interop
