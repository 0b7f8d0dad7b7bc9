// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Converts an application's options to a VerificationRequest.
#ifndef AIRLOCK_PLATFORM_INTERNAL_POLICY_REQUEST_H_
#define AIRLOCK_PLATFORM_INTERNAL_POLICY_REQUEST_H_

#include <string>
#include <vector>

#include "platform/apply_policy.h"
#include "platform/context_request.h"
#include "platform/wrap_options.h"
#include "ssl/options.h"

namespace airlock::platform::internal {

// What a Socket with `options` wants of Encrypted Client Hello.
EchRequest EchRequestOf(const WrapOptions& options);

// Sets everything except own_ca_certs, which requires reading bundles.
VerificationRequest RequestOf(const WrapOptions& options);
VerificationRequest RequestOf(const ContextRequest& given,
                              const ssl::ContextOptions& options);

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_POLICY_REQUEST_H_
