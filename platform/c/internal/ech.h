// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Encrypted Client Hello in the structs of airlock.h.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_ECH_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_ECH_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/c/airlock.h"
#include "ssl/ech.h"

namespace airlock::c::internal {

// A server's keys; null if they are not given.
absl::StatusOr<std::shared_ptr<const ssl::EchKeys>> GivenEchKeys(
    airlock_bytes ech_keys);

// A client's options; `configs` is null if they are not given.
absl::Status PutEch(airlock_bytes ech_configs, int32_t ech_grease,
                    std::shared_ptr<const ssl::EchConfigs>* configs,
                    bool* grease);

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_ECH_H_
