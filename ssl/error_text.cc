// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/error_text.h"

namespace airlock::ssl {

ErrorText ErrorText::Name(absl::string_view name) {
  ErrorText text(name);
  text.names_.push_back({0, name.size()});
  return text;
}

ErrorText::ErrorText(absl::string_view text, const std::vector<Span>& names)
    : text_(text) {
  size_t end = 0;
  for (const Span& name : names) {
    if (name.offset < end || name.offset > text_.size() ||
        name.size > text_.size() - name.offset) {
      continue;
    }
    names_.push_back(name);
    end = name.offset + name.size;
  }
}

void ErrorText::Append(const ErrorText& more) {
  for (const Span& name : more.names_) {
    names_.push_back({text_.size() + name.offset, name.size});
  }
  text_ += more.text_;
}

void ErrorText::AppendPlain(const absl::AlphaNum& more) {
  absl::StrAppend(&text_, more);
}

std::string ErrorText::Renamed(
    absl::FunctionRef<absl::string_view(absl::string_view)> rename) const {
  const absl::string_view text = text_;
  std::string renamed;
  size_t at = 0;
  for (const Span& name : names_) {
    absl::StrAppend(&renamed, text.substr(at, name.offset - at),
                    rename(text.substr(name.offset, name.size)));
    at = name.offset + name.size;
  }
  absl::StrAppend(&renamed, text.substr(at));
  return renamed;
}

ErrorText Named(absl::string_view literal) {
  ErrorText text;
  while (!literal.empty()) {
    const size_t begin = literal.find('{');
    const size_t end = literal.find('}', begin);
    if (end == absl::string_view::npos) {
      text.Append(ErrorText(literal));
      break;
    }
    text.Append(ErrorText(literal.substr(0, begin)));
    text.Append(ErrorText::Name(literal.substr(begin + 1, end - begin - 1)));
    literal.remove_prefix(end + 1);
  }
  return text;
}

}  // namespace airlock::ssl
