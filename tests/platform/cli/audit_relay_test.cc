// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/audit_relay.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/internal/unique_fd.h"

namespace airlock::cli {
namespace {

using platform::internal::UniqueFd;
using ::testing::HasSubstr;

std::string MakeFifo(const std::string& name) {
  std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  EXPECT_EQ(mkfifo(path.c_str(), S_IRUSR | S_IWUSR), 0);
  return path;
}

TEST(AuditRelayTest, RefusesWhatItCannotWriteTo) {
  const UniqueFd readable(open("/dev/null", O_RDONLY | O_CLOEXEC));
  for (const std::string& target :
       {absl::StrCat("fd:", readable.get()), std::string("fd:-1"),
        MakeFifo("nobody_reads")}) {
    const auto relay = AuditRelay::Open(target);
    EXPECT_TRUE(absl::IsInvalidArgument(relay.status())) << target;
    EXPECT_THAT(relay.status().message(), HasSubstr(target));
  }
}

// More than a pipe holds.
TEST(AuditRelayTest, WaitsForWhoReadsAFifo) {
  const std::string path = MakeFifo("somebody_reads");
  const UniqueFd reader(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(reader.valid());
  auto relay = AuditRelay::Open(path);
  ASSERT_TRUE(relay.ok()) << relay.status();
  UniqueFd pipe(fcntl((*relay)->fd(), F_DUPFD_CLOEXEC, 0));
  (*relay)->Start();
  const std::string sent(1 << 20, 'x');
  std::thread writer([&] {
    EXPECT_EQ(write(pipe.get(), sent.data(), sent.size()),
              static_cast<ssize_t>(sent.size()));
    pipe = UniqueFd();
    relay->reset();  // Closes the FIFO.
  });
  ASSERT_EQ(fcntl(reader.get(), F_SETFL, 0), 0);
  size_t received = 0;
  std::array<char, 4096> chunk;
  for (;;) {
    const ssize_t size = read(reader.get(), chunk.data(), chunk.size());
    if (size <= 0) break;
    received += static_cast<size_t>(size);
  }
  writer.join();
  EXPECT_EQ(received, sent.size());
}

}  // namespace
}  // namespace airlock::cli
