// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Keyrings of C whose keys a fleet shares through a real Redis.

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/platform/c/c_resumption.h"
#include "tests/platform/c/c_testing.h"
#include "tests/platform/tickets/redis_server.h"

namespace airlock::c {
namespace {

using ::airlock::testing::RedisServer;
using ::airlock::testing::StartRedis;

constexpr char kFleetKey[] =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr char kOtherKey[] =
    "100102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

std::string UrlOf(const RedisServer& server) {
  return absl::StrCat(server.url.tls ? "rediss" : "redis", "://",
                      server.url.host, ":", server.url.port);
}

airlock_redis_tickets Options(const std::string& url) {
  auto options = Sized<airlock_redis_tickets>();
  options.url = B(url);
  options.fleet_key = B(kFleetKey);
  return options;
}

class CRedisTicketsTest : public CResumptionTest {
 protected:
  Handle<airlock_ticket_keyring> Keyring(const airlock_redis_tickets& options,
                                         Failure* failure = nullptr) {
    airlock_ticket_keyring* keyring = nullptr;
    airlock_error* error = nullptr;
    const airlock_status status = airlock_ticket_keyring_redis(
        runtime_.get(), &options, &keyring, &error);
    EXPECT_EQ(status == AIRLOCK_OK, keyring != nullptr);
    const Failure why = Take(error);
    if (failure != nullptr) *failure = why;
    return Handle<airlock_ticket_keyring>(keyring);
  }

  static Failure Refresh(const Handle<airlock_ticket_keyring>& keyring) {
    airlock_error* error = nullptr;
    const airlock_status status =
        airlock_ticket_keyring_refresh(keyring.get(), &error);
    EXPECT_EQ(status == AIRLOCK_OK, error == nullptr);
    return Take(error);
  }

  // The first key of all seals later, so that all servers know it before.
  void WaitForFirstKey() { host_->AdvanceTime(absl::Minutes(15)); }

  Handle<airlock_context> ServerOf(
      const Handle<airlock_ticket_keyring>& keyring) {
    airlock_context_options options = ServerContext();
    options.ticket_keyring = keyring.get();
    options.session_timeout_s = 300;
    return Make(runtime_.get(), options);
  }

  std::string Log() const { return absl::StrJoin(host_->log(), "\n"); }
};

TEST_F(CRedisTicketsTest, ServersWithOneFleetKeyAreAFleet) {
  const auto server = StartRedis();
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string url = UrlOf(*server);
  airlock_redis_tickets options = Options(url);
  const auto one = Keyring(options);
  const auto two = Keyring(options);
  options.fleet_key = B(kOtherKey);
  const auto stranger = Keyring(options);
  WaitForFirstKey();
  EXPECT_EQ(Refresh(one).kind, -1);
  EXPECT_EQ(Refresh(two).kind, -1);
  const auto session = SessionWith(ServerOf(one).get());
  ASSERT_NE(session, nullptr);
  EXPECT_TRUE(Resumes(ServerOf(two).get(), session));
  EXPECT_FALSE(Resumes(ServerOf(stranger).get(), session));
}

TEST_F(CRedisTicketsTest, RefreshTakesTheKeysOfOthers) {
  const auto server = StartRedis();
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string url = UrlOf(*server);
  airlock_redis_tickets options = Options(url);
  options.rotation_s = 60;
  options.lifetime_s = 600;
  const auto one = Keyring(options);
  const auto two = Keyring(options);
  const auto context = ServerOf(two);
  // Only the first looks, and makes keys that the second does not know.
  for (int i = 0; i < 3; ++i) {
    host_->AdvanceTime(absl::Seconds(60));
    ASSERT_EQ(Refresh(one).kind, -1);
  }
  const auto session = SessionWith(ServerOf(one).get());
  ASSERT_NE(session, nullptr);
  EXPECT_FALSE(Resumes(context.get(), session));
  ASSERT_EQ(Refresh(two).kind, -1);
  EXPECT_TRUE(Resumes(context.get(), session));
}

TEST_F(CRedisTicketsTest, GoesOnWithoutRedis) {
  auto server = StartRedis();
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string url = UrlOf(*server);
  const auto keyring = Keyring(Options(url));
  const auto context = ServerOf(keyring);
  WaitForFirstKey();
  ASSERT_EQ(Refresh(keyring).kind, -1);
  server->process->Kill();
  const Failure failure = Refresh(keyring);
  EXPECT_EQ(failure.kind, AIRLOCK_KIND_TRANSPORT) << failure.message;
  EXPECT_TRUE(absl::StrContains(failure.message, url)) << failure.message;
  EXPECT_TRUE(absl::StrContains(Log(), url)) << Log();
  const auto session = SessionWith(context.get());
  ASSERT_NE(session, nullptr);
  EXPECT_TRUE(Resumes(context.get(), session));

  // A server that starts without Redis has no keys until it is back.
  const auto late = Keyring(Options(url));
  const auto without = ServerOf(late);
  EXPECT_EQ(SessionWith(without.get()), nullptr);
  const auto again = StartRedis({"redis-server", server->url.port});
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_EQ(Refresh(keyring).kind, -1);
  ASSERT_EQ(Refresh(late).kind, -1);
  EXPECT_TRUE(Resumes(without.get(), session));
}

TEST_F(CRedisTicketsTest, VerifiesRedisByTheRuntimesPolicy) {
  const auto server = StartRedis({"redis-server", 0, "", /*tls=*/true});
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string url = UrlOf(*server);
  airlock_redis_tickets options = Options(url);
  // The runtime's bundle has the CA.
  EXPECT_EQ(Refresh(Keyring(options)).kind, -1);
  options.cadata = Cert("ca.pem");
  EXPECT_EQ(Refresh(Keyring(options)).kind, -1);
  options.cadata = Cert("other_root.pem");
  const Failure failure = Refresh(Keyring(options));
  EXPECT_EQ(failure.kind, AIRLOCK_KIND_TRANSPORT);
  EXPECT_TRUE(absl::StrContains(failure.message, "certificate"))
      << failure.message;
}

TEST_F(CRedisTicketsTest, TheRuntimeMayBeFreedFirst) {
  const auto server = StartRedis({"redis-server", 0, "", /*tls=*/true});
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string url = UrlOf(*server);
  const auto keyring = Keyring(Options(url));
  client_.reset();
  runtime_.reset();
  EXPECT_EQ(Refresh(keyring).kind, -1);
}

// The message of a refusal.
class CRedisTicketsArgumentsTest : public CRedisTicketsTest {
 protected:
  std::string Refused(const airlock_redis_tickets& options) {
    Failure failure;
    EXPECT_EQ(Keyring(options, &failure), nullptr);
    EXPECT_EQ(failure.kind, AIRLOCK_KIND_INVALID_ARGUMENT);
    EXPECT_FALSE(absl::StrContains(failure.message, "sesame")) << "a password";
    return failure.message;
  }

