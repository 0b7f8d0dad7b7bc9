// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/sandbox.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"

namespace airlock::launcher {
namespace {

using ::testing::Contains;

// The paths outside that bwrap mounts, as its options in the file `fd` say.
std::vector<std::string> Mounted(int fd) {
  std::string options;
  std::array<char, 4096> part;
  ssize_t size = 0;
  while ((size = pread(fd, part.data(), part.size(),
                       static_cast<off_t>(options.size()))) > 0) {
    options.append(part.data(), static_cast<size_t>(size));
  }
  const std::vector<std::string> words = absl::StrSplit(options, '\0');
  std::vector<std::string> paths;
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (absl::StartsWith(words[i], "--") &&
        absl::StrContains(words[i], "bind") && words[i] != "--ro-bind-data") {
      paths.push_back(words[i + 1]);
    }
  }
  return paths;
}

// Keys must not be there.
TEST(SandboxTest, SaysAllThatItShows) {
  std::string folder = absl::StrCat(::testing::TempDir(), "/sandboxXXXXXX");
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string bwrap = absl::StrCat(folder, "/bwrap");
  std::ofstream(bwrap) << "#!/bin/sh\n";
  ASSERT_EQ(chmod(bwrap.c_str(), 0755), 0);
  const std::string module = absl::StrCat(folder, "/modules/py3/_ssl.so");
  std::filesystem::create_directories(absl::StrCat(folder, "/modules/py3"));
  std::ofstream(module) << "a module";
  platform::FakeHost host;
  host.SetFile("/usr/lib/libx.so.1", "");
  host.SetFile("/usr/share/x", "");
  host.SetFile("/opt/python/lib/python3.11/lib-dynload/_ssl.so", "");
  SandboxPlan plan;
  plan.python.executable = "/opt/python/bin/python3.11";
  plan.python.release = "3.11.2";
  plan.python.prefixes = {"/opt/python"};
  plan.modules = absl::StrCat(folder, "/modules");
  plan.folder = "/srv/shop";
  plan.programs = {"/opt/tool"};
  plan.any_program = true;  // Without Landlock.
  plan.readable = {"/srv/bundle.pem"};
  plan.writable = {"/srv/data"};
  plan.audit = "/srv/audit";
  const absl::StatusOr<SandboxedProgram> made =
      WrapInSandbox(plan, {plan.python.executable}, {{"PATH", folder}}, &host);
  ASSERT_TRUE(made.ok()) << made.status();
  int options = -1;
  ASSERT_TRUE(absl::SimpleAtoi(made->program.argv[2], &options));
  EXPECT_EQ(made->visible, Mounted(options));
  for (const std::string& path : std::vector<std::string>{
           "/etc/ssl/certs", "/etc/pki/tls/certs", "/usr/lib/libx.so.1",
           "/usr/share", "/usr/bin/env", "/opt/python",
           "/opt/python/bin/python3.11", "/opt/tool", "/srv/shop",
           "/srv/bundle.pem", "/srv/data", "/srv/audit", module}) {
    EXPECT_THAT(made->visible, Contains(path));
  }
}

}  // namespace
}  // namespace airlock::launcher
