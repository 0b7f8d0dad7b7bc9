// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/http/fetch_load.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace airlock::bench {

FetchLoad LoadFromArguments(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr,
                 "usage: %s URL CA_FILE FETCHES AT_ONCE keep|new 1.1|2\n",
                 argv[0]);
    std::exit(2);
  }
  FetchLoad load;
  load.url = argv[1];
  load.ca_file = argv[2];
  load.fetches = std::atoi(argv[3]);
  load.at_once = std::atoi(argv[4]);
  load.new_connections = std::strcmp(argv[5], "new") == 0;
  load.http2 = std::strcmp(argv[6], "2") == 0;
  return load;
}

int PrintResult(std::chrono::steady_clock::duration duration, int failures,
                unsigned long long bytes) {
  std::printf("{\"seconds\":%.6f,\"failures\":%d,\"bytes\":%llu}\n",
              std::chrono::duration<double>(duration).count(), failures, bytes);
  return failures == 0 ? 0 : 1;
}

}  // namespace airlock::bench
