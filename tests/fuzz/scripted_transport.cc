// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/fuzz/scripted_transport.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "absl/types/span.h"
#include "ssl/io_result.h"
#include "ssl/options.h"
#include "ssl/socket.h"

namespace airlock::fuzz {
namespace {

// Repeats `step` while bytes move.
template <typename Step>
ssl::IoResult Repeat(const ScriptedTransport& transport, Step step) {
  // The transport makes every other call wait.
  constexpr int kMostIdle = 4;
  size_t moved = transport.moved();
  for (int idle = 0; idle < kMostIdle; ++idle) {
    ssl::IoResult result = step();
    if (!result.want_read() && !result.want_write()) return result;
    if (transport.moved() > moved) idle = 0;
    moved = transport.moved();
  }
  return ssl::IoResult::WantRead();
}

// Asks for everything that a host can ask for.
void Query(const ssl::Socket& socket) {
  Require(socket.info().has_value() == socket.handshake_done(),
          "a connection has info() once the handshake is done");
  Require(socket.peer_verified() == !socket.verified_chain().empty(),
          "a verified peer has a verified chain");
  if (socket.peer_certificate().has_value()) {
    (void)socket.peer_certificate()->Decode();
    (void)socket.peer_certificate()->ToText();
  }
  (void)socket.SharedCiphers();
  (void)socket.session();
  (void)socket.traffic();
  (void)socket.pending();
  for (const auto kind :
       {ssl::ChannelBinding::kTlsUnique, ssl::ChannelBinding::kTlsExporter,
        ssl::ChannelBinding::kTlsServerEndPoint}) {
    (void)socket.GetChannelBinding(kind);
  }
}

}  // namespace

Script ReadScript(Input* input) {
  Script script;
  const uint8_t how = input->Byte();
  constexpr std::array<size_t, 4> kPieces = {65536, 1, 7, 100};
  script.piece = kPieces[how & 3];
  script.waits = (how & 4) != 0;
  script.ends_open = (how & 8) != 0;
  script.bytes = std::string(input->Rest());
  return script;
}

ssl::IoResult ScriptedTransport::Read(absl::Span<uint8_t> into) {
  if (Waits()) return ssl::IoResult::WantRead();
  const size_t size =
      std::min({into.size(), script_.piece, script_.bytes.size() - read_});
  if (size == 0) {
    return script_.ends_open ? ssl::IoResult::WantRead()
                             : ssl::IoResult::Closed();
  }
  std::memcpy(into.data(), script_.bytes.data() + read_, size);
  read_ += size;
  moved_ += size;
  return ssl::IoResult::Done(size);
}

ssl::IoResult ScriptedTransport::Write(absl::Span<const uint8_t> from) {
  if (Waits()) return ssl::IoResult::WantWrite();
  const size_t size = std::min(from.size(), script_.piece);
  moved_ += size;
  return ssl::IoResult::Done(size);
}

std::unique_ptr<ssl::Socket> Drive(std::shared_ptr<const ssl::Context> context,
                                   Script script, ssl::SocketOptions options) {
  const size_t size = script.bytes.size();
  auto owned = std::make_unique<ScriptedTransport>(std::move(script));
  const ScriptedTransport& transport = *owned;
  auto wrapped =
      ssl::WrapSocket(std::move(context), std::move(owned), std::move(options));
  Require(wrapped.ok(), "a socket can be made");
  std::unique_ptr<ssl::Socket> socket = *std::move(wrapped);
  const ssl::IoResult handshake =
      Repeat(transport, [&] { return socket->Handshake(); });
  Require(handshake.done() == socket->handshake_done(),
          "a handshake is done if and only if Handshake() says so");
  Require(!handshake.closed(), "Handshake() never gives kClosed");
  Query(*socket);
  std::array<uint8_t, 1000> buffer;
  size_t received = 0;
  for (;;) {
    const ssl::IoResult read =
        Repeat(transport, [&] { return socket->Read(absl::MakeSpan(buffer)); });
    Require(handshake.done() || (!read.done() && !read.closed()),
            "nothing is read before the handshake is done");
    if (!read.done()) break;
    received += read.bytes();
    Require(read.bytes() > 0 && received <= size,
            "no more is read than was sent");
  }
  Query(*socket);
  constexpr std::array<uint8_t, 3> kReply = {'b', 'y', 'e'};
  const ssl::IoResult write = Repeat(
      transport, [&] { return socket->Write(absl::MakeConstSpan(kReply)); });
  Require(handshake.done() || !write.done(),
          "nothing is written before the handshake is done");
  (void)Repeat(transport, [&] { return socket->Shutdown(); });
  (void)Repeat(transport, [&] { return socket->Unwrap(); });
  Require(socket->ReleaseTransport() != nullptr, "the transport comes back");
  Query(*socket);
  return socket;
}

}  // namespace airlock::fuzz
