// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Protects paths from an application's changes.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_WRITABLE_H_
#define AIRLOCK_PLATFORM_LAUNCHER_WRITABLE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::launcher {

// The folders in `flag`, the value of --writable: separated by commas, each
// without symbolic links. Errors: kInvalidArgument, for anything that is not a
// directory.
absl::StatusOr<std::vector<std::string>> WritableFolders(
    absl::string_view flag);

// A file or folder that a decision depends on, now or at the next start.
struct Protected {
  std::string what;  // "the policy".
  std::string path;  // As given; protected even if it does not exist.
  // Whether a folder in it may still be writable.
  bool may_hold_writable = false;
  // Whether it is a folder whose members may be symbolic links to other places,
  // which are protected as well.
  bool has_links = false;
};

// Whether none of the folders `writable` overlaps with any of `fixed`: a
// protected path must not lead through one, at any of its symbolic links, or be
// one, contain one, or have another name (hard link) in one. Folders are also
// compared by device and inode, to detect bind mounts. Errors
// (kInvalidArgument) name both. It is another error (kInternal) if a path
// cannot be examined, unless it does not exist or this user has no access.
absl::Status CheckWritable(const std::vector<std::string>& writable,
                           const std::vector<Protected>& fixed);

// The places that resolving `path` goes through: each symbolic link, and the
// final one, which may not exist. Absolute.
std::vector<std::string> PathSteps(const std::string& path);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_WRITABLE_H_
