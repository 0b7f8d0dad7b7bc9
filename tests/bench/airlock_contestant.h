// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Airlock's ways in, as contestants.
#ifndef AIRLOCK_TESTS_BENCH_AIRLOCK_CONTESTANT_H_
#define AIRLOCK_TESTS_BENCH_AIRLOCK_CONTESTANT_H_

#include <memory>

#include "tests/bench/contestant.h"

namespace airlock::bench {

// Runtime::WrapSocket: each connection from strings and the bundle's path.
std::unique_ptr<Contestant> MakeAirlockWrap(const Setting& setting);

// One Context for each side, made once by Runtime::CreateContext.
std::unique_ptr<Contestant> MakeAirlockContext(const Setting& setting);

// The same, with the server's key in a key service: another process, confined
// as `airlock keyd` is.
std::unique_ptr<Contestant> MakeAirlockKeyd(const Setting& setting);

// As MakeAirlockContext, through platform/c/airlock.h.
std::unique_ptr<Contestant> MakeAirlockC(const Setting& setting);

}  // namespace airlock::bench

#endif  // AIRLOCK_TESTS_BENCH_AIRLOCK_CONTESTANT_H_
