// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Bytes that are wiped when dropped.
#ifndef AIRLOCK_SSL_SECRET_H_
#define AIRLOCK_SSL_SECRET_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace airlock::ssl {

// A byte string in memory of its own, wiped before that memory is freed. Moves,
// never copies by accident: `Clone` is the only way. Not printable.
// Thread-compatible.
class Secret {
 public:
  Secret() = default;
  // Copies `bytes`; wiping what `bytes` points at stays the caller's.
  explicit Secret(absl::string_view bytes);
  ~Secret();

  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  Secret Clone() const { return Secret(view()); }

  // The bytes; valid until this is assigned to, wiped or destroyed.
  absl::string_view view() const { return {data_.get(), size_}; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Overwrites the bytes and becomes empty.
  void Wipe();

 private:
  std::unique_ptr<char[]> data_;
  size_t size_ = 0;
};

// Overwrites `size` bytes at `data`, in a way that no compiler leaves out.
void Wipe(void* data, size_t size);

// Overwrites `bytes` and the memory that it has in reserve, and makes it
// empty. Memory that it had before it grew is out of reach: reserve enough
// first.
void Wipe(std::string* bytes);

// Wipes a string that outlives it, on whatever way out. Bytes that are moved
// out of the string before are not its own any more.
class ScopedWipe {
 public:
  explicit ScopedWipe(std::string* bytes) : bytes_(bytes) {}
  ~ScopedWipe() { Wipe(bytes_); }
  ScopedWipe(const ScopedWipe&) = delete;
  ScopedWipe& operator=(const ScopedWipe&) = delete;

 private:
  std::string* const bytes_;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_SECRET_H_
