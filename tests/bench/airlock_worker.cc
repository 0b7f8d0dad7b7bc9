// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// BoringSSL and Airlock.

#include "tests/bench/airlock_contestant.h"
#include "tests/bench/boringssl_contestant.h"
#include "tests/bench/worker.h"

int main(int argc, char** argv) {
  using namespace airlock::bench;
  return WorkerMain(argc, argv,
                    {{"boringssl", MakeBoringSsl},
                     {"airlock-wrap", MakeAirlockWrap},
                     {"airlock-context", MakeAirlockContext},
                     {"airlock-keyd", MakeAirlockKeyd},
                     {"airlock-c", MakeAirlockC}});
}
