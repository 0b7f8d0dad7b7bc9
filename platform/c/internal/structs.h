// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Structs that begin with their size, from any version of the header.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_STRUCTS_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_STRUCTS_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "platform/c/internal/guard.h"

namespace airlock::c::internal {

// No valid struct is larger; an uninitialized size may be.
inline constexpr size_t kMaxStructSize = 4096;

// The struct_size of *given.
inline absl::StatusOr<size_t> StructSize(const void* given,
                                         absl::string_view name) {
  size_t size = 0;
  std::memcpy(&size, given, sizeof(size));
  // A struct does not end within a word, which may be half a pointer.
  if (size < sizeof(size) || size > kMaxStructSize ||
      size % sizeof(size) != 0) {
    return Invalid(absl::StrCat(
        name, ".struct_size is ", size,
        "; set the struct to zero, then struct_size to its sizeof."));
  }
  return size;
}

// *given as this library's version of the struct; all defaults if it is null.
// `name` is its name in errors.
template <typename T>
absl::StatusOr<T> ReadStruct(const T* given, absl::string_view name) {
  static_assert(std::is_trivially_copyable<T>::value, "a C struct");
  T known;
  std::memset(&known, 0, sizeof(known));
  if (given == nullptr) return known;
  const absl::StatusOr<size_t> size = StructSize(given, name);
  if (!size.ok()) return size.status();
  const char* const bytes = reinterpret_cast<const char*>(given);
  if (*size > sizeof(T) && std::any_of(bytes + sizeof(T), bytes + *size,
                                       [](char byte) { return byte != 0; })) {
    return Invalid(absl::StrCat(
        name,
        " sets options that this library does not know: its struct_size is ",
        *size, ", the library's is ", sizeof(T),
        ", and the bytes beyond that are not zero. Load a newer libairlock, or "
        "leave these options out."));
  }
  std::memcpy(&known, bytes, std::min(*size, sizeof(T)));
  return known;
}

// Fills in *out with as much of `value` as fits.
template <typename T>
absl::Status WriteStruct(T value, T* out, absl::string_view name) {
  static_assert(std::is_trivially_copyable<T>::value, "a C struct");
  if (out == nullptr) return IsNull(name);
  const absl::StatusOr<size_t> size = StructSize(out, name);
  if (!size.ok()) return size.status();
  value.struct_size = *size;
  char* const bytes = reinterpret_cast<char*>(out);
  std::memcpy(bytes, &value, std::min(*size, sizeof(T)));
  if (*size > sizeof(T)) std::memset(bytes + sizeof(T), 0, *size - sizeof(T));
  return absl::OkStatus();
}

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_STRUCTS_H_
