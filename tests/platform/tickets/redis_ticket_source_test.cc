// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Fleets that make their keys through a real Redis.
#include "platform/tickets/redis_ticket_source.h"

#include <memory>
#include <set>
#include <string>
#include <thread>  // NOLINT(build/c++11)
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/runtime.h"
#include "platform/tickets/redis_connect.h"
#include "ssl/error.h"
#include "tests/platform/tickets/redis_server.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

using ::airlock::testing::RedisServer;
using ::airlock::testing::StartRedis;

const absl::Time kNow = absl::FromUnixSeconds(1767225600);
constexpr absl::Duration kPeriod = absl::Hours(1);

ssl::FleetKey Fleet(char seed = 'f') {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes.push_back(static_cast<char>(seed + i));
  return *ssl::FleetKey::Create(ssl::Secret(bytes));
}

RedisTicketOptions Options(const RedisUrl& url) {
  RedisTicketOptions options;
  options.url = url;
  options.period = kPeriod;
  options.connect = [](const RedisUrl& to) {
    return ConnectRedis(to, nullptr, {}, absl::Seconds(10));
  };
  return options;
}

std::unique_ptr<RedisTicketSource> Source(const RedisUrl& url,
                                          char fleet = 'f') {
  auto source = RedisTicketSource::Create(Options(url), Fleet(fleet));
  EXPECT_TRUE(source.ok()) << source.status();
  return *std::move(source);
}

RedisReply Ask(const RedisUrl& url,
               const std::vector<absl::string_view>& command) {
  RedisClient client(*ConnectRedis(url, nullptr, {}, absl::Seconds(10)));
  auto reply = client.Call(command);
  EXPECT_TRUE(reply.ok()) << reply.status();
  return reply.ok() ? *reply : RedisReply();
}

// The names of the keys at `now`, in order.
std::string Names(RedisTicketSource* source, absl::Time now) {
  const auto keys = source->Fetch(now);
  EXPECT_TRUE(keys.ok()) << keys.status();
  if (!keys.ok()) return "";
  std::string names;
  for (const ssl::TicketKey& key : **keys) {
    absl::StrAppend(&names, absl::BytesToHexString(key.name), " ");
  }
  return names;
}

// With each program.
class RedisTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const std::string missing = airlock::testing::MissingRedis(GetParam());
    if (!missing.empty()) GTEST_SKIP() << missing;
  }
};

class RedisTicketSourceTest : public RedisTest {
 protected:
  void SetUp() override {
    RedisTest::SetUp();
    if (IsSkipped()) return;
    Start(0);
  }
  void Start(uint16_t port) {
    server_ = StartRedis({GetParam(), port});
    ASSERT_TRUE(server_.ok()) << server_.status();
  }
  const RedisUrl& url() const { return server_->url; }

  absl::StatusOr<RedisServer> server_;
};

using RedisAccessTest = RedisTest;

std::string NameOf(const ::testing::TestParamInfo<std::string>& program) {
  return program.param.substr(0, program.param.find('-'));
}

