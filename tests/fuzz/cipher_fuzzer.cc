// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Cipher strings and lists of groups. Input: a line of groups, the string.

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "ssl/cipher.h"
#include "ssl/context.h"
#include "ssl/options.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  static const auto* base = new ssl::ContextOptions(testing::ClientOptions());
  fuzz::Input input(data, size);
  fuzz::ResetRandom();
  ssl::ContextOptions options = *base;
  options.verification.groups = std::string(input.Until('\n'));
  const std::string ciphers_text(input.Rest());
  options.ciphers = ciphers_text;
  const std::optional<int> stated = ssl::StatedSecurityLevel(options.ciphers);
  const auto context = ssl::Context::Create(std::move(options));
  if (!context.ok()) {
    fuzz::Require(!context.status().message().empty(), "an error says why");
    return 0;
  }
  const int level = (*context)->options().verification.security_level;
  fuzz::Require(level == stated.value_or(2),
                "a cipher string sets the level that it states");
  const size_t last = ciphers_text.rfind("@SECLEVEL=");
  fuzz::Require(
      last == std::string::npos || level == ciphers_text[last + 10] - '0',
      "the last level in a cipher string takes precedence");
  const auto ciphers = (*context)->Ciphers();
  fuzz::Require(!ciphers.empty(), "a context has ciphers");
  for (const ssl::CipherInfo& cipher : ciphers) {
    fuzz::Require(!absl::StrContains(cipher.name, "NULL") &&
                      !absl::StrContains(cipher.name, "EXP") &&
                      !absl::StrContains(cipher.auth, "auth-null") &&
                      cipher.strength_bits >= (level > 0 ? 112 : 40),
                  "each cipher encrypts and authenticates");
  }
  return 0;
}
