// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Decoded parts of TLS messages, as plain data.
#ifndef AIRLOCK_SSL_WIRE_FIELD_H_
#define AIRLOCK_SSL_WIRE_FIELD_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace airlock::ssl::wire {

// At most this many bytes of a field are kept, and items of a list.
constexpr size_t kMaxFieldBytes = 64;
constexpr size_t kMaxItems = 256;

// A part of a message. All text is printable ASCII.
struct Field {
  // As in the RFCs, "cipher_suites"; empty for an item of a list.
  std::string name;
  // In words: "TLS_AES_128_GCM_SHA256 (0x1301)"; may be empty.
  std::string value;
  // The bytes, for what has no better form: the first ones, and how many there
  // are. Unset if size is 0.
  std::string bytes;
  size_t size = 0;
  std::vector<Field> fields;
  // Why this part is malformed; empty if it is not.
  std::string problem;
};

// A field of words.
Field Words(absl::string_view name, absl::string_view value);
// A field of bytes that anyone may see: keeps the first kMaxFieldBytes.
Field Bytes(absl::string_view name, absl::string_view bytes);
// A field of bytes that identify someone or prove something, such as a ticket:
// "192 bytes, sha256 0123456789abcdef", the digest only if there are at least
// 16 bytes, which cannot be guessed.
Field Hidden(absl::string_view name, absl::string_view bytes);

// Whether the field or any part of it is malformed.
bool IsMalformed(const Field& field);

// The first part with this name, at any depth, or null.
const Field* FindField(const Field& field, absl::string_view name);

// "1 byte", "2 bytes".
std::string Count(size_t number, absl::string_view noun);

}  // namespace airlock::ssl::wire

#endif  // AIRLOCK_SSL_WIRE_FIELD_H_
