// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/run_policy.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "platform/application_environment.h"
#include "platform/ca_bundle.h"
#include "ssl/shown.h"

namespace airlock::launcher {
namespace {

using config::EnvironmentMap;
using config::kConfigVariable;
using platform::kPolicyFile;

// The sandbox's path of the file from AIRLOCK_CONFIG, if platform::kPolicyFile
// exists as well.
constexpr char kNamedPolicyFile[] = "/run/airlock/policy.yaml";

// Whether the operator's file itself sets which CAs an application may bring. A
// value implied by `enforce` has its origin, and is not set.
bool StatesApplicationCas(const config::VerificationPolicy& policy) {
  const config::Origin& origin = policy.application_cas.origin;
  return origin.may_relax() && !(origin == policy.verification.origin);
}

// `environment` with one additional variable.
config::Environment With(const config::Environment& environment,
                         const char* name, absl::string_view value) {
  EnvironmentMap variables = environment.variables();
  variables[name] = std::string(value);
  config::Environment result(std::move(variables));
  return environment.secure() ? config::Environment::OfSecureProcess(result)
                              : result;
}

}  // namespace

absl::StatusOr<RunPolicy> RunPolicy::Load(config::Environment environment,
                                          const Application& application,
                                          platform::Host* host) {
  RunPolicy run(std::move(environment), application, host);
  const auto load = [&] {
    return platform::LoadPolicy(host, run.environment_, &application.yaml,
                                &run.files_);
  };
  absl::StatusOr<config::VerificationPolicy> policy = load();
  if (policy.ok() &&
      policy->verification.value == config::Verification::kEnforce &&
      !StatesApplicationCas(*policy)) {
    run.environment_ =
        With(run.environment_, config::kApplicationCasVariable,
             config::ApplicationCasName(config::ApplicationCas::kForbid));
    policy = load();
  }
  if (!policy.ok()) return policy.status();
  run.policy_ = *std::move(policy);
  if (run.policy_.ca_certs.value.has_value()) {
    run.bundle_ = {*run.policy_.ca_certs.value};
    return run;
  }
  const auto found = platform::FindSystemCaBundle(host, run.environment_);
  if (found.ok()) {
    run.bundle_ = found->paths;
  } else {
    run.no_bundle_ = std::string(found.status().message());
  }
  return run;
}

std::vector<std::string> RunPolicy::OtherBundles() const {
  std::vector<std::string> bundles;
  for (const config::TrustDomain& domain : policy_.trust_domains.value) {
    bundles.push_back(domain.bundle);
  }
  for (const config::PolicyException& exception : policy_.exceptions) {
    if (exception.settings.ca_certs.value.has_value()) {
      bundles.push_back(*exception.settings.ca_certs.value);
    }
  }
  return bundles;
}

std::vector<std::string> RunPolicy::NamedBundles() const {
  std::vector<std::string> bundles;
  if (policy_.ca_certs.value.has_value()) return bundles;
  const std::string* file = environment_.Find(config::kCertFileVariable);
  if (file != nullptr && !file->empty()) bundles.push_back(*file);
  const std::string* folders = environment_.Find(config::kCertDirVariable);
  if (folders == nullptr) return bundles;
  for (const absl::string_view folder :
       absl::StrSplit(*folders, ':', absl::SkipEmpty())) {
    bundles.emplace_back(folder);
  }
  return bundles;
}

std::vector<std::string> RunPolicy::Files() const {
  return platform::PolicyPaths(environment_);
}

EnvironmentMap RunPolicy::Variables() const {
  EnvironmentMap result = config::PolicyOnly(environment());
  result[config::kAppYamlVariable] = application_->app_yaml;
  result.erase(config::kAuditVariable);
  // A descriptor of this process, which the application does not have.
  result.erase(config::kKeysVariable);
  return result;
}

EnvironmentMap RunPolicy::OthersFor(const std::string& python_path) const {
  EnvironmentMap result;
  for (const auto& variable : environment()) {
    if (!absl::StartsWith(variable.first, config::kVariablePrefix))
      result.insert(variable);
  }
  for (const auto& [name, setting] : application_->yaml.env_variables) {
    if (!absl::StartsWith(name, config::kVariablePrefix))
      result[name] = setting.value;
  }
  // For Python 2.7's own ssl.py, which would otherwise request verification.
  if (application_->lists_libraries() &&
      policy_.verification.value == config::Verification::kOff) {
    result.emplace(config::kHttpsVerifyVariable, "0");
  }
  std::string& path = result["PYTHONPATH"];
  path = absl::StrCat(python_path, path.empty() ? "" : ":", path);
  // The sources are read-only, so it could not be written anyway.
  result["PYTHONDONTWRITEBYTECODE"] = "1";
  return result;
}

absl::StatusOr<std::optional<platform::FileContent>> RunPolicy::ReadAgain(
    const std::string& path) const {
  const auto loaded = files_.find(path);
  const bool was_there = loaded != files_.end() && loaded->second.has_value();
  absl::StatusOr<platform::FileContent> content = host_->ReadTrustedFile(path);
  if (!content.ok() && !absl::IsNotFound(content.status())) {
    return content.status();
  }
  if (!content.ok() && !was_there) {
    return std::optional<platform::FileContent>();
  }
  if (content.ok() && was_there && content->identity == *loaded->second) {
    return std::optional<platform::FileContent>(*std::move(content));
  }
  return absl::AbortedError(
      absl::StrCat("the policy file ", ssl::ShownPath(path), " ",
                   !content.ok() ? "was removed"
                   : was_there   ? "was changed"
                                 : "was created",
                   " since the policy was read; replace such a file "
                   "atomically, by renaming, and start the application again"));
}

absl::Status RunPolicy::PutInto(SandboxPlan* plan) const {
  EnvironmentMap record = config::WithBundleOf(environment(), Variables());
  if (!plan->bundle.empty()) {
    record[config::kCertFileVariable] = plan->bundle;
    record.erase(config::kCertDirVariable);
  }
  if (!plan->audit.empty()) record[config::kAuditVariable] = kSandboxAudit;
  if (!plan->keys.empty()) record[config::kKeysVariable] = plan->keys;
  record.erase(kConfigVariable);
  plan->files.erase(kPolicyFile);
  std::vector<platform::FileIdentity> there;
  for (const std::string& path : Files()) {
    const absl::StatusOr<std::optional<platform::FileContent>> content =
        ReadAgain(path);
    if (!content.ok()) return content.status();
    // A file with two names is read once.
    if (!content->has_value() ||
        absl::c_linear_search(there, (*content)->identity)) {
      continue;
    }
    there.push_back((*content)->identity);
    // If there is only one, it is the operator's.
    const bool first = plan->files.count(kPolicyFile) == 0;
    if (!first) record[kConfigVariable] = kNamedPolicyFile;
    plan->files[first ? kPolicyFile : kNamedPolicyFile] = (*content)->bytes;
  }
  plan->files[platform::kLaunchRecord] = config::MakeEnvironmentRecord(record);
  return absl::OkStatus();
}

}  // namespace airlock::launcher
