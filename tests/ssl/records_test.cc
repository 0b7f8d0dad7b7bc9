// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What is sent over the wire, and when.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/support/handshake.h"
#include "tests/support/shaky_transport.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::ShakeHands;
using ::airlock::testing::Shakiness;
using ::airlock::testing::Wrap;
using ::airlock::testing::WrapShaky;
using ::airlock::testing::WriteAll;

ContextOptions Client(TlsVersion version) {
  ContextOptions options = ClientOptions();
  options.verification.minimum_version = TlsVersion::kTls1_0;
  options.verification.maximum_version = version;
  return options;
}

// ---- Records of CBC suites

// The sizes of the records that `from` sends for `data`, and that `to` reads.
std::vector<size_t> RecordSizes(Socket* from, Socket* to,
                                const std::string& data) {
  EXPECT_TRUE(WriteAll(from, data).ok());
  std::unique_ptr<Transport> transport = to->ReleaseTransport();
  std::vector<uint8_t> bytes(1 << 16);
  const IoResult result = transport->Read(absl::MakeSpan(bytes));
  EXPECT_TRUE(result.done());
  std::vector<size_t> sizes;
  constexpr size_t kHeader = 5;
  constexpr int kApplicationData = 23;
  for (size_t i = 0; i + kHeader <= result.bytes();) {
    EXPECT_EQ(bytes[i], kApplicationData);
    sizes.push_back(size_t{bytes[i + 3]} << 8 | bytes[i + 4]);
    i += kHeader + sizes.back();
  }
  return sizes;
}

TEST(RecordTest, CbcIsSplitInTls10) {
  constexpr size_t kOneByte = 32;  // With SHA-1's MAC, in blocks of 16.
  for (const std::string suite : {"AES128-SHA", "ECDHE-ECDSA-AES256-SHA"}) {
    for (const bool client_sends : {true, false}) {
      for (const TlsVersion version :
           {TlsVersion::kTls1_0, TlsVersion::kTls1_1, TlsVersion::kTls1_2}) {
        ContextOptions client = Client(version);
        client.ciphers = suite;
        ContextOptions server =
            ServerOptions(suite == "AES128-SHA" ? "server_rsa" : "server_p256");
        server.ciphers = suite;
        server.verification.minimum_version = TlsVersion::kTls1_0;
        client.verification.security_level =
            server.verification.security_level = 0;
        Connection c = Connect(client, server);
        ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
        Socket* from = (client_sends ? c.client : c.server).get();
        Socket* to = (client_sends ? c.server : c.client).get();
        ASSERT_TRUE(WriteAll(from, "hello").ok());
        std::string got;
        while (got.size() < 5) got += *ReadSome(to);
        EXPECT_EQ(got, "hello");
        const std::vector<size_t> sizes =
            RecordSizes(from, to, std::string(100, 'x'));
        if (version == TlsVersion::kTls1_0) {
          EXPECT_EQ(sizes, (std::vector<size_t>{kOneByte, 128}));
        } else {
          EXPECT_EQ(sizes.size(), 1u);
        }
      }
    }
  }
}

TEST(RecordTest, OneByteNeedsNoSplit) {
  ContextOptions client = Client(TlsVersion::kTls1_0);
  client.ciphers = "ECDHE-ECDSA-AES128-SHA";
  ContextOptions server = ServerOptions();
  server.ciphers = client.ciphers;
  client.verification.security_level = server.verification.security_level = 0;
  Connection c = Connect(std::move(client), std::move(server));
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_EQ(RecordSizes(c.client.get(), c.server.get(), "x").size(), 1u);
}

// ---- Session tickets of TLS 1.3

