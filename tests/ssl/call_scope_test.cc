// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// When a connection's clock is asked, and how long its answer holds.

#include "ssl/internal/call_scope.h"

#include <openssl/bio.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "ssl/context.h"
#include "ssl/internal/transport_bio.h"
#include "ssl/io_result.h"
#include "ssl/options.h"
#include "ssl/transport.h"
#include "tests/support/handshake.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestTime;

class OneByte final : public Transport {
 public:
  IoResult Read(absl::Span<uint8_t> /*into*/) override {
    return IoResult::Done(1);
  }
  IoResult Write(absl::Span<const uint8_t> /*from*/) override {
    return IoResult::WantWrite();
  }
};

class CallScopeTest : public ::testing::Test {
 protected:
  CallScopeTest() { clock_.clock = &ask_; }

  int asked_ = 0;
  bool throws_ = false;
  const std::function<absl::Time()> ask_ = [this] {
    ++asked_;
    if (throws_) throw std::runtime_error("no clock");
    return absl::FromUnixSeconds(asked_);
  };
  CallClock clock_;
};

TEST_F(CallScopeTest, WithoutAScopeItIs1970) {
  EXPECT_EQ(ClockScope::Now(), absl::UnixEpoch());
}

TEST_F(CallScopeTest, AsksEachTime) {
  const ClockScope scope(clock_);
  EXPECT_EQ(ClockScope::Now(), absl::FromUnixSeconds(1));
  EXPECT_EQ(ClockScope::Now(), absl::FromUnixSeconds(2));
}

TEST_F(CallScopeTest, KeepsTheTimeUntilItIsReset) {
  const ClockScope scope(clock_);
  clock_.keeps = true;
  EXPECT_EQ(ClockScope::Now(), absl::FromUnixSeconds(1));
  EXPECT_EQ(ClockScope::Now(), absl::FromUnixSeconds(1));
  clock_.now.reset();
  EXPECT_EQ(ClockScope::Now(), absl::FromUnixSeconds(2));
}

TEST_F(CallScopeTest, AnInnerConnectionHasItsOwn) {
  const ClockScope scope(clock_);
  clock_.keeps = true;
  EXPECT_EQ(ClockScope::Now(), absl::FromUnixSeconds(1));
  {
    CallClock other;
    other.clock = &ask_;
    const ClockScope inner(other);
    EXPECT_EQ(ClockScope::Now(), absl::FromUnixSeconds(2));
  }
  EXPECT_EQ(ClockScope::Now(), absl::FromUnixSeconds(1));
}

TEST_F(CallScopeTest, ACallInsideACallOfTheSameConnectionChangesNothing) {
  const ClockScope scope(clock_);
  { const ClockScope inner(clock_); }
  EXPECT_EQ(ClockScope::Now(), absl::FromUnixSeconds(1));
}

// Callbacks may switch between the stacks of one thread.
TEST_F(CallScopeTest, ScopesMayEndInAnyOrder) {
  const std::function<absl::Time()> ask_later = [] {
    return absl::FromUnixSeconds(1000);
  };
  CallClock later;
  later.clock = &ask_later;
  std::optional<ClockScope> first;
  std::optional<ClockScope> second;
  first.emplace(clock_);
  second.emplace(later);
  first.reset();
  EXPECT_EQ(ClockScope::Now(), absl::FromUnixSeconds(1000));
  first.emplace(clock_);
  second.reset();
  EXPECT_EQ(ClockScope::Now(), absl::FromUnixSeconds(1));
  first.reset();
  EXPECT_EQ(ClockScope::Now(), absl::UnixEpoch());
}

TEST_F(CallScopeTest, AClockThatThrowsIsAskedAgain) {
  const ClockScope scope(clock_);
  clock_.keeps = true;
  throws_ = true;
  EXPECT_EQ(ClockScope::Now(), absl::UnixEpoch());
  throws_ = false;
  EXPECT_EQ(ClockScope::Now(), absl::FromUnixSeconds(2));
}

TEST_F(CallScopeTest, TheTransportMayHaveWaited) {
  TransportBioState state;
  state.transport = std::make_unique<OneByte>();
  const bssl::UniquePtr<BIO> bio = NewTransportBio(&state);
  ASSERT_NE(bio, nullptr);
  char byte = 0;
  state.clock.now = TestTime();
  EXPECT_EQ(BIO_read(bio.get(), &byte, 1), 1);
  EXPECT_FALSE(state.clock.now.has_value());
  state.clock.now = TestTime();
  EXPECT_EQ(BIO_write(bio.get(), &byte, 1), -1);
  EXPECT_FALSE(state.clock.now.has_value());
}

TEST_F(CallScopeTest, AHandshakeAsksOnceForEachMessage) {
  int asked = 0;
  ContextOptions server = ServerOptions();
  server.clock = [&asked] {
    ++asked;
    return TestTime();
  };
  const auto context = MakeContext(std::move(server));
  asked = 0;
  EXPECT_TRUE(Connect(MakeContext(ClientOptions()), context).ok());
  // Its two flights from the client.
  EXPECT_LE(asked, 2);
}

}  // namespace
}  // namespace airlock::ssl::internal
