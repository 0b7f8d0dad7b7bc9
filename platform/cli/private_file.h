// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Writes private keys to files.
#ifndef AIRLOCK_PLATFORM_CLI_PRIVATE_FILE_H_
#define AIRLOCK_PLATFORM_CLI_PRIVATE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "ssl/secret.h"

namespace airlock::cli {

// Writes `content` to a new file at `path`, which only its owner can read.
// Errors: `path` exists, even as a symbolic link, and stays as it is; or the
// file cannot be written, and is removed.
absl::Status WritePrivateFile(const std::string& path,
                              const ssl::Secret& content);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_PRIVATE_FILE_H_
