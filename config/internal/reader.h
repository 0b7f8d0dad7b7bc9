// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Reads YAML nodes of an expected kind; errors name the position and what was
// expected.
#ifndef AIRLOCK_CONFIG_INTERNAL_READER_H_
#define AIRLOCK_CONFIG_INTERNAL_READER_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "config/internal/words.h"
#include "config/internal/yaml_document.h"
#include "config/position.h"

namespace airlock::config::internal {

// OK if `node`, called `name` in errors, is of `kind`.
absl::Status Expect(const YamlNode& node, absl::string_view name,
                    YamlNode::Kind kind);

// OK if `node` is a mapping with no keys other than `known`.
absl::Status ExpectKeys(const YamlNode& node, absl::string_view name,
                        absl::Span<const absl::string_view> known);

// The text of a scalar; empty text is an error.
absl::StatusOr<std::string> ReadText(const YamlNode& node,
                                     absl::string_view name);

// The enumeration value whose word is the scalar's text.
template <typename Enum>
absl::StatusOr<Enum> ReadWord(const YamlNode& node, absl::string_view name,
                              absl::Span<const absl::string_view> words) {
  const absl::StatusOr<std::string> text = ReadText(node, name);
  if (!text.ok()) return text.status();
  const std::optional<Enum> value = ParseWord<Enum>(*text, words);
  if (value.has_value()) return *value;
  return ErrorAt(
      node.position,
      absl::StrCat(name, " is ", NoneOf(*text, words, "write one of them")));
}

}  // namespace airlock::config::internal

#endif  // AIRLOCK_CONFIG_INTERNAL_READER_H_
