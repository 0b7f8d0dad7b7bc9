// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// JSON (RFC 8259), written.
#ifndef AIRLOCK_PLATFORM_CLI_JSON_H_
#define AIRLOCK_PLATFORM_CLI_JSON_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace airlock::cli {

// Writes one value, indented, into a string. Begin and End must pair; within an
// object each value follows a Key. What is no UTF-8 becomes U+FFFD.
// Thread-compatible.
class JsonWriter {
 public:
  JsonWriter& BeginObject() { return Begin('{'); }
  JsonWriter& EndObject() { return End('}'); }
  JsonWriter& BeginArray() { return Begin('['); }
  JsonWriter& EndArray() { return End(']'); }
  JsonWriter& Key(absl::string_view key);
  JsonWriter& String(absl::string_view value);
  JsonWriter& Number(int64_t value);
  JsonWriter& Bool(bool value);
  JsonWriter& Null();

  // What was written; whole once every Begin has its End.
  const std::string& text() const { return text_; }

 private:
  JsonWriter& Begin(char bracket);
  JsonWriter& End(char bracket);
  // Writes the comma and line break that go before a key or value.
  void Separate();
  void Quote(absl::string_view value);

  std::string text_;
  size_t depth_ = 0;
  bool first_ = true;       // Nothing yet in the innermost bracket.
  bool after_key_ = false;  // A value goes on the same line.
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_JSON_H_
