// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/allocations.h"

#include <malloc.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>

// glibc's own, which its documentation names for programs that replace malloc.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* block);
}

namespace airlock::bench {
namespace {

// Trivial types: they are used before and after any constructor of a thread.
thread_local uint64_t count = 0;
thread_local int64_t live_bytes = 0;

int64_t SizeOf(void* block) {
  return static_cast<int64_t>(malloc_usable_size(block) + sizeof(size_t));
}

void* Added(void* block) {
  if (block == nullptr) return nullptr;
  ++count;
  live_bytes += SizeOf(block);
  return block;
}

}  // namespace

Allocations ThreadAllocations() { return {count, live_bytes}; }

}  // namespace airlock::bench

extern "C" {

using airlock::bench::Added;

void* malloc(size_t size) { return Added(__libc_malloc(size)); }

void* calloc(size_t number, size_t size) {
  return Added(__libc_calloc(number, size));
}

void* realloc(void* block, size_t size) {
  const int64_t before = block == nullptr ? 0 : airlock::bench::SizeOf(block);
  void* const moved = __libc_realloc(block, size);
  if (moved == nullptr && size != 0) return nullptr;
  airlock::bench::live_bytes -= before;
  return Added(moved);
}

void* memalign(size_t alignment, size_t size) {
  return Added(__libc_memalign(alignment, size));
}

void* aligned_alloc(size_t alignment, size_t size) {
  return Added(__libc_memalign(alignment, size));
}

int posix_memalign(void** block, size_t alignment, size_t size) {
  void* const made = Added(__libc_memalign(alignment, size));
  if (made == nullptr) return ENOMEM;
  *block = made;
  return 0;
}

void free(void* block) {
  if (block != nullptr) {
    airlock::bench::live_bytes -= airlock::bench::SizeOf(block);
  }
  __libc_free(block);
}

}  // extern "C"
