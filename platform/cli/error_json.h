// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// An error as JSON.
#ifndef AIRLOCK_PLATFORM_CLI_ERROR_JSON_H_
#define AIRLOCK_PLATFORM_CLI_ERROR_JSON_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "config/json.h"

namespace airlock::cli {

// Message, kind, alert, verify code and the certificate at fault; null for an
// ok status. `command`: see MessageWithFlags.
config::Json ErrorJson(absl::string_view command, const absl::Status& status);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_ERROR_JSON_H_