// A client that sends its Finished and waits for the acknowledgement before it
// sends data must not wait: the tickets carry the acknowledgement.
TEST(TicketFlightTest, GoesOutWithTheEndOfTheHandshake) {
  std::vector<std::string> order;
  Shakiness notes;
  notes.instead = [&](bool reading, size_t) -> std::optional<IoResult> {
    if (!reading) order.push_back("write");
    return std::nullopt;
  };
  ContextOptions server = ServerOptions();
  server.handshake_ended = [&](const Socket&, const absl::Status&) {
    order.push_back("done");
  };
  Connection c = WrapShaky(MakeContext(ClientOptions()),
                           MakeContext(std::move(server)), {}, notes);
  ShakeHands(&c);
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  // The handshake's flight, and the tickets', before the first Read or Write.
  EXPECT_EQ(order, (std::vector<std::string>{"write", "write", "done"}));
  // A client that only reads gets them.
  EXPECT_FALSE(ReadSome(c.client.get()).ok());
  ASSERT_NE(c.client->session(), nullptr);
  EXPECT_TRUE(c.client->session()->has_ticket());
}

TEST(TicketFlightTest, WithoutTicketsNothingGoesOut) {
  for (const TlsVersion version : {TlsVersion::kTls1_2, TlsVersion::kTls1_3}) {
    ContextOptions server = ServerOptions();
    server.num_tickets = 0;
    Connection c = Connect(Client(version), std::move(server));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    const uint64_t sent = c.server->traffic().transport_sent;
    EXPECT_FALSE(ReadSome(c.server.get()).ok());
    EXPECT_EQ(c.server->traffic().transport_sent, sent);
  }
}

TEST(TicketFlightTest, GoesOnLaterWhereItBlocks) {
  // Each write of the server after its flight blocks for a while.
  bool blocks = true;
  int writes = 0;
  Shakiness shaky;
  shaky.instead = [&](bool reading, size_t) -> std::optional<IoResult> {
    if (reading || ++writes == 1 || !blocks) return std::nullopt;
    return IoResult::WantWrite();
  };
  Connection c = WrapShaky(MakeContext(ClientOptions()),
                           MakeContext(ServerOptions()), {}, shaky);
  ShakeHands(&c);
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_EQ(writes, 2);
  EXPECT_FALSE(ReadSome(c.client.get()).ok());
  EXPECT_EQ(c.client->session(), nullptr);
  blocks = false;
  EXPECT_FALSE(ReadSome(c.server.get()).ok());  // Nothing to read.
  EXPECT_FALSE(ReadSome(c.client.get()).ok());
  ASSERT_NE(c.client->session(), nullptr);
  ASSERT_TRUE(WriteAll(c.server.get(), "pong").ok());
  EXPECT_EQ(*ReadSome(c.client.get()), "pong");
}

TEST(TicketFlightTest, ThatFailsFailsOnlyWriting) {
  int writes = 0;
  Shakiness shaky;
  shaky.instead = [&](bool reading, size_t) -> std::optional<IoResult> {
    if (reading || ++writes == 1) return std::nullopt;
    return absl::UnavailableError("broken pipe");
  };
  Connection c = WrapShaky(MakeContext(ClientOptions()),
                           MakeContext(ServerOptions()), {}, shaky);
  ShakeHands(&c);
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  ASSERT_TRUE(WriteAll(c.client.get(), "ping").ok());
  EXPECT_EQ(*ReadSome(c.server.get()), "ping");
  EXPECT_EQ(GetErrorKind(WriteAll(c.server.get(), "x")), ErrorKind::kTransport);
}

// ---- Counts and limits

