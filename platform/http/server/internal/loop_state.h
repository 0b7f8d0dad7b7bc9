// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the connections of one loop share.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_LOOP_STATE_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_LOOP_STATE_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "platform/http/event_loop.h"
#include "platform/http/server/internal/server_shared.h"
#include "platform/http/server/internal/timer_wheel.h"

namespace airlock::http::internal {

class AcceptedConnection;

// For the loop's thread.
class LoopState {
 public:
  // Two records, and the largest one's data (RFC 8446, section 5.1).
  static constexpr size_t kReadBuffer = 33 << 10;
  static constexpr size_t kDataBuffer = 16 << 10;

  LoopState(ServerShared& the_shared, EventLoop& the_loop);
  virtual ~LoopState() = default;
  LoopState(const LoopState&) = delete;
  LoopState& operator=(const LoopState&) = delete;

  // Gives the connection a turn soon.
  virtual void Wake(uint64_t id) = 0;
  // Destroys the connection soon.
  virtual void Remove(uint64_t id) = 0;
  // wheel.next() may be earlier now.
  virtual void TimerSet() = 0;

  // The current time as HTTP has it.
  const std::string& Date();

  ServerShared& shared;
  EventLoop& loop;
  TimerWheel wheel;
  // The connection that has waited longest comes first.
  std::list<AcceptedConnection*> waiting;
  // The connections whose handshakes wait for a callback.
  std::vector<uint64_t> late;
  // For use within one call.
  std::vector<uint8_t> read_buffer;
  std::vector<uint8_t> data_buffer;
  std::string output;

 private:
  int64_t date_second_ = 0;
  std::string date_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_LOOP_STATE_H_
