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
// counts, the first of equals; of ca_certs the first. The settings keep what
// they overrode. Pure and thread-safe.
VerificationPolicy EffectivePolicy(
    absl::Span<const VerificationPolicy> policies);

// `policy`, for connections to or from `host`, a DNS name or IP address as the
// application gives it; empty where it gives none, and then no exception holds.
// What the one exception for this host says replaces what the policy does; an
// exact name goes before a "*.suffix". One that expired before `today`, the
// date in UTC, does not hold. The result has no exceptions. Pure and
// thread-safe.
VerificationPolicy PolicyForHost(const VerificationPolicy& policy,
                                 absl::string_view host, absl::CivilDay today);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_EFFECTIVE_POLICY_H_
