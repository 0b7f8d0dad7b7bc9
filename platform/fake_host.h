// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A Host of which a test says everything.
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

// Begins with no files, and the time 2026-01-01. Its clock stands still but for
// AdvanceTime. Keeps the environment of a test, too, which Runtime::Create gets
// beside a host. Thread-safe.
class FakeHost final : public Host {
 public:
  FakeHost();

  void SetVariable(const std::string& name, const std::string& value);
  // The variables that were set.
  config::Environment environment() const;

  // Puts a new file (or another one in its place) at the absolute path `path`;
  // the directories above it are there by themselves.
  void SetFile(const std::string& path, absl::string_view bytes);
  // Overwrites a file in such a way that its identity stays what it is.
  void SetFileUnnoticed(const std::string& path, absl::string_view bytes);
  // Makes each use of `path` fail.
  void SetError(const std::string& path, const absl::Status& error);
  void RemoveFile(const std::string& path);
  // Lets others than its owners change `path`, as far as CheckTrusted and
  // ReadTrustedFile can tell; this is what those say.
  void SetUntrusted(const std::string& path, const absl::Status& error);

  void AdvanceTime(absl::Duration duration);

  // How often the file was read, or looked at.
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
