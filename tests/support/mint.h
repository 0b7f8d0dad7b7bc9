// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Certificates made on the spot, for chains that testdata is too small for.
#ifndef AIRLOCK_TESTS_SUPPORT_MINT_H_
#define AIRLOCK_TESTS_SUPPORT_MINT_H_

#include <openssl/evp.h>

#include <string>

#include "ssl/certificate.h"

namespace airlock::testing {

// A new P-256 key.
bssl::UniquePtr<EVP_PKEY> MintKey();

// A certificate for `subject` and `key` by `issuer`, valid from 2020 to 2120:
// version 3, basicConstraints with CA:TRUE where `is_ca`, nothing else.
ssl::Certificate Mint(const std::string& subject, EVP_PKEY* key,
                      const std::string& issuer, EVP_PKEY* issuer_key,
                      bool is_ca);

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_SUPPORT_MINT_H_
