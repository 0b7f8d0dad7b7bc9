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

// The content of the operator's file, whose path it sets; unset where there is
// none, and none needs to be.
absl::StatusOr<absl::optional<std::string>> ReadPolicyFile(
    Host* host, const config::Environment& environment, std::string* path) {
  const auto variable = environment.find(kVariable);
  const bool named = variable != environment.end();
  *path = named ? variable->second : absl::StrCat(kDirectory, "/", kName);
  if ((*path)[0] != '/') {
    return absl::InvalidArgumentError(absl::StrCat(
        "the environment variable ", kVariable, " is \"",
        absl::CHexEscape(*path),
        "\"; set it to the absolute path of the policy's file, or unset it"));
  }
  absl::StatusOr<FileContent> file = host->ReadFile(*path);
  if (file.ok()) return std::move(file->bytes);
  if (!named && absl::IsNotFound(file.status()) && !IsListed(host)) {
    return absl::nullopt;
  }
  return CannotRead(absl::StrCat("the operator's policy",
                                 named ? ", which AIRLOCK_CONFIG names," : ""),
                    file.status());
}

absl::Status CheckBundle(
    Host* host, const config::Setting<absl::optional<std::string>>& ca_certs) {
  if (!ca_certs.stated()) return absl::OkStatus();
  const absl::Status status = host->Stat(*ca_certs.value).status();
  if (status.ok()) return status;
  return CannotRead(
      absl::StrCat(ca_certs.origin.ToString(), ": the bundle of ca_certs"),
      status);
}

// The policy of the operator's file; one that states nothing where there is
// none.
absl::StatusOr<VerificationPolicy> LoadPolicyFile(
    Host* host, const config::Environment& environment) {
  std::string path;
  const absl::StatusOr<absl::optional<std::string>> content =
      ReadPolicyFile(host, environment, &path);
  if (!content.ok()) return content.status();
  if (!content->has_value()) return VerificationPolicy();
  absl::StatusOr<VerificationPolicy> policy = config::ParsePolicyFile(
      **content, path, absl::ToCivilDay(host->Now(), absl::UTCTimeZone()));
  if (!policy.ok()) return policy;
  absl::Status status = CheckBundle(host, policy->ca_certs);
  for (const config::PolicyException& exception : policy->exceptions) {
    status.Update(CheckBundle(host, exception.ca_certs));
  }
  if (!status.ok()) return status;
  return policy;
}

}  // namespace

absl::StatusOr<config::AppYaml> LoadAppYaml(Host* host,
                                            const std::string& path) {
  const absl::StatusOr<FileContent> file = host->ReadFile(path);
  if (!file.ok()) return CannotRead("the app.yaml", file.status());
  return config::ParseAppYaml(file->bytes, path);
}

absl::StatusOr<VerificationPolicy> LoadPolicy(
    Host* host, const config::Environment& environment,
    const config::AppYaml* app) {
  std::vector<VerificationPolicy> policies;
  absl::StatusOr<VerificationPolicy> policy = LoadPolicyFile(host, environment);
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
