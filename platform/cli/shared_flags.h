// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Flags that several subcommands take, and what they mean to a Runtime.
#ifndef AIRLOCK_PLATFORM_CLI_SHARED_FLAGS_H_
#define AIRLOCK_PLATFORM_CLI_SHARED_FLAGS_H_

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/declare.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "platform/audit.h"
#include "platform/host.h"
#include "platform/wrap_options.h"
#include "ssl/secret.h"

ABSL_DECLARE_FLAG(bool, json);
ABSL_DECLARE_FLAG(std::string, cert);
ABSL_DECLARE_FLAG(std::string, key);
ABSL_DECLARE_FLAG(std::string, password);
ABSL_DECLARE_FLAG(std::string, tls);
ABSL_DECLARE_FLAG(std::string, alpn);
ABSL_DECLARE_FLAG(absl::Duration, timeout);
ABSL_DECLARE_FLAG(std::string, audit);

namespace airlock::cli {

// Says on standard error that `command` failed, and gives the exit status:
// kExitUsage for what was asked wrongly (kInvalidArgument), else kExitFailed.
int Fail(absl::string_view command, const absl::Status& status);

// When --timeout is over, counted from now; nothing if it never is.
absl::optional<std::chrono::steady_clock::time_point> DeadlineFromFlag();

// An error where nothing could be done within `duration`, the value of `flag`.
absl::Status CheckDuration(absl::string_view flag, absl::Duration duration);

// An error where --timeout or --alpn make no sense.
absl::Status CheckSharedFlags();

// The protocols of --alpn, by preference.
std::vector<std::string> AlpnFromFlag();

// What --cert, --key and --password name, read into memory.
class Identity {
 public:
  // Errors: --key without --cert, or what ReadSource says.
  static absl::StatusOr<Identity> FromFlags(platform::Host* host);

  Identity() = default;
  explicit Identity(ssl::Secret certificate, ssl::Secret key)
      : certificate_(std::move(certificate)), key_(std::move(key)) {}

  bool empty() const { return !certificate_.has_value(); }
  // Copies itself into `options`.
  void Present(platform::WrapOptions* options) const;

 private:
  absl::optional<ssl::Secret> certificate_;
  absl::optional<ssl::Secret> key_;
  absl::optional<ssl::Secret> password_;
};

// Sets the version or versions that --tls names.
absl::Status SetVersionFromFlag(platform::WrapOptions* options);

// What gets the audit: the writer that --audit names, or else AIRLOCK_AUDIT; a
// null one where neither does. Errors as AuditWriter::Open has them.
absl::StatusOr<platform::AuditSink> AuditFromFlag(
    std::shared_ptr<platform::Host> host);

// The bundle that `source`, the value of `flag`, names (see ReadSource); empty:
// the platform's.
absl::StatusOr<platform::CaCerts> ReadCaCerts(absl::string_view flag,
                                              const std::string& source,
                                              platform::Host* host);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SHARED_FLAGS_H_
