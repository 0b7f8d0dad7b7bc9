// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// BoringSSL alone, with everything made once: what Airlock is compared with.
#ifndef AIRLOCK_TESTS_BENCH_BORINGSSL_CONTESTANT_H_
#define AIRLOCK_TESTS_BENCH_BORINGSSL_CONTESTANT_H_

#include <memory>

#include "tests/bench/contestant.h"

namespace airlock::bench {

std::unique_ptr<Contestant> MakeBoringSsl(const Setting& setting);

}  // namespace airlock::bench

#endif  // AIRLOCK_TESTS_BENCH_BORINGSSL_CONTESTANT_H_
