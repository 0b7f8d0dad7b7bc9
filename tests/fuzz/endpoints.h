// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The contexts that the TLS targets choose from.
#ifndef AIRLOCK_TESTS_FUZZ_ENDPOINTS_H_
#define AIRLOCK_TESTS_FUZZ_ENDPOINTS_H_

#include <memory>
#include <vector>

#include "ssl/context.h"

namespace airlock::fuzz {

using Contexts = std::vector<std::shared_ptr<const ssl::Context>>;

// Made once. All clients verify their server.
const Contexts& ClientContexts();

// Made once. The one at kVerifyingServer requires a client certificate.
inline constexpr size_t kVerifyingServer = 1;
const Contexts& ServerContexts();

}  // namespace airlock::fuzz

#endif  // AIRLOCK_TESTS_FUZZ_ENDPOINTS_H_
