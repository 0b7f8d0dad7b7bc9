// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A server's connections when the system runs out of resources.

#include "platform/cli/connection_pool.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "platform/cli/connection_place.h"
#include "platform/posix_transport.h"
#include "platform/tcp.h"
#include "ssl/transport.h"

namespace {

// How many accept4 calls there were, and how many must still fail.
std::atomic<int> accepts{0};
std::atomic<int> accepts_to_refuse{0};
// Called right after a connection was accepted.
std::atomic<void (*)()> after_accept{nullptr};

}  // namespace

// Replaces libc's.
extern "C" int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  ++accepts;
  if (accepts_to_refuse.load() > 0) {
    --accepts_to_refuse;
    errno = EMFILE;
    return -1;
  }
  const auto accepted =
      static_cast<int>(syscall(SYS_accept4, fd, address, size, flags));
  if (accepted >= 0 && after_accept.load() != nullptr) after_accept.load()();
  return accepted;
}

namespace airlock::cli {
namespace {

using platform::Dial;
using platform::PosixTransport;
using platform::TcpListener;

constexpr absl::Duration kPatience = absl::Minutes(1);

// The byte that begins a request; any other ends it.
constexpr uint8_t kRequest = 'r';

// Limits this process to descriptors below `count` (or its hard limit). 0 to 2
// are taken, and poll rejects more entries than the limit.
void LimitDescriptors(rlim_t count) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min(count, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Larger than the address space: a thread cannot be made.
void SetStackSize(size_t size) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, size);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
}

// A pool that echoes each byte until its client has no more.
class ConnectionPoolTest : public ::testing::Test {
 protected:
  ConnectionPoolTest() {
    auto pool = ConnectionPool::Create(
        /*max_connections=*/4,
        [this](std::unique_ptr<PosixTransport> transport,
               ConnectionPlace* place) {
          uint8_t byte = 0;
          while (place->ended() == ConnectionPlace::End::kNone) {
            const auto read = transport->Read(absl::MakeSpan(&byte, 1));
            if (!read.done()) break;
            place->Progress(/*in_request=*/byte == kRequest);
            if (!transport->Write(absl::MakeConstSpan(&byte, 1)).done()) break;
          }
          absl::MutexLock lock(&mutex_);
          ends_.push_back(place->ended());
        },
        [this] {
          hung_up_.Notify();
          go_on_.WaitForNotification();
        },
        [this](const absl::Status& shortage) {
          ++told_;
          shortage_ = shortage;
        });
    auto listener = TcpListener::Listen("127.0.0.1", 0);
    EXPECT_TRUE(pool.ok() && listener.ok());
    pool_ = *std::move(pool);
    listener_ = std::make_unique<TcpListener>(*std::move(listener));
    runner_ = std::thread([this] { ran_ = pool_->Run(*listener_); });
  }

  ~ConnectionPoolTest() override {
    if (runner_.joinable()) End();
  }

  // Like a signal.
  void End() {
    kill(getpid(), SIGTERM);
    runner_.join();
    EXPECT_TRUE(ran_.ok()) << ran_;
  }

  std::unique_ptr<PosixTransport> Connect() {
    auto client = Dial("127.0.0.1", listener_->port(), kPatience);
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }

  // Whether a byte comes back; otherwise the connection has ended.
  static bool Echoes(PosixTransport* client, uint8_t byte = 'x') {
    if (!client->Write(absl::MakeConstSpan(&byte, 1)).done()) return false;
    return client->Read(absl::MakeSpan(&byte, 1)).done();
  }

