// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Where a key of the key service's configuration comes from.
#ifndef AIRLOCK_CONFIG_INTERNAL_KEY_SOURCE_H_
#define AIRLOCK_CONFIG_INTERNAL_KEY_SOURCE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/internal/yaml_document.h"
#include "config/keys_file.h"

namespace airlock::config::internal {

// An absolute path without control characters. `name` is what errors call it,
// here and below.
absl::StatusOr<std::string> ReadPath(const YamlNode& node,
                                     absl::string_view name);

// OK if `text` may be the name of a key, an application or a credential: part
// of references and of audit lines, and never of a path above its folder.
absl::Status CheckName(const YamlNode& node, absl::string_view text,
                       absl::string_view what);

// A path, or "credential:" and the name of a systemd credential.
absl::StatusOr<KeySource> ReadSource(const YamlNode& node,
                                     absl::string_view name);

// OK if what belongs to the key of a token is not with another one, `key`,
// which is null if the entry has none.
absl::Status CheckTokenKeys(const YamlNode& entry, const YamlNode* key);

// The key of a token whose URI is `key`, with what `entry` has for it.
absl::StatusOr<TokenKeyEntry> ReadTokenKey(const YamlNode& entry,
                                           const YamlNode& key);

}  // namespace airlock::config::internal

#endif  // AIRLOCK_CONFIG_INTERNAL_KEY_SOURCE_H_
