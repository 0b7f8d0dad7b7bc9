// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What an application's options ask of a policy.
#ifndef AIRLOCK_PLATFORM_INTERNAL_POLICY_REQUEST_H_
#define AIRLOCK_PLATFORM_INTERNAL_POLICY_REQUEST_H_

#include <string>
#include <vector>

#include "platform/apply_policy.h"
#include "platform/context_request.h"
#include "platform/wrap_options.h"
#include "ssl/options.h"

namespace airlock::platform::internal {

// All but own_ca_certs, which takes reading bundles.
VerificationRequest RequestOf(const WrapOptions& options);
VerificationRequest RequestOf(const ContextRequest& given,
                              const ssl::ContextOptions& options);

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_POLICY_REQUEST_H_
