// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Combines the policies of several sources. The strictest takes effect; only
// the operator's file can relax it, and only with an exception for a host.
#ifndef AIRLOCK_CONFIG_EFFECTIVE_POLICY_H_
#define AIRLOCK_CONFIG_EFFECTIVE_POLICY_H_

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "config/policy.h"

namespace airlock::config {

// Combines `policies`, in order of precedence (operator's file, environment,
// app.yaml). For each setting the strictest value takes effect, or the first of
// equally strict ones; for ca_certs and groups the first; for verify_flags all.
// The settings keep what they overrode.
//
// If verification is enforced, these settings have a floor, which only the
// operator's file can lower: security_level 2 (at least 1 even there), profile
// strict, partial_chain forbid and application_cas audit. Pure and thread-safe.
VerificationPolicy EffectivePolicy(
    absl::Span<const VerificationPolicy> policies);

// The exception of `policy` for `host` that is valid on `today` (UTC); or null.
// An exact name takes precedence over a "*.suffix". Null says nothing about a
// `host` that is not HostPattern::IsHost: do not connect to it. The result is
// valid as long as `policy`. Pure and thread-safe.
const PolicyException* ExceptionFor(const VerificationPolicy& policy,
                                    absl::string_view host,
                                    absl::CivilDay today);

// `policy` for connections to or from `host`, a DNS name or IP address as given
// by the application; if it is empty, no exception applies. The settings of the
// exception from ExceptionFor replace those of the policy. The result has no
// exceptions. Pure and thread-safe.
VerificationPolicy PolicyForHost(const VerificationPolicy& policy,
                                 absl::string_view host, absl::CivilDay today);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_EFFECTIVE_POLICY_H_