  std::unique_ptr<ConnectionPool> pool_;
  std::unique_ptr<TcpListener> listener_;
  std::thread runner_;
  absl::Status ran_;
  absl::Notification hung_up_;
  absl::Notification go_on_;
  std::atomic<int> told_{0};
  absl::Status shortage_;  // Read it after End.
  absl::Mutex mutex_;
  std::vector<ConnectionPlace::End> ends_ ABSL_GUARDED_BY(mutex_);
};

// Five pauses of a tenth of a second; a busy loop does not pause.
TEST_F(ConnectionPoolTest, WaitsIfNothingCanBeAccepted) {
  const auto start = std::chrono::steady_clock::now();
  accepts_to_refuse = 5;
  const auto client = Connect();
  EXPECT_TRUE(Echoes(client.get()));
  EXPECT_GE(std::chrono::steady_clock::now() - start,
            std::chrono::milliseconds(500));
  End();
  EXPECT_EQ(told_, 1);
  EXPECT_TRUE(absl::IsResourceExhausted(shortage_)) << shortage_;
}

// A connection that was accepted needs no more descriptors, either.
TEST_F(ConnectionPoolTest, ServesWhatItHasAccepted) {
  const auto first = Connect();
  EXPECT_TRUE(Echoes(first.get()));
  after_accept = [] { LimitDescriptors(3); };
  const auto second = Connect();
  EXPECT_TRUE(Echoes(second.get()));
  after_accept = nullptr;
  LimitDescriptors(RLIM_INFINITY);
  EXPECT_TRUE(Echoes(Connect().get()));
  EXPECT_TRUE(Echoes(first.get()));
  End();
}

// A connection needs two, and its client's files three.
TEST_F(ConnectionPoolTest, AcceptsNobodyForTheLastDescriptor) {
  // Meanwhile the server is blocked.
  kill(getpid(), SIGHUP);
  hung_up_.WaitForNotification();
  const auto first = Connect();
  const auto second = Connect();
  const int lowest = dup(STDIN_FILENO);
  close(lowest);
  LimitDescriptors(static_cast<rlim_t>(lowest) + 3);
  accepts = 0;
  go_on_.Notify();
  while (told_ == 0) std::this_thread::yield();
  EXPECT_EQ(accepts, 0);
  LimitDescriptors(RLIM_INFINITY);
  EXPECT_TRUE(Echoes(first.get()));
  EXPECT_TRUE(Echoes(second.get()));
  End();
  EXPECT_EQ(told_, 1);
}

TEST_F(ConnectionPoolTest, SurvivesAFailureToStartAThread) {
  pthread_attr_t attributes;
  size_t stack_size = 0;
  pthread_getattr_default_np(&attributes);
  pthread_attr_getstacksize(&attributes, &stack_size);
  pthread_attr_destroy(&attributes);
  SetStackSize(size_t{1} << 62);
  EXPECT_FALSE(Echoes(Connect().get()));
  SetStackSize(stack_size);
  EXPECT_TRUE(Echoes(Connect().get()));
  End();
  EXPECT_EQ(told_, 1);
  EXPECT_TRUE(absl::StrContains(shortage_.message(), "thread")) << shortage_;
}

// More silent clients than there are places.
TEST_F(ConnectionPoolTest, MakesRoomForThoseWhoWait) {
  std::vector<std::unique_ptr<PosixTransport>> silent;
  for (int i = 0; i < 12; ++i) silent.push_back(Connect());
  const auto client = Connect();
  EXPECT_TRUE(Echoes(client.get()));
  absl::MutexLock lock(&mutex_);
  EXPECT_GE(ends_.size(), 9);
  for (const ConnectionPlace::End end : ends_) {
    EXPECT_EQ(end, ConnectionPlace::End::kMakeRoom);
  }
}

// The connection that was idle longest is ended, not the busy ones.
TEST_F(ConnectionPoolTest, EndsWhatHasWaitedLongest) {
  const auto silent = Connect();
  std::vector<std::unique_ptr<PosixTransport>> busy;
  for (int i = 0; i < 3; ++i) {
    busy.push_back(Connect());
    EXPECT_TRUE(Echoes(busy.back().get()));
  }
  const auto client = Connect();
  EXPECT_TRUE(Echoes(client.get()));
  EXPECT_FALSE(Echoes(silent.get()));
  for (const auto& each : busy) EXPECT_TRUE(Echoes(each.get()));
}

TEST_F(ConnectionPoolTest, LetsARequestFinishWhenItStops) {
  const auto idle = Connect();
  EXPECT_TRUE(Echoes(idle.get()));
  const auto requesting = Connect();
  EXPECT_TRUE(Echoes(requesting.get(), kRequest));
  kill(getpid(), SIGTERM);
  // After the idle one has ended, the server stops; the other one continues.
  uint8_t byte = 0;
  EXPECT_TRUE(idle->Read(absl::MakeSpan(&byte, 1)).closed());
  EXPECT_TRUE(Echoes(requesting.get()));
  EXPECT_FALSE(Echoes(requesting.get()));
  runner_.join();
  absl::MutexLock lock(&mutex_);
  EXPECT_EQ(ends_, std::vector<ConnectionPlace::End>(
                       2, ConnectionPlace::End::kStopping));
}

TEST_F(ConnectionPoolTest, EndsARequestThatDoesNotFinish) {
  const auto requesting = Connect();
  EXPECT_TRUE(Echoes(requesting.get(), kRequest));
  End();
  EXPECT_FALSE(Echoes(requesting.get()));
}

}  // namespace
}  // namespace airlock::cli
