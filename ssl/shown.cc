// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/shown.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ssl/input_form.h"

namespace airlock::ssl {
namespace {

std::string Escape(absl::string_view text, bool utf8) {
  return utf8 ? absl::Utf8SafeCHexEscape(text) : absl::CHexEscape(text);
}

// Whether `c` is a UTF-8 continuation byte.
bool Continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

std::string Shown(absl::string_view text, size_t most, bool utf8) {
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
