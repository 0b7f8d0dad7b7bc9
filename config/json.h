// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Writes JSON (RFC 8259).
#ifndef AIRLOCK_CONFIG_JSON_H_
#define AIRLOCK_CONFIG_JSON_H_

#include <string>

#include "nlohmann/json_fwd.hpp"

namespace airlock::config {

// Members keep the order in which they are added.
using Json = nlohmann::ordered_json;

// `value` in ASCII, without a final line feed and without control characters
// except the line feeds of the layout: it cannot control a terminal or look
// like a second line. Strings may contain any bytes; invalid UTF-8 becomes
// U+FFFD. Does not throw. Thread-safe.
std::string JsonLines(const Json& value);  // Indented by two spaces.
std::string JsonLine(const Json& value);   // On one line.

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_JSON_H_
