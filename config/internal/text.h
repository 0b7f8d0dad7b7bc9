// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Checks the text of a configuration file before it is parsed as YAML.
#ifndef AIRLOCK_CONFIG_INTERNAL_TEXT_H_
#define AIRLOCK_CONFIG_INTERNAL_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "config/position.h"

namespace airlock::config::internal {

// OK if `content` is at most `max_size` bytes of UTF-8 without control
// characters (line feeds, CRLF and tabs are allowed, but tabs may not indent)
// and without directives (lines that begin with "%"). An error names the first
// position, in the file of `begin`.
absl::Status CheckText(absl::string_view content, size_t max_size,
                       const Position& begin);

// The number of code points in `text`, which is UTF-8.
int CountCodePoints(absl::string_view text);

// A text for an error message: on one line, in ASCII, cut if it is long.
std::string Shown(absl::string_view text);

// "a", "a" and "b"; each word in quotes.
std::string JoinWords(absl::Span<const absl::string_view> words,
                      absl::string_view last = " and ");

}  // namespace airlock::config::internal

#endif  // AIRLOCK_CONFIG_INTERNAL_TEXT_H_
