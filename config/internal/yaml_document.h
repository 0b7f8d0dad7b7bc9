// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// YAML as Airlock accepts it: scalars, lists and mappings, and nothing that
// makes one text mean another thing than it seems to.
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

// What was written at one place of a document.
struct YamlNode {
  enum class Kind {
    kNull,      // Nothing, "~" or "null".
    kScalar,    // `text`: as written where plain, unescaped where quoted.
    kSequence,  // `items`.
    kMapping,   // `entries`, in the file's order; keys are distinct scalars.
  };
  Kind kind = Kind::kNull;
  Position position;
  std::string text;
  std::vector<YamlNode> items;
  std::vector<std::pair<YamlNode, YamlNode>> entries;

  // The value of `key` in a mapping; null where there is none.
  const YamlNode* Find(absl::string_view key) const;
};

// For error texts: "nothing", "a list", "a mapping", and "a text".
absl::string_view KindName(YamlNode::Kind kind);

// No file of ours is nearly as large, as deep.
constexpr size_t kMaxYamlSize = 256 << 10;
constexpr int kMaxYamlDepth = 24;

// Parses the content of `file`, a name that is only shown. Errors
// (kInvalidArgument) begin with the place, as "airlock.yaml:7:3: ". Refused,
// beside what is no YAML: what is no UTF-8 (one BOM may lead), control
// characters, tabs in the indentation, anchors, aliases, merge keys, tags,
// directives, keys that are no scalars or come twice, a second document, and
// content over the limits above. An empty document is a node of kind kNull.
// Pure and thread-safe; throws nothing.
absl::StatusOr<YamlNode> ParseYaml(absl::string_view content,
                                   absl::string_view file);

}  // namespace airlock::config::internal

#endif  // AIRLOCK_CONFIG_INTERNAL_YAML_DOCUMENT_H_
