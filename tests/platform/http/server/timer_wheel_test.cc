// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/internal/timer_wheel.h"

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace airlock::http::internal {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Time = TimerWheel::Time;

constexpr milliseconds kTick = TimerWheel::kTick;

class TestTimer final : public TimerWheel::Timer {
 public:
  explicit TestTimer(std::function<void()> run) : run_(std::move(run)) {}

 protected:
  void OnTimer() override { run_(); }

 private:
  const std::function<void()> run_;
};

class TimerWheelTest : public ::testing::Test {
 protected:
  Time now_ = Time() + seconds(1000);
  TimerWheel wheel_{now_};
};

TEST_F(TimerWheelTest, RunsOnceAndNotTooEarly) {
  int runs = 0;
  TestTimer timer([&] { ++runs; });
  wheel_.Set(&timer, now_ + seconds(1));
  wheel_.Advance(now_ + seconds(1) - milliseconds(1));
  EXPECT_EQ(runs, 0);
  EXPECT_LE(wheel_.next(), now_ + seconds(1) + kTick);
  wheel_.Advance(wheel_.next());
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(wheel_.next(), Time::max());
  wheel_.Advance(now_ + seconds(5));
  EXPECT_EQ(runs, 1);
}

TEST_F(TimerWheelTest, MovesTimersInBothDirections) {
  int runs = 0;
  TestTimer timer([&] { ++runs; });
  EXPECT_TRUE(wheel_.Set(&timer, now_ + seconds(1)));
  EXPECT_FALSE(wheel_.Set(&timer, now_ + seconds(2)));
  wheel_.Advance(now_ + milliseconds(1500));
  EXPECT_EQ(runs, 0);
  EXPECT_TRUE(wheel_.Set(&timer, now_ + milliseconds(1600)));
  wheel_.Advance(now_ + milliseconds(1700));
  EXPECT_EQ(runs, 1);
  wheel_.Set(&timer, now_ + seconds(2));
  wheel_.Set(&timer, Time::max());
  wheel_.Advance(now_ + seconds(3));
  EXPECT_EQ(runs, 1);
}

TEST_F(TimerWheelTest, RunsWhatIsOverdue) {
  int runs = 0;
  TestTimer timer([&] { ++runs; });
  wheel_.Advance(now_ + seconds(10));
  wheel_.Set(&timer, now_);
  EXPECT_LE(wheel_.next(), now_ + seconds(10) + kTick);
  wheel_.Advance(now_ + seconds(10) + kTick);
  EXPECT_EQ(runs, 1);
}

TEST_F(TimerWheelTest, HandlesTimesBeyondOneRound) {
  int runs = 0;
  TestTimer timer([&] { ++runs; });
  wheel_.Set(&timer, now_ + std::chrono::hours(24));
  for (Time t = wheel_.next(); t < now_ + std::chrono::hours(24);
       t = wheel_.next()) {
    wheel_.Advance(t);
    EXPECT_EQ(runs, 0);
  }
  wheel_.Advance(wheel_.next());
  EXPECT_EQ(runs, 1);
}

// A timer may destroy others of the same moment, set itself again, and set
// others.
TEST_F(TimerWheelTest, LetsTimersChangeTheWheel) {
  int runs = 0;
  std::unique_ptr<TestTimer> first;
  std::unique_ptr<TestTimer> second;
  TestTimer again([&] {
    if (++runs < 3) wheel_.Set(&again, now_);
  });
  first = std::make_unique<TestTimer>([&] {
    ++runs;
    second.reset();
  });
  second = std::make_unique<TestTimer>([&] {
    ++runs;
    first.reset();
  });
  wheel_.Set(first.get(), now_ + seconds(1));
  wheel_.Set(second.get(), now_ + seconds(1));
  wheel_.Advance(now_ + seconds(2));
  EXPECT_EQ(runs, 1);
  runs = 0;
  wheel_.Set(&again, now_ + seconds(2));
  wheel_.Advance(now_ + seconds(3));
  EXPECT_EQ(runs, 1);
  wheel_.Advance(now_ + seconds(4));
  EXPECT_EQ(runs, 2);
}

// Against a plain list.
TEST_F(TimerWheelTest, RunsEachTimerAtItsTime) {
  std::minstd_rand random(1);
  std::vector<std::unique_ptr<TestTimer>> timers;
  std::vector<Time> due(500, Time::max());
  Time now = now_;
  for (size_t i = 0; i < due.size(); ++i) {
    timers.push_back(std::make_unique<TestTimer>([&, i] {
      EXPECT_LE(due[i], now);
      EXPECT_GE(due[i] + kTick + milliseconds(20), now);
      due[i] = Time::max();
    }));
  }
  for (int step = 0; step < 20000; ++step) {
    const size_t i = random() % due.size();
    due[i] =
        random() % 5 == 0 ? Time::max() : now + milliseconds(random() % 60000);
    wheel_.Set(timers[i].get(), due[i]);
    now += milliseconds(random() % 20);
    while (wheel_.next() <= now) wheel_.Advance(wheel_.next());
  }
}

}  // namespace
}  // namespace airlock::http::internal
