// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// One thread reads a socket while another writes it.

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

constexpr size_t kTotal = size_t{4} << 20;

class CTwoThreadsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds_), 0);
    client_ = Wrap(runtime_.get(), Over(fds_[0]), ClientWrap());
    server_ = Wrap(runtime_.get(), Over(fds_[1]), ServerWrap());
  }

  static airlock_transport Over(int fd) {
    auto transport = Sized<airlock_transport>();
    transport.type = AIRLOCK_TRANSPORT_FD;
    transport.fd = fd;
    transport.fd_owned = AIRLOCK_YES;
    transport.timeout_ms = AIRLOCK_WAIT_FOREVER;
    return transport;
  }

  static bool WriteAll(airlock_socket* socket, size_t total) {
    const std::string bytes(100000, 'w');
    while (total > 0) {
      size_t done = 0;
      if (airlock_socket_write(socket, bytes.data(),
                               std::min(bytes.size(), total), &done,
                               nullptr) != AIRLOCK_OK) {
        return false;
      }
      total -= done;
    }
    return true;
  }

  static bool ReadAll(airlock_socket* socket, size_t total) {
    std::string bytes(100000, '\0');
    while (total > 0) {
      size_t done = 0;
      if (airlock_socket_read(socket, &bytes[0], std::min(bytes.size(), total),
                              &done, nullptr) != AIRLOCK_OK) {
        return false;
      }
      total -= done;
    }
    return true;
  }

  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  int fds_[2] = {-1, -1};
  Handle<airlock_socket> client_;
  Handle<airlock_socket> server_;
};

// Both threads also begin with the handshake.
TEST_F(CTwoThreadsTest, BothDirectionsAtOnce) {
  bool good[4] = {};
  std::thread threads[] = {
      std::thread([&] { good[0] = WriteAll(client_.get(), kTotal); }),
      std::thread([&] { good[1] = ReadAll(client_.get(), kTotal); }),
      std::thread([&] { good[2] = WriteAll(server_.get(), kTotal); }),
      std::thread([&] { good[3] = ReadAll(server_.get(), kTotal); })};
  for (std::thread& thread : threads) thread.join();
  for (const bool one : good) EXPECT_TRUE(one);
}

// A thread that waits to read does not prevent another from writing, whichever
// of the two finishes the handshake.
TEST_F(CTwoThreadsTest, WritesWhileAnotherWaitsToRead) {
  bool read = false;
  std::thread reader([&] { read = ReadAll(client_.get(), 5); });
  std::thread writer([&] { EXPECT_TRUE(WriteAll(client_.get(), 3)); });
  EXPECT_TRUE(ReadAll(server_.get(), 3));
  writer.join();
  EXPECT_TRUE(WriteAll(client_.get(), 4));
  EXPECT_TRUE(ReadAll(server_.get(), 4));
  EXPECT_TRUE(WriteAll(server_.get(), 5));
  reader.join();
  EXPECT_TRUE(read);
}

TEST_F(CTwoThreadsTest, ATimeoutIsThatOfOneCall) {
  std::thread serving(
      [&] { airlock_socket_handshake(server_.get(), nullptr); });
  ASSERT_EQ(airlock_socket_handshake(client_.get(), nullptr), AIRLOCK_OK);
  serving.join();
  ASSERT_EQ(airlock_socket_set_timeout(client_.get(), 1, nullptr), AIRLOCK_OK);
  for (int i = 0; i < 2; ++i) {
    char byte = 0;
    size_t done = 0;
    airlock_error* error = nullptr;
    EXPECT_EQ(airlock_socket_read(client_.get(), &byte, 1, &done, &error),
              AIRLOCK_ERROR);
    EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_TIMEOUT);
  }
  EXPECT_TRUE(WriteAll(server_.get(), 1));
  EXPECT_TRUE(ReadAll(client_.get(), 1));
}

}  // namespace
}  // namespace airlock::c
