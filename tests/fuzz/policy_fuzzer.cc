// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The operator's policy. Input: the file.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "config/effective_policy.h"
#include "config/policy_file.h"
#include "config/policy_report.h"
#include "tests/fuzz/fuzz.h"

namespace airlock::fuzz {
namespace {

using config::Merging;
using config::VerificationPolicy;

// What `text` says as one plain scalar: YAML folds a line break, with the
// blanks around it, into a space, and each empty line into a line break
// (YAML 1.2, section 6.5).
std::string Folded(absl::string_view text) {
  std::string folded;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    absl::StrAppend(&folded,
                    absl::StripTrailingAsciiWhitespace(text.substr(0, end)));
    text.remove_prefix(end);
    const size_t next = std::min(text.find_first_not_of(" \n"), text.size());
    const auto breaks =
        static_cast<size_t>(absl::c_count(text.substr(0, next), '\n'));
    if (breaks == 1) folded.push_back(' ');
    if (breaks > 1) folded.append(breaks - 1, '\n');
    text.remove_prefix(next);
  }
  return folded;
}

// Each setting's value is what the file says at the setting's origin.
void RequireAsWritten(absl::string_view content,
                      const VerificationPolicy& policy) {
  // A position is in code points, and YAML knows other ends of lines.
  if (!absl::c_all_of(content, [](char c) {
        return c == '\n' || absl::ascii_isprint(static_cast<uint8_t>(c));
      })) {
    return;
  }
  const std::vector<absl::string_view> lines = absl::StrSplit(content, '\n');
  for (const config::PolicyRow& row : config::PolicyRows(policy)) {
    // `enforce` brings a version.
    if (row.origin.line == 0 || (row.setting == "minimum_version" &&
                                 row.origin == policy.verification.origin)) {
      continue;
    }
    const absl::string_view line =
        lines.at(static_cast<size_t>(row.origin.line - 1));
    const auto column = static_cast<size_t>(row.origin.column - 1);
    Require(column < line.size(), "an origin is a place in the file");
    const absl::string_view written = content.substr(
        static_cast<size_t>(line.data() - content.data()) + column);
    // A plain word or path; lists, quotes and numbers can be written otherwise.
    if (absl::StartsWith(row.setting, "exception") ||
        (!absl::ascii_isalpha(static_cast<uint8_t>(written[0])) &&
         written[0] != '/')) {
      continue;
    }
    Require(absl::StartsWith(Folded(written), row.value),
            "a setting is what the file says");
    absl::string_view before =
        absl::StripTrailingAsciiWhitespace(line.substr(0, column));
    if (!absl::ConsumeSuffix(&before, ":")) continue;
    before = absl::StripTrailingAsciiWhitespace(before);
    Require(absl::EndsWith(before, row.setting) ||
                absl::EndsWith(before, "\"") || absl::EndsWith(before, "'"),
            "a setting is that of its key");
  }
}

// No setting of `changed` is laxer than in `base`.
void RequireAsStrict(const VerificationPolicy& base,
                     const VerificationPolicy& changed) {
  config::VisitSettings(
      [](auto row, const auto& before, const auto& after) {
        constexpr Merging kMerging = config::kSettingRows[row].merging;
        bool holds = true;
        if constexpr (kMerging == Merging::kStricter) {
          holds = !(after.value < before.value);
        } else if constexpr (kMerging == Merging::kSmaller) {
          holds = !before.stated() ||
                  (after.stated() && !(before.value < after.value));
        } else if constexpr (kMerging == Merging::kAll) {
          holds = absl::c_all_of(before.value, [&after](const auto& flag) {
            return absl::c_linear_search(after.value, flag);
          });
        } else {
          holds = !before.stated() || after.value == before.value;
        }
        Require(holds, absl::StrCat("no other file relaxes ",
                                    config::kSettingRows[row].name));
      },
      static_cast<const config::PolicySettings&>(base),
      static_cast<const config::PolicySettings&>(changed));
}

// What a file of an application or user does to the operator's policy.
void Tighten(const VerificationPolicy& tightens) {
  static const auto* operators =
      new VerificationPolicy(*config::ParsePolicyFile(
          "tls:\n  verification: enforce\n  on_override: upgrade\n"
          "  hostname: optional\n  minimum_version: TLSv1.2\n"
          "  ca_certs: /ca.pem\n  security_level: 2\n  profile: strict\n"
          "  verify_flags: [crl_check_leaf]\n  verify_depth: 5\n"
          "  groups: [X25519, P-256]\n  partial_chain: forbid\n",
          "operators.yaml", absl::CivilDay(2026, 6, 30)));
  const VerificationPolicy before = config::EffectivePolicy({*operators});
  RequireAsStrict(before, config::EffectivePolicy({*operators, tightens}));
  RequireAsStrict(config::EffectivePolicy({}),
                  config::EffectivePolicy({tightens}));
}

// An exception is for its host, and for no other.
void CheckExceptions(const VerificationPolicy& policy, absl::CivilDay today) {
  constexpr absl::string_view kElsewhere = "no.exception.invalid";
  VerificationPolicy general = policy;
  general.exceptions.clear();
  if (config::ExceptionFor(policy, kElsewhere, today) == nullptr) {
    Require(config::PolicyTable(config::PolicyRows(
                config::PolicyForHost(policy, kElsewhere, today))) ==
                config::PolicyTable(config::PolicyRows(general)),
            "without an exception, the policy holds");
  }
  for (const config::PolicyException& exception : policy.exceptions) {
    const bool is_suffix =
        exception.host.kind() == config::HostPattern::Kind::kSuffix;
    const std::string host =
        is_suffix ? absl::StrCat("x", exception.host.text().substr(1))
                  : exception.host.text();
    Require(exception.host.Matches(host), "an exception matches its host");
    Require(!is_suffix || !exception.host.Matches(absl::StrCat("y.", host)),
            "a suffix is for one label");
    const config::PolicyException* found =
        config::ExceptionFor(policy, host, today);
    Require(found != nullptr && found->host.Matches(host) &&
                (is_suffix || found == &exception),
            "a host has its exception");
    config::VisitSettings(
        [](auto row, const auto& granted, const auto& setting,
           const auto& base) {
          Require(
              setting.value == (granted.stated() ? granted.value : base.value),
              absl::StrCat("a host has what its exception grants: ",
                           config::kSettingRows[row].name));
        },
        found->settings,
        static_cast<const config::PolicySettings&>(
            config::PolicyForHost(policy, host, today)),
        static_cast<const config::PolicySettings&>(policy));
  }
}

}  // namespace
}  // namespace airlock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  const absl::string_view content = fuzz::Text(data, size);
  const absl::CivilDay today(2026, 6, 30);
  const auto policy = config::ParsePolicyFile(content, "f.yaml", today);
  const auto tightens = config::ParsePolicyFile(
      content, "f.yaml", today, config::PolicyFileRole::kTightens);
  fuzz::Require(policy.ok() || !tightens.ok(),
                "what an application may say, the operator may, too");
  if (!policy.ok()) {
    const absl::string_view message = policy.status().message();
    fuzz::Require(
        policy.status().code() == absl::StatusCode::kInvalidArgument &&
            message.size() < 2000 &&
            std::all_of(message.begin(), message.end(),
                        [](char c) { return c >= ' ' && c <= '~'; }),
        "an error can be shown");
    return 0;
  }
  const std::string report = config::PolicyTable(config::PolicyRows(*policy));
  fuzz::Require(!report.empty(), "a policy can be shown");
  fuzz::RequireAsWritten(content, *policy);
  fuzz::CheckExceptions(*policy, today);
  // A file that is not the operator's may have neither (platform/load_policy).
  if (tightens.ok() && tightens->exceptions.empty() &&
      !tightens->ca_certs.stated()) {
    fuzz::Tighten(*tightens);
  }
  const auto again = config::ParsePolicyFile(content, "f.yaml", today);
  fuzz::Require(
      again.ok() && config::PolicyTable(config::PolicyRows(*again)) == report,
      "the same file is the same policy");
  return 0;
}
