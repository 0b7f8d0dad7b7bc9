// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A PKCS#12 file, or whatever else a host gives as certfile, with the password
// of testdata's. Input: the file.

#include <openssl/x509.h>

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "ssl/credentials.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/credentials_impl.h"
#include "ssl/secret.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/testdata.h"

namespace airlock::fuzz {
namespace {

void RequireFit(const ssl::Credentials& credentials) {
  Require(!credentials.chain().empty(), "a chain is never empty");
  Require(credentials.key_bits() > 0, "a key has a size");
  Require(X509_check_private_key(credentials.chain()[0].impl().x509.get(),
                                 credentials.impl().key.get()) == 1,
          "only the key of a certificate fits it");
}

}  // namespace
}  // namespace airlock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  fuzz::ResetRandom();
  const std::string bytes(fuzz::Text(data, size));
  const auto password = []() -> absl::StatusOr<ssl::Secret> {
    return ssl::Secret("airlock");
  };
  ssl::CredentialsOptions whole;
  whole.certfile = ssl::Secret(bytes);
  whole.password = password;
  const auto credentials = ssl::Credentials::Create(std::move(whole));
  if (credentials.ok()) {
    fuzz::RequireFit(**credentials);
    // The password is needed, unless nothing is encrypted.
    ssl::CredentialsOptions locked;
    locked.certfile = ssl::Secret(bytes);
    bool is_asked = false;
    locked.password = [&is_asked]() -> absl::StatusOr<ssl::Secret> {
      is_asked = true;
      return ssl::Secret("another");
    };
    const bool opens = ssl::Credentials::Create(std::move(locked)).ok();
    fuzz::Require(opens != is_asked, "only the right password opens a file");
    return 0;
  }
  fuzz::Require(!credentials.status().message().empty(), "an error says why");
  // As a key beside its certificate.
  static const auto* chain =
      new std::string(testing::ReadTestdata("certs/server_p256_chain.pem"));
  ssl::CredentialsOptions split;
  split.certfile = ssl::Secret(*chain);
  split.keyfile = ssl::Secret(bytes);
  split.password = password;
  const auto with_key = ssl::Credentials::Create(std::move(split));
  if (with_key.ok()) fuzz::RequireFit(**with_key);
  return 0;
}
