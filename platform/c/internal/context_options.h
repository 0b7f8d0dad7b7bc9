// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Converts the C struct of context options.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_CONTEXT_OPTIONS_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_CONTEXT_OPTIONS_H_

#include "absl/status/status.h"
#include "platform/c/airlock.h"
#include "platform/keys/key_client.h"
#include "platform/runtime.h"
#include "ssl/options.h"

namespace airlock::c::internal {

// Sets everything in `given` except callbacks.
absl::Status PutOptions(const airlock_context_options& given,
                        keys::KeyClient* keys,
                        platform::ContextRequest* request,
                        ssl::ContextOptions* options);

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_CONTEXT_OPTIONS_H_
