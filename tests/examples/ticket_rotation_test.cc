// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Rotates ticket keys as docs/howto/ticket-rotation.md says.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "ssl/context.h"
#include "ssl/options.h"
#include "ssl/secret.h"
#include "ssl/ticket_keyring.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"

namespace airlock {
namespace {

#include "tests/examples/ticket_rotation.inc"

using Keys = std::vector<std::shared_ptr<const ssl::Secret>>;

std::shared_ptr<const ssl::Secret> Key(char name) {
  return std::make_shared<const ssl::Secret>(std::string(48, name));
}

// With static keys.
std::shared_ptr<const ssl::Context> Server(Keys newest_first) {
  ssl::ContextOptions options = testing::ServerOptions();
  options.ticket_keys = std::move(newest_first);
  return testing::MakeContext(std::move(options));
}

std::vector<ssl::TicketKey> Only(const ssl::TicketKey& key) {
  std::vector<ssl::TicketKey> keys;
  keys.push_back(key.Clone());
  return keys;
}

ssl::TicketKey KeyOfHour(absl::Time now) {
  return ssl::TicketKey::Random(now, now + absl::Hours(1));
}

// The page's keyring has a key of today, but the contexts' clock stands still.
std::shared_ptr<ssl::TicketKeyring> Keyring(const ssl::TicketKey& key) {
  auto keyring = MakeKeyring(Only(KeyOfHour(absl::Now())));
  EXPECT_TRUE(keyring.ok()) << keyring.status();
  EXPECT_TRUE((*keyring)->Update(Only(key), testing::TestTime()).ok());
  return *std::move(keyring);
}

std::shared_ptr<const ssl::Context> Server(
    std::shared_ptr<ssl::TicketKeyring> keyring) {
  auto context = MakeServer(testing::ServerOptions(), std::move(keyring));
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

TEST(TicketRotationTest, KeyringChangesUnderItsContexts) {
  const absl::Time now = testing::TestTime();
  const ssl::TicketKey old_key = KeyOfHour(now);
  const auto keyring = Keyring(old_key);
  const auto server = Server(keyring);
  const auto other = Server(Keyring(old_key));
  EXPECT_TRUE(Resumes(server, other));
  ASSERT_TRUE(keyring->Update(Only(KeyOfHour(now)), now).ok());
  EXPECT_FALSE(Resumes(server, other));
  EXPECT_FALSE(Resumes(other, server));
}

}  // namespace
}  // namespace airlock
