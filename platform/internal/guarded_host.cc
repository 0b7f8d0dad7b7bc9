// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/guarded_host.h"

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "ssl/guarded.h"

namespace airlock::platform::internal {
namespace {

template <typename Call>
auto Ask(absl::string_view which, const Call& call) -> decltype(call()) {
  return ssl::Guarded<ssl::OutOfMemory::kPasses>(which, call);
}

}  // namespace

absl::StatusOr<FileContent> GuardedHost::ReadFile(const std::string& path) {
  return Ask("host's ReadFile", [&] { return host_->ReadFile(path); });
}

absl::StatusOr<FileContent> GuardedHost::ReadTrustedFile(
    const std::string& path) {
  return Ask("host's ReadTrustedFile",
             [&] { return host_->ReadTrustedFile(path); });
}

absl::Status GuardedHost::CheckTrusted(const std::string& path) {
  return Ask("host's CheckTrusted", [&] { return host_->CheckTrusted(path); });
}

absl::StatusOr<FileStatus> GuardedHost::Stat(const std::string& path) {
  return Ask("host's Stat", [&] { return host_->Stat(path); });
}

absl::StatusOr<FileStatus> GuardedHost::RecentStat(const std::string& path) {
  return Ask("host's Stat", [&] { return host_->RecentStat(path); });
}

absl::StatusOr<std::vector<std::string>> GuardedHost::ListDirectory(
    const std::string& path) {
  return Ask("host's ListDirectory",
             [&] { return host_->ListDirectory(path); });
}

absl::Time GuardedHost::Now() const {
  const absl::StatusOr<absl::Time> now =
      Ask("host's Now",
          [&]() -> absl::StatusOr<absl::Time> { return host_->Now(); });
  if (now.ok()) return *now;
  // One second after the last time in a certificate (RFC 5280, section
  // 4.1.2.5).
  return absl::FromCivil(absl::CivilYear(10000), absl::UTCTimeZone());
}

void GuardedHost::Log(absl::LogSeverity severity, absl::string_view message) {
  Ask("host's Log", [&] {
    host_->Log(severity, message);
    return absl::OkStatus();
  }).IgnoreError();
}

}  // namespace airlock::platform::internal
