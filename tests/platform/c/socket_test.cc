// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// airlock_wrap_socket and the functions of a socket.

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>
#include <utility>

#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

class CSocketTest : public ::testing::Test {
 protected:
  // The kind of wrap_socket's error, over the wire's client end.
  Failure Refusal(const airlock_wrap_options& options) {
    const airlock_transport transport = wire_.client();
    airlock_socket* socket = nullptr;
    airlock_error* error = nullptr;
    const int before = wire_.releases();
    EXPECT_EQ(airlock_wrap_socket(runtime_.get(), &transport, &options, &socket,
                                  &error),
              AIRLOCK_ERROR);
    EXPECT_EQ(socket, nullptr);
    EXPECT_EQ(wire_.client_sent(), 0U);
    EXPECT_EQ(wire_.releases(), before + 1);
    return Take(error);
  }

  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  Wire wire_;
};

TEST_F(CSocketTest, ShakesHandsOverCallbacks) {
  const airlock_bytes protocols[] = {B("h2"), B("http/1.1")};
  airlock_wrap_options client = ClientWrap();
  client.alpn_protocols = protocols;
  client.alpn_protocols_count = 2;
  client.minimum_version = AIRLOCK_TLS_1_3;
  airlock_wrap_options server = ServerWrap();
  server.alpn_protocols = protocols + 1;
  server.alpn_protocols_count = 1;
  Ends ends = Connect(runtime_.get(), &wire_, client, server);
  ASSERT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  ASSERT_EQ(ends.server_failure.kind, -1) << ends.server_failure.message;
  ExpectSent(ends.client.get(), ends.server.get(), "ping");
  ExpectSent(ends.server.get(), ends.client.get(), "pong");

  auto info = Sized<airlock_connection_info>();
  ASSERT_EQ(airlock_socket_info(ends.client.get(), &info, nullptr), AIRLOCK_OK);
  EXPECT_EQ(info.version, AIRLOCK_TLS_1_3);
  EXPECT_EQ(Str(info.version_name), "TLSv1.3");
  EXPECT_EQ(Str(info.alpn), "http/1.1");
  EXPECT_EQ(info.peer_verified, 1);
  EXPECT_GE(info.cipher_bits, 128);
  ASSERT_EQ(airlock_socket_info(ends.server.get(), &info, nullptr), AIRLOCK_OK);
  EXPECT_EQ(Str(info.server_name), "localhost");
  EXPECT_EQ(info.peer_verified, 0);

  EXPECT_EQ(airlock_socket_shutdown(ends.client.get(), nullptr), AIRLOCK_OK);
  char byte = 0;
  size_t done = 1;
  EXPECT_EQ(airlock_socket_read(ends.server.get(), &byte, 1, &done, nullptr),
            AIRLOCK_CLOSED);
  EXPECT_EQ(done, 0U);
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_socket_write(ends.client.get(), "x", 1, &done, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_CLOSED);
  ends = {};
  EXPECT_EQ(wire_.releases(), 2);
}

