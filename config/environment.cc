// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/environment.h"

#include <iterator>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "config/error_place.h"
#include "config/internal/text.h"
#include "config/nearest_word.h"

namespace airlock::config {
namespace {

constexpr absl::string_view kKnown[] = {
    kVerifyVariable, kHttpsVerifyVariable,    kApplicationCasVariable,
    kConfigVariable, kAppYamlVariable,        kAuditVariable,
    kDevKeyVariable, kDevCertificateVariable, kKeysVariable};
// Only for the build (third_party/local_pythons.bzl): harmless, and often still
// set when other programs are started.
constexpr absl::string_view kBuildVariable = "AIRLOCK_PYTHONS";
// The maximum edit distance at which a name without the prefix is still a
// misspelling.
constexpr size_t kMaxEdits = 2;

// Variables that name a path or cause a write.
constexpr absl::string_view kPointers[] = {kConfigVariable, kAppYamlVariable,
                                           kAuditVariable, kKeysVariable};

absl::Status Damaged(absl::string_view name, absl::string_view why) {
  return WithPlace(
      absl::DataLossError(absl::StrCat(name, " is damaged: ", why,
                                       ", so its policy settings are unknown")),
      name);
}

// The error for a policy variable with several values.
absl::Status Repeated(absl::string_view where, absl::string_view name) {
  return WithPlace(
      absl::InvalidArgumentError(absl::StrCat(
          where, " has ", name,
          " more than once, with different values, so its intended value is "
          "unknown; set it once")),
      absl::StrCat(where, ": ", name));
}

bool HasPrefix(absl::string_view name) {
  return absl::StartsWithIgnoreCase(name, kVariablePrefix);
}

// The last run of characters in `name` that variable names consist of: in
// "export AIRLOCK_VERIFY", the intended variable.
absl::string_view LastWord(absl::string_view name) {
  const auto is_part = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
           c == '-';
  };
  size_t end = name.size();
  while (end > 0 && !is_part(name[end - 1])) --end;
  size_t begin = end;
  while (begin > 0 && is_part(name[begin - 1])) --begin;
  return name.substr(begin, end - begin);
}

std::string WithFirstTwoSwapped(absl::string_view name) {
  std::string swapped(name);
  if (swapped.size() > 1) std::swap(swapped[0], swapped[1]);
  return swapped;
}

absl::Status CheckNames(const EnvironmentMap& variables) {
  for (const auto& [name, value] : variables) {
    const std::string misspelt = MisspeltVariable(name);
    if (misspelt.empty()) continue;
    return WithPlace(absl::InvalidArgumentError(
                         absl::StrCat("the environment variable ", misspelt)),
                     internal::Shown(name));
  }
  return absl::OkStatus();
}

}  // namespace

bool StatesPolicy(absl::string_view name) {
  return absl::StartsWith(name, kVariablePrefix) ||
         name == kHttpsVerifyVariable;
}

EnvironmentMap WithoutPolicy(EnvironmentMap variables) {
  for (auto it = variables.begin(); it != variables.end();) {
    it = StatesPolicy(it->first) ? variables.erase(it) : std::next(it);
  }
  return variables;
}

EnvironmentMap PolicyOnly(EnvironmentMap variables) {
  for (auto it = variables.begin(); it != variables.end();) {
    it = StatesPolicy(it->first) ? std::next(it) : variables.erase(it);
  }
  return variables;
}

EnvironmentMap WithBundleOf(const EnvironmentMap& platform,
                            EnvironmentMap variables) {
  for (const char* name : {kCertFileVariable, kCertDirVariable}) {
    variables.erase(name);
    const auto variable = platform.find(name);
    if (variable != platform.end()) variables.insert(*variable);
  }
  return variables;
}

std::string MisspeltVariable(absl::string_view name) {
  if (absl::c_linear_search(kKnown, name) || name == kBuildVariable) return "";
  const absl::string_view meant_name = LastWord(name);
  const bool has_prefix =
      HasPrefix(meant_name) || HasPrefix(WithFirstTwoSwapped(meant_name));
  // Other programs may have variables with similar names: WARLOCK_CONFIG. Most
  // names begin otherwise, and need no comparison.
  const auto begins_like = [name](absl::string_view known) {
    return !name.empty() &&
           absl::ascii_toupper(static_cast<unsigned char>(name[0])) == known[0];
  };
  if (!has_prefix && absl::c_none_of(kKnown, begins_like)) return "";
  const absl::string_view nearest = NearestWord(meant_name, kKnown);
  if (!has_prefix) {
    const bool meant = !nearest.empty() && begins_like(nearest) &&
                       EditDistance(name, nearest) <= kMaxEdits;
    if (!meant) return "";
  }
  return absl::StrCat(
      internal::Shown(name), " is not a variable that Airlock knows; ",
      nearest.empty()
          ? absl::StrCat("it knows ", internal::JoinWords(kKnown))
          : absl::StrCat("did you mean ", nearest, "? Rename it, or unset it"));
}