  const std::string url_ = "redis://:sesame@localhost:1";
};

TEST_F(CRedisTicketsArgumentsTest, NamesTheBadField) {
  const struct {
    const char* named;
    void (*change)(airlock_redis_tickets*);
  } kCases[] = {
      {"url",
       [](airlock_redis_tickets* o) {
         o->url = {nullptr, 0};
       }},
      {"url", [](airlock_redis_tickets* o) { o->url = B("http://:sesame@a"); }},
      {"fleet_key",
       [](airlock_redis_tickets* o) {
         o->fleet_key = {nullptr, 0};
       }},
      {"fleet_key", [](airlock_redis_tickets* o) { o->fleet_key = B("00"); }},
      {"rotation_s", [](airlock_redis_tickets* o) { o->rotation_s = -1; }},
      {"rotation_s", [](airlock_redis_tickets* o) { o->rotation_s = 604801; }},
      {"rotation_s",
       [](airlock_redis_tickets* o) { o->rotation_s = INT64_MAX; }},
      {"lifetime_s", [](airlock_redis_tickets* o) { o->lifetime_s = -1; }},
      {"lifetime_s", [](airlock_redis_tickets* o) { o->lifetime_s = 604801; }},
      {"lifetime_s",
       [](airlock_redis_tickets* o) { o->lifetime_s = INT64_MIN; }},
      {"rediss://",
       [](airlock_redis_tickets* o) { o->cadata = Cert("ca.pem"); }},
      {"cadata",
       [](airlock_redis_tickets* o) {
         o->url = B("rediss://localhost:1");
         o->cadata = Cert("ca.pem");
         o->ca_certs = B("ca.pem");
       }},
      {"struct_size", [](airlock_redis_tickets* o) { o->struct_size = 3; }},
  };
  for (const auto& bad : kCases) {
    airlock_redis_tickets options = Options(url_);
    bad.change(&options);
    const std::string message = Refused(options);
    EXPECT_TRUE(absl::StrContains(message, bad.named)) << message;
  }
}

TEST_F(CRedisTicketsArgumentsTest, RefusesNullAndTheWrongKindOfKeyring) {
  const airlock_redis_tickets options = Options(url_);
  airlock_ticket_keyring* keyring = nullptr;
  EXPECT_EQ(airlock_ticket_keyring_redis(nullptr, &options, &keyring, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(
      airlock_ticket_keyring_redis(runtime_.get(), nullptr, &keyring, nullptr),
      AIRLOCK_ERROR);
  EXPECT_EQ(
      airlock_ticket_keyring_redis(runtime_.get(), &options, nullptr, nullptr),
      AIRLOCK_ERROR);
  EXPECT_EQ(airlock_ticket_keyring_refresh(nullptr, nullptr), AIRLOCK_ERROR);
  ASSERT_EQ(airlock_ticket_keyring_new(0, &keyring, nullptr), AIRLOCK_OK);
  const Handle<airlock_ticket_keyring> plain(keyring);
  EXPECT_EQ(Refresh(plain).kind, AIRLOCK_KIND_INVALID_ARGUMENT);

  const auto of_redis = Keyring(options);
  ASSERT_NE(of_redis, nullptr);
  const std::string bytes = "0123456789abcdef0123456789ABCDEFfedcba9876543210";
  auto key = Sized<airlock_ticket_key>();
  key.name = B(absl::string_view(bytes).substr(0, 16));
  key.secret = B(absl::string_view(bytes).substr(16));
  key.seals_from_s = absl::ToUnixSeconds(host_->Now());
  key.seals_until_s = key.seals_from_s + 60;
  const airlock_ticket_key* const keys[] = {&key};
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_ticket_keyring_update(of_redis.get(), keys, 1, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace airlock::c
