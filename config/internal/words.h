// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The words of a policy, and the error text for unknown words.
#ifndef AIRLOCK_CONFIG_INTERNAL_WORDS_H_
#define AIRLOCK_CONFIG_INTERNAL_WORDS_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace airlock::config::internal {

// The one group of kGroupWords that a quantum computer cannot break.
constexpr absl::string_view kPostQuantumGroup = "X25519MLKEM768";

// Each is indexed by the enumeration of that name.
constexpr std::array<absl::string_view, 3> kVerificationWords = {
    "off", "default", "enforce"};
constexpr std::array<absl::string_view, 4> kTlsVersionWords = {
    "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
constexpr std::array<absl::string_view, 2> kOnOverrideWords = {"upgrade",
                                                               "reject"};
constexpr std::array<absl::string_view, 2> kHostnameWords = {"optional",
                                                             "required"};
constexpr std::array<absl::string_view, 2> kKeyLogWords = {"allow", "forbid"};
constexpr std::array<absl::string_view, 2> kPermissionWords = {"allow",
                                                               "forbid"};
constexpr std::array<absl::string_view, 3> kApplicationCasWords = {
    "allow", "audit", "forbid"};
constexpr std::array<absl::string_view, 2> kProfileWords = {"compatible",
                                                            "strict"};
constexpr std::array<absl::string_view, 3> kPostQuantumWords = {
    "allow", "prefer", "require"};
constexpr std::array<absl::string_view, 3> kEchWords = {"allow", "require",
                                                        "forbid"};
// The groups that Airlock's core offers by default; not every BoringSSL has the
// first.
constexpr std::array<absl::string_view, 5> kGroupWords = {
    kPostQuantumGroup, "X25519", "P-256", "P-384", "P-521"};

// The word of `value`; "" if `value` is not in its enumeration.
template <typename Enum>
absl::string_view WordOf(Enum value,
                         absl::Span<const absl::string_view> words) {
  const auto index = static_cast<size_t>(value);
  return index < words.size() ? words[index] : absl::string_view();
}

// The value whose word is exactly `text`.
template <typename Enum>
std::optional<Enum> ParseWord(absl::string_view text,
                              absl::Span<const absl::string_view> words) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (text == words[i]) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

// The error text for `text`, which is not in `words`: "\"enforec\", which is
// none of \"off\" and \"enforce\"; did you mean \"enforce\"?". If no word is
// close, ends with "; " and `advice`.
std::string NoneOf(absl::string_view text,
                   absl::Span<const absl::string_view> words,
                   absl::string_view advice);

}  // namespace airlock::config::internal

#endif  // AIRLOCK_CONFIG_INTERNAL_WORDS_H_