absl::StatusOr<EnvironmentMap> ParseEnvironmentRecord(absl::string_view bytes,
                                                      absl::string_view name) {
  EnvironmentMap variables;
  while (!bytes.empty()) {
    const size_t end = bytes.find('\0');
    if (end == absl::string_view::npos) {
      return Damaged(name, "its last entry is not terminated");
    }
    const absl::string_view entry = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (entry.empty()) return Damaged(name, "one of its entries is empty");
    const size_t equals = entry.find('=');
    if (equals == absl::string_view::npos) {
      return Damaged(name, "one of its entries has no \"=\"");
    }
    if (equals == 0) return Damaged(name, "one of its entries has no name");
    const absl::string_view value = entry.substr(equals + 1);
    const auto [there, is_new] =
        variables.emplace(entry.substr(0, equals), value);
    if (!is_new && there->second != value && StatesPolicy(there->first)) {
      return Repeated(name, there->first);
    }
  }
  return variables;
}

std::string MakeEnvironmentRecord(const EnvironmentMap& variables) {
  std::string record;
  for (const auto& [name, value] : variables) {
    absl::StrAppend(&record, name, "=", value, absl::string_view("\0", 1));
  }
  return record;
}

Environment Environment::OfSandbox(Environment environment) {
  environment.sandboxed_ = true;
  return environment;
}

Environment Environment::OfSecureProcess(Environment environment) {
  for (const char* name : {kCertFileVariable, kCertDirVariable}) {
    environment.trusted_.erase(name);
  }
  environment.secure_ = true;
  return environment;
}

Environment Environment::Merge(const EnvironmentMap& initial,
                               EnvironmentMap current) {
  EnvironmentMap now = PolicyOnly(current);
  Environment environment(
      WithBundleOf(initial, WithoutPolicy(std::move(current))));
  for (const auto& variable : PolicyOnly(initial)) {
    environment.trusted_.insert(variable);
  }
  environment.untrusted_.push_back(std::move(now));
  return environment;
}

const std::string* Environment::Find(absl::string_view name) const {
  const auto found = trusted_.find(std::string(name));
  return found == trusted_.end() ? nullptr : &found->second;
}

absl::Status CheckEnvironment(const Environment& environment) {
  absl::Status status = CheckNames(environment.variables());
  for (const EnvironmentMap& reading : environment.untrusted()) {
    status.Update(CheckNames(reading));
  }
  for (const std::string& name : environment.repeated()) {
    if (StatesPolicy(name)) {
      status.Update(Repeated("the environment", name));
    }
  }
  for (const std::string& entry : environment.valueless()) {
    if (StatesPolicy(entry) || !MisspeltVariable(entry).empty()) {
      const std::string shown = internal::Shown(entry);
      status.Update(WithPlace(
          absl::InvalidArgumentError(absl::StrCat(
              "the environment has an entry \"", shown,
              "\" without \"=\", so its policy setting is unknown; give it a "
              "value, or unset it")),
          shown));
    }
  }
  if (!status.ok() || !environment.secure()) return status;
  for (const absl::string_view name : kPointers) {
    const bool set =
        environment.Find(name) != nullptr ||
        absl::c_any_of(environment.untrusted(), [name](const auto& reading) {
          return reading.count(std::string(name)) > 0;
        });
    if (!set) continue;
    return WithPlace(
        absl::InvalidArgumentError(absl::StrCat(
            "the environment variable ", name,
            " is set, but this program runs with privileges that the user who "
            "started it may not have (set-user-ID, set-group-ID or file "
            "capabilities), so it cannot trust the variable; unset it, and put "
            "the policy into /etc/airlock.yaml")),
        name);
  }
  return absl::OkStatus();
}

}  // namespace airlock::config
