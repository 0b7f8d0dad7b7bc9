// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/internal/reader.h"

#include "absl/algorithm/container.h"
#include "config/internal/text.h"
#include "config/nearest_word.h"

namespace airlock::config::internal {

absl::Status Expect(const YamlNode& node, absl::string_view name,
                    YamlNode::Kind kind) {
  if (node.kind == kind) return absl::OkStatus();
  return ErrorAt(node.position, absl::StrCat(name, " must be ", KindName(kind),
                                             ", not ", KindName(node.kind)));
}

absl::Status ExpectKeys(const YamlNode& node, absl::string_view name,
                        absl::Span<const absl::string_view> known) {
  const absl::Status status = Expect(node, name, YamlNode::Kind::kMapping);
  if (!status.ok()) return status;
  for (const auto& entry : node.entries) {
    const YamlNode& key = entry.first;
    if (absl::c_linear_search(known, key.text)) continue;
    const absl::string_view nearest = NearestWord(key.text, known);
    return ErrorAt(
        key.position,
        absl::StrCat("unknown key \"", Shown(key.text), "\"; ",
                     nearest.empty()
                         ? absl::StrCat(name, " accepts ", JoinWords(known))
                         : absl::StrCat("did you mean \"", nearest, "\"?")));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadText(const YamlNode& node,
                                     absl::string_view name) {
  const absl::Status status = Expect(node, name, YamlNode::Kind::kScalar);
  if (!status.ok()) return status;
  if (!node.text.empty()) return node.text;
  return ErrorAt(node.position, absl::StrCat(name, " is an empty string"));
}

}  // namespace airlock::config::internal
