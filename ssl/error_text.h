// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The texts of errors, which know the names in them.
#ifndef AIRLOCK_SSL_ERROR_TEXT_H_
#define AIRLOCK_SSL_ERROR_TEXT_H_

#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace airlock::ssl {

// A text for people, and where it has names of this library: of an argument, a
// constant or a function. C and the command line have other names for these.
class ErrorText {
 public:
  // The bytes of a name.
  struct Span {
    size_t offset = 0;
    size_t size = 0;
  };

  ErrorText() = default;

  // A text without names. Implicit: most texts have none.
  // NOLINTBEGIN(google-explicit-constructor)
  ErrorText(absl::string_view text) : text_(text) {}
  ErrorText(const std::string& text) : text_(text) {}
  ErrorText(const char* text) : text_(text) {}
  // NOLINTEND(google-explicit-constructor)

  // A text that is a name.
  static ErrorText Name(absl::string_view name);

  // A text from elsewhere with its names; drops those that are not in it.
  ErrorText(absl::string_view text, const std::vector<Span>& names);

  void Append(const ErrorText& more);
  void AppendPlain(const absl::AlphaNum& more);

  const std::string& text() const { return text_; }
  const std::vector<Span>& names() const { return names_; }
  bool empty() const { return text_.empty(); }

  // The text with rename(name) in place of each name.
  std::string Renamed(
      absl::FunctionRef<absl::string_view(absl::string_view)> rename) const;

 private:
  std::string text_;
  std::vector<Span> names_;  // In order.
};

// A literal with its names in braces: "compare {certfile} and {keyfile}". Never
// for input. A brace cannot be part of the text.
ErrorText Named(absl::string_view literal);

// The pieces in one text. Like absl::StrCat, but keeps the names.
template <typename... Pieces>
ErrorText JoinText(const Pieces&... pieces) {
  ErrorText text;
  const auto append = [&text](const auto& piece) {
    if constexpr (std::is_same_v<std::decay_t<decltype(piece)>, ErrorText>) {
      text.Append(piece);
    } else {
      text.AppendPlain(piece);
    }
  };
  (append(pieces), ...);
  return text;
}

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_ERROR_TEXT_H_
