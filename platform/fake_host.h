// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A Host that a test controls completely.
#ifndef AIRLOCK_PLATFORM_FAKE_HOST_H_
#define AIRLOCK_PLATFORM_FAKE_HOST_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "config/environment.h"
#include "platform/host.h"

namespace airlock::platform {

// Starts without files, at the time 2026-01-01. Only AdvanceTime moves its
// clock. Also keeps a test's environment, to pass to Runtime::Create.
// Thread-safe.
class FakeHost final : public Host {
 public:
  FakeHost();

  void SetVariable(const std::string& name, const std::string& value);
  // The variables that were set.
  config::Environment environment() const;

  // Creates or replaces the file at the absolute path `path`; its directories
  // exist implicitly.
  void SetFile(const std::string& path, absl::string_view bytes);
  // Overwrites a file without changing its identity.
  void SetFileUnnoticed(const std::string& path, absl::string_view bytes);
  // Makes each use of `path` fail.
  void SetError(const std::string& path, const absl::Status& error);
  void RemoveFile(const std::string& path);
  // Makes CheckTrusted and ReadTrustedFile return `error` for `path`, as if
  // others could change it.
  void SetUntrusted(const std::string& path, const absl::Status& error);

  void AdvanceTime(absl::Duration duration);

  // How often the file was read, and how often Stat was called on it.
  int reads(const std::string& path) const;
  int stats(const std::string& path) const;
  std::vector<std::string> log() const;

  absl::StatusOr<FileContent> ReadFile(const std::string& path) override;
  absl::StatusOr<FileContent> ReadTrustedFile(const std::string& path) override;
  absl::Status CheckTrusted(const std::string& path) override;
  absl::StatusOr<FileStatus> Stat(const std::string& path) override;
  absl::StatusOr<std::vector<std::string>> ListDirectory(
      const std::string& path) override;
  absl::Time Now() const override;
  void Log(absl::LogSeverity severity, absl::string_view message) override;

 private:
  struct File {
    FileContent content;
    absl::Status error;
    int reads = 0;
    int stats = 0;
  };

  // The names directly below `path`, sorted.
  std::vector<std::string> Below(const std::string& path) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  config::EnvironmentMap environment_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, File> files_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, absl::Status> untrusted_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_inode_ ABSL_GUARDED_BY(mutex_) = 1;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> log_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_FAKE_HOST_H_
