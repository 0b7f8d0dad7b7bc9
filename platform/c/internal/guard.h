// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The boundary between C and C++: only a status and an error cross it.
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

// The result of a function: a status other than an error, or the error.
using Outcome = absl::StatusOr<airlock_status>;

// An error of kind kInvalidArgument.
absl::Status Invalid(absl::string_view message);

// The same, for an argument that is NULL.
absl::Status IsNull(absl::string_view argument);

// Sets *error to a new object for `status`, unless `error` is null. Never
// fails: if memory runs out, it uses a preallocated object.
void SetError(const absl::Status& status, airlock_error** error) noexcept;
void SetOutOfMemory(airlock_error** error) noexcept;

// Restores errno when destroyed.
class ErrnoKeeper {
 public:
  ErrnoKeeper() : errno_(errno) {}
  ~ErrnoKeeper() { errno = errno_; }
  ErrnoKeeper(const ErrnoKeeper&) = delete;
  ErrnoKeeper& operator=(const ErrnoKeeper&) = delete;

 private:
  const int errno_;
};

// Runs the body of a C interface function, which returns an Outcome. Converts
// exceptions (from the allocator) to errors, and lets the cancellation of a
// thread pass. A fork waits until it is done.
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

// Frees a handle.
template <typename Handle>
void Drop(Handle* handle) {
  const ErrnoKeeper keeper;
  const platform::ForkGuard fork_guard;
  delete handle;
}

// Calls back into the host. An exception from there is AIRLOCK_ERROR. The host
// may fork, or wait for a thread that forks.
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

// The same for a callback that returns nothing and may be called with a lock
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

// Calls a callback that returns nothing, with no lock held.
template <typename Callback>
void ShieldedVoid(Callback&& callback) {
  Shielded([&]() -> airlock_status {
    std::forward<Callback>(callback)();
    return AIRLOCK_OK;
  });
}

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_GUARD_H_
