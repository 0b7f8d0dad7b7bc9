// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/writable.h"

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace airlock::launcher {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(PathStepsTest, AreEachLinkAndTheEnd) {
  std::string name = absl::StrCat(::testing::TempDir(), "/stepsXXXXXX");
  const std::string folder = PathSteps(mkdtemp(name.data())).back();
  const auto link = [&](const std::string& target, const std::string& path) {
    EXPECT_EQ(symlink(target.c_str(), absl::StrCat(folder, path).c_str()), 0);
  };
  link("/not/there", "/absolute");
  link("absolute", "/relative");
  link(".", "/here");
  link("loop", "/loop");
  const auto at = [&](const char* path) { return absl::StrCat(folder, path); };
  EXPECT_THAT(PathSteps(at("/none/at/all")), ElementsAre(at("/none/at/all")));
  EXPECT_THAT(PathSteps(at("/relative")),
              ElementsAre(at("/relative"), at("/absolute"), "/not/there"));
  // The parent of a link is the parent of its target.
  const std::string parent = folder.substr(0, folder.rfind('/'));
  EXPECT_THAT(PathSteps(at("//./here/../x")),
              ElementsAre(at("/here"), absl::StrCat(parent, "/x")));
  EXPECT_THAT(PathSteps(at("/loop")), SizeIs(41));
  EXPECT_THAT(PathSteps("/"), ElementsAre("/"));
  EXPECT_THAT(PathSteps("/.."), ElementsAre("/"));
  EXPECT_EQ(PathSteps("file").back().front(), '/');
}

}  // namespace
}  // namespace airlock::launcher
