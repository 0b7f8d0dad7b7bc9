// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A fleet of servers on three machines, whose clocks differ, with a real Redis
// and a time that the test sets: what may resume resumes, and nothing else.
// AIRLOCK_FLEET_CONNECTIONS sets another number of connections.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "platform/tickets/redis_connect.h"
#include "platform/tickets/redis_ticket_source.h"
#include "platform/tickets/ticket_refresher.h"
#include "ssl/session.h"
#include "ssl/ticket_keyring.h"
#include "tests/platform/tickets/redis_server.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"

namespace airlock::platform {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::StartRedis;
using ::airlock::testing::TestTime;
using ::airlock::testing::WriteAll;

constexpr absl::Duration kPeriod = absl::Minutes(5);
constexpr absl::Duration kTimeout = absl::Minutes(15);
constexpr absl::Duration kSkew = absl::Minutes(1);

// One process that serves.
class Server {
 public:
  Server(const RedisUrl& url, char fleet, absl::Duration skew,
         const absl::Time* now)
      : url_(url), fleet_(fleet), skew_(skew), now_(now) {
    Restart();
  }

  // As a new process would: it knows nothing but what Redis has.
  void Restart() {
    ssl::TicketKeyringOptions keyring_options;
    keyring_options.lifetime = kTimeout;
    keyring_ = *ssl::TicketKeyring::Create(keyring_options);
    RedisTicketOptions options;
    options.url = url_;
    options.period = kPeriod;
    options.lifetime = kTimeout;
    options.connect = [](const RedisUrl& to) {
      return ConnectRedis(to, nullptr, {}, absl::Seconds(10));
    };
    std::string secret;
    for (int i = 0; i < 32; ++i)
      secret.push_back(static_cast<char>(fleet_ + i));
    auto source = RedisTicketSource::Create(
        options, *ssl::FleetKey::Create(ssl::Secret(secret)));
    interval_ = (*source)->interval();
    refresher_ = std::make_unique<TicketRefresher>(
        *std::move(source), keyring_,
        TicketRefresherOptions{[this] { return Now(); },
                               [](absl::string_view /*line*/) {}});
    ssl::ContextOptions context = ServerOptions();
    context.ticket_keyring = keyring_;
    context.session_timeout = kTimeout;
    context.session_cache_size = 0;
    context.clock = [this] { return Now(); };
    context_ = MakeContext(std::move(context));
    next_ = *now_;
    Poll();
  }

  // What TicketRefresher's thread does.
  void Poll() {
    if (*now_ < next_) return;
    refresher_->Refresh().IgnoreError();
    next_ = *now_ + interval_;
  }

  bool seals() const { return keyring_->state(Now()).seals; }
  const std::shared_ptr<const ssl::Context>& context() const {
    return context_;
  }

 private:
  absl::Time Now() const { return *now_ + skew_; }

  const RedisUrl url_;
  const char fleet_;
  const absl::Duration skew_;
  const absl::Time* const now_;
  std::shared_ptr<ssl::TicketKeyring> keyring_;
  std::unique_ptr<TicketRefresher> refresher_;
  std::shared_ptr<const ssl::Context> context_;
  absl::Duration interval_;
  absl::Time next_;
};

struct Client {
  std::shared_ptr<const ssl::Context> context;
  std::shared_ptr<const ssl::Session> session;
  absl::Time since;  // Of `session`.
};

int Connections() {
  const char* text = std::getenv("AIRLOCK_FLEET_CONNECTIONS");
  int number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : 2000;
}

class FleetTest : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Programs, FleetTest,
                         ::testing::ValuesIn(airlock::testing::RedisPrograms()),
                         [](const auto& program) {
                           return program.param.substr(0,
                                                       program.param.find('-'));
                         });

