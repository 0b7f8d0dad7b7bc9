// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which programs a process may run, by the kernel's Landlock.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_LANDLOCK_H_
#define AIRLOCK_PLATFORM_LAUNCHER_LANDLOCK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace airlock::launcher {

// Whether this kernel has Landlock. The error (kUnavailable) says what to do.
absl::Status CheckLandlock();

// From here on, the calling thread and what it starts can run none but
// `programs`, which are files; those that are not there are left out. Links to
// abstract Unix sockets and signals that leave the caller's domain are cut,
// too, where the kernel can (Linux 6.12). Cannot be undone. The process must
// have no_new_privs. Errors: kUnavailable without Landlock, kInternal where the
// kernel refuses.
absl::Status AllowPrograms(const std::vector<std::string>& programs);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_LANDLOCK_H_
