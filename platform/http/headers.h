// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The header fields of an HTTP message (RFC 9110, section 5).
#ifndef AIRLOCK_PLATFORM_HTTP_HEADERS_H_
#define AIRLOCK_PLATFORM_HTTP_HEADERS_H_

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace airlock::http {

// One field line.
struct Header {
  std::string name;
  std::string value;
};

// Field lines in order. Names are compared without regard to case, and keep the
// case in which they were added. Accepts any text: a Client checks what it
// sends with CheckHeader. Thread-compatible.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> fields) : fields_(fields) {}

  // Appends a field; others of that name stay.
  void Add(absl::string_view name, absl::string_view value);
  // Replaces all fields of that name by one.
  void Set(absl::string_view name, absl::string_view value);
  // Removes all fields of that name; returns how many there were.
  size_t Remove(absl::string_view name);

  bool Has(absl::string_view name) const;
  // The value of the first field of that name; unset if it is missing. Valid
  // until the headers change.
  std::optional<absl::string_view> Get(absl::string_view name) const;
  // The values of all fields of that name, in order.
  std::vector<absl::string_view> GetAll(absl::string_view name) const;

  size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  std::vector<Header>::const_iterator begin() const { return fields_.begin(); }
  std::vector<Header>::const_iterator end() const { return fields_.end(); }

 private:
  std::vector<Header> fields_;
};

// Whether `text` is a token (RFC 9110, section 5.6.2), as methods and names of
// fields are. Pure and thread-safe.
bool IsToken(absl::string_view text);

// An error (kInvalidArgument) unless `name` is a token and `value` has no
// control character but tab: CR, LF and NUL could end the field and begin
// another one. The message does not show the value, which may be a secret. Pure
// and thread-safe.
absl::Status CheckHeader(absl::string_view name, absl::string_view value);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_HEADERS_H_
