// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Stores what clients upload.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_UPLOAD_DIRECTORY_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_UPLOAD_DIRECTORY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::http {

struct UploadLimits {
  uint64_t file_bytes = uint64_t{1} << 30;   // Of one file.
  uint64_t total_bytes = uint64_t{8} << 30;  // Of all, since the start.
  int at_once = 64;                          // Unfinished uploads.
};

// A file that is being uploaded, under a temporary name until Finish. Removed
// when it is destroyed before that. Thread-compatible.
class Upload {
 public:
  virtual ~Upload() = default;

  // kOutOfRange beyond a limit; kResourceExhausted if the disk is full;
  // kInternal. After an error, nothing more can be written.
  virtual absl::Status Write(absl::string_view data) = 0;

  // Gives the file its name. kAlreadyExists if there is one of that name now;
  // kInternal.
  virtual absl::Status Finish() = 0;

  virtual uint64_t size() const = 0;
};

// Creates new files in one directory, which it keeps open. Existing files,
// links and directories are never touched. Thread-safe.
class UploadDirectory {
 public:
  // Errors name `path`: it does not exist, is not a directory, or cannot be
  // written.
  static absl::StatusOr<std::unique_ptr<UploadDirectory>> Open(
      const std::string& path, UploadLimits limits);

  virtual ~UploadDirectory() = default;

  // Begins the file `name`, readable for the user only. `size`: what the client
  // states; 0: unknown. Errors: kInvalidArgument for a name that is empty,
  // begins with a dot, is longer than 200 bytes, or has a slash or a control
  // character; kAlreadyExists; kOutOfRange beyond a limit; kResourceExhausted;
  // kPermissionDenied; kInternal.
  virtual absl::StatusOr<std::unique_ptr<Upload>> Begin(absl::string_view name,
                                                        uint64_t size) = 0;
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_UPLOAD_DIRECTORY_H_
