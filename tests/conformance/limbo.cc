// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Prints how Airlock's verdicts differ from those of x509-limbo:
//   bazel run //tests/conformance:limbo -- FILE [--profile compatible|strict]
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/conformance/limbo_suite.h"

namespace {

// `bazel run` starts programs in another folder than the user's.
std::string FromUsersFolder(const std::string& path) {
  const char* folder = std::getenv("BUILD_WORKING_DIRECTORY");
  if (folder == nullptr || absl::StartsWith(path, "/")) return path;
  return absl::StrCat(folder, "/", path);
}

int Usage() {
  std::cerr << "usage: limbo FILE [--profile compatible|strict]\n";
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  std::string path;
  std::string profile = "compatible";
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--profile" && i + 1 < argc) {
      profile = argv[++i];
    } else if (absl::StartsWith(argument, "--profile=")) {
      profile = argument.substr(argument.find('=') + 1);
    } else if (path.empty() && !absl::StartsWith(argument, "-")) {
      path = argument;
    } else {
      return Usage();
    }
  }
  if (path.empty() || (profile != "compatible" && profile != "strict")) {
    return Usage();
  }
  std::ifstream in(FromUsersFolder(path), std::ios::binary);
  if (!in) {
    std::cerr << path << " cannot be read\n";
    return 1;
  }
  const std::string file((std::istreambuf_iterator<char>(in)),
                         std::istreambuf_iterator<char>());
  const auto cases = airlock::testing::ReadLimbo(file);
  if (!cases.ok()) {
    std::cerr << path << ": " << cases.status().message() << "\n";
    return 1;
  }
  std::cout << "profile: " << profile << "\n"
            << airlock::testing::LimboReport(
                   airlock::testing::RunLimbo(*cases, profile == "strict"));
  return 0;
}