TEST_P(FleetTest, WhatMayResumeResumesAndNothingElse) {
  const std::string missing = airlock::testing::MissingRedis(GetParam());
  if (!missing.empty()) GTEST_SKIP() << missing;
  auto redis = StartRedis({GetParam()});
  ASSERT_TRUE(redis.ok()) << redis.status();
  absl::Time now = TestTime();
  std::vector<std::unique_ptr<Server>> servers;
  for (const absl::Duration skew : {-kSkew, absl::ZeroDuration(), kSkew}) {
    for (int i = 0; i < 2; ++i) {
      servers.push_back(std::make_unique<Server>(redis->url, 'f', skew, &now));
    }
  }
  Server foreign(redis->url, 'g', absl::ZeroDuration(), &now);

  std::vector<Client> clients;
  for (int i = 0; i < 40; ++i) {
    ssl::ContextOptions options = ClientOptions();
    options.clock = [&now] { return now; };
    options.verification.maximum_version =
        i % 2 == 0 ? ssl::TlsVersion::kTls1_2 : ssl::TlsVersion::kTls1_3;
    clients.push_back({MakeContext(std::move(options)), nullptr, {}});
  }

  std::mt19937 random(1);  // The same in each run.
  const auto any = [&random](size_t size) { return random() % size; };
  const int connections = Connections();
  // Two hours, in which Redis is away for a quarter.
  const absl::Duration step = absl::Hours(2) / connections;
  absl::Time back;
  int resumed = 0;
  int could = 0;
  int refused = 0;
  int unsealed = 0;
  for (int i = 0; i < connections; ++i) {
    now += step;
    if (i == connections * 3 / 8) redis->process->Kill();
    if (i == connections * 5 / 8) {
      redis = StartRedis({GetParam(), redis->url.port});  // Without its data.
      ASSERT_TRUE(redis.ok()) << redis.status();
      back = now;
    }
    for (const auto& server : servers) server->Poll();
    foreign.Poll();
    // A server that starts without Redis knows no key, and one that starts
    // right after it has lost its data knows only its own.
    const bool settled = i < connections * 3 / 8 ||
                         (i >= connections * 5 / 8 && now > back + 2 * kSkew);
    if (settled && any(100) == 0) servers[any(servers.size())]->Restart();

    Client& client = clients[any(clients.size())];
    const bool wrong_fleet = any(25) == 0;
    Server& server = wrong_fleet ? foreign : *servers[any(servers.size())];
    ssl::SocketOptions options = airlock::testing::LocalhostOptions();
    options.session = client.session;
    Connection c = Connect(client.context, server.context(), options);
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    const bool reused = airlock::testing::Reused(c);
    const absl::Duration age = now - client.since;
    if (wrong_fleet) {
      EXPECT_FALSE(reused) << i;
      ++refused;
      continue;  // The client keeps the session of its fleet.
    }
    if (client.session != nullptr && age < kTimeout - 2 * kSkew) {
      ++could;
      EXPECT_TRUE(reused) << i << ", after " << age;
    } else if (client.session == nullptr || age >= kTimeout + 2 * kSkew) {
      ++refused;
      EXPECT_FALSE(reused) << i << ", after " << age;
    }
    resumed += reused ? 1 : 0;
    ASSERT_TRUE(WriteAll(c.server.get(), "x").ok());
    ASSERT_TRUE(ReadSome(c.client.get()).ok());
    // A resumed session of TLS 1.2 stays what it was.
    const auto session = c.client->session();
    const bool tls12 =
        client.context->maximum_version() == ssl::TlsVersion::kTls1_2;
    if (tls12 && reused) continue;
    client.session =
        session != nullptr && session->has_ticket() ? session : nullptr;
    client.since = now;
    unsealed += client.session == nullptr ? 1 : 0;
    EXPECT_EQ(client.session != nullptr, server.seals()) << i;
  }
  std::cout << connections << " connections: " << could << " could resume, "
            << resumed << " resumed, " << refused << " could not, " << unsealed
            << " got no ticket because Redis was away for too long\n";
  EXPECT_GT(could, connections / 2);
  EXPECT_GT(refused, connections / 50);
  EXPECT_GT(unsealed, 0);
}

}  // namespace
}  // namespace airlock::platform
