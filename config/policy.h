// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the platform enforces, and where each setting came from.
#ifndef AIRLOCK_CONFIG_POLICY_H_
#define AIRLOCK_CONFIG_POLICY_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace airlock::config {

// A process's environment, by name.
using Environment = std::map<std::string, std::string>;

// How much of verification is the application's to decide. Each is stricter
// than the one before; an application may always be stricter still.
enum class Verification {
  // All of it: what it does not ask for is not verified.
  kOff,
  // All of it, but a client that says nothing verifies chain and name.
  kDefault,
  // Nothing: a client verifies chain and name, or is not made.
  kEnforce,
};

// "off", "default", "enforce".
absl::string_view VerificationName(Verification verification);

enum class TlsVersion { kTls1_0, kTls1_1, kTls1_2, kTls1_3 };

// Where a setting came from.
struct Origin {
  enum class Source {
    kBuiltIn,      // Nobody said anything.
    kEnvironment,  // The variable `name`, which has the value `value`.
  };
  Source source = Source::kBuiltIn;
  std::string name;
  std::string value;

  // For people: "AIRLOCK_VERIFY=enforce", "built in". Control characters and
  // what is not ASCII are escaped, and long values cut.
  std::string ToString() const;

  friend bool operator==(const Origin& a, const Origin& b) {
    return a.source == b.source && a.name == b.name && a.value == b.value;
  }
};

template <typename T>
struct Setting {
  T value{};
  Origin origin;
};

// A policy: a value, complete, and valid in itself.
struct VerificationPolicy {
  Setting<Verification> verification;
  // The lowest version that a connection may use, a client's or a server's;
  // unset: the application's choice.
  Setting<absl::optional<TlsVersion>> minimum_version;
};

// The policy that `environment` states. Pure and thread-safe.
//
//  - AIRLOCK_VERIFY: "off", "default" or "enforce", exactly so. Any other value
//    is an error (kInvalidArgument) that names it and what is accepted; the
//    empty one too, for an operator whose template came out empty meant
//    something, and "no policy" is the one guess that must not be made.
//  - PYTHONHTTPSVERIFY (PEP 493): "0" is `off`, empty is as if unset, any other
//    value is `default`.
//  - Of the two, the stricter counts. Neither set: `off`, with the origin
//    kBuiltIn.
//  - `enforce` sets the minimum version to TLS 1.2.
absl::StatusOr<VerificationPolicy> ParseEnvironment(
    const Environment& environment);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_POLICY_H_
