// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The Host for this process's own machine.
#ifndef AIRLOCK_PLATFORM_POSIX_HOST_H_
#define AIRLOCK_PLATFORM_POSIX_HOST_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/host.h"

namespace airlock::platform {

// Called with the messages of Host::Log, on any thread, also concurrently.
using LogSink = std::function<void(absl::LogSeverity, absl::string_view)>;

// Thread-safe.
class PosixHost final : public Host {
 public:
  // Without `log`, messages go to standard error, one line each. If standard
  // error was closed when the PosixHost was made, or has become a socket since,
  // its descriptor may belong to a connection: then messages are dropped.
  explicit PosixHost(LogSink log = nullptr);

  absl::StatusOr<FileContent> ReadFile(const std::string& path) override;
  absl::StatusOr<FileContent> ReadTrustedFile(const std::string& path) override;
  absl::Status CheckTrusted(const std::string& path) override;
  absl::StatusOr<FileStatus> Stat(const std::string& path) override;
  // Up to 0.1 ms old. Always new for a file that has changed within the last
  // second, for anything but a regular file, and for a relative path.
  absl::StatusOr<FileStatus> RecentStat(const std::string& path) override;
  absl::StatusOr<std::vector<std::string>> ListDirectory(
      const std::string& path) override;
  absl::Time Now() const override;
  void Log(absl::LogSeverity severity, absl::string_view message) override;

 private:
  const LogSink log_;
  // The file that was standard error at first; unset if it was closed.
  const std::optional<FileIdentity> standard_error_;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_POSIX_HOST_H_
