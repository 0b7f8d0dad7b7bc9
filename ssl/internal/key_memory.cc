// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/key_memory.h"

#include <openssl/err.h>
#include <openssl/mem.h>

namespace airlock::ssl::internal {

void* InKeyMemory::operator new(size_t size) noexcept {
  // The caller reports that there is no room, not BoringSSL's queue.
  ERR_set_mark();
  void* const memory = OPENSSL_malloc(size);
  ERR_pop_to_mark();
  return memory;
}

void InKeyMemory::operator delete(void* memory) noexcept {
  OPENSSL_free(memory);
}

}  // namespace airlock::ssl::internal
