// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Commands that may open only a few descriptors, for each small number of them:
// they work, or fail and say why.

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/platform/cli/process.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

// The loader's, if it cannot open the libraries of a program.
constexpr int kNotStarted = 127;

// Runs it with descriptors below `limit` only. Its standard error goes where
// its output goes.
int RunWith(int limit, const std::string& command, std::string* shown) {
  const std::string script =
      absl::StrCat("exec /bin/bash -c 'ulimit -n ", limit,
                   " && exec platform/cli/airlock ", command, "' 2>&1");
  FILE* const pipe = popen(script.c_str(), "r");
  if (pipe == nullptr) return -1;
  std::array<char, 4096> part;
  while (const size_t size = fread(part.data(), 1, part.size(), pipe)) {
    shown->append(part.data(), size);
  }
  const int status = pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(FewDescriptorsTest, WorkOrFailAndSayWhy) {
  const Server server(
      {"--self-signed", "--root", TestdataPath("certs/ca_dir")});
  const std::string ca = TestdataPath("certs/ca.pem");
  const std::string audit = absl::StrCat(::testing::TempDir(), "/audit");
  for (const std::string& command : std::vector<std::string>{
           absl::StrCat("connect --no-io --insecure ", server.address()),
           absl::StrCat("connect --no-io --insecure --keylog=", audit,
                        ".keys --audit=", audit, " ", server.address()),
           absl::StrCat("fetch --insecure https://", server.address(), "/"),
           absl::StrCat("fetch --insecure --output=", audit, ".page https://",
                        server.address(), "/"),
           absl::StrCat("ca --ca=", ca), std::string("policy"),
           std::string("serve --self-signed --port=99999")}) {
    std::string usual;
    const int status = RunWith(64, command, &usual);
    int failures = 0;
    int successes = 0;
    for (int limit = 3; limit < 20; ++limit) {
      std::string shown;
      const int with_few = RunWith(limit, command, &shown);
      if (with_few == kNotStarted) continue;
      if (with_few == status &&
          !absl::StrContains(shown, "Too many open files")) {
        ++successes;
        continue;
      }
      ++failures;
      EXPECT_GT(with_few, 0) << command << ", " << limit << ": " << shown;
      EXPECT_THAT(shown, HasSubstr("Too many open files"))
          << command << ", " << limit;
    }
    EXPECT_GT(successes, 0) << command << ": " << usual;
    RecordProperty(command.substr(0, command.find(' ')), failures);
  }
}

}  // namespace
}  // namespace airlock::testing
