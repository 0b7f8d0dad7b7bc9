// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The file of --keylog, to which secrets are appended.
#ifndef AIRLOCK_PLATFORM_CLI_KEY_LOG_FILE_H_
#define AIRLOCK_PLATFORM_CLI_KEY_LOG_FILE_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "platform/internal/unique_fd.h"

namespace airlock::cli {

// Thread-safe.
class KeyLogFile {
 public:
  // Opens the file to append, and creates it with mode 0600 if it is missing.
  // Errors: it is a symbolic link, not a regular file, or others can read or
  // write it; or it cannot be opened.
  static absl::StatusOr<std::unique_ptr<KeyLogFile>> Open(
      const std::string& path);

  // Appends `line` and a newline, in one write. An error if it is not complete;
  // then later lines are errors, too, since they would continue a part of a
  // line.
  absl::Status Append(absl::string_view line);

 private:
  explicit KeyLogFile(platform::internal::UniqueFd fd) : fd_(std::move(fd)) {}

  const platform::internal::UniqueFd fd_;
  absl::Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_KEY_LOG_FILE_H_
