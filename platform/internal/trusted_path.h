// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Who may change what lies at a path.
#ifndef AIRLOCK_PLATFORM_INTERNAL_TRUSTED_PATH_H_
#define AIRLOCK_PLATFORM_INTERNAL_TRUSTED_PATH_H_

#include <sys/stat.h>

#include <functional>
#include <string>

#include "absl/status/status.h"

namespace airlock::platform::internal {

// The calls that CheckTrusted makes, with errors as errno has them; for tests.
struct PathCalls {
  std::function<int(const char*, struct stat*)> lstat = ::lstat;
  std::function<ssize_t(const char*, char*, size_t)> readlink;
  uid_t user;  // The effective one.

  PathCalls();
};

// Whether root and this process's effective user alone decide what is at the
// absolute path `path`: the file, each folder above it, and each symbolic link
// on the way belong to one of the two, and neither group nor others may write
// to the file or to a folder. A folder with the sticky bit, as /tmp, may be
// written to by others, who can neither remove nor rename there what is not
// theirs.
//
// kNotFound where nothing is at `path`; kFailedPrecondition where it is a
// symbolic link that leads nowhere, or something on the way is another's or may
// be written by others: the error names it and says what to do. Other errors
// are those of errno. Thread-safe.
absl::Status CheckTrusted(const std::string& path,
                          const PathCalls& calls = PathCalls());

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_TRUSTED_PATH_H_
