// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Airlock as a client of `openssl s_server`.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "tests/interop/driver.h"
#include "tests/interop/peers.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::interop {
namespace {

using ssl::ContextOptions;
using ssl::ErrorKind;
using ssl::Socket;
using ssl::SocketOptions;
using ssl::TlsVersion;
using testing::LocalhostOptions;
using testing::MakeContext;
using testing::TestCredentials;
using testing::TestTrustStore;
using testing::WriteAll;

// A line each way, then close_notify each way.
void ConverseAndClose(Socket* client, testing::Process* server) {
  ASSERT_OK(WriteAll(client, "from the client\n"));
  ASSERT_OK(server->WaitForText("from the client\n"));
  ASSERT_OK(server->WriteInput("from the server\n"));
  ASSERT_OK(ReadUntil(client, "from the server\n").status());
  ASSERT_OK(Close(client));
  ASSERT_OK(server->WaitForText("CONNECTION CLOSED"));
}

class MatrixTest : public ::testing::TestWithParam<Cell> {};

TEST_P(MatrixTest, ConversesAndCloses) {
  const Cell& cell = GetParam();
  Arguments arguments = OpensslVersion(cell.version) +
                        OpensslIdentity(cell.server) +
                        Arguments{"-naccept", "1"};
  ContextOptions options = ClientOptions();
  Only(cell.version, &options);
  if (!cell.client.empty()) {
    arguments = arguments + Arguments{"-Verify", "3", "-verify_return_error",
                                      "-CAfile", CertPath("ca.pem")};
    options.credentials = {TestCredentials(cell.client)};
  }
  ASSERT_OK_AND_ASSIGN(const Server server, StartOpensslServer(arguments));
  ASSERT_OK_AND_ASSIGN(const auto client, Connect(server.port, options));
  EXPECT_EQ(client->info()->version, cell.version);
  EXPECT_TRUE(client->peer_verified());
  EXPECT_EQ(client->presented_chain().size(), 2u);
  EXPECT_EQ(client->verified_chain().size(), 3u);
  ConverseAndClose(client.get(), server.process.get());
  if (!cell.client.empty()) {
    ASSERT_OK(server.process->WaitForText(absl::StrCat("OU = ", cell.client)));
  }
}

INSTANTIATE_TEST_SUITE_P(All, MatrixTest, ::testing::ValuesIn(Matrix()),
                         CellName);

}  // namespace
}  // namespace airlock::interop
