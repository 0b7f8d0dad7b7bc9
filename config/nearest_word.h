// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// "Did you mean ...?"
#ifndef AIRLOCK_CONFIG_NEAREST_WORD_H_
#define AIRLOCK_CONFIG_NEAREST_WORD_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace airlock::config {

// The word in `words` that is closest to `text` in single-character edits,
// ignoring case; the first of several. Empty if none is close enough: more than
// a third of the longer one's characters differ.
absl::string_view NearestWord(absl::string_view text,
                              absl::Span<const absl::string_view> words);

// The Levenshtein distance, ignoring ASCII case; for short texts.
size_t EditDistance(absl::string_view a, absl::string_view b);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_NEAREST_WORD_H_
