// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Prints a policy for people and for scripts.
#ifndef AIRLOCK_CONFIG_POLICY_REPORT_H_
#define AIRLOCK_CONFIG_POLICY_REPORT_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "config/policy.h"

namespace airlock::config {

// One setting. All texts are on one line, and may contain UTF-8.
struct PolicyRow {
  struct Overrode {
    std::string value;
    Origin origin;
  };
  std::string setting;  // "verification", or "exception db.corp.internal".
  bool is_set = true;   // Whether the setting has a value.
  std::string value;    // "enforce"; "-" if it is unset.
  Origin origin;
  std::vector<Overrode> overrode;
};

// Every setting of `policy`, in a fixed order, then its exceptions in order;
// `pins` and those about SPIFFE IDs only if there are any. Pure and
// thread-safe, like the functions below.
std::vector<PolicyRow> PolicyRows(const VerificationPolicy& policy);

// A table with a heading, columns aligned, and a final newline:
//
//   setting       value    origin                  overrode
//   verification  enforce  /etc/airlock.yaml:2:17  off (AIRLOCK_VERIFY=off)
std::string PolicyTable(absl::Span<const PolicyRow> rows);

// A JSON array (RFC 8259, ASCII, on any number of lines) with a final newline;
// each row is an object:
//
//   {"setting": "verification", "value": "enforce",
//    "origin": {"source": "policy file", "file": "/etc/airlock.yaml",
//               "line": 2, "column": 17},
//    "overrode": [{"value": "off", "origin": {"source": "environment",
//                  "variable": "AIRLOCK_VERIFY=off"}}]}
//
// `value` is null where it is not set. `source` is "built in",
// "environment", "policy file" or "app.yaml"; the latter has `variable`, too.
std::string PolicyJson(absl::Span<const PolicyRow> rows);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_POLICY_REPORT_H_
