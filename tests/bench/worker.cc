// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/worker.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "tests/bench/figures.h"
#include "tests/bench/measures.h"

namespace airlock::bench {
namespace {

void Obey(Figures* figures) {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string command;
    std::string figure;
    uint64_t count = 0;
    words >> command >> figure >> count;
    if (command == "list") {
      for (const std::string& name : figures->names()) {
        std::printf("%s ", name.c_str());
      }
      std::printf("\n");
    } else {
      Require(command == "run" && count > 0, "the command");
      const Cost cost = figures->Run(figure, count);
      std::printf("%.0f %.0f %" PRIu64 "\n", cost.cpu_ns, cost.wall_ns,
                  cost.allocations);
    }
    std::fflush(stdout);
  }
}

}  // namespace

int WorkerMain(int argc, char** argv,
               const std::map<std::string, MakeContestant>& contestants) {
  Require(argc == 4 || argc == 7, "finding the arguments");
  const auto contestant = contestants.find(argv[1]);
  Require(contestant != contestants.end(), "finding the contestant");
  const Material material{argv[2], argv[3]};
  if (argc == 4) {
    Figures figures(contestant->second, material);
    Obey(&figures);
    return 0;
  }
  const std::string mode = argv[4];
  const uint64_t count = std::strtoull(argv[6], nullptr, 10);
  if (mode == "once") {
    Figures(contestant->second, material).Run(argv[5], count);
    return 0;
  }
  Require(mode == "measure", "the mode");
  std::printf("%s\n",
              Measure(contestant->second, material, argv[5], count).c_str());
  return 0;
}

}  // namespace airlock::bench
