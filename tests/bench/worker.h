// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The program that runs contestants:
//
//   WORKER NAME CERTS BUNDLE                 obeys standard input
//   WORKER NAME CERTS BUNDLE once FIGURE N   for callgrind
//   WORKER NAME CERTS BUNDLE measure WHAT N  memory and growth, once
//
// On standard input, each line is a command, whose answer is one line:
//
//   list            the figures, with spaces between them
//   run FIGURE N    CPU and wall nanoseconds and allocations of N operations;
//                   a number that is unknown is -1
#ifndef AIRLOCK_TESTS_BENCH_WORKER_H_
#define AIRLOCK_TESTS_BENCH_WORKER_H_

#include <map>
#include <string>

#include "tests/bench/contestant.h"

namespace airlock::bench {

// main() of a worker with these contestants.
int WorkerMain(int argc, char** argv,
               const std::map<std::string, MakeContestant>& contestants);

}  // namespace airlock::bench

#endif  // AIRLOCK_TESTS_BENCH_WORKER_H_
