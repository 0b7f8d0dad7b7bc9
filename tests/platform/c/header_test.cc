// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The header alone, in any version of C++.

#include "platform/c/airlock.h"

int main() {
  return airlock_has_feature(airlock_bytes(), 0) == AIRLOCK_NONE ? 0 : 1;
}
