// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/support/testdata.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace airlock::testing {

std::string TestdataPath(absl::string_view name) {
  // Bazel sets both; neither is needed when run from the tree's root.
  const char* srcdir = std::getenv("TEST_SRCDIR");
  const char* workspace = std::getenv("TEST_WORKSPACE");
  if (srcdir == nullptr || workspace == nullptr) {
    return absl::StrCat("testdata/", name);
  }
  return absl::StrCat(srcdir, "/", workspace, "/testdata/", name);
}

std::string ReadTestdata(absl::string_view name) {
  const std::string path = TestdataPath(name);
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::abort();
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace airlock::testing
