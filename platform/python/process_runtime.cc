// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/process_runtime.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "config/policy.h"
#include "platform/audit_writer.h"
#include "platform/load_policy.h"
#include "platform/posix_host.h"

namespace airlock::python {
namespace {

// Whether the variable is the policy's.
bool StatesPolicy(absl::string_view name) {
  return absl::StartsWith(name, "AIRLOCK_") || name == "PYTHONHTTPSVERIFY";
}

// Where `airlock run` keeps the policy's variables, read-only in its sandbox:
// they hold for all processes of the application, whatever environment it gives
// them. Elsewhere only root could put it there.
constexpr char kLaunchFile[] = "/run/airlock/environment";
// The environment with which the process began, as the kernel keeps it.
constexpr char kInitialEnvironment[] = "/proc/self/environ";
constexpr char kAppVariable[] = "AIRLOCK_APP_YAML";
// The only runtime where an application lists its libraries.
constexpr char kListing[] = "python27";

// The variables of a file that has them as /proc has an environment; unset
// where there is no such file.
absl::optional<config::Environment> ReadVariables(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::nullopt;
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  config::Environment environment;
  for (const absl::string_view entry : absl::StrSplit(bytes, '\0')) {
    const std::pair<std::string, std::string> variable =
        absl::StrSplit(entry, absl::MaxSplits('=', 1));
    if (!variable.first.empty()) environment.insert(variable);
  }
  return environment;
}

// This machine; but what the environment says of the policy is what it said
// before any Python code ran, or what `airlock run` said.
class ProcessHost final : public platform::Host {
 public:
  config::Environment ReadEnvironment() const override {
    config::Environment environment = host_.ReadEnvironment();
    absl::optional<config::Environment> initial = ReadVariables(kLaunchFile);
    if (!initial.has_value()) initial = ReadVariables(kInitialEnvironment);
    // There is no /proc everywhere.
    if (!initial.has_value() || initial->empty()) return environment;
    for (auto it = environment.begin(); it != environment.end();) {
      it = StatesPolicy(it->first) ? environment.erase(it) : std::next(it);
    }
    for (const auto& variable : *initial) {
      if (StatesPolicy(variable.first)) environment.insert(variable);
    }
    return environment;
  }
  absl::StatusOr<platform::FileContent> ReadFile(
      const std::string& path) override {
    return host_.ReadFile(path);
  }
  absl::StatusOr<platform::FileStatus> Stat(const std::string& path) override {
    return host_.Stat(path);
  }
  absl::StatusOr<std::vector<std::string>> ListDirectory(
      const std::string& path) override {
    return host_.ListDirectory(path);
  }
  absl::Time Now() const override { return host_.Now(); }
  void Log(absl::LogSeverity severity, absl::string_view message) override {
    host_.Log(severity, message);
  }

 private:
  platform::PosixHost host_;
};

absl::StatusOr<std::unique_ptr<platform::Runtime>> MakeRuntime() {
  const auto host = std::make_shared<ProcessHost>();
  const config::Environment environment = host->ReadEnvironment();
  auto audit = platform::AuditWriterFromEnvironment(environment, host);
  if (!audit.ok()) return audit.status();
  platform::RuntimeOptions options;
  options.audit = platform::AuditSinkTo(*std::move(audit));
  const auto app = environment.find(kAppVariable);
  if (app != environment.end()) options.app_yaml = app->second;
  return platform::Runtime::Create(host, std::move(options));
}

absl::StatusOr<ProcessProfile> LoadProfile() {
  ProcessHost host;
  const config::Environment environment = host.ReadEnvironment();
  const auto variable = environment.find(kAppVariable);
  ProcessProfile result;
  if (variable == environment.end()) return result;
  const absl::StatusOr<config::AppYaml> app =
      platform::LoadAppYaml(&host, variable->second);
  if (!app.ok()) return app.status();
  if (app->ssl.has_value()) {
    result.profile = app->ssl->value;
    result.place = app->ssl->origin.ToString();
  } else if (app->runtime.has_value() && app->runtime->value == kListing) {
    return absl::NotFoundError(config::NoSslLibraryMessage(variable->second));
  }
  return result;
}

}  // namespace

absl::StatusOr<ProcessProfile> ReadProcessProfile() {
  static const auto* const profile =
      new absl::StatusOr<ProcessProfile>(LoadProfile());
  return *profile;
}

absl::StatusOr<platform::Runtime*> ProcessRuntime() {
  // Never destroyed: contexts are made until the very end of the process.
  static auto* const runtime =
      new absl::StatusOr<std::unique_ptr<platform::Runtime>>(MakeRuntime());
  if (!runtime->ok()) return runtime->status();
  return (*runtime)->get();
}

}  // namespace airlock::python
