// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/audit_relay.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/internal/unique_fd.h"

namespace airlock::launcher {
namespace {

using platform::internal::UniqueFd;
using ::testing::HasSubstr;

std::string MakeFifo(const std::string& name) {
  std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  EXPECT_EQ(mkfifo(path.c_str(), S_IRUSR | S_IWUSR), 0);
  return path;
}

TEST(AuditRelayTest, RefusesUnwritableTargets) {
  const UniqueFd readable(open("/dev/null", O_RDONLY | O_CLOEXEC));
  for (const std::string& target :
       {absl::StrCat("fd:", readable.get()), std::string("fd:-1"),
        MakeFifo("nobody_reads")}) {
    const auto relay = AuditRelay::Open(target);
    EXPECT_TRUE(absl::IsInvalidArgument(relay.status())) << target;
    EXPECT_THAT(relay.status().message(), HasSubstr(target));
  }
}

std::string Line(int number) {
  return absl::StrCat(R"({"time":"now","action":"test","number":)", number,
                      "}\n");
}

// Opens it like a process in the sandbox.
UniqueFd OpenToWrite(const AuditRelay& relay) {
  return UniqueFd(open(relay.fifo().c_str(), O_WRONLY | O_CLOEXEC));
}

// More than a pipe can hold.
TEST(AuditRelayTest, WaitsForTheReaderOfAFifo) {
  const std::string path = MakeFifo("somebody_reads");
  const UniqueFd reader(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(reader.valid());
  auto relay = AuditRelay::Open(path);
  ASSERT_TRUE(relay.ok()) << relay.status();
  UniqueFd pipe = OpenToWrite(**relay);
  (*relay)->Start();
  std::string sent;
  for (int i = 0; i < 4000; ++i) sent += Line(i);
  std::thread writer([&] {
    EXPECT_EQ(write(pipe.get(), sent.data(), sent.size()),
              static_cast<ssize_t>(sent.size()));
    pipe = UniqueFd();
    relay->reset();  // Closes the FIFO.
  });
  ASSERT_EQ(fcntl(reader.get(), F_SETFL, 0), 0);
  std::string received;
  std::array<char, 4096> chunk;
  for (;;) {
    const ssize_t size = read(reader.get(), chunk.data(), chunk.size());
    if (size <= 0) break;
    received.append(chunk.data(), static_cast<size_t>(size));
  }
  writer.join();
  EXPECT_EQ(received, sent);
}

TEST(AuditRelayTest, ItsFifoIsForWriting) {
  const std::string file = absl::StrCat(::testing::TempDir(), "/audit.jsonl");
  auto relay = AuditRelay::Open(file);
  ASSERT_TRUE(relay.ok()) << relay.status();
  struct stat status;
  ASSERT_EQ(stat((*relay)->fifo().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode, S_IFIFO | S_IWUSR);
  const std::string fifo = (*relay)->fifo();
  const UniqueFd writer = OpenToWrite(**relay);
  (*relay)->Hide();
  EXPECT_NE(access(fifo.c_str(), F_OK), 0);
  EXPECT_NE(access(fifo.substr(0, fifo.rfind('/')).c_str(), F_OK), 0);
  // Data from before the start is not lost, nor is a line without newline.
  const std::string line = Line(1);
  ASSERT_GT(write(writer.get(), line.data(), line.size()), 0);
  (*relay)->Start();
  ASSERT_GT(write(writer.get(), line.data(), line.size() - 1), 0);
  relay->reset();
  std::ifstream content(file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(content), {}),
            absl::StrCat(line, line));
}

}  // namespace
}  // namespace airlock::launcher
