// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// When the host gets a transport back.

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

// Ends TLS on both sides.
void Unwrap(const Ends& ends) {
  airlock_socket_unwrap(ends.client.get(), nullptr);
  EXPECT_EQ(airlock_socket_unwrap(ends.server.get(), nullptr), AIRLOCK_OK);
  EXPECT_EQ(airlock_socket_unwrap(ends.client.get(), nullptr), AIRLOCK_OK);
}

class CReleaseTransportTest : public ::testing::Test {
 protected:
  Ends OverFds() {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds_), 0);
    auto transport = Sized<airlock_transport>();
    transport.type = AIRLOCK_TRANSPORT_FD;
    transport.timeout_ms = AIRLOCK_WAIT_NEVER;
    transport.fd_owned = 1;
    Ends ends;
    transport.fd = fds_[0];
    ends.client = Wrap(runtime_.get(), transport, ClientWrap());
    transport.fd = fds_[1];
    ends.server = Wrap(runtime_.get(), transport, ServerWrap());
    ShakeHands(&ends);
    EXPECT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
    return ends;
  }

  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  int fds_[2] = {-1, -1};
};

TEST_F(CReleaseTransportTest, AnOwnedDescriptorIsTheCallersAgain) {
  Ends ends = OverFds();
  Unwrap(ends);
  int32_t fds[2] = {-7, -7};
  ASSERT_EQ(
      airlock_socket_release_transport(ends.client.get(), &fds[0], nullptr),
      AIRLOCK_OK);
  ASSERT_EQ(
      airlock_socket_release_transport(ends.server.get(), &fds[1], nullptr),
      AIRLOCK_OK);
  EXPECT_EQ(fds[0], fds_[0]);
  EXPECT_EQ(fds[1], fds_[1]);
  // The result of the handshake can still be queried.
  EXPECT_EQ(Info(ends.client).version, AIRLOCK_TLS_1_3);
  airlock_error* error = nullptr;
  size_t done = 0;
  EXPECT_EQ(airlock_socket_write(ends.client.get(), "x", 1, &done, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_CLOSED);
  EXPECT_EQ(airlock_socket_set_timeout(ends.client.get(), 1, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(
      airlock_socket_release_transport(ends.client.get(), &fds[0], &error),
      AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_CLOSED);
  EXPECT_EQ(fds[0], -1);
  ends.client.reset();
  ends.server.reset();
  char byte = 0;
  EXPECT_EQ(write(fds_[0], "x", 1), 1);
  EXPECT_EQ(read(fds_[1], &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
  EXPECT_EQ(close(fds_[0]), 0);
  EXPECT_EQ(close(fds_[1]), 0);
}

TEST_F(CReleaseTransportTest, CallbacksAreReleased) {
  Wire wire;
  Ends ends = Connect(runtime_.get(), &wire, ClientWrap(), ServerWrap());
  Unwrap(ends);
  int32_t fd = 7;
  ASSERT_EQ(airlock_socket_release_transport(ends.client.get(), &fd, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(fd, -1);
  EXPECT_EQ(wire.releases(), 1);
  ends.client.reset();
  EXPECT_EQ(wire.releases(), 1);
}

TEST_F(CReleaseTransportTest, ADescriptorsUserIsReleasedToo) {
  int releases = 0;
  int fds[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  auto transport = Sized<airlock_transport>();
  transport.type = AIRLOCK_TRANSPORT_FD;
  transport.fd = fds[0];
  transport.user = &releases;
  transport.release = [](void* user) { ++*static_cast<int*>(user); };
  Handle<airlock_socket> socket = Wrap(runtime_.get(), transport, ClientWrap());
  EXPECT_EQ(airlock_socket_set_timeout(socket.get(), 7, nullptr), AIRLOCK_OK);
  EXPECT_EQ(releases, 0);
  socket.reset();
  EXPECT_EQ(releases, 1);
  // Released, not made, and not a descriptor at all.
  socket = Wrap(runtime_.get(), transport, ClientWrap());
  int32_t fd = -1;
  ASSERT_EQ(airlock_socket_release_transport(socket.get(), &fd, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(fd, fds[0]);
  EXPECT_EQ(releases, 2);
  airlock_socket* none = nullptr;
  airlock_wrap_options options = ClientWrap();
  options.cert_reqs = 9;
  EXPECT_EQ(
      airlock_wrap_socket(runtime_.get(), &transport, &options, &none, nullptr),
      AIRLOCK_ERROR);
  EXPECT_EQ(releases, 3);
  close(fds[0]);
  close(fds[1]);
  transport.fd = -1;
  options = ClientWrap();
  EXPECT_EQ(
      airlock_wrap_socket(runtime_.get(), &transport, &options, &none, nullptr),
      AIRLOCK_ERROR);
  EXPECT_EQ(releases, 4);
  // If the struct is invalid, nothing is taken over.
  transport.fd_owned = 3;
  EXPECT_EQ(
      airlock_wrap_socket(runtime_.get(), &transport, &options, &none, nullptr),
      AIRLOCK_ERROR);
  EXPECT_EQ(releases, 4);
}

TEST_F(CReleaseTransportTest, ATransportsCallbackMayFreeItsSocket) {
  struct Host {
    airlock_socket* socket = nullptr;
    int releases = 0;
  } host;
  auto transport = Sized<airlock_transport>();
  transport.type = AIRLOCK_TRANSPORT_CALLBACKS;
  transport.user = &host;
  transport.read = [](void* user, void*, size_t, size_t*) -> airlock_status {
    auto* const h = static_cast<Host*>(user);
    airlock_socket_free(h->socket);
    EXPECT_EQ(h->releases, 0);
    return AIRLOCK_WANT_READ;
  };
  transport.write = [](void*, const void*, size_t size,
                       size_t* done) -> airlock_status {
    *done = size;
    return AIRLOCK_OK;
  };
  transport.release = [](void* user) { ++static_cast<Host*>(user)->releases; };
  host.socket = Wrap(runtime_.get(), transport, ClientWrap()).release();
  EXPECT_EQ(airlock_socket_handshake(host.socket, nullptr), AIRLOCK_WANT_READ);
  EXPECT_EQ(host.releases, 1);
}

TEST_F(CReleaseTransportTest, NotFromWithinACallback) {
  static airlock_status status;
  auto transport = Sized<airlock_transport>();
  transport.type = AIRLOCK_TRANSPORT_CALLBACKS;
  static airlock_socket* socket = nullptr;
  transport.write = [](void*, const void*, size_t, size_t*) -> airlock_status {
    int32_t fd = 0;
    status = airlock_socket_release_transport(socket, &fd, nullptr);
    return AIRLOCK_WANT_WRITE;
  };
  transport.read = [](void*, void*, size_t, size_t*) -> airlock_status {
    return AIRLOCK_WANT_READ;
  };
  status = AIRLOCK_OK;
  const auto owned = Wrap(runtime_.get(), transport, ClientWrap());
  socket = owned.get();
  EXPECT_EQ(airlock_socket_handshake(socket, nullptr), AIRLOCK_WANT_WRITE);
  EXPECT_EQ(status, AIRLOCK_ERROR);
  int32_t fd = 0;
  EXPECT_EQ(airlock_socket_release_transport(nullptr, &fd, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_release_transport(socket, nullptr, nullptr),
            AIRLOCK_ERROR);
}

}  // namespace
}  // namespace airlock::c
