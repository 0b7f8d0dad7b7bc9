// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Everything that Airlock needs from the machine that it runs on.
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

// Identifies a state of a file without reading it. Times are nanoseconds since
// the Unix epoch; `changed_ns` is st_ctime, which, unlike st_mtime, cannot be
// set back.
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
// A Runtime catches their exceptions. If Now throws, no certificate is valid
// and no exception of a policy applies; an exception from Log is ignored; one
// from any other function becomes an error. Only std::bad_alloc reaches the
// Runtime's caller.
//
// Paths follow symbolic links. Errors name the path, the reason and, if access
// is denied, to whom. The code is kNotFound if and only if the path does not
// exist.
class Host {
 public:
  // The maximum size of a file that Airlock reads.
  static constexpr uint64_t kMaxFileSize = 64 << 20;

  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;

  // The content of a regular file, and the identity that belongs to exactly
  // these bytes. Never blocks on a FIFO or a device: anything but a regular
  // file is an error, as is a file that is over kMaxFileSize or keeps changing.
  virtual absl::StatusOr<FileContent> ReadFile(const std::string& path) = 0;

  // The same for an absolute path to a file that must be trusted, such as the
  // operator's policy: an error (kFailedPrecondition) if anyone but root and
  // this process's user could change or replace it. For a dangling symbolic
  // link the code is not kNotFound. Hosts whose files have no owners need not
  // override it.
  virtual absl::StatusOr<FileContent> ReadTrustedFile(const std::string& path) {
    return ReadFile(path);
  }

  // Checks the same for a file or directory, without reading it.
  virtual absl::Status CheckTrusted(const std::string& /*path*/) {
    return absl::OkStatus();
  }

  virtual absl::StatusOr<FileStatus> Stat(const std::string& path) = 0;

  // The same for a check that each connection makes: whether a bundle has
  // changed. Where stat(2) is slow, a host may answer from what it saw a moment
  // ago.
  virtual absl::StatusOr<FileStatus> RecentStat(const std::string& path) {
    return Stat(path);
  }

  // The names in a directory, sorted, without "." and "..".
  virtual absl::StatusOr<std::vector<std::string>> ListDirectory(
      const std::string& path) = 0;

  // The time of day.
  virtual absl::Time Now() const = 0;

  // Logs one message, without newline and without secrets. Must not call the
  // Runtime that logs it, which may hold a lock.
  virtual void Log(absl::LogSeverity severity, absl::string_view message) = 0;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_HOST_H_
