// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/internal/key_connection.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <new>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "platform/fork_guard.h"
#include "platform/internal/unique_fd.h"
#include "platform/keys/packet.h"
#include "ssl/later.h"
#include "ssl/secret.h"
#include "ssl/sha256.h"
#include "ssl/shown.h"

namespace airlock::keys::internal {
namespace {

using platform::internal::HasPassed;
using platform::internal::UniqueFd;
using platform::internal::Until;
using std::chrono::steady_clock;

// A request that ended the service must not end it again and again.
constexpr int kMostSends = 2;
// How often a thread that waits for another looks for signals.
constexpr std::chrono::milliseconds kTick(200);

// N of "fd:N"; unset for a path.
std::optional<int> DescriptorOf(absl::string_view place) {
  int number = -1;
  if (!absl::ConsumePrefix(&place, "fd:") ||
      !absl::SimpleAtoi(place, &number) || place != absl::StrCat(number)) {
    return std::nullopt;
  }
  return number;
}

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

absl::Status Failed(absl::string_view what) {
  return absl::InternalError(absl::ErrnoToStatus(errno, what).message());
}

absl::Status Lost(absl::string_view why) {
  return absl::UnavailableError(absl::StrCat(
      "the key service ended the connection before it answered: ", why));
}

absl::StatusOr<UniqueFd> ConnectTo(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the path of the key service is too long for a socket: ",
                     ssl::ShownPath(path)));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  UniqueFd fd(
      socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return Failed("cannot make a socket for the key service");
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) == 0) {
    return fd;
  }
  return absl::UnavailableError(
      absl::StrCat("the key service at ", ssl::ShownPath(path),
                   " does not take connections: ", std::strerror(errno),
                   "; check that it runs, and that this user may connect"));
}

// Sends one end of a new channel over the inherited descriptor.
absl::StatusOr<UniqueFd> OpenOver(int inherited) {
  if (!IsPacketSocket(inherited)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the descriptor ", inherited,
        " is not the key service's: this process has closed it, or was started "
        "without it"));
  }
  auto pair = MakePacketPair();
  if (!pair.ok()) return pair.status();
  Message open;
  open.type = MessageType::kOpen;
  const absl::Status sent =
      SendPacket(inherited, Encode(open), pair->second.get());
  if (sent.ok()) return std::move(pair->first);
  if (absl::IsInternal(sent)) return sent;
  return absl::UnavailableError(
      absl::IsOutOfRange(sent)
          ? "the key service has ended; the platform must start it again, and "
            "this application"
          : "the key service does not take connections: it does not read its "
            "messages");
}

}  // namespace

// Guarded by the state's mutex.
struct KeyConnection::Request {
  Request() = default;
  ~Request() {
    for (Message& answer : answers) WipeSecrets(&answer);
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  const Began began = steady_clock::now();
  Message message;
  std::string digest;
  Until until;
  int sends = 0;
  uint64_t settled = 0;  // State::settled_ when its caller last called.
  bool late = false;     // Its caller does not wait.
  bool done = false;
  absl::Status failure;  // If not ok, there are no answers.
  std::vector<Message> answers;
};

class KeyConnection::State {
 public:
  explicit State(std::string place)
      : generation(platform::ForkGeneration()), place_(std::move(place)) {}

  // The request that equals `message`, or a new one.
  std::shared_ptr<Request> Begin(Message message, Until until, bool late,
                                 bool* is_new);
  // Drops it, which the caller holds; `cancel`: tells the service, too. Needs
  // no memory.
  void Forget(const Request& request, bool cancel);
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
  bool IsSettled(Request* request) const;
  int channel_events() const { return events_.get(); }

  const uint64_t generation;
  std::mutex mutex;
  std::condition_variable answered;
  bool has_reader = false;  // A thread waits for the channel.

