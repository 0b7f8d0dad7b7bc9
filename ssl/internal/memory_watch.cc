// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/memory_watch.h"

namespace airlock::ssl::internal {
namespace {

thread_local uint64_t failures = 0;

}  // namespace

MemoryWatch::MemoryWatch() : before_(failures) {}

bool MemoryWatch::ran_out() const { return failures != before_; }

void MemoryWatch::Note() { ++failures; }

}  // namespace airlock::ssl::internal
