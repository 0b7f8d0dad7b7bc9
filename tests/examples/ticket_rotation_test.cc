// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Rotates ticket keys as docs/howto/ticket-rotation.md says.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "ssl/context.h"
#include "ssl/options.h"
#include "ssl/secret.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"

namespace airlock {
namespace {

#include "tests/examples/ticket_rotation.inc"

using Keys = std::vector<std::shared_ptr<const ssl::Secret>>;

std::shared_ptr<const ssl::Secret> Key(char name) {
  return std::make_shared<const ssl::Secret>(std::string(48, name));
}

std::shared_ptr<const ssl::Context> Server(Keys newest_first) {
  auto context =
      WithTicketKeys(testing::ServerOptions(), std::move(newest_first));
  EXPECT_TRUE(context.ok()) << context.status();
  return *std::move(context);
}

// Whether a session of `first` is resumed by `second`.
bool Resumes(const std::shared_ptr<const ssl::Context>& first,
             const std::shared_ptr<const ssl::Context>& second) {
  const auto client = testing::MakeContext(testing::ClientOptions());
  return testing::Reused(testing::Connect(
      client, second,
      testing::WithSession(testing::Established(client, first))));
}

TEST(TicketRotationTest, EachStepKeepsSessions) {
  const auto before = Server({Key('a')});
  const auto known = Server({Key('a'), Key('b')});
  const auto sealing = Server({Key('b'), Key('a')});
  const auto after = Server({Key('b')});
  EXPECT_TRUE(Resumes(before, known));
  EXPECT_TRUE(Resumes(known, before));
  EXPECT_TRUE(Resumes(known, sealing));
  EXPECT_TRUE(Resumes(sealing, known));
  EXPECT_TRUE(Resumes(sealing, after));
  EXPECT_FALSE(Resumes(before, after));
}

}  // namespace
}  // namespace airlock
