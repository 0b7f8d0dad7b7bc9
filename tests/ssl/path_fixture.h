// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Chains of minted certificates to verify, for tests of the rules for paths.
#ifndef AIRLOCK_TESTS_SSL_PATH_FIXTURE_H_
#define AIRLOCK_TESTS_SSL_PATH_FIXTURE_H_

#include <openssl/evp.h>
#include <openssl/nid.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "ssl/certificate.h"
#include "ssl/error.h"
#include "ssl/internal/verify.h"
#include "ssl/options.h"
#include "ssl/verification.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {

using Key = bssl::UniquePtr<EVP_PKEY>;

constexpr absl::string_view kCaKeyUsage = "critical,keyCertSign,cRLSign";

// A root, an intermediate and a leaf that both profiles accept. Tests change
// the options of one.
class PathFixture : public ::testing::Test {
 protected:
  PathFixture();

  static testing::MintExtension KeyId(const std::string& id) {
    return {NID_subject_key_identifier, absl::StrCat("\x04\x01", id),
            /*is_der=*/true};
  }
  static testing::MintExtension AuthorityKeyId(const std::string& id) {
    return {NID_authority_key_identifier, absl::StrCat("\x30\x03\x80\x01", id),
            /*is_der=*/true};
  }

  static void Remove(int nid, testing::MintOptions* options);
  static void Replace(const testing::MintExtension& extension,
                      testing::MintOptions* options) {
    Remove(extension.nid, options);
    options->extensions.push_back(extension);
  }

  std::vector<Certificate> Presented() {
    return {testing::Mint(leaf_, leaf_key_.get(), ca_key_.get()),
            testing::Mint(ca_, ca_key_.get(), root_key_.get())};
  }

  int Verify(bool strict = false) {
    return Verify(Presented(),
                  {testing::Mint(root_, root_key_.get(), root_key_.get())},
                  strict);
  }

  int Verify(const std::vector<Certificate>& presented,
             const std::vector<Certificate>& trusted, bool strict = false);

  // The strict profile refuses it so, and the compatible one accepts it.
  void ExpectStrictOnly(int expected);

  struct CrlOptions {
    std::string last_update = "20200101000000Z";
    std::string next_update = "21000101000000Z";  // Empty: none.
    std::string issuer = "ca";
    EVP_PKEY* key = nullptr;  // Null: the CA's.
    bool is_delta = false;
    std::string scope;  // The DER of an issuing distribution point.
    int revoked = 0;    // A serial number; 0: none.
  };

  std::string MakeCrl(const CrlOptions& options);

  Key root_key_;
  Key ca_key_;
  Key leaf_key_;
  testing::MintOptions root_;
  testing::MintOptions ca_;
  testing::MintOptions leaf_;
  Side peer_ = Side::kServer;
  std::string host_ = "example.com";
  absl::Time now_;  // TestTime() unless a test changes it.
  std::vector<std::string> crls_;
  Verification verification_;
  VerifyOutcome outcome_;
  Error error_;
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_TESTS_SSL_PATH_FIXTURE_H_
