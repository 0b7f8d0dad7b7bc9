// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/ssl/hostile_peer.h"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/trust_store.h"
#include "tests/support/handshake.h"

namespace airlock::ssl {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestTrustStore;

namespace {

std::shared_ptr<const Context> ContextFor(Side side) {
  if (side == Side::kClient) return MakeContext(ClientOptions());
  ContextOptions options = ServerOptions();
  options.verification.mode = VerifyMode::kRequired;
  options.trust_store = TestTrustStore();
  return MakeContext(std::move(options));
}

}  // namespace

std::string Number(size_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) {
    text.push_back(static_cast<char>(value >> (8 * i)));
  }
  return text;
}

std::string Record(uint8_t type, absl::string_view body) {
  return absl::StrCat(Number(type, 1), Number(0x0303, 2),
                      Number(body.size(), 2), body);
}

std::string Message(uint8_t type, absl::string_view body) {
  return absl::StrCat(Number(type, 1), Number(body.size(), 3), body);
}

IoResult PeerTransport::Read(absl::Span<uint8_t> into) {
  // Blocks after each delivery, so that the test can look at the memory.
  if (std::exchange(blocks_, false)) return IoResult::WantRead();
  peer_.now += peer_.pause;
  if (peer_.now > peer_.deadline) {
    return absl::DeadlineExceededError("the deadline has passed");
  }
  if (peer_.next == peer_.bytes.size()) {
    if (!peer_.endless || peer_.bytes.empty()) return IoResult::WantRead();
    peer_.next = 0;
  }
  const size_t size =
      std::min({into.size(), peer_.at_once, peer_.bytes.size() - peer_.next});
  std::copy_n(peer_.bytes.data() + peer_.next, size, into.data());
  peer_.next += size;
  peer_.delivered += size;
  blocks_ = true;
  return IoResult::Done(size);
}

IoResult PeerTransport::Write(absl::Span<const uint8_t> from) {
  peer_.answered += from.size();
  if (peer_.answers != nullptr) {
    peer_.answers->append(from.begin(), from.end());
  }
  return IoResult::Done(from.size());
}

std::unique_ptr<Socket> Wrap(Side side, std::shared_ptr<const Context> context,
                             Peer* peer) {
  SocketOptions options;
  if (side == Side::kClient) options = LocalhostOptions();
  options.side = side;
  auto socket =
      WrapSocket(std::move(context), std::make_unique<PeerTransport>(peer),
                 std::move(options));
  EXPECT_TRUE(socket.ok()) << socket.status();
  return *std::move(socket);
}

double Watch::Cpu() {
  rusage usage = {};
  getrusage(RUSAGE_THREAD, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec) / 1e6;
}

Ending Shake(Socket* socket, const Peer& peer) {
  return Drive([&] { return socket->Handshake(); }, peer);
}

HostilePeerTest::HostilePeerTest() : context_(ContextFor(GetParam())) {
  // What is made once must not be taken for this connection's.
  Peer peer;
  (void)Wrap(GetParam(), context_, &peer)->Handshake();
}

Ending HostilePeerTest::Meet(Peer* peer) const {
  const auto socket = Wrap(GetParam(), context_, peer);
  return Shake(socket.get(), *peer);
}

uint8_t HostilePeerTest::FirstMessage() {
  constexpr uint8_t kClientHello = 1;
  constexpr uint8_t kServerHello = 2;
  return GetParam() == Side::kClient ? kServerHello : kClientHello;
}

std::string SideName(const ::testing::TestParamInfo<Side>& side) {
  return side.param == Side::kClient ? "Client" : "Server";
}

}  // namespace airlock::ssl
