// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/internal/words.h"

#include "absl/strings/str_cat.h"
#include "config/internal/text.h"
#include "config/nearest_word.h"

namespace airlock::config::internal {

std::string NoneOf(absl::string_view text,
                   absl::Span<const absl::string_view> words,
                   absl::string_view advice) {
  const absl::string_view nearest = NearestWord(text, words);
  return absl::StrCat(
      "\"", Shown(text), "\", which is not one of ", JoinWords(words), "; ",
      nearest.empty() ? std::string(advice)
                      : absl::StrCat("did you mean \"", nearest, "\"?"));
}

}  // namespace airlock::config::internal
