// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/internal/key_channel.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "platform/fork_guard.h"
#include "platform/keys/packet.h"
#include "ssl/secret.h"
#include "ssl/sha256.h"
#include "ssl/shown.h"

namespace airlock::keys::internal {
namespace {

using platform::internal::HasPassed;
using platform::internal::UniqueFd;
using platform::internal::Until;

// A request that ended the service must not end it again and again.
constexpr int kMostSends = 2;

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

std::optional<int> KeyChannel::DescriptorOf(absl::string_view place) {
  int number = -1;
  if (!absl::ConsumePrefix(&place, "fd:") ||
      !absl::SimpleAtoi(place, &number) || place != absl::StrCat(number)) {
    return std::nullopt;
  }
  return number;
}

KeyRequest::~KeyRequest() {
  for (Message& answer : answers) WipeSecrets(&answer);
}

void KeyRequest::Join(Until until, bool is_late) {
  if (!is_late) {
    waiting.try_emplace(std::this_thread::get_id(), until);
  } else if (!late) {
    late = true;
    late_until = until;
  }
}

bool KeyRequest::IsAwaited() const {
  return (late && !HasPassed(late_until)) ||
         std::any_of(waiting.begin(), waiting.end(), [](const auto& thread) {
           return !HasPassed(thread.second);
         });
}

KeyChannel::KeyChannel(std::string place)
    : generation(platform::ForkGeneration()), place_(std::move(place)) {}

std::shared_ptr<KeyRequest> KeyChannel::Begin(Message message, Until until,
                                              bool late, bool* is_new) {
  const std::string digest = ssl::Sha256(Encode(message));
  const auto same = by_digest_.find(digest);
  *is_new = same == by_digest_.end();
  if (!*is_new) {
    same->second->Join(until, late);
    return same->second;
  }
  // Connections that were dropped do not ask again.
  if (by_id_.size() >= purge_at_) {
    for (auto it = by_id_.begin(); it != by_id_.end();) {
      const std::shared_ptr<KeyRequest> each = (it++)->second;
      if (!each->IsAwaited()) Forget(*each);
    }
    purge_at_ = std::max<size_t>(64, 2 * by_id_.size());
  }
  const auto request = std::make_shared<KeyRequest>();
  request->digest = digest;
  request->Join(until, late);
  request->message = std::move(message);
  request->message.id = next_id_++;
  request->settled = settled_;
  // Where memory runs out, there is no such request; SendAll ignores it.
  std::map<uint32_t, std::shared_ptr<KeyRequest>> with_id;
  with_id[request->message.id] = request;
  std::map<std::string, std::shared_ptr<KeyRequest>> with_digest;
  with_digest[digest] = request;
  unsent_.push_back(request);
  by_id_.merge(with_id);
  by_digest_.merge(with_digest);
  ++unanswered_;
  return request;
}

void KeyChannel::StopWaiting(KeyRequest* request) {
  request->waiting.erase(std::this_thread::get_id());
  if (request->done || !request->IsAwaited()) Forget(*request);
}

void KeyChannel::StopCalling(KeyRequest* request) {
  request->late = false;
  if (request->done || !request->IsAwaited()) Forget(*request);
}

void KeyChannel::Forget(const KeyRequest& request) {
  // Another caller may have done so.
  if (by_id_.count(request.message.id) == 0) return;
  if (!request.done) {
    --unanswered_;
    SendCancel(request);
  }
  by_digest_.erase(request.digest);
  by_id_.erase(request.message.id);
}

void KeyChannel::SendCancel(const KeyRequest& request) {
  if (request.sends == 0 || !channel_.valid()) return;
  Message message;
  message.type = MessageType::kCancel;
  message.id = request.message.id;
  // If it is not sent, the answer arrives, and is dropped.
  try {
    SendPacket(channel_.get(), Encode(message)).IgnoreError();
  } catch (const std::bad_alloc&) {
  }
}

absl::Status KeyChannel::Open() {
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

void KeyChannel::Watch(int operation) {
  epoll_event event = {EPOLLIN, {}};
  if (sends_blocked_) event.events |= EPOLLOUT;
  epoll_ctl(events_.get(), operation, channel_.get(), &event);
}

void KeyChannel::Complete(KeyRequest* request, absl::Status failure) {
  request->failure = std::move(failure);
  request->done = true;
  --unanswered_;
  answered.notify_all();
  // Also if its caller has received the answer: others may share the request.
  wakes_ |= request->late;
}

void KeyChannel::Lose(absl::string_view why) {
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

absl::Status KeyChannel::SendAll() {
  const bool was_blocked = std::exchange(sends_blocked_, false);
  while (!unsent_.empty()) {
    const std::shared_ptr<KeyRequest> request = unsent_.front();
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

absl::Status KeyChannel::ReceiveAll() {
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
    KeyRequest* const request = found->second.get();
    const bool more = answer->type == MessageType::kKey;
    request->answers.push_back(*std::move(answer));
    if (!more) Complete(request, absl::OkStatus());
  } while (unanswered_ > 0);
  return absl::OkStatus();
}

absl::Status KeyChannel::Pump(bool only_sends) {
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

absl::StatusOr<int> KeyChannel::WakeupFd() {
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

void KeyChannel::Wake() {
  if (!wakes_ || is_awake_ || !ready_.valid()) return;
  const uint64_t one = 1;
  is_awake_ = write(ready_.get(), &one, sizeof(one)) == sizeof(one);
}

bool KeyChannel::IsSettled(KeyRequest* request) const {
  return std::exchange(request->settled, settled_) != settled_;
}

void KeyChannel::Settle(bool received) {
  wakes_ = false;
  settled_ += received ? 1 : 0;
  if (!is_awake_) return;
  uint64_t count = 0;
  static_cast<void>(!read(ready_.get(), &count, sizeof(count)));
  is_awake_ = false;
}

}  // namespace airlock::keys::internal
