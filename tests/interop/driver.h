// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Airlock's side of a conversation with another program.
#ifndef AIRLOCK_TESTS_INTEROP_DRIVER_H_
#define AIRLOCK_TESTS_INTEROP_DRIVER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "platform/tcp.h"
#include "ssl/context.h"
#include "ssl/error.h"
#include "ssl/options.h"
#include "ssl/socket.h"
#include "tests/support/handshake.h"

#define AIRLOCK_CONCAT_(a, b) a##b
#define AIRLOCK_CONCAT(a, b) AIRLOCK_CONCAT_(a, b)
#define ASSERT_OK(expression)                        \
  do {                                               \
    const absl::Status& status_of_it = (expression); \
    ASSERT_TRUE(status_of_it.ok()) << status_of_it;  \
  } while (false)
// `declaration` cannot be put in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define ASSERT_OK_AND_ASSIGN(declaration, expression)   \
  auto AIRLOCK_CONCAT(value_, __LINE__) = (expression); \
  ASSERT_TRUE(AIRLOCK_CONCAT(value_, __LINE__).ok())    \
      << AIRLOCK_CONCAT(value_, __LINE__).status();     \
  declaration = *std::move(AIRLOCK_CONCAT(value_, __LINE__))
// NOLINTEND(bugprone-macro-parentheses)

namespace airlock::interop {

// As tests/support/handshake.h's, but by the time of day, which the peers go by
// too.
ssl::ContextOptions ClientOptions();
ssl::ContextOptions ServerOptions(
    absl::string_view credentials = "server_p256");

// Leaves one version of the protocol.
void Only(ssl::TlsVersion version, ssl::ContextOptions* options);

// Connects to a port of 127.0.0.1 and shakes hands.
absl::StatusOr<std::unique_ptr<ssl::Socket>> Connect(
    int port, std::shared_ptr<const ssl::Context> context,
    ssl::SocketOptions options = testing::LocalhostOptions());
absl::StatusOr<std::unique_ptr<ssl::Socket>> Connect(
    int port, ssl::ContextOptions options);

// Listens at a port of 127.0.0.1 that is free.
absl::StatusOr<platform::TcpListener> Listen();

// Takes the next connection and shakes hands.
absl::StatusOr<std::unique_ptr<ssl::Socket>> Accept(
    const platform::TcpListener& listener,
    std::shared_ptr<const ssl::Context> context);
absl::StatusOr<std::unique_ptr<ssl::Socket>> Accept(
    const platform::TcpListener& listener, ssl::ContextOptions options);

// Reads until what came contains `text`, and gives all of it. An error where
// the stream ends before.
absl::StatusOr<std::string> ReadUntil(ssl::Socket* socket,
                                      absl::string_view text);
// Reads until the peer closes.
absl::StatusOr<std::string> ReadToEnd(ssl::Socket* socket);

// Closes in both directions: close_notify sent and received.
absl::Status Close(ssl::Socket* socket);

// What a failure was, as tests compare it: kind, alert, verify code.
struct Failure {
  ssl::ErrorKind kind;
  int alert;            // -1: none.
  int verify_code = 0;  // 0: none.

  friend bool operator==(const Failure& a, const Failure& b) {
    return a.kind == b.kind && a.alert == b.alert &&
           a.verify_code == b.verify_code;
  }
  friend std::ostream& operator<<(std::ostream& out, const Failure& failure);
};
Failure FailureOf(const absl::Status& status);

// The error of `socket`, or else, where a client of TLS 1.3 thinks that all is
// well, what the server's answer makes of the first Read.
absl::Status LateStatus(
    const absl::StatusOr<std::unique_ptr<ssl::Socket>>& socket);

}  // namespace airlock::interop

#endif  // AIRLOCK_TESTS_INTEROP_DRIVER_H_
