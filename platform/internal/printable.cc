// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/printable.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace airlock::platform::internal {
namespace {

// Control characters (C0, DEL, C1), and those that reorder, hide or break
// lines (Unicode's Bidi_Control, zero width, line and paragraph separator).
bool IsPrintable(int code_point) {
  return code_point >= 0x20 && !(code_point >= 0x7f && code_point <= 0x9f) &&
         !(code_point >= 0x200b && code_point <= 0x200f) &&
         !(code_point >= 0x2028 && code_point <= 0x202e) &&
         !(code_point >= 0x2060 && code_point <= 0x206f) &&
         code_point != 0x061c && code_point != 0xfeff;
}

}  // namespace

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

std::string Printable(absl::string_view text) {
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

}  // namespace airlock::platform::internal
