// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// JSON (RFC 8259) as Airlock writes it.
#ifndef AIRLOCK_CONFIG_INTERNAL_JSON_H_
#define AIRLOCK_CONFIG_INTERNAL_JSON_H_

#include <string>

#include "nlohmann/json_fwd.hpp"

namespace airlock::config::internal {

// Members keep the order in which they are added.
using Json = nlohmann::ordered_json;

// `value` in ASCII, without control characters but the line feeds of the
// layout, and without a final one: nothing in it can steer a terminal or look
// like a second line. Strings may hold any bytes; what is no UTF-8 becomes
// U+FFFD. Throws nothing. Thread-safe.
std::string JsonLines(const Json& value);  // Indented by two spaces.
std::string JsonLine(const Json& value);   // On one line.

}  // namespace airlock::config::internal

#endif  // AIRLOCK_CONFIG_INTERNAL_JSON_H_
