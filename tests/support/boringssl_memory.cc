// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/support/boringssl_memory.h"

#include <cstddef>
#include <cstdlib>

#include "ssl/engine.h"

namespace {

// How many allocations succeed before one fails; -1: all do.
int left = -1;
bool keeps_failing = false;
bool failed = false;
int living = 0;

// Before each allocation. As large as any alignment.
struct alignas(16) Header {
  size_t size;
};

}  // namespace

// BoringSSL calls these, where a program defines them, for all of its memory.
extern "C" {
// AddressSanitizer asks for it.
const char* __lsan_default_suppressions();  // NOLINT(bugprone-*)
void* OPENSSL_memory_alloc(size_t size);
void OPENSSL_memory_free(void* memory);
size_t OPENSSL_memory_get_size(void* memory);
}

// What BoringSSL loses when it cannot allocate while it frees.
const char* __lsan_default_suppressions() {  // NOLINT(bugprone-*)
  return "leak:CRYPTO_set_ex_data";
}

void* OPENSSL_memory_alloc(size_t size) {
  if (left == 0) {
    failed = true;
    if (!keeps_failing) left = -1;
    return nullptr;
  }
  if (left > 0) --left;
  auto* const header = static_cast<Header*>(std::malloc(sizeof(Header) + size));
  if (header == nullptr) return nullptr;
  header->size = size;
  ++living;
  return header + 1;
}

void OPENSSL_memory_free(void* memory) {
  if (memory == nullptr) return;
  --living;
  std::free(static_cast<Header*>(memory) - 1);
}

size_t OPENSSL_memory_get_size(void* memory) {
  return memory == nullptr ? 0 : (static_cast<Header*>(memory) - 1)->size;
}

namespace airlock::testing {

void FailBoringSslMemory(int successes, MemoryFailure failure) {
  failed = false;
  keeps_failing = failure == MemoryFailure::kAllFromThen;
  left = successes;
}

void RestoreBoringSslMemory() { left = -1; }

bool BoringSslMemoryFailed() { return failed; }

int LivingBoringSslAllocations() { return living; }

absl::string_view BoringSslCrash() {
  return ssl::HasPostQuantumGroup()
             ? "this BoringSSL crashes when it reads a name without memory"
             : "";
}

}  // namespace airlock::testing
