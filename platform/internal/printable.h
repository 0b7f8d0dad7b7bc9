// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Shows text of others, such as names of files and certificates.
#ifndef AIRLOCK_PLATFORM_INTERNAL_PRINTABLE_H_
#define AIRLOCK_PLATFORM_INTERNAL_PRINTABLE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace airlock::platform::internal {

// The first UTF-8 character of a text: its code point and its size in bytes.
// For invalid UTF-8 (including overlong forms and surrogates): -1 and 1.
struct Utf8Character {
  int code_point = -1;
  size_t size = 1;
};

// `text` must not be empty. Thread-safe.
Utf8Character FirstCharacter(absl::string_view text);

// `text` with unprintable characters escaped (\x1b, \u202e): control
// characters, and those that reorder, hide or break lines. The result is valid
// UTF-8. Thread-safe.
std::string Printable(absl::string_view text);

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_PRINTABLE_H_