 private:
  absl::Status Open();
  void Lose(absl::string_view why);
  void Watch(int operation);
  absl::Status SendAll();
  absl::Status ReceiveAll();
  void Complete(Request* request, absl::Status failure);

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
  std::map<uint32_t, std::shared_ptr<Request>> by_id_;
  std::map<std::string, std::shared_ptr<Request>> by_digest_;
  std::deque<std::shared_ptr<Request>> unsent_;
  size_t unanswered_ = 0;  // Of by_id_.
  size_t purge_at_ = 64;
};

std::shared_ptr<KeyConnection::Request> KeyConnection::State::Begin(
    Message message, Until until, bool late, bool* is_new) {
  const std::string digest = ssl::Sha256(Encode(message));
  const auto same = by_digest_.find(digest);
  *is_new = same == by_digest_.end();
  if (!*is_new) return same->second;
  // Connections that were dropped do not ask again.
  if (by_id_.size() >= purge_at_) {
    for (auto it = by_id_.begin(); it != by_id_.end();) {
      const std::shared_ptr<Request> each = (it++)->second;
      if (each->late && HasPassed(each->until)) Forget(*each, false);
    }
    purge_at_ = std::max<size_t>(64, 2 * by_id_.size());
  }
  const auto request = std::make_shared<Request>();
  request->digest = digest;
  request->until = until;
  request->late = late;
  request->message = std::move(message);
  request->message.id = next_id_++;
  request->settled = settled_;
  // Where memory runs out, there is no such request; SendAll ignores it.
  std::map<uint32_t, std::shared_ptr<Request>> with_id;
  with_id[request->message.id] = request;
  std::map<std::string, std::shared_ptr<Request>> with_digest;
  with_digest[digest] = request;
  unsent_.push_back(request);
  by_id_.merge(with_id);
  by_digest_.merge(with_digest);
  ++unanswered_;
  return request;
}

void KeyConnection::State::Forget(const Request& request, bool cancel) {
  if (cancel && request.sends > 0 && channel_.valid()) {
    Message message;
    message.type = MessageType::kCancel;
    message.id = request.message.id;
    // If it is not sent, the answer arrives, and is dropped.
    try {
      SendPacket(channel_.get(), Encode(message)).IgnoreError();
    } catch (const std::bad_alloc&) {
    }
  }
  if (!request.done) --unanswered_;
  by_digest_.erase(request.digest);
  by_id_.erase(request.message.id);
}

absl::Status KeyConnection::State::Open() {
  if (!events_.valid()) events_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  if (!events_.valid()) return Failed("cannot wait for the key service");
  const std::optional<int> inherited = DescriptorOf(place_);
  absl::StatusOr<UniqueFd> opened =
      inherited.has_value() ? OpenOver(*inherited) : ConnectTo(place_);
  if (!opened.ok()) return opened.status();
  channel_ = *std::move(opened);
  sends_blocked_ = false;
  Watch(EPOLL_CTL_ADD);
  return absl::OkStatus();
}

void KeyConnection::State::Watch(int operation) {
  epoll_event event = {EPOLLIN, {}};
  if (sends_blocked_) event.events |= EPOLLOUT;
  epoll_ctl(events_.get(), operation, channel_.get(), &event);
}

void KeyConnection::State::Complete(Request* request, absl::Status failure) {
  request->failure = std::move(failure);
  request->done = true;
  --unanswered_;
  answered.notify_all();
  // Also if its caller has received the answer: others may share the request.
  wakes_ |= request->late;
}

void KeyConnection::State::Lose(absl::string_view why) {
  // A child of a fork may have a copy, which would keep the registration.
  epoll_ctl(events_.get(), EPOLL_CTL_DEL, channel_.get(), nullptr);
  channel_ = UniqueFd();
  unsent_.clear();
  for (const auto& [id, request] : by_id_) {
    if (request->done) continue;
    request->answers.clear();
    if (request->sends < kMostSends) {
      unsent_.push_back(request);
      continue;
    }
    Complete(
        request.get(),
        absl::UnavailableError(absl::StrCat(
            "the key service ended the connection before it answered: ", why)));
  }
}

absl::Status KeyConnection::State::SendAll() {
  const bool was_blocked = std::exchange(sends_blocked_, false);
  while (!unsent_.empty()) {
    const std::shared_ptr<Request> request = unsent_.front();
    // It may have been forgotten.
    if (by_id_.count(request->message.id) != 0 && !request->done) {
      const absl::Status sent =
          SendPacket(channel_.get(), Encode(request->message));
      if (absl::IsUnavailable(sent)) {
        sends_blocked_ = true;
        break;
      }
      if (absl::IsOutOfRange(sent)) return sent;
      if (sent.ok()) {
        ++request->sends;
      } else {
        Complete(request.get(), sent);
      }
    }
    unsent_.pop_front();
  }
  if (sends_blocked_ != was_blocked) Watch(EPOLL_CTL_MOD);
  return absl::OkStatus();
}

absl::Status KeyConnection::State::ReceiveAll() {
  // At least once, since the other end may have closed the channel. Afterwards,
  // nothing more can come if nothing was asked.
  do {
    absl::StatusOr<Packet> packet = ReceivePacket(channel_.get());
    if (absl::IsUnavailable(packet.status())) return absl::OkStatus();
    if (!packet.ok()) return packet.status();
    // It may have what seals or was in a ticket.
    const ssl::ScopedWipe wipe(&packet->bytes);
    absl::StatusOr<Message> answer = Decode(packet->bytes);
    if (!answer.ok() || packet->too_much) {
      return absl::DataLossError("it sent a message that is malformed");
    }
    if (answer->id == 0 && answer->type == MessageType::kRefusal) {
      return absl::ResourceExhaustedError(ssl::Shown(answer->reason, 500));
    }
    const auto found = by_id_.find(answer->id);
    if (found == by_id_.end() || found->second->done) continue;
    Request* const request = found->second.get();
    const bool more = answer->type == MessageType::kKey;
    request->answers.push_back(*std::move(answer));
    if (!more) Complete(request, absl::OkStatus());
  } while (unanswered_ > 0);
  return absl::OkStatus();
}

absl::Status KeyConnection::State::Pump(bool only_sends) {
  std::string why;
  for (int i = 0; i < kMostSends; ++i) {
    if (!channel_.valid()) {
      absl::Status opened = Open();
      if (!opened.ok()) return opened;
    }
    const absl::Status sent = SendAll();
    // Answers may be there although the other end is closed.
    absl::Status received;
    try {
      if (!only_sends || !sent.ok()) received = ReceiveAll();
    } catch (const std::bad_alloc&) {
      // The answer that it received is lost, so the request is sent again.
      received = absl::Status(absl::StatusCode::kResourceExhausted, "");
    }
    if (sent.ok() && received.ok()) return absl::OkStatus();
    why = std::string(received.ok() ? sent.message() : received.message());
    Lose(why);
  }
  return Lost(why);
}

absl::StatusOr<int> KeyConnection::State::WakeupFd() {
  if (waking_.valid()) return waking_.get();
  if (!events_.valid()) events_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  UniqueFd ready(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  UniqueFd waking(epoll_create1(EPOLL_CLOEXEC));
  if (!events_.valid() || !ready.valid() || !waking.valid()) {
    return Failed("cannot wait for the key service");
  }
  for (const int fd : {events_.get(), ready.get()}) {
    epoll_event event = {EPOLLIN, {}};
    if (epoll_ctl(waking.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
      return Failed("cannot wait for the key service");
    }
  }
  ready_ = std::move(ready);
  waking_ = std::move(waking);
  Wake();
  return waking_.get();
}

void KeyConnection::State::Wake() {
  if (!wakes_ || is_awake_ || !ready_.valid()) return;
  const uint64_t one = 1;
  is_awake_ = write(ready_.get(), &one, sizeof(one)) == sizeof(one);
}

bool KeyConnection::State::IsSettled(Request* request) const {
  return std::exchange(request->settled, settled_) != settled_;
}

void KeyConnection::State::Settle(bool received) {
  wakes_ = false;
  settled_ += received ? 1 : 0;
  if (!is_awake_) return;
  uint64_t count = 0;
  static_cast<void>(!read(ready_.get(), &count, sizeof(count)));
  is_awake_ = false;
}

absl::Status KeyConnection::CheckPlace(absl::string_view place) {
  if (DescriptorOf(place).has_value()) return absl::OkStatus();
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

std::shared_ptr<KeyConnection::State> KeyConnection::state() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (state_ != nullptr && state_->generation != platform::ForkGeneration()) {
    // Threads of the parent may wait for it there, so it is leaked.
    new std::shared_ptr<State>(std::move(state_));
  }
  if (state_ == nullptr) state_ = std::make_shared<State>(place_);
  return state_;
}

absl::StatusOr<std::vector<Message>> KeyConnection::Ask(Message message,
                                                        Until until,
                                                        bool interruptible,
                                                        Began* began) {
  const std::shared_ptr<State> shared = state();
  std::unique_lock<std::mutex> lock(shared->mutex);
  bool is_new = false;
  const std::shared_ptr<Request> request =
      shared->Begin(std::move(message), until, /*late=*/false, &is_new);
  if (began != nullptr) *began = request->began;
  // Also where memory runs out.
  absl::Cleanup forget = [&] {
    shared->Forget(*request, /*cancel=*/!request->done);
  };
  // Of the call that a signal interrupted.
  until = platform::internal::Earlier(until, request->until);
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
        std::move(forget).Cancel();
        return ssl::Later();
      }
      continue;
    }
    const platform::ForkPause fork_pause;
    const Until soon = steady_clock::now() + kTick;
    const auto over = shared->answered.wait_until(
        lock, *platform::internal::Earlier(until, soon));
    if (over == std::cv_status::timeout && interruptible) {
      std::move(forget).Cancel();
      return ssl::Later();
    }
  }
}

