// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What a process does with the rights that bwrap leaves it, before it becomes
// an application and has none.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_PRIVILEGES_H_
#define AIRLOCK_PLATFORM_LAUNCHER_PRIVILEGES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace airlock::launcher {

// Makes the mounts at `paths` read-only, and changes nothing else of them.
// Needs CAP_SYS_ADMIN in the mounts' user namespace. bwrap cannot do that for a
// device without making it unusable; a device on a read-only mount can still be
// written to, but has a mode, an owner and times that stay. Errors: kInternal,
// which name the path.
absl::Status MakeReadOnly(const std::vector<std::string>& paths);

// Gives up all capabilities, in all of this thread's sets, so that no program
// that it runs has any. Needs CAP_SETPCAP unless the bounding set is empty
// already. Errors: kInternal, where any is left.
absl::Status DropCapabilities();

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_PRIVILEGES_H_
