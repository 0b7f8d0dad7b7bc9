// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Signs like a security module.
#ifndef AIRLOCK_TESTS_PLATFORM_C_C_SIGNING_H_
#define AIRLOCK_TESTS_PLATFORM_C_C_SIGNING_H_

#include <openssl/evp.h>

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "platform/c/airlock.h"

namespace airlock::c {

// testdata/certs/NAME.key.
bssl::UniquePtr<EVP_PKEY> LoadKey(absl::string_view name);

// An implementation of airlock_credentials.sign.
airlock_status SignWith(EVP_PKEY* key, uint16_t algorithm, airlock_bytes input,
                        void* into, size_t room, size_t* size);

}  // namespace airlock::c

#endif  // AIRLOCK_TESTS_PLATFORM_C_C_SIGNING_H_
