// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// One policy out of those of several sources. The strictest wins; only the
// operator's file relaxes, and only by an exception for a host.
#ifndef AIRLOCK_CONFIG_EFFECTIVE_POLICY_H_
#define AIRLOCK_CONFIG_EFFECTIVE_POLICY_H_

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "config/policy.h"

namespace airlock::config {

// What `policies`, in the order of their precedence (operator's file,
// environment, app.yaml), come to. Of each setting the strictest statement
// takes effect, the first of equals; of ca_certs and groups the first; of
// verify_flags all. The settings keep what they overrode.
//
// Where verification is enforced, these have a floor, which only the operator's
// file lowers: security_level 2 (and 1 even there), partial_chain forbid and
// application_cas audit. Pure and thread-safe.
VerificationPolicy EffectivePolicy(
    absl::Span<const VerificationPolicy> policies);

// The one exception of `policy` for `host` that holds on `today`, in UTC; null
// where there is none. An exact name goes before a "*.suffix". Lives as long as
// `policy`. Pure and thread-safe.
const PolicyException* ExceptionFor(const VerificationPolicy& policy,
                                    absl::string_view host,
                                    absl::CivilDay today);

// `policy`, for connections to or from `host`, a DNS name or IP address as the
// application gives it; empty where it gives none, and then no exception holds.
// What ExceptionFor this host says replaces what the policy does. The result
// has no exceptions. Pure and thread-safe.
VerificationPolicy PolicyForHost(const VerificationPolicy& policy,
                                 absl::string_view host, absl::CivilDay today);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_EFFECTIVE_POLICY_H_
