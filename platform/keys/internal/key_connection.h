// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A process's channel to the key service, shared by its threads.
#ifndef AIRLOCK_PLATFORM_KEYS_INTERNAL_KEY_CONNECTION_H_
#define AIRLOCK_PLATFORM_KEYS_INTERNAL_KEY_CONNECTION_H_

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/internal/fd_wait.h"
#include "platform/keys/protocol.h"

namespace airlock::keys::internal {

class KeyChannel;

// Sends requests and hands out their answers. Connects when it needs to; after
// a connection is lost, sends the requests under way on a new one, once each.
// Equal requests at the same time share one answer; the `id` that a caller sets
// is part of that, and the request gets another one when it is sent. It is
// cancelled when the last of their callers gives up.
//
// Of the threads that wait, one waits for the channel, and wakes the others.
// The callers are in a platform::ForkGuard, which this leaves while it waits. A
// child of a fork starts with nothing.
//
// Errors of all functions: kUnavailable if there is no service, or it is lost
// again and again; kDeadlineExceeded; kFailedPrecondition if the descriptor is
// not the service's; kInternal.
class KeyConnection {
 public:
  // When a request was first asked; both functions below set it if not null.
  using Began = std::chrono::steady_clock::time_point;

  // Ok if `place` has one of the forms of KeyClientOptions::place.
  static absl::Status CheckPlace(absl::string_view place);

  explicit KeyConnection(std::string place);
  ~KeyConnection();
  KeyConnection(const KeyConnection&) = delete;
  KeyConnection& operator=(const KeyConnection&) = delete;

  // The answers to `request`; at least one. Waits until `until`. If
  // `interruptible`, returns ssl::Later() after a signal; call it again with
  // the same request.
  absl::StatusOr<std::vector<Message>> Ask(Message request,
                                           platform::internal::Until until,
                                           bool interruptible,
                                           Began* began = nullptr);

  // The same without waiting: ssl::Later() until the answers are there. Call it
  // again with the same request. `until` counts from the first call.
  absl::StatusOr<std::vector<Message>> Poll(Message request,
                                            platform::internal::Until until,
                                            Began* began = nullptr);

  // See KeyClient.
  absl::StatusOr<int> wakeup_fd();
  void Dispatch();

 private:
  // This process's channel.
  std::shared_ptr<KeyChannel> channel();

  const std::string place_;
  std::mutex mutex_;  // Guards the pointer.
  std::shared_ptr<KeyChannel> channel_;
};

}  // namespace airlock::keys::internal

#endif  // AIRLOCK_PLATFORM_KEYS_INTERNAL_KEY_CONNECTION_H_
