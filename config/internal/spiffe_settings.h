// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Reads the policy's settings about SPIFFE IDs.
#ifndef AIRLOCK_CONFIG_INTERNAL_SPIFFE_SETTINGS_H_
#define AIRLOCK_CONFIG_INTERNAL_SPIFFE_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/internal/yaml_document.h"
#include "config/policy.h"

namespace airlock::config::internal {

// A mapping of names to absolute paths. Does not check whether the names are
// those of trust domains. Errors begin with the position.
absl::StatusOr<std::vector<TrustDomain>> ReadTrustDomains(
    const YamlNode& node, absl::string_view key);

// A list of different texts. Does not check whether they are SPIFFE IDs. Errors
// begin with the position.
absl::StatusOr<std::vector<std::string>> ReadSpiffeIds(const YamlNode& node,
                                                       absl::string_view key);

}  // namespace airlock::config::internal

#endif  // AIRLOCK_CONFIG_INTERNAL_SPIFFE_SETTINGS_H_
