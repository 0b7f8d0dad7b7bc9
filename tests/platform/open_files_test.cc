// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What WrapSocket makes of files, as strace sees it: it opens the bundle, once,
// and nothing else.

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"
#include "platform/runtime.h"
#include "ssl/socket.h"
#include "tests/support/process.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

using ::airlock::testing::FindProgram;
using ::airlock::testing::Process;
using ::airlock::testing::ProcessOptions;
using ::airlock::testing::ReadTestdata;
using ::airlock::testing::TestdataPath;
using ::testing::ElementsAre;

constexpr char kTraced[] = "OPEN_FILES_TEST_TRACED";
// A file that does not exist: looking for it marks a place in strace's output.
constexpr char kMark[] = "/airlock/connections/begin/here";

// Makes a connection and moves data both ways.
void Talk(Runtime* runtime) {
  auto [client_end, server_end] = MakeMemoryTransports();
  WrapOptions client_options;
  client_options.server_hostname = "localhost";
  client_options.ca_certs = CaPath{TestdataPath("certs/ca.pem")};
  client_options.do_handshake_on_connect = false;
  WrapOptions server_options;
  server_options.server_side = true;
  server_options.certfile =
      ssl::Secret(ReadTestdata("certs/server_p256_chain.pem"));
  server_options.keyfile = ssl::Secret(ReadTestdata("certs/server_p256.key"));
  server_options.do_handshake_on_connect = false;
  access(kMark, F_OK);
  auto client =
      runtime->WrapSocket(std::move(client_end), std::move(client_options));
  auto server =
      runtime->WrapSocket(std::move(server_end), std::move(server_options));
  ASSERT_TRUE(client.ok()) << client.status();
  ASSERT_TRUE(server.ok()) << server.status();
  for (int i = 0; i < 10; ++i) {
    ASSERT_FALSE((*client)->Handshake().failed());
    ASSERT_FALSE((*server)->Handshake().failed());
  }
  ASSERT_TRUE((*client)->peer_verified());
  ASSERT_TRUE((*server)->Write({1, 2, 3}).done());
  uint8_t buffer[10];
  ASSERT_TRUE((*client)->Read(absl::MakeSpan(buffer)).done());
  (void)(*client)->Shutdown();
  (void)(*server)->Shutdown();
  // Ends what the caller looks at; the next call reads files of the test.
  access(kMark, F_OK);
}

TEST(OpenFilesTest, Traced) {
  if (std::getenv(kTraced) == nullptr) GTEST_SKIP() << "runs under strace";
  auto runtime =
      Runtime::Create(std::make_shared<PosixHost>(), ProcessEnvironment());
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  for (int i = 0; i < 3; ++i) Talk(runtime->get());
}

// The files that were opened between the marks, without their directory.
std::vector<std::string> OpenedIn(const std::string& log, int* marks) {
  std::vector<std::string> opened;
  bool talking = false;
  std::ifstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    if (absl::StrContains(line, kMark)) {
      talking = !talking;
      ++*marks;
    } else if (talking && absl::StrContains(line, "open")) {
      const size_t end = line.find("\", ");
      const size_t begin = line.find_last_of("/\"", end - 1) + 1;
      opened.push_back(line.substr(begin, end - begin));
    }
  }
  return opened;
}

TEST(OpenFilesTest, WrapSocketOpensTheBundleOnce) {
  const auto strace = FindProgram("strace", "strace");
  ASSERT_TRUE(strace.ok()) << strace.status();
  const std::string log =
      absl::StrCat(::testing::TempDir(), "/open_files_test.strace");
  ProcessOptions options;
  char self[4096] = "";
  ASSERT_GT(readlink("/proc/self/exe", self, sizeof(self) - 1), 0);
  options.arguments = {*strace,
                       "-f",
                       "-o",
                       log,
                       "-e",
                       "trace=open,openat,openat2,creat,access,faccessat,"
                       "faccessat2",
                       self,
                       "--gtest_filter=OpenFilesTest.Traced"};
  options.environment = {absl::StrCat(kTraced, "=1")};
  for (const char* const name : {"TEST_SRCDIR", "TEST_WORKSPACE"}) {
    if (const char* const value = std::getenv(name)) {
      options.environment.push_back(absl::StrCat(name, "=", value));
    }
  }
  auto process = Process::Start(options);
  ASSERT_TRUE(process.ok()) << process.status();
  const auto status = (*process)->Wait();
  if (absl::StrContains((*process)->errors(), "PTRACE") ||
      absl::StrContains((*process)->errors(), "ptrace")) {
    GTEST_SKIP() << "strace cannot trace here: " << (*process)->errors();
  }
  ASSERT_TRUE(status.ok() && *status == 0) << (*process)->Transcript();
  int marks = 0;
  const std::vector<std::string> opened = OpenedIn(log, &marks);
  EXPECT_EQ(marks, 6);
  EXPECT_THAT(opened, ElementsAre("ca.pem"));
}

}  // namespace
}  // namespace airlock::platform
