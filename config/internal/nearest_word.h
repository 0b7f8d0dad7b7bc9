// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// "Did you mean ...?"
#ifndef AIRLOCK_CONFIG_INTERNAL_NEAREST_WORD_H_
#define AIRLOCK_CONFIG_INTERNAL_NEAREST_WORD_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace airlock::config::internal {

// The one of `words` that is closest to `text` in single-character edits,
// whatever the case; the first of several. Empty where none is close enough to
// have been meant: more than a third of the longer one's characters differ.
absl::string_view NearestWord(absl::string_view text,
                              absl::Span<const absl::string_view> words);

// Levenshtein's distance, without regard to ASCII case; for short texts.
size_t EditDistance(absl::string_view a, absl::string_view b);

}  // namespace airlock::config::internal

#endif  // AIRLOCK_CONFIG_INTERNAL_NEAREST_WORD_H_
