// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Memory for keys that stay.
#ifndef AIRLOCK_SSL_INTERNAL_KEY_MEMORY_H_
#define AIRLOCK_SSL_INTERNAL_KEY_MEMORY_H_

#include <cstddef>

namespace airlock::ssl::internal {

// Objects of a class that derives from this are in BoringSSL's memory, which is
// all that the key service locks (platform/keys/locked_memory.h). `new` returns
// null if there is no room. They must not need more alignment than a pointer.
struct InKeyMemory {
  static void* operator new(size_t size) noexcept;
  static void operator delete(void* memory) noexcept;
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_KEY_MEMORY_H_
