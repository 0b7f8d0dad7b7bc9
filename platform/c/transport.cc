// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/c/internal/transport.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/structs.h"
#include "platform/c/internal/values.h"

namespace airlock::c::internal {
namespace {

using ssl::IoResult;

class CallbackTransport final : public ssl::Transport {
 public:
  CallbackTransport(const airlock_transport& callbacks, UserDataPtr user)
      : callbacks_(callbacks), user_(std::move(user)) {}

  platform::ProcessClaim& claim() { return claim_; }

  absl::StatusOr<IoResult> Read(absl::Span<uint8_t> into) override {
    const absl::Status mine = claim_.Use();
    if (!mine.ok()) return mine;
    size_t done = 0;
    const airlock_status status = Shielded([&] {
      return callbacks_.read(callbacks_.user, into.data(), into.size(), &done);
    });
    if (status == AIRLOCK_CLOSED) return IoResult::Closed();
    return Answer("read", status, done, into.size());
  }

  absl::StatusOr<IoResult> Write(absl::Span<const uint8_t> from) override {
    const absl::Status mine = claim_.Use();
    if (!mine.ok()) return mine;
    size_t done = 0;
    const airlock_status status = Shielded([&] {
      return callbacks_.write(callbacks_.user, from.data(), from.size(), &done);
    });
    return Answer("write", status, done, from.size());
  }

 private:
  static absl::StatusOr<IoResult> Answer(absl::string_view which,
                                         airlock_status status, size_t done,
                                         size_t size) {
    switch (status) {
      case AIRLOCK_OK:
        if (done >= 1 && done <= size) return IoResult::Done(done);
        return absl::InternalError(absl::StrCat("The transport's ", which,
                                                " callback says that it "
                                                "moved ",
                                                done, " bytes of ", size, "."));
      case AIRLOCK_WANT_READ:
        return IoResult::WantRead();
      case AIRLOCK_WANT_WRITE:
        return IoResult::WantWrite();
      case AIRLOCK_TIMEOUT:
        return absl::DeadlineExceededError(absl::StrCat(
            "The transport's ", which, " callback ran out of time."));
      default:
        return absl::UnavailableError(absl::StrCat(
            "The transport's ", which, " callback failed (", status, ")."));
    }
  }

  const airlock_transport callbacks_;
  const UserDataPtr user_;
  platform::ProcessClaim claim_;
};

// A descriptor whose host wants to know when it is done with.
class FdTransport final : public ssl::Transport {
 public:
  FdTransport(std::unique_ptr<platform::PosixTransport> transport,
              UserDataPtr user)
      : user_(std::move(user)), transport_(std::move(transport)) {}

  absl::StatusOr<IoResult> Read(absl::Span<uint8_t> into) override {
    return transport_->Read(into);
  }
  absl::StatusOr<IoResult> Write(absl::Span<const uint8_t> from) override {
    return transport_->Write(from);
  }

 private:
  const UserDataPtr user_;  // Outlives the transport, which may close it.
  const std::unique_ptr<platform::PosixTransport> transport_;
};

absl::StatusOr<MadeTransport> OverFd(const airlock_transport& given) {
  const absl::StatusOr<bool> owned = Flag(given.fd_owned, "transport.fd_owned");
  if (!owned.ok()) return owned.status();
  const absl::StatusOr<absl::Duration> timeout =
      TimeoutFor(given.timeout_ms, given.fd);
  if (!timeout.ok()) return timeout.status();
  UserDataPtr user;
  try {
    user = MakeUserData(given.user, given.release);
  } catch (...) {
    if (*owned) close(given.fd);
    throw;
  }
  platform::PosixTransportOptions options;
  options.ownership =
      *owned ? platform::FdOwnership::kOwned : platform::FdOwnership::kBorrowed;
  options.timeout = *timeout;
  auto transport =
      platform::PosixTransport::Create(given.fd, std::move(options));
  if (!transport.ok()) return transport.status();
  MadeTransport made;
  made.fd_transport = transport->get();
  made.claim = &made.fd_transport->claim();
  made.transport =
      std::make_unique<FdTransport>(*std::move(transport), std::move(user));
  return made;
}

}  // namespace

absl::StatusOr<absl::Duration> TimeoutFor(int64_t timeout_ms, int fd) {
  switch (timeout_ms) {
    case AIRLOCK_WAIT_AS_FD: {
      const int flags = fcntl(fd, F_GETFL);
      // One that is not open is PosixTransport's to complain about.
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
  switch (transport->type) {
    case AIRLOCK_TRANSPORT_FD:
      return OverFd(*transport);
    case AIRLOCK_TRANSPORT_CALLBACKS: {
      if (transport->read == nullptr) return IsNull("transport.read");
      if (transport->write == nullptr) return IsNull("transport.write");
      auto callbacks = std::make_unique<CallbackTransport>(
          *transport, MakeUserData(transport->user, transport->release));
      MadeTransport made;
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
