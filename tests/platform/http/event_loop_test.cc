// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The event loop with a few descriptors, which it polls, and with many.

#include "platform/http/event_loop.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "platform/internal/unique_fd.h"

namespace airlock::http {
namespace {

using platform::internal::UniqueFd;

// Two connected sockets.
struct Pair {
  Pair() {
    std::array<int, 2> fds = {-1, -1};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()),
              0);
    near = UniqueFd(fds[0]);
    far = UniqueFd(fds[1]);
  }
  void Send() const { EXPECT_EQ(write(far.get(), "x", 1), 1); }
  void Receive() const {
    char byte = 0;
    EXPECT_EQ(read(near.get(), &byte, 1), 1);
  }

  UniqueFd near;
  UniqueFd far;
};

rlimit DescriptorLimit() {
  rlimit limit = {};
  EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  return limit;
}

void SetDescriptorLimit(rlim_t soft) {
  rlimit limit = DescriptorLimit();
  limit.rlim_cur = soft;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

// The lowest free descriptor.
int NextDescriptor() {
  const UniqueFd fd(open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_TRUE(fd.valid());
  return fd.get();
}

// How many descriptors are watched.
class EventLoopTest : public ::testing::TestWithParam<size_t> {
 protected:
  void SetUp() override {
    auto loop = EventLoop::Create();
    ASSERT_TRUE(loop.ok()) << loop.status();
    loop_ = *std::move(loop);
  }
  // A RunOnce that waits for nothing.
  void Run() {
    loop_->At(std::chrono::steady_clock::now(), [] {});
    ASSERT_TRUE(loop_->RunOnce().ok());
  }
  void Watch(const Pair& pair, EventLoop::Callback callback,
             uint32_t events = EPOLLIN) {
    ASSERT_TRUE(
        loop_->Watch(pair.near.get(), events, std::move(callback)).ok());
  }

  std::unique_ptr<EventLoop> loop_;
};

TEST_P(EventLoopTest, EachReadyDescriptorIsReported) {
  const std::vector<Pair> pairs(GetParam());
  // A loop that is empty again starts over.
  for (int round = 0; round < 2; ++round) {
    std::vector<int> calls(pairs.size());
    for (size_t i = 0; i < pairs.size(); ++i) {
      Watch(pairs[i], [&calls, i] { ++calls[i]; });
    }
    Run();
    EXPECT_EQ(calls, std::vector<int>(pairs.size()));
    // Again and again, until it is read.
    for (const Pair& pair : pairs) pair.Send();
    Run();
    Run();
    EXPECT_EQ(calls, std::vector<int>(pairs.size(), 2));
    pairs.back().Receive();
    Run();
    EXPECT_EQ(calls.back(), 2);
    if (pairs.size() > 1) {
      EXPECT_EQ(calls.front(), 3);
      for (size_t i = 0; i + 1 < pairs.size(); ++i) pairs[i].Receive();
    }
    for (const Pair& pair : pairs) loop_->Unwatch(pair.near.get());
  }
}

TEST_P(EventLoopTest, EventsAndCallbacksChange) {
  std::vector<Pair> pairs(GetParam());
  int calls = 0;
  int others = 0;
  for (const Pair& pair : pairs) Watch(pair, [&] { ++others; });
  Watch(
      pairs[0], [&] { ++calls; }, EPOLLOUT);
  Run();
  EXPECT_EQ(calls, 1);
  Watch(
      pairs[0], [&] { calls += 10; }, EPOLLIN);
  Run();
  EXPECT_EQ(calls, 1);
  pairs[0].Send();
  Run();
  EXPECT_EQ(calls, 11);
  EXPECT_EQ(others, 0);
  // The end of the peer's stream.
  pairs[0].Receive();
  Watch(
      pairs[0], [&] { calls += 100; }, EPOLLRDHUP);
  pairs[0].far = UniqueFd();
  Run();
  EXPECT_EQ(calls, 111);
  for (const Pair& pair : pairs) loop_->Unwatch(pair.near.get());
}

// A watch that ends, or is replaced, by an earlier callback of the same round.
TEST_P(EventLoopTest, EndedWatchesAreNotReported) {
  for (const bool replace : {false, true}) {
    std::vector<Pair> pairs(GetParam());
    Pair next;
    int calls = 0;
    int stale = 0;
    for (const Pair& pair : pairs) {
      Watch(pair, [&] {
        if (++calls > 1) return;
        for (const Pair& each : pairs) {
          loop_->Unwatch(each.near.get());
          if (!replace) continue;
          // Another connection, which is not ready, gets the number.
          EXPECT_EQ(dup2(next.near.get(), each.near.get()), each.near.get());
          Watch(each, [&] { ++stale; });
        }
      });
      pair.Send();
    }
    Run();
    Run();
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(stale, 0);
    next.Send();
    Run();
    EXPECT_EQ(stale, replace ? static_cast<int>(pairs.size()) : 0);
    for (const Pair& pair : pairs) loop_->Unwatch(pair.near.get());
  }
}

TEST_P(EventLoopTest, DescriptorsHaveTheirTurn) {
  const std::vector<Pair> pairs(GetParam());
  size_t calls = 0;
  for (const Pair& pair : pairs) {
    Watch(pair, [&] { ++calls; });
    pair.Send();
  }
  int deferred = 0;
  EventLoop::Callback busy = [&] {
    ++deferred;
    loop_->Defer(busy);
  };
  loop_->Defer(busy);
  for (int i = 0; i < 4; ++i) Run();
  EXPECT_EQ(deferred, 4);
  EXPECT_EQ(calls, 2 * pairs.size());
  for (const Pair& pair : pairs) loop_->Unwatch(pair.near.get());
}

TEST_P(EventLoopTest, OtherThreadsWakeIt) {
  const std::vector<Pair> pairs(GetParam());
  for (const Pair& pair : pairs) Watch(pair, [] {});
  int calls = 0;
  std::thread other([mailbox = *loop_->mailbox(), &calls] {
    mailbox->Post([&calls] { ++calls; });
  });
  while (calls == 0) ASSERT_TRUE(loop_->RunOnce().ok());
  other.join();
  for (const Pair& pair : pairs) loop_->Unwatch(pair.near.get());
}

// poll(2) refuses more descriptors than the process may open.
TEST_P(EventLoopTest, ALowerLimitOfDescriptorsIsNoObstacle) {
  const std::vector<Pair> pairs(GetParam());
  size_t calls = 0;
  for (const Pair& pair : pairs) {
    Watch(pair, [&] { ++calls; });
    pair.Send();
  }
  const rlimit before = DescriptorLimit();
  SetDescriptorLimit(1);
  Run();
  Run();
  SetDescriptorLimit(before.rlim_cur);
  EXPECT_GE(calls, pairs.size());
  for (const Pair& pair : pairs) loop_->Unwatch(pair.near.get());
}

TEST_P(EventLoopTest, DescriptorsAreOpenedWhenTheyAreNeeded) {
  const std::vector<Pair> pairs(GetParam());
  const int unused = NextDescriptor();
  loop_ = nullptr;
  const int free = NextDescriptor();
  loop_ = std::make_unique<EventLoop>();
  size_t calls = 0;
  for (const Pair& pair : pairs) Watch(pair, [&] { ++calls; });
  const bool polls = NextDescriptor() == free;
  EXPECT_EQ(polls, pairs.size() <= 4);
  for (const Pair& pair : pairs) pair.Send();
  Run();
  EXPECT_EQ(calls, pairs.size());
  for (const Pair& pair : pairs) pair.Receive();
  // Before or after epoll, there is one mailbox.
  const auto mailbox = loop_->mailbox();
  ASSERT_TRUE(mailbox.ok()) << mailbox.status();
  EXPECT_NE(NextDescriptor(), free);
  EXPECT_EQ(*mailbox, *loop_->mailbox());
  int posted = 0;
  std::thread other([mailbox = *mailbox, &posted] {
    mailbox->Post([&posted] { ++posted; });
  });
  while (posted == 0) ASSERT_TRUE(loop_->RunOnce().ok());
  other.join();
  // From poll to epoll with a mailbox.
  const std::vector<Pair> more(5);
  for (const Pair& pair : more) Watch(pair, [] {});
  std::thread another([mailbox = *mailbox, &posted] {
    mailbox->Post([&posted] { ++posted; });
  });
  while (posted == 1) ASSERT_TRUE(loop_->RunOnce().ok());
  another.join();
  for (const Pair& pair : pairs) loop_->Unwatch(pair.near.get());
  for (const Pair& pair : more) loop_->Unwatch(pair.near.get());
  // Create opens both at once.
  loop_ = nullptr;
  EXPECT_GT(unused, free);
}

TEST(EventLoopDescriptorsTest, ALackOfDescriptorsIsAnError) {
  const std::vector<Pair> pairs(5);
  const rlimit before = DescriptorLimit();
  EventLoop loop;
  const rlim_t free = NextDescriptor();
  SetDescriptorLimit(free);
  EXPECT_FALSE(loop.mailbox().ok());
  EXPECT_FALSE(EventLoop::Create().ok());
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_TRUE(loop.Watch(pairs[i].near.get(), EPOLLIN, [] {}).ok());
  }
  EXPECT_FALSE(loop.Watch(pairs[4].near.get(), EPOLLIN, [] {}).ok());
  // One is enough for one of the two.
  SetDescriptorLimit(free + 1);
  EXPECT_TRUE(loop.mailbox().ok());
  EXPECT_FALSE(loop.Watch(pairs[4].near.get(), EPOLLIN, [] {}).ok());
  SetDescriptorLimit(before.rlim_cur);
  EXPECT_TRUE(loop.Watch(pairs[4].near.get(), EPOLLIN, [] {}).ok());
}

INSTANTIATE_TEST_SUITE_P(Counts, EventLoopTest,
                         ::testing::Values(1, 2, 4, 5, 6, 40));

}  // namespace
}  // namespace airlock::http
