// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The scopes around every call that a Socket makes into BoringSSL.
#ifndef AIRLOCK_SSL_INTERNAL_CALL_SCOPE_H_
#define AIRLOCK_SSL_INTERNAL_CALL_SCOPE_H_

#include <openssl/base.h>

#include <functional>
#include <optional>

#include "absl/time/time.h"
#include "ssl/internal/error_queue.h"

namespace airlock::ssl::internal {

// A connection's clock.
struct CallClock {
  const std::function<absl::Time()>* clock = nullptr;
  // Whether the time is kept in `now` until that is reset. BoringSSL asks
  // several times while it handles one message; the transport, which may wait
  // for the peer, resets it.
  bool keeps = false;
  std::optional<absl::Time> now;
  // For ClockScope: its scopes of this clock, and the clock that they cover.
  int scopes = 0;
  CallClock* outer = nullptr;
};

// Sets the clock for BoringSSL on this thread: its time callback does not get
// the connection. Scopes nest, for callbacks that use another connection. Those
// of different clocks may end in any order, for callbacks that switch to
// another stack of the thread (greenlets): the clock in force is then that of
// one of the scopes that are left. `clock` must outlive the scope.
class ClockScope {
 public:
  explicit ClockScope(CallClock& clock) : clock_(clock) {
    if (clock_.scopes++ > 0) return;
    clock_.outer = current_;
    current_ = &clock_;
  }
  ~ClockScope() {
    if (--clock_.scopes > 0) return;
    CallClock** place = &current_;
    while (*place != &clock_) place = &(*place)->outer;
    *place = clock_.outer;
  }
  ClockScope(const ClockScope&) = delete;
  ClockScope& operator=(const ClockScope&) = delete;

  // The time in the current scope; 1970 without one, or if its clock throws.
  static absl::Time Now();

  // Makes `ctx` get the time from the current scope.
  static void Install(SSL_CTX* ctx);

 private:
  // Inline, since each call of a connection uses it.
  static inline thread_local CallClock* current_ = nullptr;

  CallClock& clock_;
};

// A ClockScope that also keeps the error queue clean.
class CallScope {
 public:
  explicit CallScope(CallClock& clock) : clock_(clock) {}
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

 private:
  const ErrorQueueScope errors_;
  const ClockScope clock_;
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CALL_SCOPE_H_
