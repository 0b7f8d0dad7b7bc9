// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/c/internal/host.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/c/internal/guard.h"
#include "platform/process_environment.h"

namespace airlock::c::internal {
namespace {

// The path by which a Runtime finds the policy of the options.
constexpr char kPolicyPath[] = "/airlock_runtime_options.policy";

using ClockFn = int64_t (*)(void*);

class CHost final : public platform::Host {
 public:
  CHost(platform::LogSink log, std::optional<std::string> policy, ClockFn clock,
        UserDataPtr user)
      : machine_(std::move(log)),
        policy_(std::move(policy)),
        clock_(clock),
        user_(std::move(user)) {}

  absl::StatusOr<platform::FileContent> ReadFile(
      const std::string& path) override {
    if (!IsPolicy(path)) return machine_.ReadFile(path);
    platform::FileContent content;
    content.bytes = *policy_;
    content.identity.size = policy_->size();
    return content;
  }
  absl::StatusOr<platform::FileContent> ReadTrustedFile(
      const std::string& path) override {
    return IsPolicy(path) ? ReadFile(path) : machine_.ReadTrustedFile(path);
  }
  absl::Status CheckTrusted(const std::string& path) override {
    return IsPolicy(path) ? absl::OkStatus() : machine_.CheckTrusted(path);
  }
  absl::StatusOr<platform::FileStatus> Stat(const std::string& path) override {
    if (!IsPolicy(path)) return machine_.Stat(path);
    platform::FileStatus status;
    status.type = platform::FileType::kRegular;
    status.identity.size = policy_->size();
    return status;
  }
  absl::StatusOr<std::vector<std::string>> ListDirectory(
      const std::string& path) override {
    return machine_.ListDirectory(path);
  }
  absl::Time Now() const override {
    if (clock_ == nullptr) return machine_.Now();
    // The callers catch what it throws.
    return absl::FromUnixMillis(clock_(user_->get()));
  }
  void Log(absl::LogSeverity severity, absl::string_view message) override {
    machine_.Log(severity, message);
  }

 private:
  bool IsPolicy(const std::string& path) const {
    return policy_.has_value() && path == kPolicyPath;
  }

  platform::PosixHost machine_;
  const std::optional<std::string> policy_;
  const ClockFn clock_;
  const UserDataPtr user_;
};

absl::StatusOr<config::EnvironmentMap> VariablesOf(
    const airlock_runtime_options& given) {
  const auto entries =
      Texts(given.environment, given.environment_count, "environment");
  if (!entries.ok()) return entries.status();
  config::EnvironmentMap variables;
  for (size_t i = 0; i < entries->size(); ++i) {
    const std::string& entry = (*entries)[i];
    const size_t equals = entry.find('=');
    if (equals == 0 || equals == std::string::npos ||
        entry.find('\0') != std::string::npos) {
      // The entry may be a secret, so it is not shown.
      return Invalid(absl::StrCat("environment[", i,
                                  "] is not NAME=VALUE, without NULs."));
    }
    // The first entry of a name takes effect, as with getenv.
    const std::string value = entry.substr(equals + 1);
    const auto [there, is_new] =
        variables.emplace(entry.substr(0, equals), value);
    if (!is_new && there->second != value &&
        config::StatesPolicy(there->first)) {
      return Invalid(absl::StrCat(
          "environment: ", there->first,
          " is set more than once, with different values; set it once."));
    }
  }
  return variables;
}

}  // namespace

absl::StatusOr<std::shared_ptr<platform::Host>> HostOf(
    const airlock_runtime_options& given, platform::LogSink log,
    UserDataPtr user) {
  const auto policy = Given(given.policy, "policy");
  if (!policy.ok()) return policy.status();
  std::optional<std::string> text;
  if (policy->has_value()) text = std::string(**policy);
  return {std::make_shared<CHost>(std::move(log), std::move(text), given.now_ms,
                                  std::move(user))};
}

absl::StatusOr<config::Environment> EnvironmentOf(
    const airlock_runtime_options& given) {
  if (given.environment == nullptr && given.environment_count == 0 &&
      given.policy.data == nullptr) {
    return platform::ProcessEnvironment();
  }
  config::Environment environment = platform::ProcessEnvironment();
  if (given.environment != nullptr || given.environment_count > 0) {
    auto variables = VariablesOf(given);
    if (!variables.ok()) return variables.status();
    environment = config::Environment(*std::move(variables));
  }
  if (given.policy.data == nullptr) return environment;
  if (environment.Find(config::kConfigVariable) != nullptr) {
    return Invalid(
        "policy is set, and AIRLOCK_CONFIG in the environment names another "
        "policy; pass an environment without it, or leave policy out.");
  }
  if (environment.secure()) {
    return Invalid(
        "policy is set in a process whose environment another user chose "
        "(set-user-ID or the like); set environment, too.");
  }
  const absl::Status good = config::CheckEnvironment(environment);
  if (!good.ok()) return Invalid(good.message());
  config::EnvironmentMap variables = environment.variables();
  variables[config::kConfigVariable] = kPolicyPath;
  return config::Environment(std::move(variables));
}

}  // namespace airlock::c::internal
