// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/c/internal/transport.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/structs.h"
#include "platform/c/internal/values.h"
#include "ssl/shown.h"

namespace airlock::c::internal {
namespace {

using ssl::IoResult;

class CallbackTransport final : public ssl::Transport {
 public:
  CallbackTransport(const airlock_transport& callbacks, std::string peer,
                    UserDataPtr user)
      : read_(callbacks.read),
        write_(callbacks.write),
        argument_(callbacks.user),
        peer_(peer.empty() ? ""
                           : absl::StrCat(" (",
                                          ssl::Shown(peer, ssl::kMaxShownPath,
                                                     /*utf8=*/true),
                                          ")")),
        user_(std::move(user)) {}

  platform::ProcessClaim& claim() { return claim_; }

  IoResult Read(absl::Span<uint8_t> into) override {
    const absl::Status mine = claim_.Use();
    if (!mine.ok()) return mine;
    size_t done = 0;
    const airlock_status status = Shielded(
        [&] { return read_(argument_, into.data(), into.size(), &done); });
    if (status == AIRLOCK_CLOSED) return IoResult::Closed();
    return Answer("read", status, done, into.size());
  }

  IoResult Write(absl::Span<const uint8_t> from) override {
    const absl::Status mine = claim_.Use();
    if (!mine.ok()) return mine;
    size_t done = 0;
    const airlock_status status = Shielded(
        [&] { return write_(argument_, from.data(), from.size(), &done); });
    return Answer("write", status, done, from.size());
  }

 private:
  IoResult Answer(absl::string_view which, airlock_status status, size_t done,
                  size_t size) const {
    switch (status) {
      case AIRLOCK_OK:
        if (done < 1 || done > size) {
          return absl::InternalError(absl::StrCat(
              "The transport's ", which, " callback", peer_,
              " claims to have moved ", done, " bytes of ", size, "."));
        }
        return IoResult::Done(done);
      case AIRLOCK_WANT_READ:
        return IoResult::WantRead();
      case AIRLOCK_WANT_WRITE:
        return IoResult::WantWrite();
      case AIRLOCK_TIMEOUT:
        return absl::DeadlineExceededError(absl::StrCat(
            "The transport's ", which, " callback", peer_, " timed out."));
      default:
        return absl::UnavailableError(absl::StrCat("The transport's ", which,
                                                   " callback", peer_,
                                                   " failed (", status, ")."));
    }
  }

  // Of the airlock_transport; not all of it, since each connection has one.
  airlock_status (*const read_)(void*, void*, size_t, size_t*);
  airlock_status (*const write_)(void*, const void*, size_t, size_t*);
  void* const argument_;
  const std::string peer_;  // For errors.
  const UserDataPtr user_;  // Null: nothing is released.
  platform::ProcessClaim claim_;
};

// A descriptor whose host is notified when it is no longer used.
class FdTransport final : public ssl::Transport {
 public:
  FdTransport(std::unique_ptr<platform::PosixTransport> transport,
              UserDataPtr user, std::shared_ptr<SharedState> shared)
      : user_(std::move(user)),
        shared_(std::move(shared)),
        transport_(std::move(transport)) {}

  IoResult Read(absl::Span<uint8_t> into) override {
    if (shared_->waits->reading) return IoResult::WantRead();
    return transport_->Read(into);
  }
  IoResult Write(absl::Span<const uint8_t> from) override {
    return transport_->Write(from);
  }

