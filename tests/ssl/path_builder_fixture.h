// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Searches for paths among minted certificates.
#ifndef AIRLOCK_TESTS_SSL_PATH_BUILDER_FIXTURE_H_
#define AIRLOCK_TESTS_SSL_PATH_BUILDER_FIXTURE_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstddef>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ssl/certificate.h"

namespace airlock::ssl::internal {

using Key = bssl::UniquePtr<EVP_PKEY>;

// BoringSSL's object of `certificate`, which must live longer.
X509* Raw(const Certificate& certificate);

// A search, and what it came to.
struct Search {
  // Ends after `take` paths; 0: never.
  Search(const Certificate& leaf, const std::vector<Certificate>& presented,
         const std::vector<Certificate>& trusted, size_t take = 1,
         size_t most_certificates = 102);

  std::vector<std::vector<X509*>> paths;
  int signature_checks = 0;
  bool is_spent = false;
};

// A certificate with these key identifiers, of fewer than 100 bytes; empty: it
// has none.
Certificate WithKeyIds(const std::string& name, EVP_PKEY* key,
                       const std::string& issuer, EVP_PKEY* issuer_key,
                       const std::string& key_id,
                       const std::string& issuer_key_id, bool is_ca);

// A root, a CA below it and a leaf below that, of these names.
class PathBuilderTest : public ::testing::Test {
 protected:
  PathBuilderTest();

  Key root_key_;
  Key ca_key_;
  Key leaf_key_;
  Certificate root_;
  Certificate ca_;
  Certificate leaf_;
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_TESTS_SSL_PATH_BUILDER_FIXTURE_H_
