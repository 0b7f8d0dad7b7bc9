// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Reads DER where BoringSSL's CBS would take most of the time.
#ifndef AIRLOCK_SSL_INTERNAL_DER_H_
#define AIRLOCK_SSL_INTERNAL_DER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace airlock::ssl::internal {

// Reads elements of DER with tags of one byte and contents of up to 64 KiB.
// CBS is for any tag and length.
class Der {
 public:
  explicit Der(absl::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  bool Is(uint8_t tag) const { return !empty() && Byte(0) == tag; }

  // Removes the next element. False if it has another tag or is not DER.
  bool Take(uint8_t tag, absl::string_view* content) {
    if (rest_.size() < 2 || Byte(0) != tag) return false;
    size_t header = 2;
    size_t size = Byte(1);
    if (size == 0x81) {
      if (rest_.size() < 3) return false;
      header = 3;
      size = Byte(2);
      if (size < 0x80) return false;
    } else if (size == 0x82) {
      if (rest_.size() < 4) return false;
      header = 4;
      size = Byte(2) << 8 | Byte(3);
      if (size < 0x100) return false;
    } else if (size > 0x7f) {
      return false;
    }
    if (size > rest_.size() - header) return false;
    *content = rest_.substr(header, size);
    rest_.remove_prefix(header + size);
    return true;
  }

 private:
  size_t Byte(size_t i) const { return static_cast<uint8_t>(rest_[i]); }

  absl::string_view rest_;
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_DER_H_
