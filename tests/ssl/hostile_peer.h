// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A peer that sends what a test wants, and what it costs.
#ifndef AIRLOCK_TESTS_SSL_HOSTILE_PEER_H_
#define AIRLOCK_TESTS_SSL_HOSTILE_PEER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "ssl/context.h"
#include "ssl/options.h"
#include "ssl/socket.h"
#include "ssl/transport.h"
#include "tests/bench/allocations.h"

namespace airlock::ssl {

constexpr uint8_t kAlert = 21;
constexpr uint8_t kHandshake = 22;
constexpr uint8_t kApplicationData = 23;
constexpr size_t kMostRecord = 16384;
// Of handshakes whose ends call each other in turn, a piece of a record each.
constexpr int kMostRounds = 50;

// What a connection may need, in bytes, and in seconds of a processor.
constexpr int64_t kLittle = 100 << 10;
constexpr double kSoon = 5;

// `value` in network byte order.
std::string Number(size_t value, int bytes);
// A record in plain text, and a handshake message.
std::string Record(uint8_t type, absl::string_view body);
std::string Message(uint8_t type, absl::string_view body);

// What a peer sends, and the time that passes meanwhile. It owns no memory of
// the connection under test.
struct Peer {
  std::string bytes;      // Still to be delivered.
  size_t next = 0;        // Of these.
  size_t at_once = 1000;  // For one Read.
  bool endless = false;   // Then `bytes` begin again.
  absl::Duration pause;   // Before each Read.
  absl::Duration now;     // Driven by the pauses.
  absl::Duration deadline = absl::InfiniteDuration();
  size_t delivered = 0;
  size_t answered = 0;             // Bytes that the other end sent.
  std::string* answers = nullptr;  // These, if set.
};

class PeerTransport final : public Transport {
 public:
  explicit PeerTransport(Peer* peer) : peer_(*peer) {}

  IoResult Read(absl::Span<uint8_t> into) override;
  IoResult Write(absl::Span<const uint8_t> from) override;

 private:
  Peer& peer_;
  bool blocks_ = false;
};

// One end over a PeerTransport.
std::unique_ptr<Socket> Wrap(Side side, std::shared_ptr<const Context> context,
                             Peer* peer);

// How much memory this thread uses more than at first, and the CPU time.
class Watch {
 public:
  Watch() : bytes_(bench::ThreadAllocations().live_bytes), seconds_(Cpu()) {}

  int64_t bytes() const {
    return bench::ThreadAllocations().live_bytes - bytes_;
  }
  double seconds() const { return Cpu() - seconds_; }

 private:
  static double Cpu();

  const int64_t bytes_;
  const double seconds_;
};

// How an operation that is repeated while it would block ends.
struct Ending {
  absl::Status status;  // Ok: it was done, or waits for more.
  int64_t most_bytes = 0;
  double seconds = 0;
};

// Calls `operation` until it ends, or waits for a peer that has no more.
template <typename Operation>
Ending Drive(const Operation& operation, const Peer& peer) {
  Ending ending;
  const Watch watch;
  while (true) {
    const IoResult result = operation();
    ending.most_bytes = std::max(ending.most_bytes, watch.bytes());
    if (result.failed()) {
      ending.status = result.status();
      break;
    }
    if (result.done() && result.bytes() == 0) break;
    if (!result.done() && !peer.endless && peer.next == peer.bytes.size()) {
      break;
    }
  }
  ending.seconds = watch.seconds();
  return ending;
}

Ending Shake(Socket* socket, const Peer& peer);

// The end under test is the parameter.
class HostilePeerTest : public ::testing::TestWithParam<Side> {
 protected:
  HostilePeerTest();

  // Performs the handshake with `peer`.
  Ending Meet(Peer* peer) const;

  // The first message that the peer sends.
  static uint8_t FirstMessage();

  const std::shared_ptr<const Context> context_;
};

// For INSTANTIATE_TEST_SUITE_P.
std::string SideName(const ::testing::TestParamInfo<Side>& side);

}  // namespace airlock::ssl

#endif  // AIRLOCK_TESTS_SSL_HOSTILE_PEER_H_
