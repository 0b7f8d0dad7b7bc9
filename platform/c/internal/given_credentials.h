// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Converts the C struct of credentials.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_GIVEN_CREDENTIALS_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_GIVEN_CREDENTIALS_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/values.h"
#include "platform/credentials/credential_files.h"
#include "platform/keys/key_client.h"
#include "ssl/credentials.h"

namespace airlock::c::internal {

// One element of the list, and what it hands over.
struct TakenCredentials {
  absl::StatusOr<airlock_credentials> known;
  UserDataPtr user;
};

// Takes over everything in the list, even if an element is invalid.
absl::StatusOr<std::vector<TakenCredentials>> TakeCredentials(
    const airlock_credentials* const* list, size_t count);

// The credentials, whose fields are the texts. `keys` is null if the runtime
// has no key service.
absl::StatusOr<std::vector<std::shared_ptr<const ssl::Credentials>>>
CredentialsOf(const std::vector<TakenCredentials>& given,
              keys::KeyClient* keys);

// The same if the fields are paths.
absl::StatusOr<std::vector<platform::CredentialPaths>> CredentialPathsOf(
    const std::vector<TakenCredentials>& given,
    const std::shared_ptr<keys::KeyClient>& keys);

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_GIVEN_CREDENTIALS_H_
