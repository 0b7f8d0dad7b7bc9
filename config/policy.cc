// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/policy.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "config/internal/nearest_word.h"

namespace airlock::config {
namespace {

constexpr char kAirlockVerify[] = "AIRLOCK_VERIFY";
constexpr char kPythonHttpsVerify[] = "PYTHONHTTPSVERIFY";

// Indexed by Verification.
constexpr std::array<absl::string_view, 3> kVerificationNames = {
    "off", "default", "enforce"};

// A value as it may be shown: on one line, and no longer than helps.
std::string Shown(absl::string_view value) {
  constexpr size_t kMaxShown = 64;
  if (value.size() <= kMaxShown) return absl::CHexEscape(value);
  return absl::StrCat(absl::CHexEscape(value.substr(0, kMaxShown)), "...");
}

Setting<Verification> FromVariable(Verification verification,
                                   absl::string_view name,
                                   absl::string_view value) {
  return {
      verification,
      {Origin::Source::kEnvironment, std::string(name), std::string(value)}};
}

absl::StatusOr<Setting<Verification>> ParseAirlockVerify(
    absl::string_view value) {
  for (size_t i = 0; i < kVerificationNames.size(); ++i) {
    if (value == kVerificationNames[i]) {
      return FromVariable(static_cast<Verification>(i), kAirlockVerify, value);
    }
  }
  const absl::string_view nearest =
      internal::NearestWord(value, kVerificationNames);
  return absl::InvalidArgumentError(absl::StrCat(
      "the environment variable ", kAirlockVerify, " is \"", Shown(value),
      "\", which is none of \"off\", \"default\" and \"enforce\"; ",
      nearest.empty() ? "set it to one of them, or unset it"
                      : absl::StrCat("did you mean \"", nearest, "\"?")));
}

}  // namespace

absl::string_view VerificationName(Verification verification) {
  const auto index = static_cast<size_t>(verification);
  return index < kVerificationNames.size() ? kVerificationNames[index] : "";
}

std::string Origin::ToString() const {
  switch (source) {
    case Source::kBuiltIn:
      break;
    case Source::kEnvironment:
      return absl::StrCat(name, "=", Shown(value));
  }
  return "built in";
}

absl::StatusOr<VerificationPolicy> ParseEnvironment(
    const Environment& environment) {
  VerificationPolicy policy;
  const auto airlock = environment.find(kAirlockVerify);
  if (airlock != environment.end()) {
    absl::StatusOr<Setting<Verification>> parsed =
        ParseAirlockVerify(airlock->second);
    if (!parsed.ok()) return parsed.status();
    policy.verification = *parsed;
  }
  const auto python = environment.find(kPythonHttpsVerify);
  if (python != environment.end() && !python->second.empty()) {
    const Verification said =
        python->second == "0" ? Verification::kOff : Verification::kDefault;
    // Whoever says the same second changes nothing, so is not the origin.
    if (policy.verification.origin.source == Origin::Source::kBuiltIn ||
        said > policy.verification.value) {
      policy.verification =
          FromVariable(said, kPythonHttpsVerify, python->second);
    }
  }
  if (policy.verification.value == Verification::kEnforce) {
    policy.minimum_version.value = TlsVersion::kTls1_2;
    policy.minimum_version.origin = policy.verification.origin;
  }
  return policy;
}

}  // namespace airlock::config
