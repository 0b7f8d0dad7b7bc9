// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock serve` where the system gives it no descriptors.

#include <signal.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/posix_transport.h"
#include "platform/tcp.h"
#include "tests/platform/cli/process.h"

namespace airlock::testing {
namespace {

TEST(ServeShortageTest, OutlivesAWantOfDescriptors) {
  // The leak checker needs descriptors itself, at the end.
  Server server({"--self-signed"}, {{"ASAN_OPTIONS", "detect_leaks=0"}});
  // Fewer than the connections below need, who say nothing.
  server.process().LimitDescriptors(64);
  const size_t colon = server.address().find(':');
  uint32_t port = 0;
  ASSERT_TRUE(absl::SimpleAtoi(server.address().substr(colon + 1), &port));
  std::vector<std::unique_ptr<platform::PosixTransport>> silent;
  for (int i = 0; i < 64; ++i) {
    auto connection = platform::Dial("127.0.0.1", static_cast<uint16_t>(port),
                                     absl::Minutes(1));
    ASSERT_TRUE(connection.ok()) << connection.status();
    silent.push_back(*std::move(connection));
  }
  EXPECT_TRUE(server.process().WaitForErrors("ulimit -n"));
  silent.clear();
  Process client({"connect", server.address(), "--insecure"});
  client.Write("x\n");
  EXPECT_TRUE(client.WaitForOutput("x\n"));
  // Nor does it need any to end, with a connection that is still there.
  server.process().LimitDescriptors(3);
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait(), 0) << server.process().errors();
}

}  // namespace
}  // namespace airlock::testing
