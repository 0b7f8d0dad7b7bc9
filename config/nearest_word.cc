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

// EditDistance, or anything above `most` if it is more than that.
size_t DistanceUpTo(size_t most, absl::string_view a, absl::string_view b) {
  const size_t apart =
      std::max(a.size(), b.size()) - std::min(a.size(), b.size());
  if (apart > most) return apart;
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    size_t least = row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const bool same = absl::ascii_tolower(a[i]) == absl::ascii_tolower(b[j]);
      const size_t replaced = diagonal + (same ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
      least = std::min(least, row[j + 1]);
    }
    // No later row has less.
    if (least > most) return least;
  }
  return row[b.size()];
}

}  // namespace

size_t EditDistance(absl::string_view a, absl::string_view b) {
  return DistanceUpTo(std::max(a.size(), b.size()), a, b);
}

absl::string_view NearestWord(absl::string_view text,
                              absl::Span<const absl::string_view> words) {
  if (text.size() > kMaxTextSize) return "";
  absl::string_view nearest;
  size_t best = kMaxTextSize + 1;
  for (const absl::string_view word : words) {
    const size_t most = std::max(text.size(), word.size()) / 3;
    const size_t distance = DistanceUpTo(most, text, word);
    if (distance <= most && distance < best) {
      best = distance;
      nearest = word;
    }
  }
  return nearest;
}

}  // namespace airlock::config
