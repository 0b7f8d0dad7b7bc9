// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Clients and servers whose system calls are interrupted all the time, and
// whose clock is set while they run.

#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "platform/tcp.h"
#include "tests/platform/cli/process.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

std::string Path(const std::string& name) {
  return TestdataPath(absl::StrCat("certs/", name));
}

std::string Preload(const std::string& library) {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                      std::getenv("TEST_WORKSPACE"), "/", library);
}

// The environment of a process that is disturbed in one way.
using Disturbance = std::map<std::string, std::string>;

class DisturbedTest : public ::testing::TestWithParam<Disturbance> {
 protected:
  // `airlock serve` with a certificate that is valid for a century.
  Server Serve(std::vector<std::string> flags) const {
    flags.push_back(absl::StrCat("--cert=", Path("server_rsa_chain.pem")));
    flags.push_back(absl::StrCat("--key=", Path("server_rsa.key")));
    flags.emplace_back("--threads=1");
    return Server(std::move(flags), GetParam());
  }

  const std::string ca_ = absl::StrCat("--ca=", Path("ca.pem"));
};

INSTANTIATE_TEST_SUITE_P(
    All, DisturbedTest,
    ::testing::Values(
        Disturbance{{"LD_PRELOAD", Preload("tests/platform/cli/"
                                           "signal_storm.so")},
                    {"STORM", "200"}},
        Disturbance{{"LD_PRELOAD", Preload("tests/platform/python/"
                                           "jumping_clock.so")},
                    {"JUMP", "100"}},
        Disturbance{{"LD_PRELOAD", Preload("tests/platform/python/"
                                           "jumping_clock.so")},
                    {"JUMP", "-100"}}),
    [](const ::testing::TestParamInfo<Disturbance>& way) {
      if (way.param.count("STORM") > 0) return "Signals";
      return way.param.at("JUMP")[0] == '-' ? "ClockBack" : "ClockForward";
    });

TEST_P(DisturbedTest, FetchesWholeFiles) {
  std::string root = absl::StrCat(::testing::TempDir(), "/rootXXXXXX");
  ASSERT_NE(mkdtemp(&root[0]), nullptr);
  std::string large;
  for (int i = 0; large.size() < 4 << 20; ++i) absl::StrAppend(&large, i, "\n");
  std::ofstream(absl::StrCat(root, "/large")) << large;
  Server server = Serve({"--root", root});
  for (const char* version : {"--http=1.1", "--http=2"}) {
    for (int i = 0; i < 3; ++i) {
      const Outcome outcome = RunAirlock(
          {"fetch", absl::StrCat("https://", server.address(), "/large"), ca_,
           version, "--timeout=60s"},
          GetParam());
      EXPECT_EQ(outcome.status, 0) << outcome.errors;
      EXPECT_TRUE(outcome.output == large) << outcome.output.size();
    }
  }
  server.process().Signal(SIGTERM);
  EXPECT_EQ(server.process().Wait(), 0) << server.process().errors();
}

TEST_P(DisturbedTest, RelaysEveryByte) {
  Server server = Serve({});
  std::string sent;
  for (int i = 0; sent.size() < 1 << 20; ++i) absl::StrAppend(&sent, i, "\n");
  const Outcome outcome =
      RunAirlock({"connect", server.address(), ca_}, GetParam(), sent);
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_TRUE(outcome.output == sent) << outcome.output.size();
}

// A deadline that has not passed does not end anything, and one that has does.
TEST_P(DisturbedTest, KeepsDeadlines) {
  Server server = Serve({});
  Process patient({"connect", server.address(), ca_, "--timeout=1h"},
                  GetParam());
  patient.Write("x\n");
  EXPECT_TRUE(patient.WaitForOutput("x\n")) << patient.errors();
  // Nothing answers there.
  const auto silent = platform::TcpListener::Listen("127.0.0.1", 0);
  ASSERT_TRUE(silent.ok()) << silent.status();
  const std::string address = absl::StrCat("localhost:", silent->port());
  constexpr int kTimedOut = 5;
  EXPECT_EQ(RunAirlock({"fetch", absl::StrCat("https://", address), ca_,
                        "--timeout=200ms"},
                       GetParam())
                .status,
            kTimedOut);
  const Outcome connected =
      RunAirlock({"connect", address, ca_, "--timeout=200ms"}, GetParam());
  EXPECT_EQ(connected.status, 1);
  EXPECT_THAT(connected.errors, HasSubstr("before the deadline"));
}

TEST_P(DisturbedTest, TracesWithTimesThatRise) {
  const Server server = Serve({});
  const Outcome outcome = RunAirlock(
      {"connect", server.address(), ca_, "--json", "--trace"}, GetParam());
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  double last = 0;
  int events = 0;
  for (const absl::string_view line : absl::StrSplit(outcome.errors, '\n')) {
    if (!absl::StartsWith(line, "{")) continue;
    const json event = json::parse(line);
    if (!event.contains("elapsed")) continue;
    const double elapsed = event["elapsed"];
    EXPECT_GE(elapsed, last);
    EXPECT_LT(elapsed, 60);
    last = elapsed;
    ++events;
  }
  EXPECT_GT(events, 5);
}

}  // namespace
}  // namespace airlock::testing
