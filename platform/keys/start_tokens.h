// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Starts the processes of a key service's tokens.
#ifndef AIRLOCK_PLATFORM_KEYS_START_TOKENS_H_
#define AIRLOCK_PLATFORM_KEYS_START_TOKENS_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "config/keys_file.h"
#include "platform/host.h"
#include "platform/keys/token_key.h"

namespace airlock::keys {

// By the names of the keys.
using TokenKeys = std::map<std::string, std::unique_ptr<TokenKey>>;

// Starts a process for each key of `file` that is in a token, before other keys
// are loaded: the processes are forks (TokenKey::Start). `credentials` as in
// LoadKeys. Errors begin with the position: a module that another user could
// replace, a PIN that cannot be read or is empty.
absl::StatusOr<TokenKeys> StartTokens(const config::KeysFile& file,
                                      const std::string& credentials,
                                      platform::Host* host);

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_START_TOKENS_H_
