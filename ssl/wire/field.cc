// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/field.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "ssl/sha256.h"

namespace airlock::ssl::wire {

Field Words(absl::string_view name, absl::string_view value) {
  Field field;
  field.name = std::string(name);
  field.value = std::string(value);
  return field;
}

Field Bytes(absl::string_view name, absl::string_view bytes) {
  Field field;
  field.name = std::string(name);
  field.bytes = std::string(bytes.substr(0, kMaxFieldBytes));
  field.size = bytes.size();
  if (bytes.empty()) field.value = "empty";
  return field;
}

Field Hidden(absl::string_view name, absl::string_view bytes) {
  constexpr size_t kCannotBeGuessed = 16;
  constexpr size_t kShownOfDigest = 8;
  std::string text = Count(bytes.size(), "byte");
  if (bytes.size() >= kCannotBeGuessed) {
    absl::StrAppend(
        &text, ", sha256 ",
        absl::BytesToHexString(Sha256(bytes).substr(0, kShownOfDigest)));
  }
  return Words(name, text);
}

bool IsMalformed(const Field& field) {
  return !field.problem.empty() ||
         std::any_of(field.fields.begin(), field.fields.end(), IsMalformed);
}

const Field* FindField(const Field& field, absl::string_view name) {
  if (field.name == name) return &field;
  for (const Field& part : field.fields) {
    const Field* const found = FindField(part, name);
    if (found != nullptr) return found;
  }
  return nullptr;
}

std::string Count(size_t number, absl::string_view noun) {
  return absl::StrCat(number, " ", noun, number == 1 ? "" : "s");
}

}  // namespace airlock::ssl::wire
