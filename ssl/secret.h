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

// A byte string in its own memory, which is wiped before it is freed. Movable;
// only `Clone` copies it. Not printable. Thread-compatible.
class Secret {
 public:
  Secret() = default;
  // Copies `bytes`; the caller still has to wipe the original.
  explicit Secret(absl::string_view bytes);
  ~Secret();

  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  Secret Clone() const { return Secret(view()); }

  // Valid until this is assigned to, wiped or destroyed.
  absl::string_view view() const { return {data_.get(), size_}; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Overwrites the bytes and becomes empty.
  void Wipe();

 private:
  std::unique_ptr<char[]> data_;
  size_t size_ = 0;
};

// Overwrites `size` bytes at `data`. Compilers cannot optimize this away.
void Wipe(void* data, size_t size);

// Overwrites the whole capacity of `bytes`, and makes it empty. Cannot wipe
// memory that the string had before it grew: reserve enough first.
void Wipe(std::string* bytes);

// Wipes a string on scope exit; the string must outlive it. Does not wipe bytes
// that were moved out of the string.
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
