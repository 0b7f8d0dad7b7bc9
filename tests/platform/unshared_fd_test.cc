// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/unshared_fd.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <set>
#include <thread>  // NOLINT(build/c++11)
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/fork_guard.h"
#include "platform/internal/unique_fd.h"
#include "platform/tcp.h"

namespace airlock::platform::internal {
namespace {

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) >= 0; }

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

UniqueFd Descriptor() { return UniqueFd(eventfd(0, EFD_CLOEXEC)); }

TEST(UnsharedFdTest, AChildHasItOnlyAfterwards) {
  const UniqueFd fd = Descriptor();
  const UniqueFd other = Descriptor();
  {
    const UnsharedFd unshared(fd.get());
    EXPECT_TRUE(InChild([&] {
      // A child of the child may have another one with this number.
      return !IsOpen(fd.get()) && IsOpen(other.get()) &&
             dup2(other.get(), fd.get()) == fd.get() &&
             InChild([&] { return IsOpen(fd.get()); });
    }));
    EXPECT_TRUE(IsOpen(fd.get()));
  }
  EXPECT_TRUE(InChild([&] { return IsOpen(fd.get()); }));
}

TEST(UnsharedFdTest, AnyNumberMayExist) {
  constexpr int kMost = 64;
  for (int round = 0; round < 2; ++round) {
    std::vector<UniqueFd> fds;
    std::vector<std::unique_ptr<UnsharedFd>> unshared;
    for (int i = 0; i <= kMost; ++i) {
      fds.push_back(Descriptor());
      unshared.push_back(std::make_unique<UnsharedFd>(fds.back().get()));
    }
    EXPECT_TRUE(InChild([&] {
      for (int i = 0; i < kMost; ++i) {
        if (IsOpen(fds[i].get())) return false;
      }
      return IsOpen(fds[kMost].get());
    }));
  }
}

std::set<int> OpenSockets() {
  std::set<int> sockets;
  for (int fd = 0; fd < 256; ++fd) {
    int type = 0;
    socklen_t size = sizeof(type);
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0) {
      sockets.insert(fd);
    }
  }
  return sockets;
}

TEST(UnsharedFdTest, AChildDoesNotGetAConnectionThatIsNotThereYet) {
  // A listener whose queue is full does not answer.
  UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(listener.get(), generic, size), 0);
  ASSERT_EQ(listen(listener.get(), 0), 0);
  ASSERT_EQ(getsockname(listener.get(), generic, &size), 0);
  const UniqueFd first(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(connect(first.get(), generic, size), 0);

  const std::set<int> before = OpenSockets();
  std::thread dials([&] {
    const ForkGuard guard;
    static_cast<void>(
        Dial("127.0.0.1", ntohs(address.sin_port), absl::Minutes(1)));
  });
  const absl::Time end = absl::Now() + absl::Seconds(30);
  while (OpenSockets() == before && absl::Now() < end) {
    std::this_thread::yield();
  }
  EXPECT_NE(OpenSockets(), before);
  // The fork waits until the thread does.
  EXPECT_TRUE(InChild([&] { return OpenSockets() == before; }));
  EXPECT_NE(OpenSockets(), before);
  listener = UniqueFd();  // Refuses the connection.
  dials.join();
}

}  // namespace
}  // namespace airlock::platform::internal
