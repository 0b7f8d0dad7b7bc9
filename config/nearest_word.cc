// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/nearest_word.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"

namespace airlock::config {
namespace {

// Much longer than any known word; limits the work for any input.
constexpr size_t kMaxTextSize = 64;

// How often each character occurs, in lower case; several may share a place.
using Letters = std::array<uint8_t, 64>;

// `text` must be shorter than a uint8_t can count; a word that is not too long
// to be near a text of kMaxTextSize is.
Letters LettersOf(absl::string_view text) {
  Letters letters = {};
  for (const char c : text) {
    ++letters[static_cast<uint8_t>(absl::ascii_tolower(c)) % letters.size()];
  }
  return letters;
}

// Not more than the distance of two texts with these letters: an edit brings at
// most one letter, and removes at most one.
size_t LeastDistance(const Letters& a, const Letters& b) {
  size_t added = 0;
  size_t removed = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    added += b[i] > a[i] ? b[i] - a[i] : 0;
    removed += a[i] > b[i] ? a[i] - b[i] : 0;
  }
  return std::max(added, removed);
}

size_t SizeDifference(absl::string_view a, absl::string_view b) {
  return std::max(a.size(), b.size()) - std::min(a.size(), b.size());
}

// EditDistance, or anything above `most` if it is more than that.
size_t DistanceUpTo(size_t most, absl::string_view a, absl::string_view b) {
  const size_t apart = SizeDifference(a, b);
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
  const Letters letters = LettersOf(text);
  absl::string_view nearest;
  size_t best = kMaxTextSize + 1;
  for (const absl::string_view word : words) {
    const size_t most = std::max(text.size(), word.size()) / 3;
    // Every variable of the environment is compared with every known one when a
    // process starts, and most differ by more than this shows.
    if (SizeDifference(text, word) > most ||
        LeastDistance(letters, LettersOf(word)) > most) {
      continue;
    }
    const size_t distance = DistanceUpTo(most, text, word);
    if (distance <= most && distance < best) {
      best = distance;
      nearest = word;
    }
  }
  return nearest;
}

}  // namespace airlock::config
