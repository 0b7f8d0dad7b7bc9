// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/support/new_failures.h"

#include <cstdlib>
#include <new>

namespace airlock::testing {

thread_local int new_calls_left = -1;
thread_local bool new_keeps_failing = false;
thread_local bool new_failed = false;

namespace {

void* Allocate(std::size_t size) {
  if (new_calls_left == 0) {
    new_failed = true;
    if (!new_keeps_failing) new_calls_left = -1;
    throw std::bad_alloc();
  }
  if (new_calls_left > 0) --new_calls_left;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace
}  // namespace airlock::testing

using ::airlock::testing::Allocate;

void* operator new(std::size_t size) { return Allocate(size); }
void* operator new[](std::size_t size) { return Allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
