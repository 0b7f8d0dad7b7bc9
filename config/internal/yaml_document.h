// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The YAML that Airlock accepts: scalars, lists and mappings, without the
// features that make a text mean something other than it seems.
#ifndef AIRLOCK_CONFIG_INTERNAL_YAML_DOCUMENT_H_
#define AIRLOCK_CONFIG_INTERNAL_YAML_DOCUMENT_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/position.h"

namespace airlock::config::internal {

// One node of a document.
struct YamlNode {
  enum class Kind {
    kNull,      // Nothing, "~" or "null".
    kScalar,    // `text`: as written if plain, unescaped if quoted.
    kSequence,  // `items`.
    kMapping,   // `entries`, in the file's order; keys are distinct scalars.
  };
  Kind kind = Kind::kNull;
  Position position;
  std::string text;
  std::vector<YamlNode> items;
  std::vector<std::pair<YamlNode, YamlNode>> entries;

  // The value of `key` in a mapping; null if it is missing.
  const YamlNode* Find(absl::string_view key) const;
};

// For error texts: "nothing", "a list", "a mapping", and "a text".
absl::string_view KindName(YamlNode::Kind kind);

// Far larger and deeper than any of our files.
constexpr size_t kMaxYamlSize = 256 << 10;
constexpr int kMaxYamlDepth = 24;

// Parses the content of `file`, a name for error messages only. Errors
// (kInvalidArgument) begin with the position, such as "airlock.yaml:7:3: ". In
// addition to invalid YAML, rejects invalid UTF-8 (one leading BOM is allowed),
// control characters, tabs in the indentation, anchors, aliases, merge keys,
// tags, directives, keys that are not scalars or are duplicates, a second
// document, and content over the limits above. An empty document is a node of
// kind kNull. Pure and thread-safe; does not throw.
absl::StatusOr<YamlNode> ParseYaml(absl::string_view content,
                                   absl::string_view file);

}  // namespace airlock::config::internal

#endif  // AIRLOCK_CONFIG_INTERNAL_YAML_DOCUMENT_H_
