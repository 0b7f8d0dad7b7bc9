// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Writes the keys of caches.
#ifndef AIRLOCK_PLATFORM_INTERNAL_KEY_WRITER_H_
#define AIRLOCK_PLATFORM_INTERNAL_KEY_WRITER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/string_view.h"
#include "ssl/spiffe_peers.h"
#include "ssl/verification.h"

namespace airlock::platform::internal {

// Concatenates values so that different sequences of the same types give
// different keys: each value has a fixed size, or its size in front. Usual keys
// need no memory, since each connection makes one.
class KeyWriter {
 public:
  KeyWriter() = default;
  KeyWriter(const KeyWriter&) = delete;
  KeyWriter& operator=(const KeyWriter&) = delete;

  // Of a number, an enumerator or a bool.
  template <typename T>
  void Add(T value) {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
    const auto number = static_cast<uint64_t>(value);
    Append(&number, sizeof(number));
  }
  void Add(absl::string_view text) {
    Add(text.size());
    Append(text.data(), text.size());
  }
  void Add(const std::string& text) { Add(absl::string_view(text)); }
  template <typename T>
  void Add(const std::optional<T>& value) {
    Add(value.has_value());
    if (value.has_value()) Add(*value);
  }
  template <typename T>
  void Add(const std::vector<T>& values) {
    Add(values.size());
    for (const T& value : values) Add(value);
  }
  void Add(const std::shared_ptr<const ssl::SpiffePeers>& peers) {
    Add(peers == nullptr ? absl::string_view()
                         : absl::string_view(peers->fingerprint()));
  }
  void Add(const ssl::Verification& verification) {
    ssl::VisitFields(verification, [this](absl::string_view /*name*/,
                                          const auto& field) { Add(field); });
  }

  // Valid until more is added, or this is destroyed.
  absl::string_view key() const {
    return longer_.empty() ? absl::string_view(usual_.data(), size_)
                           : absl::string_view(longer_);
  }

 private:
  void Append(const void* bytes, size_t size) {
    if (longer_.empty() && size <= usual_.size() - size_) {
      if (size != 0) std::memcpy(usual_.data() + size_, bytes, size);
      size_ += size;
      return;
    }
    if (longer_.empty()) longer_.assign(usual_.data(), size_);
    longer_.append(static_cast<const char*>(bytes), size);
  }

  std::array<char, 512> usual_;
  size_t size_ = 0;
  std::string longer_;  // All of it, if it does not fit into `usual_`.
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_KEY_WRITER_H_
