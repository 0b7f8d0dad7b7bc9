// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/fake_host.h"

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace airlock::platform {
namespace {

using ::testing::ElementsAre;

TEST(FakeHostTest, ServesTheFilesThatItWasGiven) {
  FakeHost host;
  EXPECT_EQ(host.ReadFile("/etc/ca.pem").status().code(),
            absl::StatusCode::kNotFound);
  host.SetFile("/etc/ca.pem", "one");
  host.SetFile("/etc/ssl/a", "a");
  host.SetFile("/etc/ssl/b", "b");
  const absl::StatusOr<FileContent> one = host.ReadFile("/etc/ca.pem");
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->bytes, "one");
  EXPECT_EQ(host.Stat("/etc/ca.pem")->identity, one->identity);
  EXPECT_EQ(host.Stat("/etc/ssl")->type, FileType::kDirectory);
  EXPECT_THAT(*host.ListDirectory("/etc"), ElementsAre("ca.pem", "ssl"));

  host.SetFileUnnoticed("/etc/ca.pem", "two");
  EXPECT_EQ(host.ReadFile("/etc/ca.pem")->identity, one->identity);
  host.SetFile("/etc/ca.pem", "two");
  EXPECT_NE(host.ReadFile("/etc/ca.pem")->identity, one->identity);
  host.SetError("/etc/ca.pem", absl::PermissionDeniedError("no"));
  EXPECT_EQ(host.Stat("/etc/ca.pem").status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(host.reads("/etc/ca.pem"), 3);
  EXPECT_EQ(host.stats("/etc/ca.pem"), 2);
}

}  // namespace
}  // namespace airlock::platform
