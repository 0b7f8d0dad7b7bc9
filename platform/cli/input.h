// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Reads keys, certificates and bundles from sources on the command line.
#ifndef AIRLOCK_PLATFORM_CLI_INPUT_H_
#define AIRLOCK_PLATFORM_CLI_INPUT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/host.h"
#include "ssl/secret.h"

namespace airlock::cli {

// Reads all of `source`: "-" is standard input, "env:NAME" the variable NAME,
// anything else a path. Errors name the source: missing, empty, or larger than
// Host::kMaxFileSize.
absl::StatusOr<ssl::Secret> ReadSource(const std::string& source,
                                       platform::Host* host);

// Whether `source` is a path.
bool IsFile(absl::string_view source);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_INPUT_H_
