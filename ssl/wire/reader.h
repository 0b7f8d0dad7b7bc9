// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Reads TLS's presentation language (RFC 8446, section 3) from hostile bytes.
#ifndef AIRLOCK_SSL_WIRE_READER_H_
#define AIRLOCK_SSL_WIRE_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "ssl/wire/field.h"

namespace airlock::ssl::wire {

// A cursor over `bytes`. The first failure becomes the problem of `owner`, and
// all later reads fail, too. `bytes` and `owner` must outlive it.
class Reader {
 public:
  Reader(absl::string_view bytes, Field* owner) : rest_(bytes), owner_(owner) {}

  // A number of `size` bytes, 1 to 4. Each read names what it reads.
  bool Number(size_t size, absl::string_view what, uint32_t* value);
  bool Take(size_t size, absl::string_view what, absl::string_view* value);
  // A vector whose length is a number of `length_size` bytes.
  bool Vector(size_t length_size, absl::string_view what,
              absl::string_view* value);

  // Fails if bytes are left.
  bool Done();
  // Notes that `problem`, unless another failure came first. Returns false.
  bool Fail(absl::string_view problem);

  bool failed() const { return failed_; }
  bool empty() const { return rest_.empty(); }
  absl::string_view rest() const { return rest_; }

 private:
  absl::string_view rest_;
  Field* const owner_;
  bool failed_ = false;
};

}  // namespace airlock::ssl::wire

#endif  // AIRLOCK_SSL_WIRE_READER_H_
