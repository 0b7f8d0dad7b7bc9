// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Uses and then drops the privileges that bwrap leaves to a process, before it
// becomes an application.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_PRIVILEGES_H_
#define AIRLOCK_PLATFORM_LAUNCHER_PRIVILEGES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace airlock::launcher {

// Makes the mounts at `paths` read-only, and changes nothing else about them.
// Needs CAP_SYS_ADMIN in the mounts' user namespace. bwrap would make a device
// unusable; a device on a read-only mount can still be written to, but its
// mode, owner and times cannot be changed. Errors: kInternal, which name the
// path.
absl::Status MakeReadOnly(const std::vector<std::string>& paths);

// Drops all capabilities, in all of this thread's sets, so that no program that
// it runs has any. Needs CAP_SETPCAP unless the bounding set is already empty.
// Errors: kInternal, if any is left.
absl::Status DropCapabilities();

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_PRIVILEGES_H_
