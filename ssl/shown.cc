// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/shown.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ssl/input_form.h"

namespace airlock::ssl {
namespace {

// Whether `c` is a UTF-8 continuation byte.
bool Continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// The code point that `text` begins with, and its size: 0 if it is malformed
// (RFC 3629).
struct CodePoint {
  uint32_t value = 0;
  size_t size = 0;
};
CodePoint FirstCodePoint(absl::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t size = first < 0x80   ? 1
                      : first < 0xC2 ? 0
                      : first < 0xE0 ? 2
                      : first < 0xF0 ? 3
                      : first < 0xF5 ? 4
                                     : 0;
  if (size == 0 || size > text.size()) return {};
  uint32_t value = size == 1 ? first : first & (0x7FU >> size);
  for (size_t i = 1; i < size; ++i) {
    if (!Continues(text[i])) return {};
    value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  const bool overlong = (size == 3 && value < 0x800) ||
                        (size == 4 && value < 0x10000) || value > 0x10FFFF;
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate) return {};
  return {value, size};
}

// Whether a terminal could obey a code point, or a reader overlook it: controls
// (C1, too), line separators, characters without width, and those that change
// the direction of the text.
bool IsHidden(uint32_t value) {
  return value < 0x20 || (value >= 0x7F && value <= 0xA0) || value == 0xAD ||
         value == 0x61C || (value >= 0x200B && value <= 0x200F) ||
         (value >= 0x2028 && value <= 0x202E) ||
         (value >= 0x2060 && value <= 0x206F) || value == 0xFEFF ||
         (value >= 0xFFF0 && value <= 0xFFFB) ||
         (value >= 0xE0000 && value <= 0xE007F);
}

std::string Escape(absl::string_view text, bool utf8) {
  if (!utf8) return absl::CHexEscape(text);
  std::string escaped;
  while (!text.empty()) {
    const CodePoint first = FirstCodePoint(text);
    const size_t size = std::max<size_t>(first.size, 1);
    const absl::string_view bytes = text.substr(0, size);
    if (size > 1 && !IsHidden(first.value)) {
      absl::StrAppend(&escaped, bytes);
    } else {
      absl::StrAppend(&escaped, absl::CHexEscape(bytes));
    }
    text.remove_prefix(size);
  }
  return escaped;
}

// Whether `text` has a part of a PEM frame around a private key, be the frame
// whole or broken. A label alone has no dash.
bool NamesPrivateKey(absl::string_view text) {
  return absl::StrContainsIgnoreCase(text, "PRIVATE KEY-");
}

// Whether `text` begins as private keys in DER do, whether PKCS#8, PKCS#1 or
// SEC 1, and PKCS#12: a SEQUENCE whose first element is a version.
bool BeginsAsKeyInDer(absl::string_view text) {
  constexpr size_t kLongestHeader = 4;  // Of a key.
  return absl::StartsWith(text, "\x30") &&
         absl::StrContains(text.substr(0, kLongestHeader + 2), "\x02\x01");
}

}  // namespace

std::string Shown(absl::string_view text, size_t most, bool utf8) {
  if (BeginsAsKeyInDer(text) || NamesPrivateKey(text.substr(0, most)) ||
      NamesPrivateKey(text.substr(text.size() - std::min(most, text.size())))) {
    return absl::StrCat("a private key (", text.size(), " bytes)");
  }
  if (text.size() <= most) return Escape(text, utf8);
  size_t head = most * 3 / 4;
  size_t tail = text.size() - (most - head);
  if (utf8) {
    for (int i = 0; i < 3 && head > 0 && Continues(text[head]); ++i) --head;
    for (int i = 0; i < 3 && tail < text.size() && Continues(text[tail]); ++i) {
      ++tail;
    }
  }
  return absl::StrCat(Escape(text.substr(0, head), utf8), "...",
                      Escape(text.substr(tail), utf8), " (", text.size(),
                      " bytes)");
}

bool MayBeKeyForPath(absl::string_view path) {
  constexpr size_t kLeast = 40;  // 32 bytes in base64 take 43.
  // No key begins with a slash, in whatever form, and many paths have parts
  // that are long and without dots.
  const bool absolute =
      absl::StartsWith(path, "/") &&
      std::none_of(path.begin(), path.end(), absl::ascii_iscntrl);
  return path.size() >= kLeast && !absolute && MayHoldKey(path);
}

std::string ShownPath(absl::string_view path) {
  if (MayBeKeyForPath(path)) {
    return absl::StrCat("a value that may be a key (", path.size(), " bytes)");
  }
  return Shown(path, kMaxShownPath);
}

}  // namespace airlock::ssl
