// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/internal/timer_wheel.h"

#include <algorithm>

namespace airlock::http::internal {

void TimerWheel::Timer::Unlink() {
  if (next_ == nullptr) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

TimerWheel::TimerWheel(Time start) : start_(start) {
  for (Slot& slot : slots_) slot.previous_ = slot.next_ = &slot;
}

uint64_t TimerWheel::TickAfter(Time time) const {
  if (time <= start_) return 1;
  return static_cast<uint64_t>((time - start_) / kTick) + 1;
}

void TimerWheel::Link(Timer* timer) {
  timer->tick_ = std::max(TickAfter(timer->due_), now_ + 1);
  Slot& slot = slots_[timer->tick_ % kSlots];
  timer->previous_ = slot.previous_;
  timer->next_ = &slot;
  slot.previous_->next_ = timer;
  slot.previous_ = timer;
}

bool TimerWheel::Set(Timer* timer, Time due) {
  timer->due_ = due;
  if (due == Time::max()) {
    timer->Unlink();
    return false;
  }
  if (timer->next_ != nullptr) {
    // A later time is noticed when the slot's turn comes.
    if (TickAfter(due) >= timer->tick_) return false;
    timer->Unlink();
  }
  Link(timer);
  return true;
}

void TimerWheel::Advance(Time now) {
  if (now <= start_) return;
  const auto last = static_cast<uint64_t>((now - start_) / kTick);
  if (last <= now_) return;
  // After a long pause, each slot is visited once.
  uint64_t tick = std::max(now_ + 1, last > kSlots ? last - kSlots + 1 : 0);
  now_ = last;
  for (; tick <= last; ++tick) {
    // Moved away first: OnTimer may add to the slot.
    Slot batch;
    Slot& slot = slots_[tick % kSlots];
    if (slot.next_ == &slot) continue;
    batch.next_ = slot.next_;
    batch.previous_ = slot.previous_;
    batch.next_->previous_ = batch.previous_->next_ = &batch;
    slot.previous_ = slot.next_ = &slot;
    while (batch.next_ != &batch) {
      Timer* const timer = batch.next_;
      timer->Unlink();
      if (timer->due_ > now) {
        Link(timer);
      } else {
        timer->OnTimer();
      }
    }
    batch.next_ = batch.previous_ = nullptr;
  }
}

TimerWheel::Time TimerWheel::next() const {
  for (uint64_t tick = now_ + 1; tick <= now_ + kSlots; ++tick) {
    const Slot& slot = slots_[tick % kSlots];
    if (slot.next_ != &slot) return start_ + kTick * tick;
  }
  return Time::max();
}

}  // namespace airlock::http::internal
