// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Confines the process before it decodes hostile bytes.
#ifndef AIRLOCK_PLATFORM_CAPTURE_CONFINE_H_
#define AIRLOCK_PLATFORM_CAPTURE_CONFINE_H_

#include "absl/status/status.h"

namespace airlock::capture {

// From now on this process can only read and write the files that it has open,
// use memory, and end; every other system call fails with EPERM (seccomp). It
// cannot be undone. For a process with one thread. An error (kUnavailable) if
// the machine does not support it. Does nothing in a build with
// AddressSanitizer, whose leak check needs other calls.
absl::Status ConfineToOpenFiles();

}  // namespace airlock::capture

#endif  // AIRLOCK_PLATFORM_CAPTURE_CONFINE_H_
