// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/load_policy.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "config/effective_policy.h"
#include "config/error_place.h"
#include "config/policy_file.h"
#include "platform/ca_bundle.h"
#include "ssl/engine.h"
#include "ssl/shown.h"

namespace airlock::platform {
namespace {

using config::VerificationPolicy;

absl::Status CannotRead(absl::string_view what, const absl::Status& status,
                        absl::string_view place) {
  return config::WithPlace(absl::InvalidArgumentError(absl::StrCat(
                               what, " cannot be read: ", status.message())),
                           place);
}

// A file of the policy, and its source.
struct Source {
  std::string path;
  bool named = false;    // By AIRLOCK_CONFIG.
  bool trusted = false;  // From a reading that no application can change.
};

std::vector<Source> SourcesOf(const config::Environment& environment) {
  std::vector<Source> sources = {{kPolicyFile, false, true}};
  const auto add = [&sources](const std::string& path, bool trusted) {
    for (Source& source : sources) {
      if (source.path != path) continue;
      // Since it is named, it must exist.
      source.named = true;
      return;
    }
    sources.push_back({path, true, trusted});
  };
  if (const std::string* path = environment.Find(config::kConfigVariable)) {
    add(*path, true);
  }
  for (const config::EnvironmentMap& reading : environment.untrusted()) {
    const auto found = reading.find(config::kConfigVariable);
    if (found != reading.end()) add(found->second, false);
  }
  return sources;
}

// The file's content; unset if it does not exist and is optional.
absl::StatusOr<absl::optional<FileContent>> ReadSource(Host* host,
                                                       const Source& source) {
  if (source.path.empty() || source.path[0] != '/') {
    return config::WithPlace(
        absl::InvalidArgumentError(absl::StrCat(
            "the environment variable ", config::kConfigVariable, " is \"",
            ssl::ShownPath(source.path),
            "\"; set it to the absolute path of the policy's file, or unset "
            "it")),
        config::kConfigVariable);
  }
  absl::StatusOr<FileContent> file = host->ReadTrustedFile(source.path);
  if (file.ok()) return absl::optional<FileContent>(*std::move(file));
  if (!source.named && absl::IsNotFound(file.status())) {
    return absl::optional<FileContent>();
  }
  return CannotRead(
      absl::StrCat("the operator's policy",
                   source.named ? ", which AIRLOCK_CONFIG names," : ""),
      file.status(), source.path);
}

// OK if only root and this process's user can change `path`, a file or a
// directory of files. Does not check that files exist.
absl::Status CheckOwners(Host* host, const std::string& path) {
  absl::Status status = host->CheckTrusted(path);
  const absl::StatusOr<std::vector<CaFile>> files = ListCaFiles(host, path);
  if (!status.ok() || !files.ok()) return status;
  for (const CaFile& file : *files) {
    status.Update(host->CheckTrusted(file.path));
  }
  return status;
}

absl::Status CheckBundle(
    Host* host, bool sandboxed,
    const config::Setting<absl::optional<std::string>>& ca_certs) {
  if (!ca_certs.stated()) return absl::OkStatus();
  const std::string& path = *ca_certs.value;
  const std::string place = ca_certs.origin.ToString();
  const std::string what = absl::StrCat(place, ": the bundle of ca_certs");
  absl::Status status = host->Stat(path).status();
  if (!status.ok()) return CannotRead(what, status, place);
  if (!sandboxed) status = CheckOwners(host, path);
  if (status.ok()) return status;
  return config::WithPlace(
      absl::InvalidArgumentError(absl::StrCat(what, ": ", status.message())),
      place);
}

// An error if `settings` need a later BoringSSL than this one.
absl::Status CheckEngine(const config::PolicySettings& settings) {
  if (ssl::HasPostQuantumGroup()) return absl::OkStatus();
  const config::Origin* origin = nullptr;
  if (settings.post_quantum.value == config::PostQuantum::kRequire) {
    origin = &settings.post_quantum.origin;
  } else if (absl::c_linear_search(settings.groups.value,
                                   ssl::kPostQuantumGroup)) {
    origin = &settings.groups.origin;
  } else {
    return absl::OkStatus();
  }
  const std::string place = origin->ToString();
  return config::WithPlace(
      absl::InvalidArgumentError(
          absl::StrCat(place, ": ", ssl::PostQuantumNeed(),
                       ", or write \"post_quantum: prefer\" alone, which uses "
                       "it where it can")),
      place);
}

absl::StatusOr<VerificationPolicy> ParseSource(Host* host, bool sandboxed,
                                               const Source& source,
                                               const FileContent& file,
                                               config::PolicyFileRole role) {
  absl::StatusOr<VerificationPolicy> policy = config::ParsePolicyFile(
      file.bytes, source.path,
      absl::ToCivilDay(host->Now(), absl::UTCTimeZone()), role);
  if (!policy.ok()) return policy;
  absl::Status status = CheckBundle(host, sandboxed, policy->ca_certs);
  status.Update(CheckEngine(*policy));
  for (const config::PolicyException& exception : policy->exceptions) {
    status.Update(CheckBundle(host, sandboxed, exception.settings.ca_certs));
    status.Update(CheckEngine(exception.settings));
  }
  if (!status.ok()) return status;
  return policy;
}

// An error if `policy`, from a file that can only make the policy stricter, has
// settings that could relax it.
absl::Status CheckTightens(const VerificationPolicy& policy, bool operators) {
  const config::Origin* origin = nullptr;
  if (policy.ca_certs.stated()) origin = &policy.ca_certs.origin;
  if (!policy.exceptions.empty()) origin = &policy.exceptions[0].origin;
  if (origin == nullptr) return absl::OkStatus();
  return config::WithPlace(
      absl::InvalidArgumentError(absl::StrCat(
          origin->ToString(),
          ": ca_certs and exceptions have no effect in a file that "
          "AIRLOCK_CONFIG names, ",
          operators
              ? absl::StrCat("because ", kPolicyFile, " exists; put them there")
              : absl::StrCat("because the variable was set after the process "
                             "started; set it earlier, or put them into ",
                             kPolicyFile))),
      origin->ToString());
}

// Reads the policies of all files.
absl::Status ReadSources(Host* host, const config::Environment& environment,
                         std::vector<VerificationPolicy>* policies,
                         PolicyFiles* files) {
  bool operators = false;  // Whether there is a kPolicyFile.
  for (const Source& source : SourcesOf(environment)) {
    const absl::StatusOr<absl::optional<FileContent>> file =
        ReadSource(host, source);
    if (!file.ok()) return file.status();
    absl::optional<FileIdentity>& identity = (*files)[source.path];
    if (!file->has_value()) continue;
    identity = (*file)->identity;
    // The same file by another path or a link.
    if (operators && *identity == (*files)[kPolicyFile]) continue;
    const bool relaxes =
        source.path == kPolicyFile || (source.trusted && !operators);
    absl::StatusOr<VerificationPolicy> policy =
        ParseSource(host, environment.sandboxed(), source, **file,
                    relaxes ? config::PolicyFileRole::kOperators
                            : config::PolicyFileRole::kTightens);
    if (!policy.ok()) return policy.status();
    if (!relaxes) {
      const absl::Status status = CheckTightens(*policy, operators);
      if (!status.ok()) return status;
    }
    operators = operators || source.path == kPolicyFile;
    policies->push_back(*std::move(policy));
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<std::string> PolicyPaths(const config::Environment& environment) {
  std::vector<std::string> paths;
  for (Source& source : SourcesOf(environment)) {
    paths.push_back(std::move(source.path));
  }
  return paths;
}

absl::StatusOr<VerificationPolicy> LoadPolicy(
    Host* host, const config::Environment& environment,
    const config::AppYaml* app, PolicyFiles* files) {
  // First, so that a path that is not allowed is not used.
  absl::StatusOr<VerificationPolicy> stated =
      config::ParseEnvironment(environment);
  if (!stated.ok()) return stated;
  PolicyFiles read;
  std::vector<VerificationPolicy> policies;
  const absl::Status status = ReadSources(host, environment, &policies, &read);
  if (!status.ok()) return status;
  policies.push_back(*std::move(stated));
  if (app != nullptr) {
    std::vector<config::Variables> statements = {app->env_variables};
    statements.insert(statements.end(), app->overridden.begin(),
                      app->overridden.end());
    for (const config::Variables& variables : statements) {
      absl::StatusOr<VerificationPolicy> policy =
          config::ParseVariables(variables);
      if (!policy.ok()) return policy;
      policies.push_back(*std::move(policy));
    }
  }
  if (files != nullptr) *files = std::move(read);
  return config::EffectivePolicy(policies);
}

}  // namespace airlock::platform
