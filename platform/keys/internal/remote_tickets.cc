// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/internal/remote_tickets.h"

#include <atomic>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "platform/fork_guard.h"
#include "platform/internal/fd_wait.h"
#include "ssl/later.h"
#include "ssl/shown.h"
#include "ssl/ticket_keyring.h"

namespace airlock::keys::internal {
namespace {

using platform::internal::HasPassed;
using platform::internal::UntilAfter;
using ssl::TicketBlank;
using std::chrono::steady_clock;

// Below this, more are asked for, without waiting for them.
constexpr size_t kLow = kMaxBlanks / 2;

static_assert(kBlankSize == ssl::TicketKey::kNameSize +
                                TicketBlank::kNonceSize + TicketBlank::kKeySize,
              "a blank of the protocol is a TicketBlank");

// Requests with different numbers do not share an answer: two that got the same
// blanks would use them twice. 0 would mean none.
uint32_t NextBatch() {
  static std::atomic<uint32_t> last{0};
  uint32_t next = 0;
  while (next == 0) next = ++last;
  return next;
}

}  // namespace

RemoteTickets::RemoteTickets(std::shared_ptr<KeyClient> client, std::string key,
                             Waiting waiting, absl::Duration timeout,
                             absl::Duration pause)
    : client_(std::move(client)),
      key_(std::move(key)),
      waiting_(waiting),
      timeout_(timeout),
      pause_(pause),
      generation_(platform::ForkGeneration()) {}

void RemoteTickets::DropOld(Time now) {
  const bool forked = generation_ != platform::ForkGeneration();
  if (forked || now >= store_until_) store_.clear();
  if (!forked) return;
  generation_ = platform::ForkGeneration();
  batch_ = 0;
  rests_until_ = Time();
}

absl::StatusOr<std::vector<TicketBlank>> RemoteTickets::Take(size_t count) {
  const platform::ForkGuard guard;
  std::unique_lock<std::mutex> lock(mutex_);
  DropOld(steady_clock::now());
  while (store_.size() < count) {
    const absl::Status refilled = Refill(waiting_, /*ahead=*/false, &lock);
    if (!refilled.ok()) return refilled;
  }
  const auto first = store_.end() - static_cast<ptrdiff_t>(count);
  std::vector<TicketBlank> taken(std::make_move_iterator(first),
                                 std::make_move_iterator(store_.end()));
  store_.erase(first, store_.end());
  if (store_.size() < kLow) {
    Refill(Waiting::kReturns, /*ahead=*/true, &lock).IgnoreError();
  }
  return taken;
}

absl::Status RemoteTickets::Refill(Waiting waiting, bool ahead,
                                   std::unique_lock<std::mutex>* lock) {
  if (batch_ == 0) {
    batch_ = NextBatch();
    batch_asked_ = steady_clock::now();
    batch_awaited_ = ahead ? batch_asked_ : UntilAfter(timeout_);
  }
  const uint32_t batch = batch_;
  Message request;
  request.type = MessageType::kSeal;
  request.id = batch;
  request.key = key_;
  request.count = kMaxBlanks;
  absl::StatusOr<Message> answer =
      Ask(std::move(request), waiting, MessageType::kBlanks, lock);
  if (ssl::IsLater(answer.status())) return answer.status();
  const bool is_new = batch_ == batch;
  if (is_new) batch_ = 0;
  if (!answer.ok()) return answer.status();
  // Otherwise another thread, which waited for the same answer, has taken it.
  if (is_new) {
    const Time until = batch_asked_ + std::chrono::seconds(answer->seconds);
    // The others may have ended during the wait.
    DropOld(steady_clock::now());
    // The answer may have lain there for long. A handshake that waits uses one
    // whose time is short.
    if (!HasPassed(until) || !HasPassed(batch_awaited_)) {
      Store(answer->bytes, until);
    }
  }
  WipeSecrets(&*answer);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<ssl::Secret>> RemoteTickets::Open(
    absl::string_view server_name, absl::string_view ticket) {
  const platform::ForkGuard guard;
  if (ticket.size() > kMaxTicket || server_name.size() > kMaxKeyName) {
    return std::optional<ssl::Secret>();
  }
  std::unique_lock<std::mutex> lock(mutex_);
  DropOld(steady_clock::now());
  Message request;
  request.type = MessageType::kUnseal;
  request.key = key_;
  request.server_name = std::string(server_name);
  request.bytes = std::string(ticket);
  absl::StatusOr<Message> answer =
      Ask(std::move(request), waiting_, MessageType::kUnsealed, &lock);
  if (!answer.ok()) return answer.status();
  std::optional<ssl::Secret> content;
  if (!answer->bytes.empty()) content.emplace(answer->bytes);
  WipeSecrets(&*answer);
  return content;
}

absl::StatusOr<Message> RemoteTickets::Ask(Message request, Waiting waiting,
                                           MessageType wanted,
                                           std::unique_lock<std::mutex>* lock) {
  if (steady_clock::now() < rests_until_) {
    return absl::UnavailableError(
        "the key service did not answer a moment ago, and is asked again soon");
  }
  // A fork must not copy the mutex locked, and this may wait.
  lock->unlock();
  absl::StatusOr<std::vector<Message>> answers =
      client_->Ask(std::move(request), waiting, UntilAfter(timeout_));
  lock->lock();
  absl::Status failure = answers.status();
  if (ssl::IsLater(failure)) return failure;
  Message answer;
  if (failure.ok()) {
    answer = std::move(answers->back());
    if (answer.type == MessageType::kRefusal) {
      failure = absl::PermissionDeniedError(
          absl::StrCat("the key service refused to use the key ", key_,
                       " for tickets: ", ssl::Shown(answer.reason, 500)));
    } else if (answer.type != wanted) {
      failure = absl::InternalError(
          "the key service answered a request about tickets with something "
          "else");
    }
  }
  if (failure.ok()) return answer;
  rests_until_ = steady_clock::now() + absl::ToChronoNanoseconds(pause_);
  return failure;
}

void RemoteTickets::Store(const std::string& bytes, Time until) {
  // All are used while the oldest may be.
  if (store_.empty() || until < store_until_) store_until_ = until;
  absl::string_view rest = bytes;
  const auto take = [&rest](size_t size) {
    const absl::string_view taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
  };
  while (!rest.empty()) {
    TicketBlank blank;
    blank.name = std::string(take(ssl::TicketKey::kNameSize));
    blank.nonce = std::string(take(TicketBlank::kNonceSize));
    blank.key = ssl::Secret(take(TicketBlank::kKeySize));
    store_.push_back(std::move(blank));
  }
}

}  // namespace airlock::keys::internal
