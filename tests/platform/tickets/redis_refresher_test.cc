// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Threads that fetch keys, in processes that fork, with a real Redis and with
// one that never answers.
#include "platform/tickets/redis_refresher.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>  // NOLINT(build/c++11)
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "platform/fork_guard.h"
#include "platform/tickets/redis_connect.h"
#include "tests/platform/tickets/redis_server.h"

namespace airlock::platform {
namespace {

using ::airlock::testing::RedisServer;
using ::airlock::testing::StartRedis;

using Connect = std::function<absl::StatusOr<std::unique_ptr<RedisStream>>(
    const RedisUrl& url)>;

absl::StatusOr<std::unique_ptr<RedisStream>> Dialled(const RedisUrl& url) {
  return ConnectRedis(url, nullptr, {}, absl::Seconds(10));
}

// A minute passes with each look.
std::function<absl::Time()> Clock() {
  const auto looks = std::make_shared<std::atomic<int>>(0);
  return [looks] {
    return absl::FromUnixSeconds(1767225600) + absl::Minutes((*looks)++);
  };
}

// Outlives the thread that writes it.
struct Log {
  size_t size() {
    const absl::MutexLock lock(&mutex);
    return lines.size();
  }

  absl::Mutex mutex;
  std::vector<std::string> lines;
};

struct Fleet {
  explicit Fleet(const RedisUrl& url, Connect connect = Dialled) {
    std::string secret;
    for (int i = 0; i < 32; ++i) secret.push_back(static_cast<char>('f' + i));
    RedisTicketOptions options;
    options.url = url;
    // Looks each second, while the clock goes faster.
    options.period = absl::Seconds(10);
    options.lifetime = absl::Minutes(3);
    options.connect = std::move(connect);
    source = *RedisTicketSource::Create(
        options, *ssl::FleetKey::Create(ssl::Secret(secret)));
    keyring = *ssl::TicketKeyring::Create({});
    refresher = std::make_unique<RedisRefresher>(
        *source, keyring,
        TicketRefresherOptions{Clock(), [log = log](absl::string_view line) {
                                 const absl::MutexLock lock(&log->mutex);
                                 log->lines.emplace_back(line);
                               }});
  }

  size_t keys() const {
    return keyring->state(absl::FromUnixSeconds(1767225600)).keys;
  }

