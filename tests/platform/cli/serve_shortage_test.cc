// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock serve` without free descriptors, or room for its files.

#include <signal.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/posix_transport.h"
#include "platform/tcp.h"
#include "tests/platform/cli/process.h"

namespace airlock::testing {
namespace {

std::string MakeDirectory() {
  std::string path = absl::StrCat(::testing::TempDir(), "/rootXXXXXX");
  EXPECT_NE(mkdtemp(&path[0]), nullptr);
  return path;
}

// Connections that send nothing.
std::vector<std::unique_ptr<platform::PosixTransport>> Silent(
    const Server& server, int count) {
  const size_t colon = server.address().find(':');
  uint32_t port = 0;
  EXPECT_TRUE(absl::SimpleAtoi(server.address().substr(colon + 1), &port));
  std::vector<std::unique_ptr<platform::PosixTransport>> silent;
  for (int i = 0; i < count; ++i) {
    auto connection = platform::Dial("127.0.0.1", static_cast<uint16_t>(port),
                                     absl::Minutes(1));
    EXPECT_TRUE(connection.ok()) << connection.status();
    if (connection.ok()) silent.push_back(*std::move(connection));
  }
  return silent;
}

TEST(ServeShortageTest, OutlivesAWantOfDescriptors) {
  // The leak checker needs descriptors itself, at the end.
  Server server({"--self-signed"}, {{"ASAN_OPTIONS", "detect_leaks=0"}});
  // Fewer than needed for the silent connections below.
  server.process().LimitDescriptors(64);
  auto silent = Silent(server, 64);
  EXPECT_TRUE(server.process().WaitForErrors("ulimit -n"));
  silent.clear();
  Process client({"connect", server.address(), "--insecure"});
  client.Write("x\n");
  EXPECT_TRUE(client.WaitForOutput("x\n"));
  // Stopping needs no descriptor either, even with an open connection.
  server.process().LimitDescriptors(3);
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait(), 0) << server.process().errors();
}

// Silent clients do not use up the descriptors for other clients' files.
TEST(ServeShortageTest, FilesCanBeOpenedForWhoIsServed) {
  const std::string root = MakeDirectory();
  Server server({"--self-signed", "--root", root},
                {{"ASAN_OPTIONS", "detect_leaks=0"}});
  server.process().LimitDescriptors(32);
  const auto silent = Silent(server, 48);
  EXPECT_TRUE(server.process().WaitForErrors("ulimit -n"));
  for (int i = 0; i < 3; ++i) {
    Process client({"connect", server.address(), "--insecure"});
    client.Write("GET / HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(client.WaitForOutput("HTTP/1.0 200 OK")) << client.output();
  }
}

// SIGXFSZ would end the server.
TEST(ServeShortageTest, OutlivesAnUploadThatIsTooLargeForItsFileSystem) {
  const std::string uploads = MakeDirectory();
  Server server({"--self-signed", "--upload", uploads});
  server.process().LimitFiles(1000);
  for (int i = 0; i < 2; ++i) {
    Process client({"connect", server.address(), "--insecure"});
    client.Write(absl::StrCat(
        "PUT /_upload/a HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n",
        std::string(5000, 'x')));
    EXPECT_TRUE(client.WaitForOutput("HTTP/1.1 413 ")) << client.output();
  }
  EXPECT_TRUE(std::filesystem::is_empty(uploads));
}

TEST(ServeShortageTest, OutlivesAKeyLogThatIsTooLargeForItsFileSystem) {
  const std::string keys = absl::StrCat(MakeDirectory(), "/keys");
  Server server({"--self-signed", "--keylog", keys});
  server.process().LimitFiles(100);
  for (int i = 0; i < 2; ++i) {
    Process client({"connect", server.address(), "--insecure"});
    client.Write("x\n");
    EXPECT_TRUE(client.WaitForOutput("x\n")) << client.errors();
  }
  EXPECT_TRUE(server.process().WaitForErrors("--keylog: the file "));
  EXPECT_LE(std::filesystem::file_size(keys), 100);
}

}  // namespace
}  // namespace airlock::testing
