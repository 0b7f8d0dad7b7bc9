// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Formats text for terminals.
#ifndef AIRLOCK_PLATFORM_CLI_TEXT_H_
#define AIRLOCK_PLATFORM_CLI_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace airlock::cli {

// `text` with all unprintable characters escaped (\x1b, \u202e): a peer's names
// must not control the terminal or reorder its lines. Line breaks are escaped,
// too.
std::string ForTerminal(absl::string_view text);

// The paragraphs of `text`, one per line, broken into lines of at most 78
// columns that begin with `indent` spaces. Ends with a newline.
std::string Wrap(absl::string_view text, size_t indent);

// `text` padded with spaces to `width` columns.
std::string PadRight(absl::string_view text, size_t width);

// "2026-01-31", in UTC.
std::string FormatDate(absl::Time time);

// "expires in 12 days", "expired 3 years ago", "not valid before 2030-01-01".
std::string DescribeValidity(absl::Time not_before, absl::Time not_after,
                             absl::Time now);

// "12:AB:...": `digest` in upper-case hexadecimal with colons.
std::string FormatFingerprint(absl::string_view digest);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_TEXT_H_
