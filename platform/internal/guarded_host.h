// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A host that does not throw exceptions.
#ifndef AIRLOCK_PLATFORM_INTERNAL_GUARDED_HOST_H_
#define AIRLOCK_PLATFORM_INTERNAL_GUARDED_HOST_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/host.h"

namespace airlock::platform::internal {

// Wraps another host and turns its exceptions into errors of kind kCallback,
// except std::bad_alloc, which passes. If Now throws, returns a time at which
// no certificate is valid and no exception of a policy applies. If Log throws,
// drops the message.
class GuardedHost final : public Host {
 public:
  explicit GuardedHost(std::shared_ptr<Host> host) : host_(std::move(host)) {}

  absl::StatusOr<FileContent> ReadFile(const std::string& path) override;
  absl::StatusOr<FileContent> ReadTrustedFile(const std::string& path) override;
  absl::Status CheckTrusted(const std::string& path) override;
  absl::StatusOr<FileStatus> Stat(const std::string& path) override;
  absl::StatusOr<FileStatus> RecentStat(const std::string& path) override;
  absl::StatusOr<std::vector<std::string>> ListDirectory(
      const std::string& path) override;
  absl::Time Now() const override;
  void Log(absl::LogSeverity severity, absl::string_view message) override;

 private:
  const std::shared_ptr<Host> host_;
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_GUARDED_HOST_H_
