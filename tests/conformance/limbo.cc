// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Prints how Airlock's verdicts differ from those of x509-limbo:
//   bazel run //tests/conformance:limbo -- FILE [--profile compatible|strict]
#include <iostream>

#include "absl/types/span.h"
#include "tests/conformance/arguments.h"
#include "tests/conformance/limbo_suite.h"

int main(int argc, char** argv) {
  const auto arguments = airlock::testing::ReadArguments(
      absl::MakeConstSpan(argv, static_cast<size_t>(argc)).subspan(1));
  if (!arguments.has_value()) {
    std::cerr << "usage: limbo FILE [--profile compatible|strict]\n";
    return 2;
  }
  const auto file = airlock::testing::ReadWholeFile(arguments->path);
  if (!file.ok()) {
    std::cerr << file.status().message() << "\n";
    return 1;
  }
  const auto cases = airlock::testing::ReadLimbo(*file);
  if (!cases.ok()) {
    std::cerr << arguments->path << ": " << cases.status().message() << "\n";
    return 1;
  }
  std::cout << "profile: " << (arguments->strict ? "strict" : "compatible")
            << "\n"
            << airlock::testing::LimboReport(
                   airlock::testing::RunLimbo(*cases, arguments->strict));
  return 0;
}
