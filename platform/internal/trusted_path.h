// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Checks who may change the file at a path.
#ifndef AIRLOCK_PLATFORM_INTERNAL_TRUSTED_PATH_H_
#define AIRLOCK_PLATFORM_INTERNAL_TRUSTED_PATH_H_

#include <sys/stat.h>

#include <functional>
#include <string>

#include "absl/status/status.h"

namespace airlock::platform::internal {

// The system calls of CheckTrusted, with errors in errno; for tests.
struct PathCalls {
  std::function<int(const char*, struct stat*)> lstat = ::lstat;
  std::function<ssize_t(const char*, char*, size_t)> readlink;
  uid_t user;  // The effective user.

  PathCalls();
};

// OK if only root and this process's effective user control the file at the
// absolute path `path`: the file, each folder above it, and each symbolic link
// on the way belong to one of the two, and neither group nor others may write
// to the file or to a folder. Others may write to a folder with the sticky bit,
// such as /tmp, since they cannot remove or rename other users' files there.
//
// kNotFound if `path` does not exist; kFailedPrecondition if it is a dangling
// symbolic link, or if something on the way belongs to another user or may be
// written by others: the error names it and says what to do. Other errors are
// those of errno. Thread-safe.
absl::Status CheckTrusted(const std::string& path,
                          const PathCalls& calls = PathCalls());

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_TRUSTED_PATH_H_
