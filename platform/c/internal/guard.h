// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What stands between C and C++: nothing but a status and an error gets out.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_GUARD_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_GUARD_H_

#include <cxxabi.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/c/airlock.h"
#include "platform/fork_guard.h"

namespace airlock::c::internal {

// What a function gives: a status that is no error, or the error.
using Outcome = absl::StatusOr<airlock_status>;

// An error of kind kInvalidArgument.
absl::Status Invalid(absl::string_view message);

// The same, for an argument that is NULL.
absl::Status IsNull(absl::string_view argument);

// Puts a new object for `status` into *error, where `error` is not null. Never
// fails: without memory it is one that is there already.
void SetError(const absl::Status& status, airlock_error** error) noexcept;
void SetOutOfMemory(airlock_error** error) noexcept;

// errno as it was, once this is gone.
class ErrnoKeeper {
 public:
  ErrnoKeeper() : errno_(errno) {}
  ~ErrnoKeeper() { errno = errno_; }
  ErrnoKeeper(const ErrnoKeeper&) = delete;
  ErrnoKeeper& operator=(const ErrnoKeeper&) = delete;

 private:
  const int errno_;
};

// Runs the body of a function of the C interface, which gives an Outcome.
// Exceptions (of the allocator's) become errors; a thread's cancellation
// passes. No fork happens meanwhile.
template <typename Body>
airlock_status Guarded(airlock_error** error, Body&& body) {
  const ErrnoKeeper keeper;
  const platform::ForkGuard fork_guard;
  if (error != nullptr) *error = nullptr;
  try {
    const Outcome outcome = std::forward<Body>(body)();
    if (outcome.ok()) return *outcome;
    SetError(outcome.status(), error);
  } catch (const abi::__forced_unwind&) {
    throw;
  } catch (...) {
    SetOutOfMemory(error);
  }
  return AIRLOCK_ERROR;
}

// Drops a handle.
template <typename Handle>
void Drop(Handle* handle) {
  const ErrnoKeeper keeper;
  const platform::ForkGuard fork_guard;
  delete handle;
}

// Calls back into the host. An exception out of there is AIRLOCK_ERROR. The
// host may fork, or wait for who does.
template <typename Callback>
airlock_status Shielded(Callback&& callback) {
  const platform::ForkPause fork_pause;
  try {
    return std::forward<Callback>(callback)();
  } catch (const abi::__forced_unwind&) {
    throw;
  } catch (...) {
    return AIRLOCK_ERROR;
  }
}

// The same, of a callback that answers nothing and may be called with a lock
// held, so that a fork has to wait for it.
template <typename Callback>
void ShieldedUnderLock(Callback&& callback) {
  try {
    std::forward<Callback>(callback)();
  } catch (const abi::__forced_unwind&) {
    throw;
  } catch (...) {  // NOLINT(bugprone-empty-catch)
  }
}

// Calls back into the host where no lock is held and nothing is answered.
template <typename Callback>
void ShieldedVoid(Callback&& callback) {
  Shielded([&]() -> airlock_status {
    std::forward<Callback>(callback)();
    return AIRLOCK_OK;
  });
}

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_GUARD_H_
