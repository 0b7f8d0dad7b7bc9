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
#include "ssl/spiffe_id.h"
#include "ssl/spiffe_peers.h"

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
absl::StatusOr<std::optional<FileContent>> ReadSource(Host* host,
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
  if (file.ok()) return std::optional<FileContent>(*std::move(file));
  if (!source.named && absl::IsNotFound(file.status())) {
    return std::optional<FileContent>();
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

absl::Status CheckBundleAt(Host* host, bool sandboxed, const std::string& path,
                           const std::string& place, absl::string_view owner) {
  const std::string what = absl::StrCat(place, ": the bundle of ", owner);
  absl::Status status = host->Stat(path).status();
  if (!status.ok()) return CannotRead(what, status, place);
  if (!sandboxed) status = CheckOwners(host, path);
  if (status.ok()) return status;
  return config::WithPlace(
      absl::InvalidArgumentError(absl::StrCat(what, ": ", status.message())),
      place);
}

absl::Status CheckBundle(
    Host* host, bool sandboxed,
    const config::Setting<std::optional<std::string>>& ca_certs) {
  if (!ca_certs.stated()) return absl::OkStatus();
  return CheckBundleAt(host, sandboxed, *ca_certs.value,
                       ca_certs.origin.ToString(), "ca_certs");
}

// An error with the place of `setting`.
template <typename T>
absl::Status ErrorIn(const config::Setting<T>& setting,
                     absl::string_view message) {
  const std::string place = setting.origin.ToString();
  return config::WithPlace(
      absl::InvalidArgumentError(absl::StrCat(place, ": ", message)), place);
}

absl::Status CheckTrustDomains(
    Host* host, bool sandboxed,
    const config::Setting<std::vector<config::TrustDomain>>& domains) {
  for (const config::TrustDomain& domain : domains.value) {
    const absl::Status name = ssl::CheckTrustDomain(domain.name);
    if (!name.ok()) return ErrorIn(domains, name.message());
    absl::Status bundle =
        CheckBundleAt(host, sandboxed, domain.bundle, domains.origin.ToString(),
                      absl::StrCat("the trust domain \"", domain.name, "\""));
    if (!bundle.ok()) return bundle;
  }
  return absl::OkStatus();
}

// Checks a list of SPIFFE IDs, each of one of `domains`.
absl::Status CheckSpiffeIds(
    const config::Setting<std::vector<std::string>>& ids,
    const std::vector<config::TrustDomain>& domains) {
  for (const std::string& text : ids.value) {
    const absl::StatusOr<std::string> own = ssl::AllowedTrustDomain(text);
    if (!own.ok()) return ErrorIn(ids, own.status().message());
    const bool has_bundle =
        absl::c_any_of(domains, [&own](const config::TrustDomain& domain) {
          return domain.name == *own;
        });
    if (has_bundle) continue;
    return ErrorIn(ids, absl::StrCat("the trust domain of \"", ssl::Shown(text),
                                     "\" has no bundle; add it to "
                                     "\"trust_domains\""));
  }
  return absl::OkStatus();
}

// An error if `settings` need a later BoringSSL than this one.
absl::Status CheckEngine(const config::PolicySettings& settings) {
  if (!ssl::HasEch() && settings.ech.value == config::Ech::kRequire) {
    const std::string place = settings.ech.origin.ToString();
    return config::WithPlace(
        absl::InvalidArgumentError(absl::StrCat(place, ": ", ssl::EchNeed(),
                                                ", or leave \"ech\" out")),
        place);
  }
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
  status.Update(CheckTrustDomains(host, sandboxed, policy->trust_domains));
  const auto& domains = policy->trust_domains.value;
  status.Update(CheckSpiffeIds(policy->client_spiffe_ids, domains));
  for (const config::PolicyException& exception : policy->exceptions) {
    status.Update(CheckBundle(host, sandboxed, exception.settings.ca_certs));
    status.Update(CheckEngine(exception.settings));
    status.Update(
        CheckSpiffeIds(exception.settings.server_spiffe_ids, domains));
  }
  if (!status.ok()) return status;
  return policy;
}

// An error if `policy`, from a file that can only make the policy stricter, has
// settings that could relax it.
absl::Status CheckTightens(const VerificationPolicy& policy, bool operators) {
  const config::Origin* origin = nullptr;
  if (policy.ca_certs.stated()) origin = &policy.ca_certs.origin;
  if (policy.trust_domains.stated()) origin = &policy.trust_domains.origin;
  if (!policy.exceptions.empty()) origin = &policy.exceptions[0].origin;
  if (origin == nullptr) return absl::OkStatus();
  return config::WithPlace(
      absl::InvalidArgumentError(absl::StrCat(
          origin->ToString(),
          ": ca_certs, trust_domains and exceptions have no effect in a file "
          "that AIRLOCK_CONFIG names, ",
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
    const absl::StatusOr<std::optional<FileContent>> file =
        ReadSource(host, source);
    if (!file.ok()) return file.status();
    std::optional<FileIdentity>& identity = (*files)[source.path];
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
