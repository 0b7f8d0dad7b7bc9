// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Socket::RequestKeyUpdate.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/support/handshake.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::Wrap;
using ::airlock::testing::WriteAll;

constexpr int kHandshake = 22;  // ContentType.
constexpr uint8_t kKeyUpdate = 24;

// A server that records the KeyUpdate messages that it sends (with the value of
// request_update) and receives.
struct Watched {
  std::vector<int> sent;
  std::vector<int> received;
  absl::Status answer;  // Of the message callback, for a KeyUpdate.

  ContextOptions Options() {
    ContextOptions options = ServerOptions();
    options.message = [this](const Socket&, const TlsMessage& message) {
      if (message.content_type != kHandshake || message.bytes.empty() ||
          message.bytes[0] != kKeyUpdate) {
        return absl::OkStatus();
      }
      (message.sent ? sent : received).push_back(message.bytes.back());
      return answer;
    };
    return options;
  }
};

TEST(KeyUpdateTest, ChangesTheKeysOfBothDirections) {
  Watched watched;
  Connection c = Connect(ClientOptions(), watched.Options());
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  for (int round = 1; round <= 3; ++round) {
    ASSERT_TRUE(c.server->RequestKeyUpdate().ok());
    // A second one before the first is sent.
    ASSERT_TRUE(c.server->RequestKeyUpdate().ok());
    ASSERT_TRUE(WriteAll(c.server.get(), "down").ok());
    EXPECT_EQ(*ReadSome(c.client.get()), "down");
    ASSERT_TRUE(WriteAll(c.client.get(), "up").ok());
    EXPECT_EQ(*ReadSome(c.server.get()), "up");
    EXPECT_EQ(watched.sent, std::vector<int>(round, 1));
    EXPECT_EQ(watched.received, std::vector<int>(round, 0));
  }
}

TEST(KeyUpdateTest, WorksOnTheClient) {
  Watched watched;
  Connection c = Connect(ClientOptions(), watched.Options());
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  ASSERT_TRUE(c.client->RequestKeyUpdate().ok());
  ASSERT_TRUE(WriteAll(c.client.get(), "up").ok());
  EXPECT_EQ(*ReadSome(c.server.get()), "up");
  ASSERT_TRUE(WriteAll(c.server.get(), "down").ok());
  EXPECT_EQ(*ReadSome(c.client.get()), "down");
  EXPECT_EQ(watched.received, std::vector<int>{1});
  EXPECT_EQ(watched.sent, std::vector<int>{0});
}

TEST(KeyUpdateTest, NeedsAFinishedHandshake) {
  Connection c =
      Wrap(MakeContext(ClientOptions()), MakeContext(ServerOptions()));
  EXPECT_EQ(GetErrorKind(c.server->RequestKeyUpdate()),
            ErrorKind::kInvalidArgument);
  // The connection is as before.
  airlock::testing::ShakeHands(&c);
  EXPECT_TRUE(c.ok()) << c.client_status << c.server_status;
}

TEST(KeyUpdateTest, NeedsTls13) {
  ContextOptions options = ServerOptions();
  options.verification.maximum_version = TlsVersion::kTls1_2;
  Connection c = Connect(ClientOptions(), std::move(options));
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_EQ(GetErrorKind(c.server->RequestKeyUpdate()),
            ErrorKind::kInvalidArgument);
  ASSERT_TRUE(WriteAll(c.server.get(), "down").ok());
  EXPECT_EQ(*ReadSome(c.client.get()), "down");
}

TEST(KeyUpdateTest, IsRefusedAfterShutdown) {
  Connection c = Connect(ClientOptions(), ServerOptions());
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  ASSERT_TRUE(c.server->Shutdown().done());
  EXPECT_EQ(GetErrorKind(c.server->RequestKeyUpdate()), ErrorKind::kClosed);
}

TEST(KeyUpdateTest, AFailedMessageCallbackEndsTheConnection) {
  Watched watched;
  watched.answer = absl::InternalError("no");
  Connection c = Connect(ClientOptions(), watched.Options());
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_FALSE(c.server->RequestKeyUpdate().ok());
  EXPECT_FALSE(WriteAll(c.server.get(), "down").ok());
}

}  // namespace
}  // namespace airlock::ssl
