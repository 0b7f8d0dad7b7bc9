// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Reads what a key service's configuration names.
#ifndef AIRLOCK_PLATFORM_KEYS_READ_KEY_SOURCE_H_
#define AIRLOCK_PLATFORM_KEYS_READ_KEY_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "config/keys_file.h"
#include "platform/host.h"
#include "ssl/secret.h"

namespace airlock::keys {

// The path of `source`: as it is, or in the folder `credentials`.
std::string KeySourcePath(const config::KeySource& source,
                          const std::string& credentials);

// The content of a file, or of a systemd credential in the folder `credentials`
// ($CREDENTIALS_DIRECTORY; empty: there is none). Errors begin with the
// position in the configuration: it cannot be read, or another user could
// replace it.
absl::StatusOr<ssl::Secret> ReadKeySource(const config::KeySource& source,
                                          const std::string& credentials,
                                          platform::Host* host);

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_READ_KEY_SOURCE_H_