TEST(TrafficTest, IsCounted) {
  Connection c =
      Wrap(MakeContext(ClientOptions()), MakeContext(ServerOptions()));
  EXPECT_EQ(c.client->traffic().transport_sent, 0u);
  ShakeHands(&c);
  ASSERT_TRUE(c.ok());
  EXPECT_EQ(c.client->traffic().data_sent, 0u);
  ASSERT_TRUE(WriteAll(c.client.get(), "ping").ok());
  EXPECT_EQ(*ReadSome(c.server.get()), "ping");
  EXPECT_FALSE(ReadSome(c.client.get()).ok());  // Tickets.
  const Traffic client = c.client->traffic();
  const Traffic server = c.server->traffic();
  EXPECT_EQ(client.data_sent, 4u);
  EXPECT_EQ(client.data_received, 0u);
  EXPECT_EQ(server.data_received, 4u);
  EXPECT_EQ(server.data_sent, 0u);
  EXPECT_EQ(client.transport_sent, server.transport_received);
  EXPECT_EQ(server.transport_sent, client.transport_received);
  EXPECT_GT(client.transport_sent, 100u);
}

TEST(DurationTest, IsOfTheHandshake) {
  absl::Duration now = absl::Hours(5);
  ContextOptions options = ClientOptions();
  options.stopwatch = [&] { return now; };
  Connection c =
      Wrap(MakeContext(std::move(options)), MakeContext(ServerOptions()));
  ASSERT_TRUE(c.client->Handshake().want_read());
  now += absl::Milliseconds(7);
  ShakeHands(&c);
  now += absl::Milliseconds(5);
  ASSERT_TRUE(c.ok());
  EXPECT_EQ(c.client->info()->handshake_duration, absl::Milliseconds(7));
  EXPECT_EQ(c.server->info()->handshake_duration, std::nullopt);
}

TEST(NewSessionTest, IsReportedToClients) {
  for (const TlsVersion version : {TlsVersion::kTls1_2, TlsVersion::kTls1_3}) {
    std::vector<std::shared_ptr<const Session>> sessions;
    const auto keep = [&](const Socket& socket,
                          std::shared_ptr<const Session> session) {
      EXPECT_EQ(socket.side(), Side::kClient);
      sessions.push_back(std::move(session));
    };
    ContextOptions client = Client(version);
    client.new_session = keep;
    ContextOptions server = ServerOptions();
    server.new_session = keep;
    Connection c = Connect(std::move(client), std::move(server));
    ASSERT_TRUE(c.ok());
    EXPECT_FALSE(ReadSome(c.client.get()).ok());
    EXPECT_EQ(sessions.size(), version == TlsVersion::kTls1_3 ? 2u : 1u);
    ASSERT_FALSE(sessions.empty());
    EXPECT_NE(sessions.back(), nullptr);
    EXPECT_EQ(sessions.back(), c.client->session());
  }
}

TEST(ExporterTest, HasTheLimitThatItStates) {
  const struct {
    TlsVersion version;
    size_t most;
  } cases[] = {{TlsVersion::kTls1_2, 65535}, {TlsVersion::kTls1_3, 255 * 32}};
  for (const auto& [version, most] : cases) {
    Connection c =
        Wrap(MakeContext(Client(version)), MakeContext(ServerOptions()));
    EXPECT_EQ(
        GetErrorKind(
            c.client->ExportKeyingMaterial("l", std::nullopt, 1).status()),
        ErrorKind::kInvalidArgument);
    ShakeHands(&c);
    ASSERT_TRUE(c.ok());
    ASSERT_NE(c.client->info()->cipher.name.find("SHA256"), std::string::npos);
    const auto all = c.client->ExportKeyingMaterial("l", std::nullopt, most);
    ASSERT_TRUE(all.ok()) << all.status();
    EXPECT_EQ(all->size(), most);
    EXPECT_EQ(c.server->ExportKeyingMaterial("l", std::nullopt, most)->view(),
              all->view());
    const absl::Status status =
        c.client->ExportKeyingMaterial("l", std::nullopt, most + 1).status();
    EXPECT_EQ(GetErrorKind(status), ErrorKind::kInvalidArgument);
    EXPECT_NE(status.message().find(std::to_string(most)), std::string::npos);
    EXPECT_TRUE(c.client->ExportKeyingMaterial("l", std::nullopt, 0).ok());
  }
}

}  // namespace
}  // namespace airlock::ssl
