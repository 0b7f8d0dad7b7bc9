// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What an application may not be able to change.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_WRITABLE_H_
#define AIRLOCK_PLATFORM_LAUNCHER_WRITABLE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::launcher {

// The folders in `flag`, the value of --writable: divided by commas, each
// without symbolic links. Errors: kInvalidArgument, for what is no directory.
absl::StatusOr<std::vector<std::string>> WritableFolders(
    absl::string_view flag);

// A file or folder on which a decision rests, now or at the next start.
struct Protected {
  std::string what;  // "the policy".
  std::string path;  // As it was named; what is not there is protected, too.
  // Whether a folder in it may be writable all the same.
  bool may_hold_writable = false;
  // Whether it is a folder whose members may be symbolic links to elsewhere,
  // which are protected as well.
  bool has_links = false;
};

// Whether none of the folders `writable` overlaps with any of `fixed`: a
// protected path may not lead through one, at any of its symbolic links, nor
// be one, hold one, or have another name (hard link) in one. Folders are told
// apart by device and inode as well, so that bind mounts are seen. Errors
// (kInvalidArgument) name both. Another (kInternal) where a path cannot be
// looked at, unless it is not there or closed to this user.
absl::Status CheckWritable(const std::vector<std::string>& writable,
                           const std::vector<Protected>& fixed);

// The places that resolving `path` goes through: each symbolic link, and where
// it ends, which may not be there. Absolute.
std::vector<std::string> PathSteps(const std::string& path);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_WRITABLE_H_
