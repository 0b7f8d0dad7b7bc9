// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock serve` with few descriptors, and clients that send nothing, parts,
// or nonsense: it serves the others, and needs no more memory in the end than
// after the first of them.

#include <signal.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/posix_transport.h"
#include "platform/tcp.h"
#include "ssl/io_result.h"
#include "tests/platform/cli/process.h"

namespace airlock::testing {
namespace {

using ::testing::HasSubstr;

using Connection = std::unique_ptr<platform::PosixTransport>;

// The start of a ClientHello of 16 KiB, and of its record.
const std::string& StartOfHello() {
  static const auto* start =
      new std::string("\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03", 11);
  return *start;
}

// What clients send before they fall silent or go.
std::vector<std::string> Nonsense() {
  return {
      "",
      StartOfHello(),
      absl::StrCat(StartOfHello(), std::string(5000, '\x05')),
      absl::StrCat(StartOfHello(), std::string(20000, '\x05')),
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      std::string("\x15\x03\x03\x00\x02\x02\x28", 7),  // An alert.
      std::string("\x17\x03\x03\x00\x01x", 6),
      std::string(70000, '\xff'),
      std::string(70000, '\0'),
  };
}

Connection Dial(const Server& server) {
  const std::string& address = server.address();
  uint32_t port = 0;
  EXPECT_TRUE(absl::SimpleAtoi(address.substr(address.find(':') + 1), &port));
  auto dialed = platform::Dial("127.0.0.1", static_cast<uint16_t>(port),
                               absl::Minutes(1));
  EXPECT_TRUE(dialed.ok()) << dialed.status();
  return dialed.ok() ? *std::move(dialed) : nullptr;
}

// A client that sent `bytes`, or what the server took of them.
Connection Hostile(const Server& server, absl::string_view bytes) {
  Connection connection = Dial(server);
  while (connection != nullptr && !bytes.empty()) {
    const ssl::IoResult sent = connection->Write(absl::MakeConstSpan(
        reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
    if (!sent.done()) break;
    bytes.remove_prefix(sent.bytes());
  }
  return connection;
}

// The resident memory of a process, in KiB.
size_t MemoryOf(pid_t pid) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  std::string line;
  size_t size = 0;
  while (std::getline(status, line)) {
    absl::string_view text = line;
    if (absl::ConsumePrefix(&text, "VmRSS:")) {
      EXPECT_TRUE(absl::SimpleAtoi(absl::StripSuffix(text, " kB"), &size));
    }
  }
  EXPECT_GT(size, 0u);
  return size;
}

TEST(ServeHostileTest, ServesOthersWithFewDescriptors) {
  std::string root = absl::StrCat(::testing::TempDir(), "/rootXXXXXX");
  ASSERT_NE(mkdtemp(&root[0]), nullptr);
  std::ofstream(absl::StrCat(root, "/page")) << "as ever";
  Server server({"--self-signed", "--root", root, "--quiet"});
  server.process().LimitDescriptors(48);
  size_t first = 0;
  for (int round = 0; round < 8; ++round) {
    std::vector<Connection> open;
    for (int i = 0; i < 6; ++i) {
      for (const std::string& bytes : Nonsense()) {
        open.push_back(Hostile(server, bytes));
      }
    }
    const Outcome page =
        RunAirlock({"fetch", "--insecure",
                    absl::StrCat("https://", server.address(), "/page")});
    EXPECT_EQ(page.status, 0) << page.errors;
    EXPECT_EQ(page.output, "as ever");
    if (round == 0) first = MemoryOf(server.process().pid());
  }
  constexpr size_t kSlack = 8 << 10;
  EXPECT_LT(MemoryOf(server.process().pid()), first + kSlack);
  EXPECT_THAT(server.process().errors(), HasSubstr("ulimit -n"));
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait(), 0) << server.process().errors();
}

}  // namespace
}  // namespace airlock::testing
