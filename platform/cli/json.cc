// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/json.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "platform/cli/text.h"

namespace airlock::cli {

JsonWriter& JsonWriter::Key(absl::string_view key) {
  Separate();
  Quote(key);
  text_ += ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::String(absl::string_view value) {
  Separate();
  Quote(value);
  return *this;
}

JsonWriter& JsonWriter::Number(int64_t value) {
  Separate();
  absl::StrAppend(&text_, value);
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) {
  Separate();
  text_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::Null() {
  Separate();
  text_ += "null";
  return *this;
}

JsonWriter& JsonWriter::Begin(char bracket) {
  Separate();
  text_ += bracket;
  ++depth_;
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::End(char bracket) {
  --depth_;
  if (!first_) absl::StrAppend(&text_, "\n", std::string(2 * depth_, ' '));
  text_ += bracket;
  first_ = false;
  return *this;
}

void JsonWriter::Separate() {
  if (!after_key_ && depth_ > 0) {
    absl::StrAppend(&text_, first_ ? "" : ",", "\n",
                    std::string(2 * depth_, ' '));
  }
  after_key_ = false;
  first_ = false;
}

void JsonWriter::Quote(absl::string_view value) {
  text_ += '"';
  while (!value.empty()) {
    const Utf8Character character = FirstCharacter(value);
    const int c = character.code_point;
    if (c < 0) {
      text_ += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      absl::StrAppend(&text_, "\\", value.substr(0, 1));
    } else if (c == '\n') {
      text_ += "\\n";
    } else if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) {
      absl::StrAppendFormat(&text_, "\\u%04x", c);
    } else {
      absl::StrAppend(&text_, value.substr(0, character.size));
    }
    value.remove_prefix(character.size);
  }
  text_ += '"';
}

}  // namespace airlock::cli
