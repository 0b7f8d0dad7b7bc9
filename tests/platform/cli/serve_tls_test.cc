// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The TLS settings that `airlock serve` offers, and how long it waits for
// clients.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/posix_transport.h"
#include "platform/tcp.h"
#include "tests/platform/cli/process.h"

namespace airlock::testing {
namespace {

TEST(ServeTlsTest, OffersOnlyCurrentVersions) {
  const auto connect = [](const Server& server,
                          const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"connect", server.address(),
                                          "--insecure", "--no-io"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunAirlock(arguments).status;
  };
  const Server server({"--self-signed", "--alpn=http/1.1"});
  EXPECT_EQ(connect(server, {}), 0);
  EXPECT_EQ(connect(server, {"--tls=TLSv1.2"}), 0);
  EXPECT_EQ(connect(server, {"--tls=TLSv1.1"}), 1);
  EXPECT_EQ(connect(server, {"--tls=TLSv1"}), 1);
  EXPECT_EQ(connect(server, {"--alpn=h2,http/1.1"}), 0);
  EXPECT_EQ(connect(server, {"--alpn=h2"}), 1);
  // An old version is available on request, without suites that it lacks.
  const Server old({"--self-signed", "--tls=TLSv1.1"});
  EXPECT_EQ(connect(old, {"--tls=TLSv1.1"}), 0);
  const Server oldest({"--self-signed", "--old-tls"});
  EXPECT_EQ(connect(oldest, {"--tls=TLSv1"}), 0);
  EXPECT_EQ(connect(oldest, {}), 0);
  const Server cbc({"--self-signed", "--ciphers=ECDHE-ECDSA-AES128-SHA"});
  EXPECT_EQ(connect(cbc, {"--tls=TLSv1.2"}), 0);
}

TEST(ServeTlsTest, AHandshakeHasItsOwnDeadline) {
  Server server({"--self-signed", "--handshake-timeout=50ms"});
  const size_t colon = server.address().find(':');
  uint32_t port = 0;
  ASSERT_TRUE(absl::SimpleAtoi(server.address().substr(colon + 1), &port));
  const auto silent = platform::Dial("127.0.0.1", static_cast<uint16_t>(port),
                                     absl::Minutes(1));
  ASSERT_TRUE(silent.ok()) << silent.status();
  EXPECT_TRUE(server.process().WaitForErrors("Timeout"));
}

TEST(ServeTlsTest, AVeryLongTimeoutDoesNotExpireAtOnce) {
  const Server server(
      {"--self-signed", "--timeout=3000000h", "--handshake-timeout=inf"});
  EXPECT_EQ(RunAirlock({"connect", server.address(), "--insecure",
                        "--timeout=3000000h"},
                       {}, "x\n")
                .output,
            "x\n");
}

}  // namespace
}  // namespace airlock::testing
