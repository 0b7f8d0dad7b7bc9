// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The flag of clients for Encrypted Client Hello.
#ifndef AIRLOCK_PLATFORM_CLI_ECH_FLAG_H_
#define AIRLOCK_PLATFORM_CLI_ECH_FLAG_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/host.h"
#include "ssl/ech.h"

namespace airlock::cli {

// Reads the ECHConfigList of --ech; null without the flag. Errors: those of
// ReadSource and EchConfigs::Parse.
absl::StatusOr<std::shared_ptr<const ssl::EchConfigs>> EchFromFlag(
    platform::Host* host);

// What a server sent when it rejected ECH, as --ech reads it: base64. Empty: it
// does not have ECH any more. Unset: `failure` is not a rejection, or the
// server could not be verified.
std::optional<std::string> EchRetryConfigs(const absl::Status& failure);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_ECH_FLAG_H_
