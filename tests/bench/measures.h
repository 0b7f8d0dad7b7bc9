// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What is measured once in a process of its own: cold starts and memory.
#ifndef AIRLOCK_TESTS_BENCH_MEASURES_H_
#define AIRLOCK_TESTS_BENCH_MEASURES_H_

#include <cstdint>
#include <string>

#include "tests/bench/contestant.h"
#include "tests/bench/figures.h"

namespace airlock::bench {

// Measures `what`, and returns a JSON object of numbers:
//
//   cold         the first connection from nothing, and later ones
//   connections  `count` idle connections, both ends
//   contexts     `count` more contexts with the same content
//   credentials  servers with `count` different credentials, twice each
//   chain        connections that present the chain of `count` certificates,
//                chain_COUNT.pem in the certificates' folder
//
// Ends the program if it is unknown.
std::string Measure(const MakeContestant& make, const Material& material,
                    const std::string& what, uint64_t count);

}  // namespace airlock::bench

#endif  // AIRLOCK_TESTS_BENCH_MEASURES_H_
