// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// All that Airlock asks of the machine it runs on.
#ifndef AIRLOCK_PLATFORM_HOST_H_
#define AIRLOCK_PLATFORM_HOST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace airlock::platform {

// What tells one state of a file from another without reading it. Times are
// nanoseconds since the Unix epoch; `changed_ns` is st_ctime, which, unlike
// st_mtime, nobody can set back.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;
  int64_t modified_ns = 0;
  int64_t changed_ns = 0;

  friend bool operator==(const FileIdentity& a, const FileIdentity& b) {
    return a.device == b.device && a.inode == b.inode && a.size == b.size &&
           a.modified_ns == b.modified_ns && a.changed_ns == b.changed_ns;
  }
  friend bool operator!=(const FileIdentity& a, const FileIdentity& b) {
    return !(a == b);
  }
};

enum class FileType { kRegular, kDirectory, kOther };

struct FileStatus {
  FileType type = FileType::kOther;
  FileIdentity identity;
};

struct FileContent {
  std::string bytes;
  FileIdentity identity;
};

// Read-only files, the clock and the log. Thread-safe.
//
// A Runtime catches what they throw: an exception of the first four is an
// error, with one of Now no certificate is good and no exception of a policy in
// force, and one of Log is ignored. Only std::bad_alloc comes to the Runtime's
// caller.
//
// Paths follow symbolic links. Errors name the path, the reason and, where
// access is denied, to whom; the code of a path that does not exist is
// kNotFound, and only of such a one.
class Host {
 public:
  // No file that Airlock reads is larger.
  static constexpr uint64_t kMaxFileSize = 64 << 20;

  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;

  // The whole of a regular file, and the identity that goes with these very
  // bytes. Never blocks on a FIFO or a device: what is no regular file is an
  // error, as is one over kMaxFileSize or one that keeps changing.
  virtual absl::StatusOr<FileContent> ReadFile(const std::string& path) = 0;

  // The same for an absolute path to a file that decides over others, such as
  // the operator's policy: an error (kFailedPrecondition) where anybody but its
  // owners, root and this process's user, could change or replace it. Of a path
  // where a symbolic link leads nowhere the code is not kNotFound. Hosts whose
  // files have no owners may leave it as it is.
  virtual absl::StatusOr<FileContent> ReadTrustedFile(const std::string& path) {
    return ReadFile(path);
  }

  // Whether that holds of a file or directory, which is not read.
  virtual absl::Status CheckTrusted(const std::string& /*path*/) {
    return absl::OkStatus();
  }

  virtual absl::StatusOr<FileStatus> Stat(const std::string& path) = 0;

  // The names in a directory, sorted, without "." and "..".
  virtual absl::StatusOr<std::vector<std::string>> ListDirectory(
      const std::string& path) = 0;

  // The time of day.
  virtual absl::Time Now() const = 0;

  // Takes one message, without newline and without secrets. Must not call the
  // Runtime that it comes from, which may hold a lock.
  virtual void Log(absl::LogSeverity severity, absl::string_view message) = 0;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_HOST_H_
