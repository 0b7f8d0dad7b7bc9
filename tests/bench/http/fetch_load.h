// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the clients of the HTTP benchmark have in common: their arguments and
// the one line that they print.
#ifndef AIRLOCK_TESTS_BENCH_HTTP_FETCH_LOAD_H_
#define AIRLOCK_TESTS_BENCH_HTTP_FETCH_LOAD_H_

#include <chrono>
#include <string>

namespace airlock::bench {

struct FetchLoad {
  std::string url;
  std::string ca_file;
  int fetches = 0;
  int at_once = 1;
  // Each fetch makes its own connection; sessions are resumed.
  bool new_connections = false;
  bool http2 = false;
};

// From URL CA_FILE FETCHES AT_ONCE keep|new 1.1|2; exits with 2 otherwise.
FetchLoad LoadFromArguments(int argc, char** argv);

// Prints {"seconds":S,"failures":N,"bytes":N}; returns the exit status: 1 if a
// fetch has failed.
int PrintResult(std::chrono::steady_clock::duration duration, int failures,
                unsigned long long bytes);

}  // namespace airlock::bench

#endif  // AIRLOCK_TESTS_BENCH_HTTP_FETCH_LOAD_H_
