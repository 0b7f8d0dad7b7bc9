// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Reads the keys of a key service's configuration.
#ifndef AIRLOCK_PLATFORM_KEYS_LOAD_KEYS_H_
#define AIRLOCK_PLATFORM_KEYS_LOAD_KEYS_H_

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "config/keys_file.h"
#include "platform/host.h"
#include "platform/keys/key_service.h"
#include "platform/keys/start_tokens.h"

namespace airlock::keys {

// What a KeyService and a KeyServer need.
struct LoadedKeys {
  std::vector<ServedKey> keys;
  std::vector<Application> applications;
  std::vector<int> channels;      // The limit of each application.
  std::map<uid_t, size_t> users;  // The application of each user.
};

// Reads the keys and certificates of `file`, each checked to match, and makes
// those that it wants generated: ECDSA P-256, with a self-signed certificate
// that is valid for 90 days from now, or the keys of tickets. `credentials` is
// the folder of systemd's credentials ($CREDENTIALS_DIRECTORY); empty: there is
// none. Copies of a key's text are wiped. Errors begin with the position in the
// configuration: a file that cannot be read or that another user could replace,
// a key that does not fit, a credential without a folder, a scheme that the key
// does not have.
// `tokens` is what StartTokens made for the same file; each is opened, which
// may wait for it, and must have the key of its certificate.
absl::StatusOr<LoadedKeys> LoadKeys(const config::KeysFile& file,
                                    const std::string& credentials,
                                    platform::Host* host, TokenKeys tokens);

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_LOAD_KEYS_H_
