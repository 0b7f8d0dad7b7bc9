// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/platform/cli/decode_run.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/process.h"

namespace airlock::interop {
namespace {

Outcome Run(const Arguments& arguments) {
  Outcome outcome;
  auto process = testing::Process::Start({arguments, "", {}});
  if (!process.ok()) {
    ADD_FAILURE() << process.status();
    return outcome;
  }
  (*process)->CloseInput();
  const auto status = (*process)->Wait();
  if (status.ok()) outcome.status = *status;
  outcome.output = (*process)->output();
  outcome.errors = (*process)->errors();
  return outcome;
}

}  // namespace

std::string AirlockPath() {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                      std::getenv("TEST_WORKSPACE"), "/platform/cli/airlock");
}

Outcome Airlock(const Arguments& arguments) {
  return Run(Arguments{AirlockPath()} + arguments);
}

Outcome Tool(absl::string_view name, const Arguments& arguments) {
  const auto path = testing::FindProgram(name, name);
  if (!path.ok()) {
    ADD_FAILURE() << path.status();
    return {};
  }
  return Run(Arguments{*path} + arguments);
}

std::string WriteCapture(const std::vector<testing::TcpSegment>& segments,
                         size_t snaplen) {
  std::vector<std::string> packets;
  for (const testing::TcpSegment& segment : segments) {
    packets.push_back(std::string(12, 'm') + testing::FromHex("0800") +
                      testing::IpPacket(segment));
  }
  const auto path = ScratchFile(
      "capture.pcap", testing::PcapFile(packets, /*link_type=*/1, snaplen));
  EXPECT_TRUE(path.ok()) << path.status();
  return path.value_or("");
}

std::string WriteKeys(const testing::Recording& recording) {
  return ScratchFile("keys.txt", recording.key_log).value_or("");
}

}  // namespace airlock::interop
