// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/internal/key_connection.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <thread>  // NOLINT(build/c++11)
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "platform/fork_guard.h"
#include "platform/keys/internal/key_channel.h"
#include "ssl/later.h"
#include "ssl/shown.h"

namespace airlock::keys::internal {
namespace {

using platform::internal::HasPassed;
using platform::internal::Until;
using std::chrono::steady_clock;

// How often a thread that waits for another looks for signals.
constexpr std::chrono::milliseconds kTick(200);

enum class Waited { kReady, kTimedOut, kInterrupted };

Waited WaitOnce(int fd, Until until) {
  pollfd input = {fd, POLLIN, 0};
  timespec left = {};
  if (until.has_value()) left = platform::internal::TimeLeft(*until);
  const platform::ForkPause fork_pause;
  const int count =
      ppoll(&input, 1, until.has_value() ? &left : nullptr, nullptr);
  if (count > 0) return Waited::kReady;
  return count == 0 ? Waited::kTimedOut : Waited::kInterrupted;
}

}  // namespace

absl::Status KeyConnection::CheckPlace(absl::string_view place) {
  if (KeyChannel::DescriptorOf(place).has_value()) return absl::OkStatus();
  const bool controls = std::any_of(place.begin(), place.end(), [](char byte) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(byte));
  });
  if (!place.empty() && place[0] == '/' && !controls) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", ssl::Shown(place),
      "\" is not the place of a key service; it must be \"fd:\" and the number "
      "of a descriptor, or an absolute path"));
}

KeyConnection::KeyConnection(std::string place) : place_(std::move(place)) {}

KeyConnection::~KeyConnection() = default;

std::shared_ptr<KeyChannel> KeyConnection::channel() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (channel_ != nullptr &&
      channel_->generation != platform::ForkGeneration()) {
    // Threads of the parent may wait for it there, so it is leaked.
    new std::shared_ptr<KeyChannel>(std::move(channel_));
  }
  if (channel_ == nullptr) channel_ = std::make_shared<KeyChannel>(place_);
  return channel_;
}

absl::StatusOr<std::vector<Message>> KeyConnection::Ask(Message message,
                                                        Until until,
                                                        bool interruptible,
                                                        Began* began) {
  const std::shared_ptr<KeyChannel> shared = channel();
  std::unique_lock<std::mutex> lock(shared->mutex);
  bool is_new = false;
  const std::shared_ptr<KeyRequest> request =
      shared->Begin(std::move(message), until, /*late=*/false, &is_new);
  if (began != nullptr) *began = request->began;
  // Also where memory runs out.
  absl::Cleanup stop = [&] { shared->StopWaiting(request.get()); };
  // Of the call that a signal interrupted.
  until = platform::internal::Earlier(
      until, request->waiting.at(std::this_thread::get_id()));
  while (true) {
    // There is no answer yet to what was just asked.
    const absl::Status pumped =
        shared->Pump(/*only_sends=*/std::exchange(is_new, false));
    shared->Wake();
    if (request->done) {
      if (!request->failure.ok()) return request->failure;
      return request->answers;
    }
    if (!pumped.ok()) return pumped;
    if (HasPassed(until)) {
      return absl::DeadlineExceededError(
          "the key service did not answer in time; it may hang, or have too "
          "much to do");
    }
    if (!shared->has_reader) {
      shared->has_reader = true;
      lock.unlock();
      const Waited waited = WaitOnce(shared->channel_events(), until);
      lock.lock();
      shared->has_reader = false;
      shared->answered.notify_all();
      if (waited == Waited::kInterrupted && interruptible) {
        std::move(stop).Cancel();
        return ssl::Later();
      }
      continue;
    }
    const platform::ForkPause fork_pause;
    const Until soon = steady_clock::now() + kTick;
    const auto over = shared->answered.wait_until(
        lock, *platform::internal::Earlier(until, soon));
    if (over == std::cv_status::timeout && interruptible) {
      std::move(stop).Cancel();
      return ssl::Later();
    }
  }
}

absl::StatusOr<std::vector<Message>> KeyConnection::Poll(Message message,
                                                         Until until,
                                                         Began* began) {
  const std::shared_ptr<KeyChannel> shared = channel();
  const std::lock_guard<std::mutex> lock(shared->mutex);
  bool is_new = false;
  const std::shared_ptr<KeyRequest> request =
      shared->Begin(std::move(message), until, /*late=*/true, &is_new);
  if (began != nullptr) *began = request->began;
  absl::Cleanup stop = [&] { shared->StopCalling(request.get()); };
  // Another call may have received the answer. A loop that has many requests
  // calls for each after a wakeup: that must not be a system call for each.
  const absl::Status pumped = shared->IsSettled(request.get()) || request->done
                                  ? absl::OkStatus()
                                  : shared->Pump(/*only_sends=*/is_new);
  shared->Wake();
  if (!request->done && pumped.ok() && !HasPassed(request->late_until)) {
    std::move(stop).Cancel();
    return ssl::Later();
  }
  if (!request->done && pumped.ok()) {
    return absl::DeadlineExceededError(
        "the key service did not answer in time; it may hang, or have too much "
        "to do");
  }
  if (!request->done) return pumped;
  if (!request->failure.ok()) return request->failure;
  return request->answers;
}

absl::StatusOr<int> KeyConnection::wakeup_fd() {
  const std::shared_ptr<KeyChannel> shared = channel();
  const std::lock_guard<std::mutex> lock(shared->mutex);
  return shared->WakeupFd();
}

void KeyConnection::Dispatch() {
  const std::shared_ptr<KeyChannel> shared = channel();
  const std::lock_guard<std::mutex> lock(shared->mutex);
  // If it failed, the calls for the requests see why.
  const absl::Status pumped = shared->Pump();
  shared->Settle(/*received=*/pumped.ok());
}

}  // namespace airlock::keys::internal
