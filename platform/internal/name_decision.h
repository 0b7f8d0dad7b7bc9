// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A table that decides whether a client checks its server's name.
#ifndef AIRLOCK_PLATFORM_INTERNAL_NAME_DECISION_H_
#define AIRLOCK_PLATFORM_INTERNAL_NAME_DECISION_H_

#include <optional>

#include "absl/types/span.h"
#include "config/policy.h"

namespace airlock::platform::internal {

// What determines that the chain is verified.
enum class ChainSaidBy {
  kApplication,  // It sets cert_reqs, and the policy does not enforce.
  kLibrary,      // It leaves cert_reqs out, and the policy is `off`.
  kDefault,      // It leaves cert_reqs out, and the policy is `default`.
  kEnforced,     // The policy is `enforce`.
};

// A client's check_hostname.
enum class CheckHostname { kUnset, kFalse, kTrue };

// The name that a client connects to.
enum class Name {
  kGiven,
  kNone,
  kUnknown,  // The Socket will set it.
};

enum class NameOutcome {
  kNotChecked,
  kChecked,
  kCheckedIfGiven,  // Without a name, only the chain is verified.
  kOverride,        // The application opts out, which the policy does not
                    // allow; upgraded, it is as if it had not.
  kRefused,         // The policy requires a name.
  kRefusedIfNone,   // The same, once the Socket sets it.
  kContradiction,   // check_hostname is set, but the name is missing.
  kNameMissing,     // The library requires a name.
};

struct NameQuestion {
  ChainSaidBy chain;
  CheckHostname check_hostname;
  config::Hostname hostname;  // The policy's.
  Name name;
};

// Unset fields match anything.
struct NameRow {
  std::optional<CheckHostname> check_hostname;
  std::optional<ChainSaidBy> chain;
  std::optional<config::Hostname> hostname;
  std::optional<Name> name;
  NameOutcome outcome;
};

// The rows; the first that matches decides. Every question matches one.
absl::Span<const NameRow> NameRows();

// The row that decides; see NameRows.
const NameRow& DecideName(const NameQuestion& question);

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_NAME_DECISION_H_
