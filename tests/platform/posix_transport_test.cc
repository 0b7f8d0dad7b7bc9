// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/posix_transport.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/error_matchers.h"

namespace airlock::platform {
namespace {

using ssl::IoResult;
using ssl::IoState;

using TransportPtr = std::unique_ptr<PosixTransport>;

TransportPtr Make(int fd, absl::Duration timeout) {
  PosixTransportOptions options;
  options.timeout = timeout;
  options.peer = "peer.test:443";
  absl::StatusOr<TransportPtr> transport =
      PosixTransport::Create(fd, std::move(options));
  EXPECT_TRUE(transport.ok()) << transport.status();
  return *std::move(transport);
}

// Two connected sockets.
std::pair<TransportPtr, TransportPtr> MakePair(absl::Duration timeout,
                                               int flags = 0) {
  std::array<int, 2> fds = {};
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | flags, 0, fds.data()), 0);
  return {Make(fds[0], timeout), Make(fds[1], timeout)};
}

// The reading and the writing end of a pipe.
std::pair<TransportPtr, TransportPtr> MakePipe(absl::Duration timeout) {
  std::array<int, 2> fds = {};
  EXPECT_EQ(pipe(fds.data()), 0);
  return {Make(fds[0], timeout), Make(fds[1], timeout)};
}

