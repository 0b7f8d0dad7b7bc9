// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Each call that makes a descriptor fails in turn, as if this process (EMFILE)
// or the system (ENFILE) had no more: the caller gets an error that says so,
// never an answer, no descriptor leaks, and the next attempt works.

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/audit_writer.h"
#include "platform/http/client.h"
#include "platform/http/event_loop.h"
#include "platform/memory_transport.h"
#include "platform/posix_host.h"
#include "platform/runtime.h"
#include "platform/tcp.h"
#include "tests/platform/http/test_server.h"
#include "tests/support/testdata.h"

namespace {

// How many calls of this thread succeed before one fails; -1: all do.
thread_local int left = -1;
thread_local int error_number = 0;
thread_local bool failed = false;

// Whether this call must fail, with errno.
bool Fails() {
  if (left < 0) return false;
  if (left-- > 0) return false;
  failed = true;
  errno = error_number;
  return true;
}

template <typename... Args>
int Call(long number, Args... args) {  // NOLINT(google-runtime-int)
  return Fails() ? -1 : static_cast<int>(syscall(number, args...));
}

}  // namespace

// These replace libc's.
extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return Call(SYS_openat, AT_FDCWD, path, flags, mode);
}

int socket(int family, int type, int protocol) noexcept {
  return Call(SYS_socket, family, type, protocol);
}

int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  return Call(SYS_accept4, fd, address, size, flags);
}

int epoll_create1(int flags) noexcept { return Call(SYS_epoll_create1, flags); }

int eventfd(unsigned count, int flags) noexcept {
  return Call(SYS_eventfd2, count, flags);
}

int fcntl(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  const long argument = va_arg(rest, long);  // NOLINT(google-runtime-int)
  va_end(rest);
  if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) {
    return Call(SYS_fcntl, fd, command, argument);
  }
  return static_cast<int>(syscall(SYS_fcntl, fd, command, argument));
}

}  // extern "C"

namespace airlock::http::testing {
namespace {

using ::airlock::testing::ReadTestdata;
using ::airlock::testing::TestdataPath;
using ::testing::HasSubstr;

size_t OpenDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

// Fails the first of the calls of `scenario`, then the second, and so on, until
// it makes no more.
void FailEach(const std::string& name,
              const std::function<absl::Status()>& scenario) {
  const size_t before = OpenDescriptors();
  ASSERT_TRUE(scenario().ok()) << name << ": " << scenario();
  int places = 0;
  for (const int error : {EMFILE, ENFILE}) {
    for (int place = 0;; ++place) {
      failed = false;
      error_number = error;
      left = place;
      const absl::Status status = scenario();
      left = -1;
      // A server in this process may not have closed its end yet.
      while (OpenDescriptors() > before) std::this_thread::yield();
      if (!failed) {
        EXPECT_TRUE(status.ok()) << name << ": " << status;
        break;
      }
      ++places;
      EXPECT_FALSE(status.ok()) << name << ", " << place;
      EXPECT_THAT(std::string(status.message()), HasSubstr(strerror(error)))
          << name << ", " << place;
      ASSERT_TRUE(scenario().ok()) << name << ", " << place;
    }
  }
  EXPECT_GT(places, 0) << name;
  ::testing::Test::RecordProperty(name, places);
}

std::unique_ptr<platform::Runtime> NewRuntime(absl::Status* status) {
  config::EnvironmentMap environment;
  environment["SSL_CERT_FILE"] = TestdataPath("certs/ca.pem");
  auto runtime = platform::Runtime::Create(
      std::make_shared<platform::PosixHost>(), std::move(environment));
  *status = runtime.status();
  return runtime.ok() ? *std::move(runtime) : nullptr;
}

TEST(DescriptorFaultsTest, WrapSocketReadsTheBundleOrFails) {
  FailEach("WrapSocket", [] {
    absl::Status status;
    const auto runtime = NewRuntime(&status);
    if (!status.ok()) return status;
    platform::WrapOptions options;
    options.server_hostname = "localhost";
    options.do_handshake_on_connect = false;
    return runtime
        ->WrapSocket(platform::MakeMemoryTransports().first, std::move(options))
        .status();
  });
}

TEST(DescriptorFaultsTest, Connections) {
  FailEach("Tcp", [] {
    const auto listener = platform::TcpListener::Listen("127.0.0.1", 0);
    if (!listener.ok()) return listener.status();
    auto client =
        platform::Dial("127.0.0.1", listener->port(), absl::Minutes(1));
    if (!client.ok()) return client.status();
    return listener->Accept(absl::Minutes(1)).status();
  });
}

TEST(DescriptorFaultsTest, EventLoops) {
  FailEach("EventLoop", [] {
    auto created = EventLoop::Create();
    if (!created.ok()) return created.status();
    // One that opens them when they are needed.
    EventLoop loop;
    const absl::Status mailbox = loop.mailbox().status();
    if (!mailbox.ok()) return mailbox;
    return absl::OkStatus();
  });
}

TEST(DescriptorFaultsTest, Fetches) {
  const TestServer server(Always([](Peer& peer, const SeenRequest&) {
    peer.Respond("200 OK", "Connection: close\r\n", "hello");
  }));
  const auto runtime = MakeRuntime();
  FailEach("Fetch", [&] {
    Client client(runtime.get(), Direct());
    Request request;
    request.url = server.Url();
    const auto response = client.Fetch(std::move(request));
    if (response.ok()) {
      EXPECT_EQ(response->body, "hello");
    }
    return response.status();
  });
}

TEST(DescriptorFaultsTest, Audits) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/audit");
  FailEach("Audit", [&] {
    const auto host = std::make_shared<platform::PosixHost>();
    absl::Status status = platform::AuditWriter::Open(path, host).status();
    if (status.ok()) {
      status = platform::AuditWriter::Open("fd:2", host).status();
    }
    return status;
  });
}

TEST(DescriptorFaultsTest, Files) {
  FailEach("ReadFile", [] {
    platform::PosixHost host;
    return host.ReadFile(TestdataPath("certs/ca.pem")).status();
  });
}

}  // namespace
}  // namespace airlock::http::testing
