// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/support/session.h"

#include <utility>

#include "gtest/gtest.h"

namespace airlock::testing {

std::shared_ptr<const ssl::Session> Established(
    std::shared_ptr<const ssl::Context> client,
    std::shared_ptr<const ssl::Context> server) {
  Connection c = Connect(std::move(client), std::move(server));
  EXPECT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_TRUE(WriteAll(c.server.get(), "x").ok());
  EXPECT_TRUE(ReadSome(c.client.get()).ok());
  std::shared_ptr<const ssl::Session> session = c.client->session();
  EXPECT_NE(session, nullptr);
  return session;
}

ssl::SocketOptions WithSession(std::shared_ptr<const ssl::Session> session) {
  ssl::SocketOptions options = LocalhostOptions();
  options.session = std::move(session);
  return options;
}

bool Reused(const Connection& connection) {
  if (!connection.ok()) return false;
  const bool reused = connection.client->info()->session_reused;
  EXPECT_EQ(connection.server->info()->session_reused, reused);
  return reused;
}

}  // namespace airlock::testing
