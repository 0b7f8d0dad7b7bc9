// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/internal/spiffe_settings.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "config/internal/reader.h"
#include "config/internal/text.h"
#include "config/position.h"

namespace airlock::config::internal {

absl::StatusOr<std::vector<TrustDomain>> ReadTrustDomains(
    const YamlNode& node, absl::string_view key) {
  const absl::Status status = Expect(node, key, YamlNode::Kind::kMapping);
  if (!status.ok()) return status;
  if (node.entries.empty()) {
    return ErrorAt(node.position,
                   "there is no trust domain; add one, as in \"example.org: "
                   "/etc/bundle.pem\", or leave \"trust_domains\" out");
  }
  std::vector<TrustDomain> domains;
  for (const auto& [name, value] : node.entries) {
    absl::StatusOr<std::string> path = ReadText(value, name.text);
    if (!path.ok()) return path.status();
    const bool has_control = absl::c_any_of(*path, [](char c) {
      return absl::ascii_iscntrl(static_cast<unsigned char>(c));
    });
    if ((*path)[0] != '/' || has_control) {
      return ErrorAt(value.position,
                     absl::StrCat("the bundle of the trust domain \"",
                                  Shown(name.text), "\" is \"", Shown(*path),
                                  "\"; it must be an absolute path"));
    }
    domains.push_back({name.text, *std::move(path)});
  }
  return domains;
}

absl::StatusOr<std::vector<std::string>> ReadSpiffeIds(const YamlNode& node,
                                                       absl::string_view key) {
  const absl::Status status = Expect(node, key, YamlNode::Kind::kSequence);
  if (!status.ok()) return status;
  if (node.items.empty()) {
    return ErrorAt(node.position,
                   absl::StrCat("an empty list allows no peer; add a SPIFFE "
                                "ID, or leave \"",
                                key, "\" out"));
  }
  std::vector<std::string> ids;
  for (const YamlNode& item : node.items) {
    absl::StatusOr<std::string> id = ReadText(item, "a SPIFFE ID");
    if (!id.ok()) return id.status();
    if (absl::c_linear_search(ids, *id)) {
      return ErrorAt(item.position, "this SPIFFE ID is already in the list");
    }
    ids.push_back(*std::move(id));
  }
  return ids;
}

}  // namespace airlock::config::internal
