// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/internal/text.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace airlock::config::internal {
namespace {

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// The size of the UTF-8 sequence (RFC 3629) at the start of `text`, which is
// not empty; 0 if it is invalid. Sets `code_point`.
size_t SequenceSize(absl::string_view text, char32_t* code_point) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) {
    *code_point = lead;
    return 1;
  }
  size_t size = 0;
  char32_t least = 0;
  if ((lead & 0xE0) == 0xC0) {
    size = 2;
    least = 0x80;
    *code_point = lead & 0x1F;
  } else if ((lead & 0xF0) == 0xE0) {
    size = 3;
    least = 0x800;
    *code_point = lead & 0x0F;
  } else if ((lead & 0xF8) == 0xF0) {
    size = 4;
    least = 0x10000;
    *code_point = lead & 0x07;
  }
  if (size == 0 || text.size() < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if (!IsContinuation(text[i])) return 0;
    *code_point = *code_point << 6 | (static_cast<unsigned char>(text[i]) & 63);
  }
  const bool surrogate = *code_point >= 0xD800 && *code_point <= 0xDFFF;
  return *code_point < least || surrogate || *code_point > 0x10FFFF ? 0 : size;
}

bool IsControl(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F);
}

// `line` has no line break.
absl::Status CheckLine(absl::string_view line, Position position) {
  if (!line.empty() && line[0] == '%') {
    return ErrorAt(position,
                   "YAML directives (lines that begin with \"%\") are not "
                   "allowed; remove it");
  }
  const size_t indentation =
      std::min(line.find_first_not_of(" \t"), line.size());
  for (size_t at = 0; at < line.size(); ++position.column) {
    char32_t code_point = 0;
    const size_t size = SequenceSize(line.substr(at), &code_point);
    if (size == 0) {
      return ErrorAt(position, "this is not UTF-8; save the file as UTF-8");
    }
    // YAML does not allow tabs there, and parsers disagree on their meaning.
    if (code_point == '\t' && at < indentation) {
      return ErrorAt(position, "a tab in the indentation; use spaces");
    }
    if (code_point != '\t' && IsControl(code_point)) {
      return ErrorAt(
          position,
          absl::StrFormat("the control character U+%04X is not allowed; remove "
                          "it, or write it as an escape in double quotes",
                          static_cast<unsigned>(code_point)));
    }
    at += size;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckText(absl::string_view content, size_t max_size,
                       const Position& begin) {
  if (content.size() > max_size) {
    return ErrorAt(
        begin, absl::StrCat("the file has ", content.size(), " bytes; at most ",
                            max_size, " are allowed"));
  }
  Position position = begin;
  while (!content.empty()) {
    const size_t newline = content.find('\n');
    const bool ends = newline != absl::string_view::npos;
    absl::string_view line = content.substr(0, newline);
    if (ends) line = absl::StripSuffix(line, "\r");
    const absl::Status status = CheckLine(line, position);
    if (!status.ok()) return status;
    content.remove_prefix(ends ? newline + 1 : content.size());
    ++position.line;
  }
  return absl::OkStatus();
}

int CountCodePoints(absl::string_view text) {
  return static_cast<int>(std::count_if(
      text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

std::string Shown(absl::string_view text) {
  constexpr size_t kMaxShown = 64;
  if (text.size() <= kMaxShown) return absl::CHexEscape(text);
  return absl::StrCat(absl::CHexEscape(text.substr(0, kMaxShown)), "...");
}

std::string JoinWords(absl::Span<const absl::string_view> words,
                      absl::string_view last) {
  std::string joined;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) absl::StrAppend(&joined, i + 1 == words.size() ? last : ", ");
    absl::StrAppend(&joined, "\"", words[i], "\"");
  }
  return joined;
}

}  // namespace airlock::config::internal
