// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Runs the C++ of docs/howto/https-client.md.

// Before all else, without what a program includes elsewhere. Its functions are
// a program's own, which no header declares.
#pragma GCC diagnostic ignored "-Wmissing-declarations"
#include <memory>
#include <sstream>
#include <string>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/platform/http/howto_example.inc"
#include "tests/platform/http/test_server.h"
#include "tests/support/testdata.h"

namespace airlock::http::testing {
namespace {

using airlock::testing::ReadTestdata;

TEST(HowtoTest, TheProgramsWork) {
  const auto runtime = MakeRuntime();
  TestServerOptions options;
  const TestServer server(
      Always([](Peer& peer, const SeenRequest& request) {
        peer.Respond(request.target == "/none" ? "404 Not Found" : "200 OK", "",
                     request.body + "text");
      }),
      options);
  Client client(runtime.get(), Direct());
  const absl::StatusOr<std::string> page = GetPage(client, server.Url());
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(*page, "text");
  EXPECT_FALSE(GetPage(client, server.Url("/none")).ok());
  const absl::StatusOr<Response> posted =
      PostJson(client, server.Url(), "{}", ReadTestdata("certs/client_rsa.pem"),
               ReadTestdata("certs/client_rsa.key"));
  ASSERT_TRUE(posted.ok()) << posted.status();
  EXPECT_EQ(posted->body, "{}text");
  std::ostringstream out;
  EXPECT_TRUE(Download(client, server.Url(), out).ok());
  EXPECT_EQ(out.str(), "text");

  ::testing::internal::CaptureStdout();
  GetAll(client, {server.Url("/a"), server.Url("/none")});
  const std::string printed = ::testing::internal::GetCapturedStdout();
  EXPECT_THAT(printed, ::testing::HasSubstr("/a: 200\n"));
  EXPECT_THAT(printed, ::testing::HasSubstr("/none: 404\n"));
  client.CloseIdle();
}

}  // namespace
}  // namespace airlock::http::testing
