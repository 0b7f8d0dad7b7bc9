// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/load_policy.h"

#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "config/effective_policy.h"
#include "config/policy_file.h"

namespace airlock::platform {
namespace {

using config::VerificationPolicy;

constexpr char kVariable[] = "AIRLOCK_CONFIG";
constexpr char kDirectory[] = "/etc";
constexpr char kName[] = "airlock.yaml";

absl::Status CannotRead(absl::string_view what, const absl::Status& status) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, " cannot be read: ", status.message()));
}

// Whether a file that cannot be found is there all the same, as a symbolic link
// that leads nowhere is.
bool IsListed(Host* host) {
  const absl::StatusOr<std::vector<std::string>> names =
      host->ListDirectory(kDirectory);
  return names.ok() && absl::c_linear_search(*names, kName);
}

// The operator's file; unset where there is none, and none needs to be.
absl::StatusOr<absl::optional<FileContent>> ReadPolicyFile(
    Host* host, const config::Environment& environment) {
  const std::string path = PolicyPath(environment);
  const bool named = environment.count(kVariable) > 0;
  if (path.empty() || path[0] != '/') {
    return absl::InvalidArgumentError(absl::StrCat(
        "the environment variable ", kVariable, " is \"",
        absl::CHexEscape(path),
        "\"; set it to the absolute path of the policy's file, or unset it"));
  }
  absl::StatusOr<FileContent> file = host->ReadFile(path);
  if (file.ok()) return absl::optional<FileContent>(*std::move(file));
  if (!named && absl::IsNotFound(file.status()) && !IsListed(host)) {
    return absl::optional<FileContent>();
  }
  return CannotRead(absl::StrCat("the operator's policy",
                                 named ? ", which AIRLOCK_CONFIG names," : ""),
                    file.status());
}

absl::Status CheckBundle(
    Host* host, const config::Setting<absl::optional<std::string>>& ca_certs) {
  if (!ca_certs.stated()) return absl::OkStatus();
  absl::Status status = host->Stat(*ca_certs.value).status();
  if (status.ok()) return status;
  return CannotRead(
      absl::StrCat(ca_certs.origin.ToString(), ": the bundle of ca_certs"),
      status);
}

// The policy of the operator's file; one that states nothing where there is
// none.
absl::StatusOr<VerificationPolicy> LoadPolicyFile(
    Host* host, const config::Environment& environment,
    absl::optional<FileIdentity>* identity) {
  const absl::StatusOr<absl::optional<FileContent>> file =
      ReadPolicyFile(host, environment);
  if (!file.ok()) return file.status();
  if (!file->has_value()) return VerificationPolicy();
  if (identity != nullptr) *identity = (*file)->identity;
  absl::StatusOr<VerificationPolicy> policy = config::ParsePolicyFile(
      (*file)->bytes, PolicyPath(environment),
      absl::ToCivilDay(host->Now(), absl::UTCTimeZone()));
  if (!policy.ok()) return policy;
  absl::Status status = CheckBundle(host, policy->ca_certs);
  for (const config::PolicyException& exception : policy->exceptions) {
    status.Update(CheckBundle(host, exception.ca_certs));
  }
  if (!status.ok()) return status;
  return policy;
}

}  // namespace

std::string PolicyPath(const config::Environment& environment) {
  const auto variable = environment.find(kVariable);
  if (variable != environment.end()) return variable->second;
  return absl::StrCat(kDirectory, "/", kName);
}

absl::StatusOr<config::AppYaml> LoadAppYaml(Host* host,
                                            const std::string& path) {
  const absl::StatusOr<FileContent> file = host->ReadFile(path);
  if (!file.ok()) return CannotRead("the app.yaml", file.status());
  return config::ParseAppYaml(file->bytes, path);
}

absl::StatusOr<VerificationPolicy> LoadPolicy(
    Host* host, const config::Environment& environment,
    const config::AppYaml* app, absl::optional<FileIdentity>* file) {
  if (file != nullptr) file->reset();
  std::vector<VerificationPolicy> policies;
  absl::StatusOr<VerificationPolicy> policy =
      LoadPolicyFile(host, environment, file);
  if (!policy.ok()) return policy;
  policies.push_back(*std::move(policy));
  policy = config::ParseEnvironment(environment);
  if (!policy.ok()) return policy;
  policies.push_back(*std::move(policy));
  if (app != nullptr) {
    policy = config::ParseVariables(app->env_variables);
    if (!policy.ok()) return policy;
    policies.push_back(*std::move(policy));
  }
  return config::EffectivePolicy(policies);
}

}  // namespace airlock::platform