INSTANTIATE_TEST_SUITE_P(Programs, RedisTicketSourceTest,
                         ::testing::ValuesIn(airlock::testing::RedisPrograms()),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(Programs, RedisAccessTest,
                         ::testing::ValuesIn(airlock::testing::RedisPrograms()),
                         NameOf);

TEST_P(RedisTicketSourceTest, AllServersHaveTheSameKeys) {
  const auto one = Source(url());
  const auto other = Source(url());
  for (int minutes = 0; minutes < 600; minutes += 7) {
    const absl::Time now = kNow + absl::Minutes(minutes);
    EXPECT_EQ(Names(one.get(), now), Names(other.get(), now)) << minutes;
  }
}

TEST_P(RedisTicketSourceTest, AKeyIsKnownAPeriodBeforeItSeals) {
  const auto source = Source(url());
  const absl::Duration confirmed = 2 * source->interval();
  ASSERT_TRUE(source->Fetch(kNow).ok());
  const auto first = source->Fetch(kNow + confirmed);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ((*first)->size(), 1u);
  // No machine seals before all have had the time to know it.
  const absl::Time begin = (**first)[0].seals_from;
  EXPECT_GE(begin, kNow + absl::Minutes(1) + confirmed);
  ASSERT_TRUE(source->Fetch(begin).ok());
  const auto second = source->Fetch(begin + confirmed);
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ((*second)->size(), 2u);
  EXPECT_EQ((**second)[1].seals_from, begin + kPeriod);
  EXPECT_EQ((**second)[0].seals_until, begin + kPeriod);
  // Previous, current and next; and then the first has ended.
  EXPECT_EQ((*source->Fetch(begin + kPeriod))->size(), 3u);
  EXPECT_EQ((*source->Fetch(begin + 2 * kPeriod))->size(), 4u);
  EXPECT_EQ((*source->Fetch(begin + 3 * kPeriod + absl::Minutes(3)))->size(),
            4u);
}

// Others may not have read it.
TEST_P(RedisTicketSourceTest, AKeyThatWasMadeJustBeforeRedisWentSealsNothing) {
  const auto source = Source(url());
  const absl::Duration confirmed = 2 * source->interval();
  const absl::Time late = kNow + absl::Hours(24);
  for (const absl::Duration at :
       {absl::ZeroDuration(), source->interval(), confirmed}) {
    const auto keys = source->Fetch(kNow + at);
    ASSERT_TRUE(keys.ok()) << keys.status();
    EXPECT_EQ((**keys)[0].seals_from > late, at < confirmed) << at;
  }
}

TEST_P(RedisTicketSourceTest, RedisNeverHasAKeyInTheClear) {
  const auto source = Source(url());
  const auto keys = source->Fetch(kNow);
  ASSERT_TRUE(keys.ok()) << keys.status();
  const std::string value = Ask(url(), {"GET", source->record()}).text;
  const std::string secret((**keys)[0].secret.view());
  EXPECT_TRUE(
      absl::StrContains(value, absl::BytesToHexString((**keys)[0].name)));
  EXPECT_FALSE(absl::StrContains(value, secret));
  EXPECT_FALSE(absl::StrContains(value, absl::BytesToHexString(secret)));
  // It also ends by itself.
  EXPECT_EQ(Ask(url(), {"TTL", source->record()}).type,
            RedisReply::Type::kInteger);
  EXPECT_NE(Ask(url(), {"TTL", source->record()}).text, "-1");
}

TEST_P(RedisTicketSourceTest, ManyServersAtOnceMakeOneKey) {
  constexpr int kServers = 8;
  std::vector<std::unique_ptr<RedisTicketSource>> sources;
  for (int i = 0; i < kServers; ++i) sources.push_back(Source(url()));
  for (int round = 0; round < 10; ++round) {
    std::vector<std::string> names(kServers);
    std::vector<std::thread> threads;
    for (int i = 0; i < kServers; ++i) {
      threads.emplace_back([&, i] {
        names[i] = Names(sources[i].get(), kNow + round * kPeriod);
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 1u)
        << *names.begin();
  }
}

TEST_P(RedisTicketSourceTest, WhatIsKnownSurvivesTheLossOfRedisData) {
  const auto one = Source(url());
  const auto other = Source(url());
  const std::string before = Names(one.get(), kNow);
  EXPECT_EQ(Names(other.get(), kNow), before);
  Ask(url(), {"FLUSHALL"});
  const std::string after = Names(one.get(), kNow + kPeriod);
  EXPECT_TRUE(absl::StartsWith(after, before)) << after;
  EXPECT_EQ(Names(Source(url()).get(), kNow + kPeriod), after);
  EXPECT_EQ(Names(other.get(), kNow + kPeriod), after);
}

TEST_P(RedisTicketSourceTest, RedisMayGoAndComeBack) {
  const auto source = Source(url());
  const std::string names = Names(source.get(), kNow);
  const uint16_t port = url().port;
  server_->process->Kill();
  const auto failed = source->Fetch(kNow);
  ASSERT_FALSE(failed.ok());
  EXPECT_TRUE(absl::StrContains(failed.status().message(),
                                absl::StrCat("redis://127.0.0.1:", port)))
      << failed.status();
  Start(port);
  // It knows of nothing, but the fleet does.
  EXPECT_TRUE(absl::StartsWith(Names(source.get(), kNow + kPeriod), names));
}

TEST_P(RedisTicketSourceTest, FleetsWithOtherKeysDoNotSeeEachOther) {
  const auto one = Source(url(), 'f');
  const auto other = Source(url(), 'g');
  EXPECT_NE(one->record(), other->record());
  EXPECT_NE(Names(one.get(), kNow), Names(other.get(), kNow));
}

TEST_P(RedisTicketSourceTest, AValueThatWasChangedIsRefused) {
  const auto source = Source(url());
  Names(source.get(), kNow);
  const std::string good = Ask(url(), {"GET", source->record()}).text;
  // Each character after the first line, in turn.
  for (size_t i = good.find('\n') + 1; i + 1 < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == '1' ? '2' : '1';
    Ask(url(), {"SET", source->record(), bad});
    EXPECT_FALSE(Source(url())->Fetch(kNow).ok()) << i;
  }
  for (const absl::string_view value :
       {"", "junk", "airlock ticket keys 2\n"}) {
    Ask(url(), {"SET", source->record(), value});
    EXPECT_FALSE(source->Fetch(kNow).ok()) << value;
  }
  Ask(url(), {"DEL", source->record()});
  Ask(url(), {"LPUSH", source->record(), "a"});
  EXPECT_FALSE(source->Fetch(kNow).ok());
}

TEST(RedisTicketOptionsTest, APeriodOutOfRangeIsRefused) {
  for (const absl::Duration period :
       {absl::ZeroDuration(), absl::Milliseconds(999), absl::Minutes(1),
        absl::Hours(24 * 7 + 1), absl::InfiniteDuration()}) {
    RedisTicketOptions options = Options({});
    options.period = period;
    EXPECT_EQ(
        ssl::GetErrorKind(RedisTicketSource::Create(options, Fleet()).status()),
        ssl::ErrorKind::kInvalidArgument)
        << period;
  }
}

TEST_P(RedisAccessTest, APasswordIsSentAndNeverShown) {
  auto server = StartRedis({GetParam(), 0, "open sesame"});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_TRUE(Source(server->url)->Fetch(kNow).ok());
  server->url.password = "wrong sesame";
  const auto refused = Source(server->url)->Fetch(kNow);
  ASSERT_FALSE(refused.ok());
  EXPECT_FALSE(absl::StrContains(refused.status().message(), "sesame"))
      << refused.status();
  server->url.password = "";
  EXPECT_FALSE(Source(server->url)->Fetch(kNow).ok());
}

TEST_P(RedisAccessTest, OverTlsTheServerIsVerified) {
  const auto server = StartRedis({GetParam(), 0, "", /*tls=*/true});
  ASSERT_TRUE(server.ok()) << server.status();
  const auto host = std::make_shared<FakeHost>();
  const auto runtime = Runtime::Create(host, host->environment());
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  for (const bool trusted : {true, false}) {
    RedisTicketOptions options = Options(server->url);
    options.connect = [&](const RedisUrl& url) {
      return ConnectRedis(
          url, runtime->get(),
          CaBytes{airlock::testing::ReadTestdata(
              trusted ? "certs/ca.pem" : "certs/other_root.pem")},
          absl::Seconds(10));
    };
    const auto source = RedisTicketSource::Create(options, Fleet());
    ASSERT_TRUE(source.ok());
    EXPECT_EQ((*source)->Fetch(kNow).ok(), trusted);
  }
}

}  // namespace
}  // namespace airlock::platform