TEST_F(CSocketTest, ShakesHandsOverFds) {
  int fds[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  auto transport = Sized<airlock_transport>();
  transport.type = AIRLOCK_TRANSPORT_FD;
  transport.fd_owned = 1;
  transport.fd = fds[1];
  Handle<airlock_socket> server;
  std::thread thread([&] {
    airlock_wrap_options options = ServerWrap();
    options.do_handshake_on_connect = AIRLOCK_UNSET;
    server = Wrap(runtime_.get(), transport, options);
  });
  airlock_transport ours = transport;
  ours.fd = fds[0];
  ours.fd_owned = 0;
  airlock_wrap_options options = ClientWrap();
  options.do_handshake_on_connect = AIRLOCK_YES;
  const Handle<airlock_socket> client = Wrap(runtime_.get(), ours, options);
  thread.join();
  ASSERT_TRUE(client && server);
  ExpectSent(client.get(), server.get(), "ping");

  char byte = 0;
  size_t done = 0;
  airlock_error* error = nullptr;
  ASSERT_EQ(
      airlock_socket_set_timeout(client.get(), AIRLOCK_WAIT_NEVER, nullptr),
      AIRLOCK_OK);
  EXPECT_EQ(airlock_socket_read(client.get(), &byte, 1, &done, nullptr),
            AIRLOCK_WANT_READ);
  ASSERT_EQ(airlock_socket_set_timeout(client.get(), 1, nullptr), AIRLOCK_OK);
  EXPECT_EQ(airlock_socket_read(client.get(), &byte, 1, &done, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_TIMEOUT);
  ASSERT_EQ(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
  ASSERT_EQ(
      airlock_socket_set_timeout(client.get(), AIRLOCK_WAIT_AS_FD, nullptr),
      AIRLOCK_OK);
  EXPECT_EQ(airlock_socket_read(client.get(), &byte, 1, &done, nullptr),
            AIRLOCK_WANT_READ);
  EXPECT_EQ(airlock_socket_set_timeout(client.get(), -3, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);

  // Only an owned descriptor is closed with the socket.
  server.reset();
  EXPECT_EQ(fcntl(fds[1], F_GETFD), -1);
  EXPECT_NE(fcntl(fds[0], F_GETFD), -1);
  close(fds[0]);
}

TEST_F(CSocketTest, AnOwnedFdIsClosedWhereWrappingFails) {
  int fds[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  auto transport = Sized<airlock_transport>();
  transport.type = AIRLOCK_TRANSPORT_FD;
  transport.fd_owned = 1;
  transport.fd = fds[0];
  airlock_socket* socket = nullptr;
  EXPECT_EQ(airlock_wrap_socket(nullptr, &transport, nullptr, &socket, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(fcntl(fds[0], F_GETFD), -1);
  // Not if fd_owned is invalid.
  transport.fd = fds[1];
  transport.fd_owned = 2;
  EXPECT_EQ(airlock_wrap_socket(nullptr, &transport, nullptr, &socket, nullptr),
            AIRLOCK_ERROR);
  EXPECT_NE(fcntl(fds[1], F_GETFD), -1);
  close(fds[1]);
}

TEST_F(CSocketTest, ReportsWhatIsWrongWithThePeer) {
  Ends ends =
      Connect(runtime_.get(), &wire_, ClientWrap("example.test"), ServerWrap());
  EXPECT_EQ(ends.client_failure.kind, AIRLOCK_KIND_HOSTNAME);
  EXPECT_EQ(ends.client_failure.kind_name, "Hostname");
  EXPECT_EQ(ends.client_failure.verify_code, 62);
  EXPECT_EQ(ends.client_failure.depth, 0);
  EXPECT_FALSE(ends.client_failure.message.empty());
  EXPECT_FALSE(ends.client_failure.subject.empty());
  EXPECT_EQ(ends.server_failure.kind, AIRLOCK_KIND_PEER_ALERT);
  EXPECT_GE(ends.server_failure.alert, 0);
  EXPECT_EQ(ends.server_failure.alert, ends.client_failure.alert);

  Wire wire;
  ends =
      Connect(runtime_.get(), &wire, ClientWrap(), ServerWrap("server_other"));
  EXPECT_EQ(ends.client_failure.kind, AIRLOCK_KIND_VERIFICATION);
  EXPECT_EQ(ends.client_failure.verify_code, 20);
  // The same again.
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_socket_handshake(ends.client.get(), &error), AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_VERIFICATION);
}

TEST_F(CSocketTest, TheBundleComesFromMemoryOrAPath) {
  airlock_wrap_options client = ClientWrap();
  client.cadata = Cert("other_root.pem");
  Ends ends = Connect(runtime_.get(), &wire_, client, ServerWrap());
  EXPECT_EQ(ends.client_failure.kind, AIRLOCK_KIND_VERIFICATION);

  client.cadata = Cert("ca.pem");
  Wire wire;
  ends = Connect(runtime_.get(), &wire, client, ServerWrap());
  EXPECT_EQ(ends.client_failure.kind, -1);

  client.ca_certs = B("/nowhere");
  EXPECT_EQ(Refusal(client).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  client.cadata = {nullptr, 0};
  EXPECT_EQ(Refusal(client).kind, AIRLOCK_KIND_TRUST_STORE);
  client.ca_certs = {nullptr, 0};
  client.cadata = B("");
  EXPECT_EQ(Refusal(client).kind, AIRLOCK_KIND_TRUST_STORE);
}

TEST_F(CSocketTest, AServerMayRequireACommonAlpnProtocol) {
  const airlock_bytes protocols[] = {B("h2"), B("http/1.1")};
  airlock_wrap_options client = ClientWrap();
  client.alpn_protocols = protocols;
  client.alpn_protocols_count = 1;
  airlock_wrap_options server = ServerWrap();
  server.alpn_protocols = protocols + 1;
  server.alpn_protocols_count = 1;
  Ends ends = Connect(runtime_.get(), &wire_, client, server);
  EXPECT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  server.alpn_required = AIRLOCK_YES;
  Wire wire;
  ends = Connect(runtime_.get(), &wire, client, server);
  EXPECT_EQ(ends.server_failure.kind, AIRLOCK_KIND_PROTOCOL);
  EXPECT_EQ(ends.client_failure.kind, AIRLOCK_KIND_PEER_ALERT);
  EXPECT_EQ(ends.client_failure.alert, 120);
}

TEST_F(CSocketTest, RefusesValuesOutOfRange) {
  const auto refuses = [this](auto change) {
    airlock_wrap_options options = ClientWrap();
    change(&options);
    return Refusal(options).kind == AIRLOCK_KIND_INVALID_ARGUMENT;
  };
  EXPECT_TRUE(refuses([](auto* o) { o->server_side = 3; }));
  EXPECT_TRUE(refuses([](auto* o) { o->cert_reqs = 2; }));
  EXPECT_TRUE(refuses([](auto* o) { o->cert_reqs = -1; }));
  EXPECT_TRUE(refuses([](auto* o) { o->ssl_version = 4; }));
  EXPECT_TRUE(refuses([](auto* o) { o->do_handshake_on_connect = 3; }));
  EXPECT_TRUE(refuses([](auto* o) { o->suppress_ragged_eofs = -1; }));
  EXPECT_TRUE(refuses([](auto* o) { o->check_hostname = 3; }));
  EXPECT_TRUE(refuses([](auto* o) { o->minimum_version = 0x0300; }));
  EXPECT_TRUE(refuses([](auto* o) { o->maximum_version = 0x0305; }));
  EXPECT_TRUE(refuses([](auto* o) { o->verify_flags = 1; }));
  EXPECT_TRUE(refuses([](auto* o) { o->alpn_protocols_count = 1; }));
  EXPECT_TRUE(refuses([](auto* o) { o->reserved = 1; }));
  EXPECT_TRUE(refuses([](auto* o) { o->ciphers = {nullptr, 1}; }));
  EXPECT_TRUE(refuses([](auto* o) { o->keyfile = {nullptr, 1}; }));
  EXPECT_TRUE(refuses([](auto* o) { o->ciphers = B("no such cipher"); }));
}

TEST_F(CSocketTest, KeysAreContentsAndNeverPaths) {
  airlock_wrap_options server = ServerWrap();
  server.keyfile = B("/etc/ssl/private/key.pem");
  EXPECT_EQ(Refusal(server).kind, AIRLOCK_KIND_CREDENTIALS);
  server.keyfile = Cert("server_rsa.key");
  const Failure mismatch = Refusal(server);
  EXPECT_EQ(mismatch.kind, AIRLOCK_KIND_CREDENTIALS);
  EXPECT_EQ(mismatch.reason, "KEY_VALUES_MISMATCH");
  server.keyfile = B("");
  EXPECT_EQ(Refusal(server).kind, AIRLOCK_KIND_CREDENTIALS);
}

TEST_F(CSocketTest, NullsAreErrors) {
  const airlock_transport transport = wire_.client();
  const airlock_wrap_options options = ClientWrap();
  airlock_error* error = nullptr;
  airlock_socket* socket = nullptr;
  size_t size = 0;
  char byte = 0;
  EXPECT_EQ(airlock_wrap_socket(nullptr, &transport, &options, &socket, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(airlock_wrap_socket(runtime_.get(), &transport, &options, nullptr,
                                nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(
      airlock_wrap_socket(runtime_.get(), nullptr, &options, &socket, nullptr),
      AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_handshake(nullptr, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_read(nullptr, &byte, 1, &size, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_write(nullptr, &byte, 1, &size, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_shutdown(nullptr, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_unwrap(nullptr, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_pending(nullptr, &size, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_set_timeout(nullptr, 1, nullptr), AIRLOCK_ERROR);
  const auto client = Wrap(runtime_.get(), transport, options);
  EXPECT_EQ(airlock_socket_read(client.get(), nullptr, 1, &size, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_read(client.get(), &byte, 1, nullptr, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_write(client.get(), nullptr, 1, &size, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_pending(client.get(), nullptr, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_set_timeout(client.get(), 1, nullptr),
            AIRLOCK_ERROR);
  airlock_socket_free(nullptr);
}

TEST_F(CSocketTest, ATransportThatFailsIsTheCallersError) {
  for (const airlock_status status :
       {airlock_status{AIRLOCK_ERROR}, airlock_status{AIRLOCK_NONE},
        airlock_status{AIRLOCK_CLOSED}, airlock_status{99}}) {
    Wire wire;
    const auto client = Wrap(runtime_.get(), wire.client(), ClientWrap());
    wire.FailClient(status);
    airlock_error* error = nullptr;
    EXPECT_EQ(airlock_socket_handshake(client.get(), &error), AIRLOCK_ERROR);
    EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_TRANSPORT) << status;
  }
  Wire wire;
  const auto client = Wrap(runtime_.get(), wire.client(), ClientWrap());
  wire.FailClient(AIRLOCK_TIMEOUT);
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_socket_handshake(client.get(), &error), AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_TIMEOUT);
  wire.FailClient(AIRLOCK_OK);
  EXPECT_EQ(airlock_socket_handshake(client.get(), nullptr), AIRLOCK_WANT_READ);
}

TEST_F(CSocketTest, ATruncatedStreamIsAnErrorUnlessSuppressed) {
  for (const bool suppress : {true, false}) {
    Wire wire;
    airlock_wrap_options client = ClientWrap();
    client.suppress_ragged_eofs = suppress ? AIRLOCK_YES : AIRLOCK_UNSET;
    const Ends ends = Connect(runtime_.get(), &wire, client, ServerWrap());
    wire.EndServer();
    char byte = 0;
    size_t done = 0;
    airlock_error* error = nullptr;
    EXPECT_EQ(airlock_socket_read(ends.client.get(), &byte, 1, &done, &error),
              suppress ? AIRLOCK_CLOSED : AIRLOCK_ERROR);
    EXPECT_EQ(Take(error).kind, suppress ? -1 : AIRLOCK_KIND_UNEXPECTED_EOF);
  }
}

TEST_F(CSocketTest, UnwrapsAndReportsPendingBytes) {
  const Ends ends = Connect(runtime_.get(), &wire_, ClientWrap(), ServerWrap());
  size_t done = 0;
  ASSERT_EQ(airlock_socket_write(ends.client.get(), "abc", 3, &done, nullptr),
            AIRLOCK_OK);
  char byte = 0;
  ASSERT_EQ(airlock_socket_read(ends.server.get(), &byte, 1, &done, nullptr),
            AIRLOCK_OK);
  size_t pending = 0;
  ASSERT_EQ(airlock_socket_pending(ends.server.get(), &pending, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(pending, 2U);
  char rest[2];
  ASSERT_EQ(airlock_socket_read(ends.server.get(), rest, 2, &done, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(airlock_socket_unwrap(ends.client.get(), nullptr),
            AIRLOCK_WANT_READ);
  EXPECT_EQ(airlock_socket_unwrap(ends.server.get(), nullptr), AIRLOCK_OK);
  EXPECT_EQ(airlock_socket_unwrap(ends.client.get(), nullptr), AIRLOCK_OK);
}

TEST_F(CSocketTest, LeavesErrnoAlone) {
  errno = 4711;
  EXPECT_EQ(airlock_socket_handshake(nullptr, nullptr), AIRLOCK_ERROR);
  auto transport = Sized<airlock_transport>();
  transport.type = AIRLOCK_TRANSPORT_FD;
  transport.fd = -1;
  airlock_socket* socket = nullptr;
  airlock_error* error = nullptr;
  EXPECT_EQ(
      airlock_wrap_socket(runtime_.get(), &transport, nullptr, &socket, &error),
      AIRLOCK_ERROR);
  EXPECT_EQ(errno, 4711);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST_F(CSocketTest, BindsAndExports) {
  const Ends ends = Connect(runtime_.get(), &wire_, ClientWrap(), ServerWrap());
  airlock_buffer ours = {nullptr, 0};
  airlock_buffer theirs = {nullptr, 0};
  ASSERT_EQ(
      airlock_socket_channel_binding(
          ends.client.get(), AIRLOCK_BINDING_TLS_EXPORTER, &ours, nullptr),
      AIRLOCK_OK);
  ASSERT_EQ(
      airlock_socket_channel_binding(
          ends.server.get(), AIRLOCK_BINDING_TLS_EXPORTER, &theirs, nullptr),
      AIRLOCK_OK);
  EXPECT_EQ(std::string(ours.data, ours.size),
            std::string(theirs.data, theirs.size));
  airlock_buffer_free(&ours);
  airlock_buffer_free(&theirs);
  EXPECT_EQ(ours.data, nullptr);
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_socket_channel_binding(ends.client.get(), 9, &ours, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  ASSERT_EQ(
      airlock_socket_export_keying_material(ends.client.get(), B("EXPORTER-x"),
                                            {nullptr, 0}, 32, &ours, nullptr),
      AIRLOCK_OK);
  EXPECT_EQ(ours.size, 32U);
  airlock_buffer_free(&ours);
  airlock_buffer_free(&ours);
  airlock_buffer_free(nullptr);
}

TEST_F(CSocketTest, HandlesMayBeFreedInAnyOrder) {
  for (int i = 0; i < 20; ++i) {
    Wire wire;
    Handle<airlock_runtime> runtime = MakeRuntime(MakeHost());
    Ends ends = Connect(runtime.get(), &wire, ClientWrap(), ServerWrap());
    runtime.reset();
    airlock_certificate* certificate = nullptr;
    ASSERT_EQ(airlock_socket_peer_certificate(ends.client.get(), &certificate,
                                              nullptr),
              AIRLOCK_OK);
    const Handle<airlock_certificate> owned(certificate);
    ExpectSent(ends.client.get(), ends.server.get(), "still there");
    ends = {};
    EXPECT_EQ(airlock_certificate_match_hostname(certificate, B("localhost"),
                                                 nullptr),
              AIRLOCK_OK);
  }
}

// Seven bytes that an attacker on the network can send, instead of the peer's
// flight.
TEST_F(CSocketTest, CloseNotifyDuringTheHandshakeIsAnError) {
  const std::string close_notify("\x15\x03\x03\x00\x02\x01\x00", 7);
  const airlock_transport near = wire_.client();
  const airlock_transport far = wire_.server();
  const airlock_wrap_options options = ClientWrap();
  airlock_socket* made = nullptr;
  ASSERT_EQ(
      airlock_wrap_socket(runtime_.get(), &near, &options, &made, nullptr),
      AIRLOCK_OK);
  const Handle<airlock_socket> socket(made);
  EXPECT_EQ(airlock_socket_handshake(made, nullptr), AIRLOCK_WANT_READ);
  size_t done = 0;
  ASSERT_EQ(
      far.write(far.user, close_notify.data(), close_notify.size(), &done),
      AIRLOCK_OK);
  char byte = 0;
  const auto expect_error = [](airlock_status status, airlock_error* error) {
    EXPECT_EQ(status, AIRLOCK_ERROR);
    EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_UNEXPECTED_EOF);
  };
  airlock_error* error = nullptr;
  airlock_status status = airlock_socket_handshake(made, &error);
  expect_error(status, error);
  status = airlock_socket_read(made, &byte, 1, &done, &error);
  expect_error(status, error);
  status = airlock_socket_write(made, "x", 1, &done, &error);
  expect_error(status, error);
}

}  // namespace
}  // namespace airlock::c
