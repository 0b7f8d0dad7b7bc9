// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Restricts the programs that a process may run, with the kernel's Landlock.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_LANDLOCK_H_
#define AIRLOCK_PLATFORM_LAUNCHER_LANDLOCK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace airlock::launcher {

// Whether this kernel has Landlock. The error (kUnavailable) says what to do.
absl::Status CheckLandlock();

// From now on, the calling thread and its children can only run `programs`,
// which are files; missing ones are ignored. If the kernel supports it (Linux
// 6.12), connections to abstract Unix sockets and signals outside the caller's
// domain are blocked, too. Cannot be undone. The process must have
// no_new_privs. Errors: kUnavailable without Landlock, kInternal if the kernel
// refuses.
absl::Status AllowPrograms(const std::vector<std::string>& programs);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_LANDLOCK_H_
