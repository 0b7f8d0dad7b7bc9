// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/memory_transport.h"

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"

namespace airlock::platform {
namespace {

using ssl::IoResult;
using ssl::IoState;

IoResult Write(ssl::Transport& to, absl::string_view text) {
  return to.Write(absl::MakeConstSpan(
      reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

// The result of one Read of at most `size` bytes; fails if it is not data.
std::string Read(ssl::Transport& from, size_t size) {
  std::vector<uint8_t> bytes(size);
  const IoResult result = from.Read(absl::MakeSpan(bytes));
  EXPECT_TRUE(result.done()) << result.status();
  if (!result.done()) return "";
  return std::string(bytes.begin(), bytes.begin() + result.bytes());
}

IoState ReadState(ssl::Transport& from) {
  uint8_t byte;
  const IoResult result = from.Read(absl::MakeSpan(&byte, 1));
  EXPECT_FALSE(result.failed()) << result.status();
  return result.state();
}

TEST(MemoryTransportTest, CarriesBytesBothWays) {
  auto [a, b] = MakeMemoryTransports();
  EXPECT_EQ(ReadState(*a), IoState::kWantRead);
  EXPECT_EQ(Write(*a, "ping").bytes(), 4);
  EXPECT_EQ(b->readable(), 4);
  EXPECT_EQ(Read(*b, 3), "pin");
  EXPECT_EQ(Write(*a, "!").bytes(), 1);
  EXPECT_EQ(Read(*b, 100), "g!");
  EXPECT_EQ(Write(*b, "pong").bytes(), 4);
  EXPECT_EQ(Read(*a, 100), "pong");
  EXPECT_EQ(ReadState(*b), IoState::kWantRead);
}

TEST(MemoryTransportTest, AFullBufferWantsWrite) {
  MemoryTransportOptions options;
  options.capacity = 3;
  auto [a, b] = MakeMemoryTransports(options);
  EXPECT_EQ(Write(*a, "abcd").bytes(), 3);
  EXPECT_EQ(Write(*a, "d").state(), IoState::kWantWrite);
  EXPECT_EQ(Read(*b, 2), "ab");
  EXPECT_EQ(Write(*a, "def").bytes(), 2);
  EXPECT_EQ(Read(*b, 100), "cde");
}

TEST(MemoryTransportTest, ClosingOneDirectionLeavesTheOther) {
  auto [a, b] = MakeMemoryTransports();
  EXPECT_EQ(Write(*a, "last").bytes(), 4);
  a->CloseWrite();
  EXPECT_EQ(Write(*a, "more").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Read(*b, 100), "last");
  EXPECT_EQ(ReadState(*b), IoState::kClosed);
  EXPECT_EQ(ReadState(*b), IoState::kClosed);
  EXPECT_EQ(Write(*b, "answer").bytes(), 6);
  EXPECT_EQ(Read(*a, 100), "answer");
}

TEST(MemoryTransportTest, DestroyingAnEndClosesBothDirections) {
  auto [a, b] = MakeMemoryTransports();
  EXPECT_EQ(Write(*a, "last").bytes(), 4);
  a.reset();
  EXPECT_EQ(Read(*b, 100), "last");
  EXPECT_EQ(ReadState(*b), IoState::kClosed);
  EXPECT_EQ(Write(*b, "x").status().code(), absl::StatusCode::kUnavailable);
}

TEST(MemoryTransportTest, WaitsNoLongerThanItsTimeout) {
  MemoryTransportOptions options;
  options.capacity = 1;
  options.timeout = absl::Nanoseconds(1);
  auto [a, b] = MakeMemoryTransports(options);
  uint8_t byte;
  EXPECT_EQ(b->Read(absl::MakeSpan(&byte, 1)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Write(*a, "x").bytes(), 1);
  EXPECT_EQ(Write(*a, "y").status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(MemoryTransportTest, AnEndWaitsForTheOthersThread) {
  MemoryTransportOptions options;
  options.capacity = 7;
  options.timeout = absl::InfiniteDuration();
  auto [a, b] = MakeMemoryTransports(options);
  std::string sent;
  for (int i = 0; i < 10000; ++i) sent.push_back(static_cast<char>(i));
  std::thread writer([&sent, &end = a] {
    absl::string_view rest = sent;
    while (!rest.empty()) rest.remove_prefix(Write(*end, rest).bytes());
    end.reset();
  });
  std::string received;
  std::vector<uint8_t> bytes(5);
  while (true) {
    const IoResult result = b->Read(absl::MakeSpan(bytes));
    if (result.closed()) break;
    ASSERT_TRUE(result.done()) << result.status();
    received.append(bytes.begin(), bytes.begin() + result.bytes());
  }
  writer.join();
  EXPECT_EQ(received, sent);
}

}  // namespace
}  // namespace airlock::platform
