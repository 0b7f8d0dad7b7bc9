// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Many coarse timers that are set often and run seldom.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_TIMER_WHEEL_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_TIMER_WHEEL_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace airlock::http::internal {

// A hashed timer wheel: setting, moving and removing a timer takes constant
// time and no memory. Timers run up to one tick late. For one thread.
class TimerWheel {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Small, so that tests need not wait, and large enough for few wakeups.
  static constexpr std::chrono::milliseconds kTick{64};

  // One timer, inside the object that it belongs to. Its destructor removes it.
  class Timer {
   public:
    Timer() = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    virtual ~Timer() { Unlink(); }

   protected:
    // The time has come. May set this timer and others, or remove them.
    virtual void OnTimer() = 0;

   private:
    friend class TimerWheel;
    void Unlink();

    Timer* previous_ = nullptr;
    Timer* next_ = nullptr;
    Time due_ = Time::max();
    uint64_t tick_ = 0;  // Of its slot, while it is linked.
  };

  // `start` is the current time.
  explicit TimerWheel(Time start);
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Makes `timer` run at `due`, instead of earlier settings; Time::max(): not
  // at all. Returns whether next() may be earlier now.
  bool Set(Timer* timer, Time due);

  // Runs what is due. `now` never decreases.
  void Advance(Time now);

  // When to call Advance again; Time::max() if no timer is set. It may then
  // find that nothing is due yet.
  Time next() const;

 private:
  static constexpr size_t kSlots = 512;

  // The head of a circular list.
  class Slot final : public Timer {
   protected:
    void OnTimer() override {}
  };

  // The tick after `time`.
  uint64_t TickAfter(Time time) const;
  void Link(Timer* timer);

  const Time start_;
  uint64_t now_ = 0;  // Ticks that Advance has finished.
  std::array<Slot, kSlots> slots_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_TIMER_WHEEL_H_
