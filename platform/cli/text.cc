// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/text.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace airlock::cli {
namespace {

constexpr size_t kColumns = 78;

// The first UTF-8 character of `text`, which is not empty: its code point and
// its size in bytes. For invalid UTF-8 (including overlong forms and
// surrogates): -1 and 1.
struct Utf8Character {
  int code_point = -1;
  size_t size = 1;
};

Utf8Character FirstCharacter(absl::string_view text) {
  const auto byte = [text](size_t i) -> int {
    return static_cast<uint8_t>(text[i]);
  };
  const int first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return {};
  int code_point = first & (0xff >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code_point = code_point << 6 | (byte(i) & 0x3f);
  }
  constexpr int kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code_point < kSmallest[size] || code_point > 0x10ffff ||
      (code_point >= 0xd800 && code_point <= 0xdfff)) {
    return {};
  }
  return {code_point, size};
}

// Control characters (C0, DEL, C1), and those that reorder, hide or break
// lines (Unicode's Bidi_Control, zero width, line and paragraph separator).
bool IsPrintable(int code_point) {
  return code_point >= 0x20 && !(code_point >= 0x7f && code_point <= 0x9f) &&
         !(code_point >= 0x200b && code_point <= 0x200f) &&
         !(code_point >= 0x2028 && code_point <= 0x202e) &&
         !(code_point >= 0x2060 && code_point <= 0x206f) &&
         code_point != 0x061c && code_point != 0xfeff;
}

// "3 years", "12 days", "5 hours", "less than an hour".
std::string DescribeDuration(absl::Duration duration) {
  struct Unit {
    int64_t hours;
    absl::string_view name;
  };
  constexpr Unit kUnits[] = {{24 * 365, "year"}, {24, "day"}, {1, "hour"}};
  for (const Unit& unit : kUnits) {
    const int64_t count = duration / absl::Hours(unit.hours);
    if (count > 0) {
      return absl::StrCat(count, " ", unit.name, count == 1 ? "" : "s");
    }
  }
  return "less than an hour";
}

}  // namespace

std::string ForTerminal(absl::string_view text) {
  std::string result;
  while (!text.empty()) {
    const Utf8Character character = FirstCharacter(text);
    if (IsPrintable(character.code_point)) {
      absl::StrAppend(&result, text.substr(0, character.size));
    } else if (character.code_point > 0xff) {
      absl::StrAppendFormat(&result, "\\u%04x", character.code_point);
    } else {
      absl::StrAppendFormat(&result, "\\x%02x",
                            character.code_point < 0
                                ? static_cast<uint8_t>(text[0])
                                : character.code_point);
    }
    text.remove_prefix(character.size);
  }
  return result;
}

std::string Wrap(absl::string_view text, size_t indent) {
  std::string result;
  for (absl::string_view paragraph : absl::StrSplit(text, '\n')) {
    std::string line(indent, ' ');
    bool empty = true;
    for (absl::string_view word :
         absl::StrSplit(paragraph, ' ', absl::SkipEmpty())) {
      if (!empty && line.size() + 1 + word.size() > kColumns) {
        absl::StrAppend(&result, line, "\n");
        line.assign(indent, ' ');
        empty = true;
      }
      absl::StrAppend(&line, empty ? "" : " ", word);
      empty = false;
    }
    absl::StrAppend(&result, empty ? "" : line, "\n");
  }
  return result;
}

std::string PadRight(absl::string_view text, size_t width) {
  size_t columns = 0;
  for (absl::string_view rest = text; !rest.empty(); ++columns) {
    rest.remove_prefix(FirstCharacter(rest).size);
  }
  return absl::StrCat(text, std::string(width - std::min(width, columns), ' '));
}

std::string FormatDate(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) {
    return "(no date)";
  }
  return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone());
}

std::string DescribeValidity(absl::Time not_before, absl::Time not_after,
                             absl::Time now) {
  if (not_before == absl::InfinitePast() || not_after == absl::InfinitePast()) {
    return "has a malformed date";
  }
  if (now < not_before) {
    return absl::StrCat("not valid before ", FormatDate(not_before));
  }
  if (now > not_after) {
    return absl::StrCat("expired ", DescribeDuration(now - not_after), " ago");
  }
  return absl::StrCat("expires in ", DescribeDuration(not_after - now));
}

std::string FormatFingerprint(absl::string_view digest) {
  std::string result;
  for (char c : digest) {
    absl::StrAppendFormat(&result, "%s%02X", result.empty() ? "" : ":",
                          static_cast<uint8_t>(c));
  }
  return result;
}

}  // namespace airlock::cli
