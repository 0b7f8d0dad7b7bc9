// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Writes what happens on TLS connections, as text and as JSON.
#ifndef AIRLOCK_PLATFORM_CLI_TRACE_OUTPUT_H_
#define AIRLOCK_PLATFORM_CLI_TRACE_OUTPUT_H_

#include <string>

#include "absl/time/time.h"
#include "ssl/wire/event.h"

namespace airlock::cli {

// "2026-01-31T12:00:00.000000Z".
std::string TraceTime(absl::Time time);

// Where and when something happened.
struct TraceMark {
  int connection = 0;
  absl::Time time;
  absl::Duration elapsed;  // Since the connection began.
};

// One line, "1  0.000312  client  ClientHello: TLS 1.3, for localhost", and
// the details below, indented. Ends with a newline.
std::string TraceText(const TraceMark& mark, const ssl::wire::Event& event);

// The same as one line of JSON, with a newline.
std::string TraceJson(const TraceMark& mark, const ssl::wire::Event& event);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_TRACE_OUTPUT_H_
