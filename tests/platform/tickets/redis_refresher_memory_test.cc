// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Threads that fetch keys, where memory runs out.

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <thread>  // NOLINT(build/c++11)
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/tickets/redis_refresher.h"
#include "platform/tickets/redis_ticket_source.h"
#include "ssl/fleet_key.h"
#include "ssl/ticket_keyring.h"
#include "tests/support/new_failures.h"

namespace airlock::platform {
namespace {

using ::airlock::testing::new_calls_left;
using ::airlock::testing::new_failed;
using ::airlock::testing::new_keeps_failing;

// A refresher of a Redis that is away. The thread of each process connects.
struct Fleet {
  explicit Fleet(const std::function<void()>& connects = [] {}) {
    RedisTicketOptions options;
    options.period = absl::Seconds(10);
    options.lifetime = absl::Minutes(1);
    options.connect = [connects, looks = looks](const RedisUrl& /*url*/)
        -> absl::StatusOr<std::unique_ptr<RedisStream>> {
      ++*looks;
      connects();
      return absl::UnavailableError("it is away");
    };
    const auto source = *RedisTicketSource::Create(
        options, *ssl::FleetKey::Create(
                     ssl::Secret("0123456789abcdefghijklmnopqrstuv")));
    refresher = std::make_unique<RedisRefresher>(
        *source, *ssl::TicketKeyring::Create({}),
        TicketRefresherOptions{absl::Now, [](absl::string_view /*line*/) {}});
  }

  bool LooksSoon(int times) const {
    const absl::Time end = absl::Now() + absl::Minutes(1);
    while (*looks < times && absl::Now() < end) std::this_thread::yield();
    return *looks >= times;
  }

  const std::shared_ptr<std::atomic<int>> looks =
      std::make_shared<std::atomic<int>>(0);
  std::unique_ptr<RedisRefresher> refresher;
};

bool GetsSignals() {
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  return sigismember(&blocked, SIGTERM) == 0;
}

// Fails the first allocation of `call`, then the second, and so on until no
// more are needed; first alone, and then with all that follow. Each time is
// with another refresher.
void FailEach(const std::function<void(RedisRefresher*)>& call,
              const std::function<void(const Fleet&)>& after) {
  for (const bool keeps_failing : {false, true}) {
    int failures = 0;
    do {
      const Fleet fleet;
      new_failed = false;
      new_keeps_failing = keeps_failing;
      new_calls_left = failures;
      bool threw = false;
      try {
        call(fleet.refresher.get());
      } catch (const std::bad_alloc&) {
        threw = true;
      }
      new_calls_left = -1;
      EXPECT_EQ(threw, new_failed) << failures;
      EXPECT_TRUE(GetsSignals()) << failures;
      after(fleet);
      if (new_failed) ++failures;
    } while (new_failed && !::testing::Test::HasFailure());
    EXPECT_GT(failures, 0) << "operator new is not this test's";
  }
}

TEST(RedisRefresherMemoryTest, ALookThatFailsStartsAThreadLater) {
  FailEach([](RedisRefresher* refresher) { refresher->Look(); },
           [](const Fleet& fleet) {
             const bool lacked = new_failed;
             EXPECT_EQ(*fleet.looks > 0 && lacked, false);
             fleet.refresher->Look();
             EXPECT_TRUE(fleet.LooksSoon(1));
           });
}

TEST(RedisRefresherMemoryTest, OtherCallsCanBeRepeated) {
  FailEach(
      [](RedisRefresher* refresher) { refresher->failure(); },
      [](const Fleet& fleet) { EXPECT_EQ(fleet.refresher->failure(), ""); });
  FailEach(
      [](RedisRefresher* refresher) {
        EXPECT_FALSE(refresher->Refresh().ok());
      },
      [](const Fleet& fleet) {
        EXPECT_FALSE(fleet.refresher->Refresh().ok());
        EXPECT_NE(fleet.refresher->failure(), "");
      });
}

TEST(RedisRefresherMemoryTest, TheThreadGoesOn) {
  const auto first = std::make_shared<std::atomic<bool>>(true);
  const Fleet fleet([first] {
    if (first->exchange(false)) throw std::bad_alloc();
  });
  fleet.refresher->Look();
  EXPECT_TRUE(fleet.LooksSoon(2));
}

// Whether `refresher` is destroyed without memory.
bool Dies(std::unique_ptr<RedisRefresher> refresher) {
  new_failed = false;
  new_calls_left = 0;
  refresher.reset();
  new_calls_left = -1;
  return !new_failed;
}

TEST(RedisRefresherMemoryTest, TheDestructorNeedsNone) {
  Fleet none;
  EXPECT_TRUE(Dies(std::move(none.refresher)));
  Fleet looks;
  looks.refresher->Look();
  EXPECT_TRUE(looks.LooksSoon(1));
  // In a child, what the parent's thread uses is new_calls_left alone.
  const pid_t child = fork();
  if (child == 0) _exit(Dies(std::move(looks.refresher)) ? 0 : 1);
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(Dies(std::move(looks.refresher)));
}

}  // namespace
}  // namespace airlock::platform
