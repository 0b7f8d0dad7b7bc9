// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/policy.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "config/error_place.h"
#include "config/internal/words.h"

namespace airlock::config {
namespace {

absl::Status UnknownWord(absl::string_view name,
                         const Setting<std::string>& variable,
                         absl::Span<const absl::string_view> words) {
  const Origin& origin = variable.origin;
  const bool environment = origin.source == Origin::Source::kEnvironment;
  return WithPlace(absl::InvalidArgumentError(absl::StrCat(
                       environment ? "the environment variable "
                                   : absl::StrCat(origin.ToString(), ": "),
                       name, " is ",
                       internal::NoneOf(variable.value, words,
                                        "set it to one of them, or unset it"))),
                   environment ? std::string(name) : origin.ToString());
}

// The origin of the value of `variable`; for a file, it also names the
// variable.
Origin OriginOf(absl::string_view name, const Setting<std::string>& variable) {
  Origin origin = variable.origin;
  if (origin.source == Origin::Source::kAppYaml) {
    origin.value = absl::StrCat(name, "=", variable.value);
  }
  return origin;
}

// The policy of one reading.
absl::StatusOr<VerificationPolicy> ParseReading(const EnvironmentMap& reading) {
  Variables variables;
  for (const char* name :
       {kVerifyVariable, kHttpsVerifyVariable, kApplicationCasVariable}) {
    const auto found = reading.find(name);
    if (found == reading.end()) continue;
    variables[name] = {
        found->second,
        {Origin::Source::kEnvironment, found->first, found->second}};
  }
  return ParseVariables(variables);
}

}  // namespace

absl::string_view VerificationName(Verification verification) {
  return internal::WordOf(verification, internal::kVerificationWords);
}

absl::string_view TlsVersionName(TlsVersion version) {
  return internal::WordOf(version, internal::kTlsVersionWords);
}

absl::string_view OnOverrideName(OnOverride on_override) {
  return internal::WordOf(on_override, internal::kOnOverrideWords);
}

absl::string_view HostnameName(Hostname hostname) {
  return internal::WordOf(hostname, internal::kHostnameWords);
}

absl::string_view KeyLogName(KeyLog key_log) {
  return internal::WordOf(key_log, internal::kKeyLogWords);
}

absl::string_view PostQuantumName(PostQuantum post_quantum) {
  return internal::WordOf(post_quantum, internal::kPostQuantumWords);
}

absl::string_view EchName(Ech ech) {
  return internal::WordOf(ech, internal::kEchWords);
}

absl::string_view PermissionName(Permission permission) {
  return internal::WordOf(permission, internal::kPermissionWords);
}

absl::string_view ApplicationCasName(ApplicationCas application_cas) {
  return internal::WordOf(application_cas, internal::kApplicationCasWords);
}

absl::string_view ProfileName(Profile profile) {
  return internal::WordOf(profile, internal::kProfileWords);
}

absl::string_view VerifyFlagName(VerifyFlag flag) {
  return internal::WordOf(flag, kVerifyFlagWords);
}

std::string Days::ToString() const { return absl::StrCat(count, "d"); }

std::string Pin::ToString() const {
  return absl::StrCat("sha256/", absl::Base64Escape(sha256));
}

absl::StatusOr<VerificationPolicy> ParseEnvironment(
    const Environment& environment) {
  const absl::Status status = CheckEnvironment(environment);
  if (!status.ok()) return status;
  absl::StatusOr<VerificationPolicy> policy =
      ParseReading(environment.variables());
  for (const EnvironmentMap& reading : environment.untrusted()) {
    if (!policy.ok()) return policy;
    // Skip an unchanged reading.
    if (reading == PolicyOnly(environment.variables())) continue;
    absl::StatusOr<VerificationPolicy> other = ParseReading(reading);
    if (!other.ok()) return other;
    Setting<ApplicationCas> cas =
        Stricter(policy->application_cas, other->application_cas);
    // All other settings of an environment follow from its verification.
    Setting<Verification> strictest =
        Stricter(policy->verification, other->verification);
    if (policy->verification.value < other->verification.value) {
      policy = *std::move(other);
    }
    policy->verification = std::move(strictest);
    policy->application_cas = std::move(cas);
  }
  return policy;
}

absl::StatusOr<VerificationPolicy> ParseVariables(const Variables& variables) {
  VerificationPolicy policy;
  const auto airlock = variables.find(kVerifyVariable);
  if (airlock != variables.end()) {
    const std::optional<Verification> word = internal::ParseWord<Verification>(
        airlock->second.value, internal::kVerificationWords);
    if (!word.has_value()) {
      return UnknownWord(kVerifyVariable, airlock->second,
                         internal::kVerificationWords);
    }
    policy.verification = {*word, OriginOf(kVerifyVariable, airlock->second)};
  }
  const auto python = variables.find(kHttpsVerifyVariable);
  if (python != variables.end() && !python->second.value.empty()) {
    const Verification said = python->second.value == "0"
                                  ? Verification::kOff
                                  : Verification::kDefault;
    policy.verification =
        Stricter(std::move(policy.verification),
                 {said, OriginOf(kHttpsVerifyVariable, python->second)});
  }
  const auto cas = variables.find(kApplicationCasVariable);
  if (cas != variables.end()) {
    const std::optional<ApplicationCas> word =
        internal::ParseWord<ApplicationCas>(cas->second.value,
                                            internal::kApplicationCasWords);
    if (!word.has_value()) {
      return UnknownWord(kApplicationCasVariable, cas->second,
                         internal::kApplicationCasWords);
    }
    policy.application_cas = {*word,
                              OriginOf(kApplicationCasVariable, cas->second)};
  }
  if (policy.verification.value == Verification::kEnforce) {
    policy.minimum_version = {TlsVersion::kTls1_2, policy.verification.origin};
    policy.hostname = {Hostname::kRequired, policy.verification.origin};
  }
  return policy;
}

}  // namespace airlock::config