 private:
  const UserDataPtr user_;  // Outlives the transport, which may close it.
  const std::shared_ptr<SharedState> shared_;
  const std::unique_ptr<platform::PosixTransport> transport_;
};

absl::StatusOr<MadeTransport> OverFd(const airlock_transport& given,
                                     absl::string_view peer) {
  const absl::StatusOr<bool> owned = Flag(given.fd_owned, "transport.fd_owned");
  if (!owned.ok()) return owned.status();
  const absl::StatusOr<absl::Duration> timeout =
      TimeoutFor(given.timeout_ms, given.fd);
  if (!timeout.ok()) return timeout.status();
  const auto deadline = DeadlineFor(given.deadline_ms);
  if (!deadline.ok()) return deadline.status();
  UserDataPtr user;
  platform::PosixTransportOptions options;
  try {
    if (given.release != nullptr) {
      user = MakeUserData(given.user, given.release);
    }
    options.peer = std::string(peer);
  } catch (...) {
    if (*owned) close(given.fd);
    throw;
  }
  options.ownership =
      *owned ? platform::FdOwnership::kOwned : platform::FdOwnership::kBorrowed;
  options.timeout = *timeout;
  options.deadline = *deadline;
  auto transport =
      platform::PosixTransport::Create(given.fd, std::move(options));
  if (!transport.ok()) return transport.status();
  MadeTransport made;
  made.fd_transport = transport->get();
  made.claim = &made.fd_transport->claim();
  made.shared = std::make_shared<SharedState>();
  made.shared->waits = std::make_unique<Waits>();
  made.transport = std::make_unique<FdTransport>(*std::move(transport),
                                                 std::move(user), made.shared);
  return made;
}

}  // namespace

absl::StatusOr<std::optional<std::chrono::steady_clock::time_point>>
DeadlineFor(int64_t deadline_ms) {
  using std::chrono::steady_clock;
  if (deadline_ms < 0) {
    return Invalid(absl::StrCat("deadline_ms is ", deadline_ms,
                                ", which is neither 0 nor milliseconds of "
                                "CLOCK_MONOTONIC."));
  }
  constexpr auto kLast = std::chrono::duration_cast<std::chrono::milliseconds>(
      steady_clock::duration::max());
  if (deadline_ms == 0 || deadline_ms > kLast.count()) return {std::nullopt};
  return {steady_clock::time_point(std::chrono::milliseconds(deadline_ms))};
}

absl::StatusOr<absl::Duration> TimeoutFor(int64_t timeout_ms, int fd) {
  switch (timeout_ms) {
    case AIRLOCK_WAIT_AS_FD: {
      const int flags = fcntl(fd, F_GETFL);
      // PosixTransport reports a descriptor that is not open.
      return flags >= 0 && (flags & O_NONBLOCK) != 0 ? absl::ZeroDuration()
                                                     : absl::InfiniteDuration();
    }
    case AIRLOCK_WAIT_FOREVER:
      return absl::InfiniteDuration();
    case AIRLOCK_WAIT_NEVER:
      return absl::ZeroDuration();
    default:
      if (timeout_ms > 0) return absl::Milliseconds(timeout_ms);
      return Invalid(absl::StrCat(
          "transport.timeout_ms is ", timeout_ms,
          ", which is neither milliseconds nor an AIRLOCK_WAIT_* number."));
  }
}

absl::StatusOr<MadeTransport> MakeTransport(const airlock_transport* given) {
  if (given == nullptr) return IsNull("transport");
  const absl::StatusOr<airlock_transport> transport =
      ReadStruct(given, "transport");
  if (!transport.ok()) return transport.status();
  if (transport->reserved != 0) return Invalid("transport.reserved is not 0.");
  const auto peer = Given(transport->peer, "transport.peer");
  if (!peer.ok()) return peer.status();
  switch (transport->type) {
    case AIRLOCK_TRANSPORT_FD:
      return OverFd(*transport, peer->value_or(absl::string_view()));
    case AIRLOCK_TRANSPORT_CALLBACKS: {
      if (transport->read == nullptr) return IsNull("transport.read");
      if (transport->write == nullptr) return IsNull("transport.write");
      if (transport->deadline_ms != 0) {
        return Invalid(
            "transport.deadline_ms is set, but the transport consists of "
            "callbacks, which do their own waiting.");
      }
      MadeTransport made;
      UserDataPtr user;
      if (transport->release != nullptr) {
        user = MakeUserData(transport->user, transport->release);
      }
      made.shared = std::make_shared<SharedState>();
      auto callbacks = std::make_unique<CallbackTransport>(
          *transport, std::string(peer->value_or(absl::string_view())),
          std::move(user));
      made.claim = &callbacks->claim();
      made.transport = std::move(callbacks);
      return made;
    }
    default:
      return Invalid(absl::StrCat("transport.type is ", transport->type,
                                  ", which is not an AIRLOCK_TRANSPORT_* "
                                  "number."));
  }
}

}  // namespace airlock::c::internal
