// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A client and a server, and somebody between them who changes what they say.
// Input: a byte that chooses the connection, then five bytes for each change.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ssl/context.h"
#include "ssl/options.h"
#include "ssl/secret.h"
#include "ssl/socket.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/tampering_wire.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"

namespace airlock::fuzz {
namespace {

// What two ends agree on without interference.
struct Pair {
  std::shared_ptr<const ssl::Context> client;
  std::shared_ptr<const ssl::Context> server;
  std::shared_ptr<const ssl::Session> session;
  ssl::TlsVersion version = ssl::TlsVersion::kTls1_3;
  std::string alpn;
  bool asks_client = false;
};

Pair MakePair(size_t number) {
  ResetRandom();
  ssl::ContextOptions client = testing::ClientOptions();
  ssl::ContextOptions server =
      testing::ServerOptions(number == 3 ? "server_rsa" : "server_p256");
  server.ticket_keys = {
      std::make_shared<const ssl::Secret>(std::string(48, 'k'))};
  Pair pair;
  if (number == 1 || number == 3 || number == 5) {
    client.verification.maximum_version = ssl::TlsVersion::kTls1_2;
    pair.version = ssl::TlsVersion::kTls1_2;
  }
  if (number == 2 || number == 3) {
    client.credentials = {testing::TestCredentials("client_p256")};
    server.trust_store = testing::TestTrustStore();
    server.verification.mode = ssl::VerifyMode::kRequired;
    client.alpn_protocols = {"h2", "http/1.1"};
    server.alpn_protocols = {"http/1.1"};
    pair.asks_client = true;
    pair.alpn = "http/1.1";
  }
  pair.client = testing::MakeContext(std::move(client));
  pair.server = testing::MakeContext(std::move(server));
  if (number >= 4)
    pair.session = testing::Established(pair.client, pair.server);
  return pair;
}

// One end: what it has to say, and what it heard.
struct End {
  std::unique_ptr<ssl::Socket> socket;
  std::string to_send;
  size_t sent = 0;
  std::string received;
  bool closed = false;

  void Step();
};

void End::Step() {
  if (!socket->handshake_done() && !socket->Handshake().done()) return;
  while (sent < to_send.size()) {
    constexpr size_t kPiece = 100;
    const std::string piece = to_send.substr(sent, kPiece);
    const ssl::IoResult write = socket->Write(absl::MakeConstSpan(
        reinterpret_cast<const uint8_t*>(piece.data()), piece.size()));
    if (!write.done()) break;
    sent += write.bytes();
  }
  if (sent == to_send.size()) (void)socket->Shutdown();
  std::array<uint8_t, 64> buffer;
  for (;;) {
    const ssl::IoResult read = socket->Read(absl::MakeSpan(buffer));
    closed = closed || read.closed();
    if (!read.done()) return;
    received.append(reinterpret_cast<const char*>(buffer.data()), read.bytes());
  }
}

void CheckReceived(const End& from, const End& to) {
  Require(absl::StartsWith(from.to_send, to.received),
          "what is received was sent");
  Require(!to.closed || to.received == from.to_send,
          "data that was cut off is not taken for all");
}

// The handshake of this end vouches for what both agreed on.
void CheckAgreed(const Pair& pair, const ssl::Socket& socket) {
  if (!socket.handshake_done()) return;
  const auto info = socket.info();
  Require(info.has_value() && info->version == pair.version,
          "tampering does not lower the version");
  Require(info->alpn == pair.alpn, "tampering does not choose the protocol");
}

}  // namespace
}  // namespace airlock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  constexpr size_t kPairs = 6;
  static std::array<std::unique_ptr<fuzz::Pair>, kPairs> pairs;
  fuzz::Input input(data, size);
  const size_t number = input.Choice(kPairs);
  if (pairs[number] == nullptr) {
    pairs[number] = std::make_unique<fuzz::Pair>(fuzz::MakePair(number));
  }
  const fuzz::Pair& pair = *pairs[number];
  fuzz::ResetRandom();
  fuzz::TamperingWire wire(&input);
  ssl::SocketOptions client_options = testing::LocalhostOptions();
  client_options.session = pair.session;
  ssl::SocketOptions server_options;
  server_options.side = ssl::Side::kServer;
  fuzz::End client;
  fuzz::End server;
  client.to_send = std::string(250, 'q');
  server.to_send = std::string(350, 'a');
  client.socket = *ssl::WrapSocket(pair.client, wire.MakeEnd(fuzz::kClient),
                                   std::move(client_options));
  server.socket = *ssl::WrapSocket(pair.server, wire.MakeEnd(fuzz::kServer),
                                   std::move(server_options));
  constexpr int kMoreThanEnough = 20;
  for (int i = 0; i < kMoreThanEnough; ++i) {
    client.Step();
    wire.Deliver();
    server.Step();
    wire.Deliver();
  }
  const bool both =
      client.socket->handshake_done() && server.socket->handshake_done();
  fuzz::Require(wire.has_changes() || (both && client.closed && server.closed),
                "an unchanged connection works");
  fuzz::Require(!client.socket->handshake_done() ||
                    (client.socket->peer_verified() &&
                     client.socket->MatchHostname("localhost").ok()),
                "a client is done only with its server");
  fuzz::Require(!server.socket->handshake_done() || !pair.asks_client ||
                    server.socket->peer_verified(),
                "a server is done only with its client");
  fuzz::CheckAgreed(pair, *client.socket);
  fuzz::CheckAgreed(pair, *server.socket);
  fuzz::CheckReceived(client, server);
  fuzz::CheckReceived(server, client);
  if (!both) return 0;
  constexpr size_t kBytes = 32;
  const auto ours = client.socket->ExportKeyingMaterial("l", "c", kBytes);
  const auto theirs = server.socket->ExportKeyingMaterial("l", "c", kBytes);
  fuzz::Require(ours.ok() && theirs.ok() && ours->view() == theirs->view(),
                "both have the same keys");
  return 0;
}
