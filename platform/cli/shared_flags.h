// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Flags that several subcommands have, and their effect on a Runtime.
#ifndef AIRLOCK_PLATFORM_CLI_SHARED_FLAGS_H_
#define AIRLOCK_PLATFORM_CLI_SHARED_FLAGS_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/declare.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/host.h"
#include "platform/runtime.h"
#include "platform/wrap_options.h"
#include "ssl/secret.h"
#include "ssl/verification.h"

ABSL_DECLARE_FLAG(std::string, ca);
ABSL_DECLARE_FLAG(bool, insecure);
ABSL_DECLARE_FLAG(bool, json);
ABSL_DECLARE_FLAG(std::string, cert);
ABSL_DECLARE_FLAG(std::string, key);
ABSL_DECLARE_FLAG(std::string, password);
ABSL_DECLARE_FLAG(std::string, tls);
ABSL_DECLARE_FLAG(std::string, alpn);
ABSL_DECLARE_FLAG(absl::Duration, timeout);
ABSL_DECLARE_FLAG(std::string, audit);

namespace airlock::cli {

// Reports on standard error that `command` failed, and returns the exit status:
// kExitUsage for an invalid request (kInvalidArgument), else kExitFailed.
int Fail(absl::string_view command, const absl::Status& status);

// When --timeout expires, from now on; unset if it never does.
std::optional<std::chrono::steady_clock::time_point> DeadlineFromFlag();

// An error if `duration`, the value of `flag`, is too short for any work.
absl::Status CheckDuration(absl::string_view flag, absl::Duration duration);

// An error if --timeout or --alpn is invalid.
absl::Status CheckSharedFlags();

// The protocols of --alpn, in order of preference.
std::vector<std::string> AlpnFromFlag();

// The contents for --cert, --key and --password, in memory.
class Identity {
 public:
  // Errors: --key without --cert, or those of ReadSource.
  static absl::StatusOr<Identity> FromFlags(platform::Host* host);

  Identity() = default;
  explicit Identity(ssl::Secret certificate, ssl::Secret key)
      : certificate_(std::move(certificate)), key_(std::move(key)) {}

  bool empty() const { return !certificate_.has_value(); }
  // Copies the contents into `options`.
  void Present(platform::WrapOptions* options) const;

  // The contents; unset if the flag is not given.
  const std::optional<ssl::Secret>& certificate() const { return certificate_; }
  const std::optional<ssl::Secret>& key() const { return key_; }
  const std::optional<ssl::Secret>& password() const { return password_; }

 private:
  std::optional<ssl::Secret> certificate_;
  std::optional<ssl::Secret> key_;
  std::optional<ssl::Secret> password_;
};

// The password from --password, which is set. Errors: those of ReadSource.
absl::StatusOr<ssl::Secret> ReadPassword(platform::Host* host);

// Sets the version or versions from --tls.
absl::Status SetVersionFromFlag(ssl::Verification* verification);

// Makes the Runtime of `options` write its audit to --audit, or else to
// AIRLOCK_AUDIT, if one of them is set. Errors as in AuditWriter::Open.
absl::Status SetAuditFromFlag(std::shared_ptr<platform::Host> host,
                              platform::RuntimeOptions* options);

// The exit status of a command that would end with `exit_status`: not success
// if `runtime` lost a line of the audit. The loss is already reported.
int AfterAudit(const platform::Runtime& runtime, int exit_status);

// The bundle from `source`, the value of `flag` (see ReadSource); empty: the
// platform's.
absl::StatusOr<platform::CaCerts> ReadCaCerts(absl::string_view flag,
                                              const std::string& source,
                                              platform::Host* host);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SHARED_FLAGS_H_
