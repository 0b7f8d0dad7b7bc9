// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/fuzz/fuzz.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"

namespace airlock::fuzz {

void Require(bool holds, absl::string_view rule) {
  if (holds) return;
  std::fprintf(stderr, "This does not hold: %s.\n", std::string(rule).c_str());
  std::abort();
}

void ResetRandom() {
#if defined(BORINGSSL_UNSAFE_DETERMINISTIC_MODE)
  RAND_reset_for_fuzzing();
#endif
}

absl::string_view Input::Take(size_t size) {
  const absl::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(taken.size());
  return taken;
}

uint8_t Input::Byte() {
  const absl::string_view taken = Take(1);
  return taken.empty() ? 0 : static_cast<uint8_t>(taken[0]);
}

uint16_t Input::Word() {
  const uint16_t high = Byte();
  return static_cast<uint16_t>(high << 8 | Byte());
}

absl::string_view Input::Bytes() { return Take(Byte()); }

absl::string_view Input::Until(char separator) {
  const absl::string_view taken = rest_.substr(0, rest_.find(separator));
  rest_.remove_prefix(std::min(taken.size() + 1, rest_.size()));
  return taken;
}

absl::string_view Input::Rest() { return Take(rest_.size()); }

}  // namespace airlock::fuzz
