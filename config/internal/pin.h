// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef AIRLOCK_CONFIG_INTERNAL_PIN_H_
#define AIRLOCK_CONFIG_INTERNAL_PIN_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/policy.h"

namespace airlock::config::internal {

// Parses the output of Pin::ToString: "sha256/" and 32 bytes in base64 (RFC
// 4648, padded). Errors (kInvalidArgument) say what is wrong.
absl::StatusOr<Pin> ParsePin(absl::string_view text);

}  // namespace airlock::config::internal

#endif  // AIRLOCK_CONFIG_INTERNAL_PIN_H_