IoResult Write(ssl::Transport& to, absl::string_view text) {
  return to.Write(absl::MakeConstSpan(
      reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

IoResult ReadByte(ssl::Transport& from) {
  uint8_t byte;
  return from.Read(absl::MakeSpan(&byte, 1));
}

std::string Read(ssl::Transport& from) {
  std::vector<uint8_t> bytes(100);
  const IoResult result = from.Read(absl::MakeSpan(bytes));
  EXPECT_TRUE(result.done()) << result.status();
  if (!result.done()) return "";
  return std::string(bytes.begin(), bytes.begin() + result.bytes());
}

// Writes until a Write is not done at once.
IoResult Fill(ssl::Transport& to) {
  const std::string block(100000, 'x');
  while (true) {
    IoResult result = Write(to, block);
    if (!result.done()) return result;
  }
}

TEST(PosixTransportTest, CarriesBytesBothWays) {
  for (const int flags : {0, static_cast<int>(SOCK_NONBLOCK)}) {
    auto [a, b] = MakePair(absl::InfiniteDuration(), flags);
    EXPECT_EQ(Write(*a, "ping").bytes(), 4);
    EXPECT_EQ(Read(*b), "ping");
    EXPECT_EQ(Write(*b, "pong").bytes(), 4);
    EXPECT_EQ(Read(*a), "pong");
    // The descriptor's mode must not change.
    EXPECT_EQ((fcntl(a->fd(), F_GETFL) & O_NONBLOCK) != 0, flags != 0);
    a.reset();
    EXPECT_EQ(ReadByte(*b).state(), IoState::kClosed);
  }
}

TEST(PosixTransportTest, CarriesBytesThroughAPipe) {
  auto [out, in] = MakePipe(absl::InfiniteDuration());
  EXPECT_EQ(Write(*in, "ping").bytes(), 4);
  EXPECT_EQ(Read(*out), "ping");
  in.reset();
  EXPECT_EQ(ReadByte(*out).state(), IoState::kClosed);
}

TEST(PosixTransportTest, ClosesAnOwnedDescriptorThatCannotBeUsed) {
  // Open, but not for reading or writing.
  const int path = open("/", O_PATH);
  EXPECT_FALSE(PosixTransport::Create(path).ok());
  EXPECT_EQ(fcntl(path, F_GETFD), -1);
  const int datagrams = socket(AF_UNIX, SOCK_DGRAM, 0);
  EXPECT_FALSE(PosixTransport::Create(datagrams).ok());
  EXPECT_EQ(fcntl(datagrams, F_GETFD), -1);
  const int borrowed = open("/", O_PATH);
  PosixTransportOptions options;
  options.ownership = FdOwnership::kBorrowed;
  EXPECT_FALSE(PosixTransport::Create(borrowed, std::move(options)).ok());
  EXPECT_EQ(close(borrowed), 0);
}

TEST(PosixTransportTest, AnInterruptEndsWaiting) {
  auto [a, b] = MakePair(absl::InfiniteDuration());
  const int interrupt = eventfd(0, EFD_CLOEXEC);
  a->set_interrupt(interrupt);
  std::thread other([interrupt] {
    const uint64_t one = 1;
    EXPECT_EQ(write(interrupt, &one, sizeof(one)), sizeof(one));
  });
  EXPECT_TRUE(absl::IsDeadlineExceeded(ReadByte(*a).status()));
  other.join();
  EXPECT_TRUE(absl::IsDeadlineExceeded(Fill(*a).status()));
  // Calls that need not wait still work.
  EXPECT_TRUE(Write(*b, "x").done());
  EXPECT_TRUE(ReadByte(*a).done());
  a->set_interrupt(-1);
  shutdown(b->fd(), SHUT_WR);
  EXPECT_TRUE(ReadByte(*a).closed());
  close(interrupt);
}

TEST(PosixTransportTest, AZeroTimeoutNeverBlocks) {
  for (const int flags : {0, static_cast<int>(SOCK_NONBLOCK)}) {
    auto [a, b] = MakePair(absl::ZeroDuration(), flags);
    EXPECT_EQ(ReadByte(*a).state(), IoState::kWantRead);
    EXPECT_EQ(Fill(*a).state(), IoState::kWantWrite);
    EXPECT_EQ(ReadByte(*b).state(), IoState::kDone);
  }
  auto [out, in] = MakePipe(absl::ZeroDuration());
  EXPECT_EQ(ReadByte(*out).state(), IoState::kWantRead);
  EXPECT_EQ(Fill(*in).state(), IoState::kWantWrite);
  EXPECT_EQ(ReadByte(*out).state(), IoState::kDone);
}

TEST(PosixTransportTest, ATimeoutEndsTheWait) {
  for (auto& [a, b] :
       {MakePair(absl::Milliseconds(1)), MakePipe(absl::Milliseconds(1))}) {
    const absl::Status read = ReadByte(*a).status();
    EXPECT_THAT(read,
                ErrorIs(absl::StatusCode::kDeadlineExceeded, "peer.test:443"));
    EXPECT_THAT(read, Quotes("1ms"));
    EXPECT_EQ(Fill(*b).status().code(), absl::StatusCode::kDeadlineExceeded);
  }
}

TEST(PosixTransportTest, TheTimeoutAppliesToEachOperation) {
  auto [a, b] = MakePair(absl::Milliseconds(1));
  EXPECT_TRUE(ReadByte(*a).failed());
  EXPECT_EQ(Write(*b, "x").bytes(), 1);
  EXPECT_EQ(Read(*a), "x");
}

TEST(PosixTransportTest, ADeadlineEndsEverything) {
  auto [a, b] = MakePair(absl::InfiniteDuration());
  const auto now = std::chrono::steady_clock::now();
  a->set_deadline(now + std::chrono::milliseconds(1));
  EXPECT_EQ(ReadByte(*a).status().code(), absl::StatusCode::kDeadlineExceeded);
  // Also for a peer that always has data to send.
  EXPECT_EQ(Write(*b, "xyz").bytes(), 3);
  EXPECT_EQ(ReadByte(*a).status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Write(*a, "x").status().code(),
            absl::StatusCode::kDeadlineExceeded);
  a->set_deadline(now + std::chrono::hours(1));
  EXPECT_EQ(Read(*a), "xyz");
  a->set_deadline(std::nullopt);
  EXPECT_EQ(Write(*a, "x").bytes(), 1);
}

void Ignore(int) {}

// Makes `signal` interrupt system calls during its lifetime.
class Interrupting {
 public:
  explicit Interrupting(int signal) : signal_(signal) {
    struct sigaction action = {};
    action.sa_handler = &Ignore;  // Without SA_RESTART.
    EXPECT_EQ(sigaction(signal_, &action, &old_), 0);
  }
  ~Interrupting() { sigaction(signal_, &old_, nullptr); }

 private:
  const int signal_;
  struct sigaction old_ = {};
};

TEST(PosixTransportTest, SignalsDoNotLengthenTheTimeout) {
  const Interrupting interrupting(SIGALRM);
  auto [a, b] = MakePair(absl::Milliseconds(30));
  const itimerval every_ms = {{0, 1000}, {0, 1000}};
  ASSERT_EQ(setitimer(ITIMER_REAL, &every_ms, nullptr), 0);
  // Would never end if each signal restarted the wait.
  const absl::Status status = ReadByte(*a).status();
  const itimerval never = {};
  ASSERT_EQ(setitimer(ITIMER_REAL, &never, nullptr), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(PosixTransportTest, SignalsDoNotEndTheWait) {
  const Interrupting interrupting(SIGUSR1);
  for (auto& pair : {MakePair(absl::InfiniteDuration()),
                     MakePipe(absl::InfiniteDuration())}) {
    ssl::Transport& from = *pair.first;
    std::string received;
    std::thread reader([&] { received = Read(from); });
    for (int i = 0; i < 100; ++i) {
      pthread_kill(reader.native_handle(), SIGUSR1);
      std::this_thread::yield();
    }
    EXPECT_EQ(Write(*pair.second, "x").bytes(), 1);
    reader.join();
    EXPECT_EQ(received, "x");
  }
}

TEST(PosixTransportTest, WritingToAClosedSocketIsAnErrorAndNoSignal) {
  auto [a, b] = MakePair(absl::InfiniteDuration());
  b.reset();
  const absl::Status status = Write(*a, "x").status();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status, WhereIs("peer.test:443"));
}

TEST(PosixTransportTest, BorrowedDescriptorsStayOpen) {
  std::array<int, 2> fds = {};
  ASSERT_EQ(pipe(fds.data()), 0);
  PosixTransportOptions options;
  options.ownership = FdOwnership::kBorrowed;
  ASSERT_TRUE(PosixTransport::Create(fds[0], options).ok());
  EXPECT_EQ(fcntl(fds[0], F_GETFD), 0);
  ASSERT_TRUE(PosixTransport::Create(fds[0]).ok());
  EXPECT_EQ(fcntl(fds[0], F_GETFD), -1);
  close(fds[1]);
}

TEST(PosixTransportTest, RefusesSocketsThatAreNotStreams) {
  EXPECT_EQ(PosixTransport::Create(-1).status().code(),
            absl::StatusCode::kInvalidArgument);
  const int datagrams = socket(AF_UNIX, SOCK_DGRAM, 0);
  ASSERT_GE(datagrams, 0);
  EXPECT_EQ(PosixTransport::Create(datagrams).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(fcntl(datagrams, F_GETFD), -1);
}

}  // namespace
}  // namespace airlock::platform