  std::unique_ptr<RedisTicketSource> source;
  std::shared_ptr<ssl::TicketKeyring> keyring;
  const std::shared_ptr<Log> log = std::make_shared<Log>();
  std::unique_ptr<RedisRefresher> refresher;
};

// Whether `done` becomes true.
bool Soon(const std::function<bool()>& done) {
  const absl::Time end = absl::Now() + absl::Minutes(1);
  while (!done()) {
    if (absl::Now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

// ThreadSanitizer ends a child that starts threads.
#ifdef ABSL_HAVE_THREAD_SANITIZER
constexpr bool kChildrenHaveThreads = false;
#else
constexpr bool kChildrenHaveThreads = true;
#endif

// Whether `check` is true in a child.
bool InChild(const std::function<bool()>& check) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    _exit(check() ? 0 : 1);
  }
  int status = -1;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

std::string Ask(const RedisUrl& url,
                const std::vector<absl::string_view>& command) {
  RedisClient client(*Dialled(url));
  auto reply = client.Call(command);
  EXPECT_TRUE(reply.ok()) << reply.status();
  return reply.ok() ? reply->text : "";
}

class RedisRefresherTest : public ::testing::Test {
 protected:
  RedisRefresherTest() : server_(StartRedis()) {}
  void SetUp() override { ASSERT_TRUE(server_.ok()) << server_.status(); }
  const RedisUrl& url() const { return server_->url; }

  absl::StatusOr<RedisServer> server_;
};

TEST_F(RedisRefresherTest, LooksAgainOnItsThread) {
  Fleet fleet(url());
  ASSERT_TRUE(fleet.refresher->Refresh().ok());
  EXPECT_EQ(fleet.keys(), 1u);
  fleet.refresher->Look();
  fleet.refresher->Look();
  EXPECT_TRUE(Soon([&] { return fleet.keys() > 2; }));
  EXPECT_EQ(fleet.refresher->failure(), "");
}

TEST_F(RedisRefresherTest, KeepsNoConnection) {
  Fleet fleet(url());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(fleet.refresher->Refresh().ok());
  // That of who asks. Redis may see the end of another one later.
  EXPECT_TRUE(Soon([&] {
    return absl::StrContains(Ask(url(), {"INFO", "clients"}),
                             "connected_clients:1\r");
  }));
}

TEST_F(RedisRefresherTest, AChildKnowsWhatItsParentKnew) {
  Fleet fleet(url());
  ASSERT_TRUE(fleet.refresher->Refresh().ok());
  const std::string record = fleet.source->record();
  const std::string before = Ask(url(), {"GET", record});
  const std::string name =
      before.substr(before.find('\n') + 1, 2 * ssl::TicketKey::kNameSize);
  Ask(url(), {"FLUSHALL"});
  EXPECT_TRUE(InChild([&] { return fleet.refresher->Refresh().ok(); }));
  EXPECT_TRUE(absl::StrContains(Ask(url(), {"GET", record}), name));
}

TEST_F(RedisRefresherTest, EachProcessHasAThreadOnceItLooks) {
  if (!kChildrenHaveThreads) GTEST_SKIP() << "ThreadSanitizer";
  Fleet fleet(url());
  fleet.refresher->Look();
  ASSERT_TRUE(Soon([&] { return fleet.keys() > 0; }));
  const auto looks = [&] {
    fleet.refresher->Look();
    const size_t keys = fleet.keys();
    return Soon([&] { return fleet.keys() > keys; });
  };
  EXPECT_TRUE(InChild([&] { return looks() && InChild(looks); }));
  EXPECT_TRUE(looks());
}

TEST_F(RedisRefresherTest, TellsWhyItFailsUntilItWorks) {
  const uint16_t port = url().port;
  Fleet fleet(url());
  server_->process->Kill();
  EXPECT_FALSE(fleet.refresher->Refresh().ok());
  EXPECT_TRUE(absl::StrContains(fleet.refresher->failure(),
                                absl::StrCat("redis://127.0.0.1:", port)))
      << fleet.refresher->failure();
  EXPECT_EQ(fleet.log->size(), 1u);
  server_ = StartRedis({"redis-server", port});
  ASSERT_TRUE(server_.ok()) << server_.status();
  EXPECT_TRUE(fleet.refresher->Refresh().ok());
  EXPECT_EQ(fleet.refresher->failure(), "");
}

// A Redis that does not answer until `released`.
struct Hangs {
  sigset_t signals;
  absl::Notification began;
  absl::Notification released;
};

Connect To(const std::shared_ptr<Hangs>& redis) {
  return [redis](const RedisUrl& /*url*/)
             -> absl::StatusOr<std::unique_ptr<RedisStream>> {
    const ForkPause waits;
    if (!redis->began.HasBeenNotified()) {
      pthread_sigmask(SIG_SETMASK, nullptr, &redis->signals);
      redis->began.Notify();
    }
    redis->released.WaitForNotification();
    return absl::UnavailableError("it was away");
  };
}

TEST(HangingRedisTest, OnlyTheThreadWaits) {
  const auto redis = std::make_shared<Hangs>();
  Fleet fleet(RedisUrl(), To(redis));
  fleet.refresher->Look();
  redis->began.WaitForNotification();
  fleet.refresher->Look();
  EXPECT_EQ(fleet.refresher->failure(), "");
  // Signals are for the application.
  EXPECT_EQ(sigismember(&redis->signals, SIGINT), 1);
  EXPECT_EQ(sigismember(&redis->signals, SIGTERM), 1);
  redis->released.Notify();
  EXPECT_TRUE(Soon([&] { return !fleet.refresher->failure().empty(); }));
}

TEST(HangingRedisTest, TheDestructorDoesNotWait) {
  const auto redis = std::make_shared<Hangs>();
  std::weak_ptr<ssl::TicketKeyring> keyring;
  {
    Fleet fleet(RedisUrl(), To(redis));
    keyring = fleet.keyring;
    fleet.refresher->Look();
    redis->began.WaitForNotification();
  }
  EXPECT_FALSE(keyring.expired());
  redis->released.Notify();
  // The thread ends, and with it what it holds.
  EXPECT_TRUE(Soon([&] { return keyring.expired(); }));
}

TEST(HangingRedisTest, AForkMeanwhileLeavesTheChildItsOwn) {
  if (!kChildrenHaveThreads) GTEST_SKIP() << "ThreadSanitizer";
  const auto redis = std::make_shared<Hangs>();
  Fleet fleet(RedisUrl(), To(redis));
  fleet.refresher->Look();
  redis->began.WaitForNotification();
  EXPECT_TRUE(InChild([&] {
    // The child's copy of `redis` waits as well, for itself.
    redis->released.Notify();
    if (!fleet.refresher->failure().empty()) return false;
    fleet.refresher->Look();
    return Soon([&] { return !fleet.refresher->failure().empty(); });
  }));
  redis->released.Notify();
  EXPECT_TRUE(Soon([&] { return !fleet.refresher->failure().empty(); }));
}

TEST(NoThreadTest, IsToldAndTriedAgain) {
  Fleet fleet(RedisUrl(), [](const RedisUrl& /*url*/) {
    return absl::StatusOr<std::unique_ptr<RedisStream>>(
        absl::UnavailableError("it is away"));
  });
  pthread_attr_t before;
  pthread_attr_t huge;
  ASSERT_EQ(pthread_getattr_default_np(&before), 0);
  ASSERT_EQ(pthread_attr_init(&huge), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&huge, size_t{1} << 46), 0);
  ASSERT_EQ(pthread_setattr_default_np(&huge), 0);
  fleet.refresher->Look();
  fleet.refresher->Look();
  EXPECT_TRUE(absl::StrContains(fleet.refresher->failure(), "thread"));
  EXPECT_EQ(fleet.log->size(), 1u);
  sigset_t signals;
  pthread_sigmask(SIG_SETMASK, nullptr, &signals);
  EXPECT_EQ(sigismember(&signals, SIGTERM), 0);
  ASSERT_EQ(pthread_setattr_default_np(&before), 0);
  fleet.refresher->Look();
  EXPECT_TRUE(Soon([&] {
    return absl::StrContains(fleet.refresher->failure(), "it is away");
  }));
}

}  // namespace
}  // namespace airlock::platform
