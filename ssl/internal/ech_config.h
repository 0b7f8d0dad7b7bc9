// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Reads ECHConfigs (RFC 9849, section 4).
#ifndef AIRLOCK_SSL_INTERNAL_ECH_CONFIG_H_
#define AIRLOCK_SSL_INTERNAL_ECH_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::ssl::internal {

// One configuration; its views point into the input.
struct EchConfig {
  absl::string_view raw;          // All of it, version and length included.
  absl::string_view public_name;  // Empty if the version is unknown.
  // Why the engine cannot use it, such as "its version is 0xfe0a, not 0xfe0d";
  // empty if it can.
  std::string unusable;
};

// The configurations in `bytes`, an ECHConfigList, in its order; never empty.
// Errors: kInvalidArgument with `what` and `advice`.
absl::StatusOr<std::vector<EchConfig>> ReadEchConfigList(
    absl::string_view bytes);

// `configs` as an ECHConfigList: their lengths together in front of them.
std::string JoinEchConfigs(const std::vector<absl::string_view>& configs);

// Whether an ECHConfig may have `name`: labels of letters, digits and hyphens,
// and not an IPv4 address in any form.
bool IsEchPublicName(absl::string_view name);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_ECH_CONFIG_H_
