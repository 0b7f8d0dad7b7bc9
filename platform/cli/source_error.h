// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What users read if the source of a key, password or bundle cannot be read.
#ifndef AIRLOCK_PLATFORM_CLI_SOURCE_ERROR_H_
#define AIRLOCK_PLATFORM_CLI_SOURCE_ERROR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace airlock::cli {

// `status`, an error of ReadSource(source), as one of the flag `flag`
// ("--key"). It does not show `source` where that may itself be a secret: the
// text of a key, or the value of --password or --fleet-key, if it names no
// file. Pure.
absl::Status SourceError(absl::string_view flag, const std::string& source,
                         const absl::Status& status);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SOURCE_ERROR_H_
