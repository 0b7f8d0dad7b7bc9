// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The requests under way on a process's channel to the key service.
#ifndef AIRLOCK_PLATFORM_KEYS_INTERNAL_KEY_CHANNEL_H_
#define AIRLOCK_PLATFORM_KEYS_INTERNAL_KEY_CHANNEL_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>  // NOLINT(build/c++11)
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/internal/fd_wait.h"
#include "platform/internal/unique_fd.h"
#include "platform/keys/protocol.h"

namespace airlock::keys::internal {

// One request, which equal callers share. Guarded by the channel's mutex.
struct KeyRequest {
  using Until = platform::internal::Until;

  KeyRequest() = default;
  ~KeyRequest();
  KeyRequest(const KeyRequest&) = delete;
  KeyRequest& operator=(const KeyRequest&) = delete;

  // Adds this thread, which waits, or a caller that does not.
  void Join(Until until, bool is_late);
  // Whether anybody's time is not over yet.
  bool IsAwaited() const;

  const std::chrono::steady_clock::time_point began =
      std::chrono::steady_clock::now();
  Message message;
  std::string digest;
  int sends = 0;
  // Until when each thread waits, including those that a signal interrupted:
  // they call again.
  std::map<std::thread::id, Until> waiting;
  bool late = false;  // Callers that do not wait call again, until this:
  Until late_until;
  uint64_t settled = 0;  // KeyChannel::settled_ when such a one last called.
  bool done = false;
  absl::Status failure;  // If not ok, there are no answers.
  std::vector<Message> answers;
};

// See KeyConnection. Its callers hold `mutex`.
class KeyChannel {
 public:
  // N of "fd:N"; unset for a path. Thread-safe.
  static std::optional<int> DescriptorOf(absl::string_view place);

  explicit KeyChannel(std::string place);

  // The request that equals `message`, or a new one, which the caller joins.
  std::shared_ptr<KeyRequest> Begin(Message message,
                                    platform::internal::Until until, bool late,
                                    bool* is_new);
  // The end of this thread's part in it, and of that of all callers that do not
  // wait. Unless others go on to wait for the answer, the request is dropped,
  // and the service told. Both need no memory.
  void StopWaiting(KeyRequest* request);
  void StopCalling(KeyRequest* request);
  // Sends, and receives unless `only_sends`, what is possible without waiting.
  absl::Status Pump(bool only_sends = false);
  // Makes `waking_`.
  absl::StatusOr<int> WakeupFd();
  // Makes the descriptor readable if a Pump has completed late requests.
  void Wake();
  // Ends the wakeup: the loop calls again for all requests. `received`: it has
  // received all answers that there were.
  void Settle(bool received);
  // Whether Settle has received what there is since the caller of `request`
  // last called. True once, so that a caller without Settle goes on, too.
  bool IsSettled(KeyRequest* request) const;
  int channel_events() const { return events_.get(); }

  const uint64_t generation;
  std::mutex mutex;
  std::condition_variable answered;
  bool has_reader = false;  // A thread waits for the channel.

 private:
  // Drops a request that the caller holds.
  void Forget(const KeyRequest& request);
  void SendCancel(const KeyRequest& request);
  absl::Status Open();
  void Lose(absl::string_view why);
  void Watch(int operation);
  absl::Status SendAll();
  absl::Status ReceiveAll();
  void Complete(KeyRequest* request, absl::Status failure);

  using UniqueFd = platform::internal::UniqueFd;

  const std::string place_;
  UniqueFd channel_;
  UniqueFd events_;  // An epoll of the channel.
  UniqueFd waking_;  // An epoll of `events_` and `ready_`; none until needed.
  UniqueFd ready_;   // Readable if `is_awake_`.
  bool wakes_ = false;  // A late request is done, which its callers must learn.
  bool is_awake_ = false;
  uint64_t settled_ = 0;  // How often, with all answers received.
  bool sends_blocked_ = false;
  uint32_t next_id_ = 1;
  std::map<uint32_t, std::shared_ptr<KeyRequest>> by_id_;
  std::map<std::string, std::shared_ptr<KeyRequest>> by_digest_;
  std::deque<std::shared_ptr<KeyRequest>> unsent_;
  size_t unanswered_ = 0;  // Of by_id_.
  size_t purge_at_ = 64;
};

}  // namespace airlock::keys::internal

#endif  // AIRLOCK_PLATFORM_KEYS_INTERNAL_KEY_CHANNEL_H_
