// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A C host's environment, policy and clock.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_HOST_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_HOST_H_

#include <memory>

#include "absl/status/statusor.h"
#include "config/environment.h"
#include "platform/c/airlock.h"
#include "platform/c/internal/values.h"
#include "platform/host.h"
#include "platform/posix_host.h"

namespace airlock::c::internal {

// This machine, but with the clock and the policy from `given`.
absl::StatusOr<std::shared_ptr<platform::Host>> HostOf(
    const airlock_runtime_options& given, platform::LogSink log,
    UserDataPtr user);

// The environment from `given`, else that of this process; it names the policy
// from `given`.
absl::StatusOr<config::Environment> EnvironmentOf(
    const airlock_runtime_options& given);

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_HOST_H_
