// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/headers.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "platform/http/error.h"
#include "ssl/shown.h"

namespace airlock::http {

void Headers::Add(absl::string_view name, absl::string_view value) {
  // Most messages have about ten fields: one allocation.
  if (fields_.empty()) fields_.reserve(16);
  fields_.push_back({std::string(name), std::string(value)});
}

void Headers::Set(absl::string_view name, absl::string_view value) {
  Remove(name);
  Add(name, value);
}

size_t Headers::Remove(absl::string_view name) {
  const auto gone = std::remove_if(
      fields_.begin(), fields_.end(), [name](const Header& field) {
        return absl::EqualsIgnoreCase(field.name, name);
      });
  const size_t count = fields_.end() - gone;
  fields_.erase(gone, fields_.end());
  return count;
}

bool Headers::Has(absl::string_view name) const {
  return Get(name).has_value();
}

std::optional<absl::string_view> Headers::Get(absl::string_view name) const {
  for (const Header& field : fields_) {
    if (absl::EqualsIgnoreCase(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::vector<absl::string_view> Headers::GetAll(absl::string_view name) const {
  std::vector<absl::string_view> values;
  for (const Header& field : fields_) {
    if (absl::EqualsIgnoreCase(field.name, name)) values.push_back(field.value);
  }
  return values;
}

bool IsToken(absl::string_view text) {
  static const std::array<bool, 256> allowed = [] {
    std::array<bool, 256> made = {};
    for (size_t c = 0; c < made.size(); ++c) {
      made[c] = absl::ascii_isalnum(static_cast<unsigned char>(c));
    }
    for (const unsigned char c : std::string("!#$%&'*+-.^_`|~")) made[c] = true;
    return made;
  }();
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return allowed[static_cast<unsigned char>(c)];
  });
}

absl::Status CheckHeader(absl::string_view name, absl::string_view value) {
  if (!IsToken(name)) {
    return MakeFailure(
        Failure::kInvalidRequest,
        absl::StrCat("the header name \"", ssl::Shown(name),
                     "\" is invalid; it may have letters, digits and "
                     "!#$%&'*+-.^_`|~ only"));
  }
  for (size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    if ((c >= 0x20 && c != 0x7f) || c == '\t') continue;
    return MakeFailure(
        Failure::kInvalidRequest,
        absl::StrCat("the value of the header ", ssl::Shown(name),
                     " has a control character (",
                     absl::Hex(c, absl::kZeroPad2), " hex) at offset ", i,
                     "; remove it"));
  }
  return absl::OkStatus();
}

}  // namespace airlock::http
