// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A context's callbacks into C.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_CONTEXT_CALLBACKS_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_CONTEXT_CALLBACKS_H_

#include "platform/c/airlock.h"
#include "platform/c/internal/values.h"
#include "ssl/options.h"

namespace airlock::c::internal {

// Sets the callbacks of `options` that `given` has; each holds `user`.
void PutCallbacks(const airlock_context_options& given, const UserDataPtr& user,
                  ssl::ContextOptions* options);

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_CONTEXT_CALLBACKS_H_