absl::StatusOr<std::vector<Message>> KeyConnection::Poll(Message message,
                                                         Until until,
                                                         Began* began) {
  const std::shared_ptr<State> shared = state();
  const std::lock_guard<std::mutex> lock(shared->mutex);
  bool is_new = false;
  const std::shared_ptr<Request> request =
      shared->Begin(std::move(message), until, /*late=*/true, &is_new);
  if (began != nullptr) *began = request->began;
  absl::Cleanup forget = [&] {
    shared->Forget(*request, /*cancel=*/!request->done);
  };
  // Another call may have received the answer. A loop that has many requests
  // calls for each after a wakeup: that must not be a system call for each.
  const absl::Status pumped = shared->IsSettled(request.get()) || request->done
                                  ? absl::OkStatus()
                                  : shared->Pump(/*only_sends=*/is_new);
  shared->Wake();
  if (!request->done && pumped.ok() && !HasPassed(request->until)) {
    std::move(forget).Cancel();
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
  const std::shared_ptr<State> shared = state();
  const std::lock_guard<std::mutex> lock(shared->mutex);
  return shared->WakeupFd();
}

void KeyConnection::Dispatch() {
  const std::shared_ptr<State> shared = state();
  const std::lock_guard<std::mutex> lock(shared->mutex);
  // If it failed, the calls for the requests see why.
  const absl::Status pumped = shared->Pump();
  shared->Settle(/*received=*/pumped.ok());
}

}  // namespace airlock::keys::internal
