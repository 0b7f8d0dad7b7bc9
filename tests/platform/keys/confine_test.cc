// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/confine.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <thread>

#include "gtest/gtest.h"

namespace airlock::keys {
namespace {

// Whether `check` is true in a process after `confine`.
bool HoldsAfter(const std::function<absl::Status()>& confine,
                const std::function<bool()>& check) {
  const pid_t child = fork();
  if (child == 0) _exit(confine().ok() && check() ? 0 : 1);
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status == 0;
}

bool InService(const std::function<bool()>& check) {
  return HoldsAfter(ConfineKeyService, check);
}
bool InReader(const std::function<bool()>& check) {
  return HoldsAfter(ConfineTicketReader, check);
}
bool InModule(const std::function<bool()>& check) {
  return HoldsAfter([] { return ConfineTokenModule(false); }, check);
}
bool InNetworkModule(const std::function<bool()>& check) {
  return HoldsAfter([] { return ConfineTokenModule(true); }, check);
}

bool Opens() { return open("/dev/null", O_RDONLY) >= 0; }
bool Forks() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  return child > 0;
}
bool Runs() {
  char name[] = "/bin/true";
  char* const arguments[] = {name, nullptr};
  execv(name, arguments);
  return errno != ENOSYS;
}
bool Signals() { return kill(getppid(), 0) == 0; }
bool MakesSocket(int family) { return socket(family, SOCK_STREAM, 0) >= 0; }
bool StartsThread() {
  bool ran = false;
  std::thread([&ran] { ran = true; }).join();
  return ran;
}

TEST(ConfineTest, ServiceUsesOnlyOpenSockets) {
  EXPECT_TRUE(InService([] { return true; }));
  EXPECT_FALSE(InService(Opens));
  EXPECT_FALSE(InService(Forks));
  EXPECT_FALSE(InService(Runs));
  EXPECT_FALSE(InService(Signals));
  EXPECT_FALSE(InService([] { return MakesSocket(AF_UNIX); }));
}

TEST(ConfineTest, TicketReaderOnlyReadsFiles) {
  EXPECT_TRUE(InReader(Opens));
  EXPECT_FALSE(InReader([] { return open("/dev/null", O_WRONLY) >= 0; }));
  EXPECT_FALSE(InReader([] { return open("/dev/null", O_RDWR) >= 0; }));
  EXPECT_FALSE(
      InReader([] { return open("/tmp", O_RDONLY | O_TMPFILE, 0600) >= 0; }));
  EXPECT_FALSE(InReader([] {
    return open("/tmp/airlock_confine_test", O_RDONLY | O_CREAT, 0600) >= 0;
  }));
  EXPECT_FALSE(InReader([] { return write(STDERR_FILENO, "x", 1) == 1; }));
  EXPECT_FALSE(InReader(Forks));
  EXPECT_FALSE(InReader(Runs));
  EXPECT_FALSE(InReader(Signals));
  EXPECT_FALSE(InReader([] { return MakesSocket(AF_UNIX); }));
}

TEST(ConfineTest, ModuleUsesFilesAndThreadsAndUnixSockets) {
  EXPECT_TRUE(InModule(Opens));
  EXPECT_TRUE(InModule(StartsThread));
  EXPECT_TRUE(InModule([] { return MakesSocket(AF_UNIX); }));
  EXPECT_FALSE(InModule([] { return MakesSocket(AF_INET); }));
  EXPECT_FALSE(InModule([] { return MakesSocket(AF_INET6); }));
  EXPECT_FALSE(InModule([] { return MakesSocket(AF_NETLINK); }));
  EXPECT_FALSE(InModule(Forks));
  EXPECT_FALSE(InModule(Runs));
  EXPECT_FALSE(InModule(Signals));
}

TEST(ConfineTest, ModuleOfTheNetworkHasIpSocketsToo) {
  EXPECT_TRUE(InNetworkModule([] { return MakesSocket(AF_INET); }));
  EXPECT_FALSE(InNetworkModule([] { return MakesSocket(AF_NETLINK); }));
  EXPECT_FALSE(InNetworkModule(Forks));
}

TEST(ConfineTest, MemoryIsHidden) {
  EXPECT_TRUE(HoldsAfter(HideMemory, [] {
    rlimit limit = {1, 1};
    return prctl(PR_GET_DUMPABLE) == 0 && getrlimit(RLIMIT_CORE, &limit) == 0 &&
           limit.rlim_max == 0;
  }));
}

}  // namespace
}  // namespace airlock::keys
