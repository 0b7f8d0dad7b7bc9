// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/nearest_word.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/ascii.h"

namespace airlock::config {
namespace {

// Much longer than any known word; limits the work for any input.
constexpr size_t kMaxTextSize = 64;

}  // namespace

size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const bool same = absl::ascii_tolower(a[i]) == absl::ascii_tolower(b[j]);
      const size_t replaced = diagonal + (same ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

absl::string_view NearestWord(absl::string_view text,
                              absl::Span<const absl::string_view> words) {
  if (text.size() > kMaxTextSize) return "";
  absl::string_view nearest;
  size_t best = kMaxTextSize + 1;
  for (const absl::string_view word : words) {
    const size_t distance = EditDistance(text, word);
    if (distance * 3 > std::max(text.size(), word.size())) continue;
    if (distance < best) {
      best = distance;
      nearest = word;
    }
  }
  return nearest;
}

}  // namespace airlock::config
