// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A module as a runtime would load it, linked with libairlock.so.

#include <string>

#include "tests/linking/echo.h"

// Null if all went well, otherwise what did not; static storage.
extern "C" __attribute__((visibility("default"))) const char* PluginEcho();

const char* PluginEcho() {
  static const auto* const kProblem = new std::string(airlock::testing::Echo());
  return kProblem->empty() ? nullptr : kProblem->c_str();
}
