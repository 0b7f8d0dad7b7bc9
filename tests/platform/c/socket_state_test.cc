// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A host's additions to a socket, and its queries: a pointer, the peer's name,
// a deadline, pieces to write, numbers.

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <csignal>
#include <ctime>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/c/internal/words.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

using ::testing::HasSubstr;

int64_t NowMs() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1000000;
}

class CSocketStateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds_), 0);
  }
  void TearDown() override {
    close(fds_[0]);
    close(fds_[1]);
  }

  airlock_transport OverFd() {
    auto transport = Sized<airlock_transport>();
    transport.type = AIRLOCK_TRANSPORT_FD;
    transport.fd = fds_[0];
    transport.timeout_ms = AIRLOCK_WAIT_FOREVER;
    return transport;
  }

  // The result of wrapping over `transport` and shaking hands.
  Failure Shake(const airlock_transport& transport) {
    const airlock_wrap_options options = ClientWrap();
    airlock_socket* socket = nullptr;
    airlock_error* error = nullptr;
    if (airlock_wrap_socket(runtime_.get(), &transport, &options, &socket,
                            &error) == AIRLOCK_OK) {
      airlock_socket_handshake(socket, &error);
    }
    airlock_socket_free(socket);
    return Take(error);
  }

  int fds_[2] = {-1, -1};
  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  Wire wire_;
};

TEST_F(CSocketStateTest, HasAPointerOfTheHosts) {
  int first = 0;
  int second = 0;
  airlock_wrap_options options = ClientWrap();
  options.user = &first;
  const auto socket = Wrap(runtime_.get(), wire_.client(), options);
  void* user = nullptr;
  ASSERT_EQ(airlock_socket_user(socket.get(), &user, nullptr), AIRLOCK_OK);
  EXPECT_EQ(user, &first);
  ASSERT_EQ(airlock_socket_set_user(socket.get(), &second, nullptr),
            AIRLOCK_OK);
  ASSERT_EQ(airlock_socket_user(socket.get(), &user, nullptr), AIRLOCK_OK);
  EXPECT_EQ(user, &second);
  EXPECT_EQ(airlock_socket_user(nullptr, &user, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(user, nullptr);
  EXPECT_EQ(airlock_socket_user(socket.get(), nullptr, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_set_user(nullptr, &second, nullptr), AIRLOCK_ERROR);
}

TEST_F(CSocketStateTest, CallbacksFindTheirSocketsPointer) {
  std::vector<void*> seen;
  airlock_context_options options = ServerContext();
  options.user = &seen;
  options.sni = [](void* user, airlock_socket* socket, airlock_bytes,
                   airlock_context**, uint8_t*) -> airlock_status {
    void* mine = nullptr;
    EXPECT_EQ(airlock_socket_user(socket, &mine, nullptr), AIRLOCK_OK);
    static_cast<std::vector<void*>*>(user)->push_back(mine);
    return AIRLOCK_OK;
  };
  const auto server = Make(runtime_.get(), options);
  const auto client = Make(runtime_.get(), ClientContext());
  int users[2];
  std::vector<void*> expected;
  for (int& user : users) {
    wire_.Clear();
    Ends ends;
    ends.client = Wrap(client.get(), wire_.client(), "localhost");
    auto socket_options = Sized<airlock_socket_options>();
    socket_options.user = &user;
    expected.push_back(&user);
    const airlock_transport transport = wire_.server();
    airlock_socket* socket = nullptr;
    ASSERT_EQ(airlock_context_wrap_socket(server.get(), &transport,
                                          &socket_options, &socket, nullptr),
              AIRLOCK_OK);
    ends.server.reset(socket);
    ShakeHands(&ends);
    EXPECT_EQ(ends.server_failure.kind, -1) << ends.server_failure.message;
  }
  EXPECT_EQ(seen, expected);
}

TEST_F(CSocketStateTest, ErrorsNameThePeer) {
  airlock_transport transport = OverFd();
  const std::string peer = "bank.example:443";
  transport.peer = B(peer);
  transport.timeout_ms = 1;
  const Failure slow = Shake(transport);
  EXPECT_EQ(slow.kind, AIRLOCK_KIND_TIMEOUT);
  EXPECT_THAT(slow.message, HasSubstr(peer));

  airlock_transport callbacks = wire_.client();
  callbacks.peer = B(peer);
  wire_.FailClient(AIRLOCK_ERROR);
  const Failure broken = Shake(callbacks);
  EXPECT_EQ(broken.kind, AIRLOCK_KIND_TRANSPORT);
  EXPECT_THAT(broken.message, HasSubstr(peer));

  transport.peer = {nullptr, 3};
  EXPECT_EQ(Shake(transport).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST_F(CSocketStateTest, ADeadlineHoldsForAllCalls) {
  airlock_transport transport = OverFd();
  transport.deadline_ms = NowMs() + 1;
  EXPECT_EQ(Shake(transport).kind, AIRLOCK_KIND_TIMEOUT);
  transport.deadline_ms = 1;  // Long over.
  EXPECT_EQ(Shake(transport).kind, AIRLOCK_KIND_TIMEOUT);
  transport.deadline_ms = -1;
  EXPECT_EQ(Shake(transport).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  // Later than the clock's maximum means never.
  transport.deadline_ms = INT64_MAX;
  transport.timeout_ms = AIRLOCK_WAIT_NEVER;
  EXPECT_EQ(Shake(transport).kind, -1);

  airlock_transport callbacks = wire_.client();
  callbacks.deadline_ms = 1;
  EXPECT_EQ(Shake(callbacks).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST_F(CSocketStateTest, ADeadlineIsSetLater) {
  const auto socket = Wrap(runtime_.get(), OverFd(), ClientWrap());
  ASSERT_EQ(airlock_socket_set_deadline(socket.get(), 1, nullptr), AIRLOCK_OK);
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_socket_handshake(socket.get(), &error), AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_TIMEOUT);
  // It may be repeated with another deadline.
  ASSERT_EQ(airlock_socket_set_deadline(socket.get(), 0, nullptr), AIRLOCK_OK);
  ASSERT_EQ(
      airlock_socket_set_timeout(socket.get(), AIRLOCK_WAIT_NEVER, nullptr),
      AIRLOCK_OK);
  EXPECT_EQ(airlock_socket_handshake(socket.get(), nullptr), AIRLOCK_WANT_READ);
  EXPECT_EQ(airlock_socket_set_deadline(socket.get(), -1, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_set_deadline(nullptr, 1, nullptr), AIRLOCK_ERROR);
  const auto other = Wrap(runtime_.get(), wire_.client(), ClientWrap());
  EXPECT_EQ(airlock_socket_set_deadline(other.get(), 1, nullptr),
            AIRLOCK_ERROR);
}

TEST_F(CSocketStateTest, WritesPiecesAsOne) {
  const Ends ends = Connect(runtime_.get(), &wire_, ClientWrap(), ServerWrap());
  const auto writes = [&](const std::vector<airlock_bytes>& pieces) {
    size_t done = 0;
    EXPECT_EQ(airlock_socket_writev(ends.client.get(), pieces.data(),
                                    pieces.size(), &done, nullptr),
              AIRLOCK_OK);
    return done;
  };
  const auto reads = [&] {
    std::string text(20000, '\0');
    size_t done = 0;
    EXPECT_EQ(airlock_socket_read(ends.server.get(), &text[0], text.size(),
                                  &done, nullptr),
              AIRLOCK_OK);
    text.resize(done);
    return text;
  };
  EXPECT_EQ(writes({B("GET "), B(""), {nullptr, 0}, B("/"), B(" HTTP/1.1")}),
            14U);
  EXPECT_EQ(reads(), "GET / HTTP/1.1");
  EXPECT_EQ(writes({B(""), B("one")}), 3U);
  EXPECT_EQ(reads(), "one");
  EXPECT_EQ(writes({}), 0U);
  EXPECT_EQ(writes({{nullptr, 0}, B("")}), 0U);
  // As much as fits a record, which ends within a piece.
  const std::string half(10000, 'h');
  const std::string rest(10000, 'r');
  EXPECT_EQ(writes({B(half), B(rest)}), 16384U);
  EXPECT_EQ(reads(), (half + rest).substr(0, 16384));

  size_t done = 7;
  const airlock_bytes bad[] = {B("x"), {nullptr, 1}};
  EXPECT_EQ(airlock_socket_writev(ends.client.get(), bad, 2, &done, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(done, 0U);
  EXPECT_EQ(
      airlock_socket_writev(ends.client.get(), nullptr, 1, &done, nullptr),
      AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_writev(ends.client.get(), bad, 1, nullptr, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_writev(nullptr, bad, 1, &done, nullptr),
            AIRLOCK_ERROR);
}

TEST_F(CSocketStateTest, GoesOnWithPiecesAfterAWait) {
  const Ends ends = Connect(runtime_.get(), &wire_, ClientWrap(), ServerWrap());
  const airlock_bytes pieces[] = {B("ab"), B("cd")};
  size_t done = 7;
  wire_.FailClient(AIRLOCK_WANT_WRITE);
  EXPECT_EQ(airlock_socket_writev(ends.client.get(), pieces, 2, &done, nullptr),
            AIRLOCK_WANT_WRITE);
  EXPECT_EQ(done, 0U);
  wire_.FailClient(AIRLOCK_OK);
  EXPECT_EQ(airlock_socket_writev(ends.client.get(), pieces, 2, &done, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(done, 4U);
}

TEST_F(CSocketStateTest, CountsBytesAndTime) {
  auto before = Sized<airlock_socket_statistics>();
  const auto fresh = Wrap(runtime_.get(), wire_.client(), ClientWrap());
  ASSERT_EQ(airlock_socket_statistics_get(fresh.get(), &before, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(before.transport_bytes_written, 0U);
  EXPECT_EQ(before.handshake_us, 0U);

  Wire wire;
  const Ends ends = Connect(runtime_.get(), &wire, ClientWrap(), ServerWrap());
  ExpectSent(ends.client.get(), ends.server.get(), "hello");
  ExpectSent(ends.server.get(), ends.client.get(), "hi");
  auto client = Sized<airlock_socket_statistics>();
  auto server = Sized<airlock_socket_statistics>();
  ASSERT_EQ(airlock_socket_statistics_get(ends.client.get(), &client, nullptr),
            AIRLOCK_OK);
  ASSERT_EQ(airlock_socket_statistics_get(ends.server.get(), &server, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(client.bytes_written, 5U);
  EXPECT_EQ(client.bytes_read, 2U);
  EXPECT_EQ(server.bytes_written, 2U);
  EXPECT_EQ(server.bytes_read, 5U);
  EXPECT_EQ(client.transport_bytes_written, server.transport_bytes_read);
  EXPECT_EQ(client.transport_bytes_read, server.transport_bytes_written);
  EXPECT_GT(server.transport_bytes_written, 1000U);  // Its certificates.
  EXPECT_GT(client.handshake_us, 0U);
  EXPECT_GT(server.handshake_us, 0U);
  EXPECT_EQ(airlock_socket_statistics_get(nullptr, &client, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_statistics_get(ends.client.get(), nullptr, nullptr),
            AIRLOCK_ERROR);
}

// The signal's default is to end the process.
TEST_F(CSocketStateTest, APipeWithoutAReaderIsAnErrorAndNoSignal) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  ASSERT_NE(std::signal(SIGPIPE, SIG_DFL), SIG_ERR);
  airlock_transport transport = OverFd();
  transport.fd = ends[1];
  EXPECT_EQ(Shake(transport).kind, AIRLOCK_KIND_TRANSPORT);
  close(ends[1]);
}

TEST_F(CSocketStateTest, AClientChoosesGroups) {
  airlock_wrap_options options = ClientWrap();
  for (const char* const group : {"P-256", "P-384"}) {
    options.groups = B(group);
    wire_.Clear();
    const Ends ends = Connect(runtime_.get(), &wire_, options, ServerWrap());
    ASSERT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
    EXPECT_EQ(Str(Info(ends.client).group), group);
  }
  options.groups = B("no such group");
  const airlock_transport transport = wire_.client();
  airlock_socket* socket = nullptr;
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_wrap_socket(runtime_.get(), &transport, &options, &socket,
                                &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST(CWordsTest, SaysWhatCCallsIt) {
  EXPECT_EQ(internal::NameInC("CERT_NONE"), "AIRLOCK_CERT_NONE");
  EXPECT_EQ(internal::NameInC("PROTOCOL_SSLv23"), "AIRLOCK_PROTOCOL_SSLV23");
  EXPECT_EQ(internal::NameInC("PROTOCOL_TLSv1"), "AIRLOCK_PROTOCOL_TLSV1");
  EXPECT_EQ(internal::NameInC("PROTOCOL_TLSv1_1"), "AIRLOCK_PROTOCOL_TLSV1_1");
  EXPECT_EQ(internal::NameInC("OP_NO_*"), "AIRLOCK_NO_TLS_*");
  EXPECT_EQ(internal::NameInC("Handshake"), "airlock_socket_handshake");
  for (const char* const same : {"", "cert_reqs", "certfile", "CERT_NONES"}) {
    EXPECT_EQ(internal::NameInC(same), same);
  }
}

// What is not a name of the library stays, even if it looks like one.
TEST(CWordsTest, InputStays) {
  const auto runtime = MakeRuntime(MakeHost("default"));
  airlock_context_options options = ClientContext();
  options.ciphers = B("PROTOCOL_TLSv1");
  const Failure failure = Refusal(runtime.get(), options);
  EXPECT_EQ(failure.kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_THAT(failure.message, HasSubstr("\"PROTOCOL_TLSv1\""));
}

TEST(CWordsTest, ErrorsDo) {
  const auto runtime = MakeRuntime(MakeHost("enforce"));
  airlock_context_options options = ClientContext();
  options.cert_reqs = AIRLOCK_CERT_NONE;
  EXPECT_THAT(Refusal(runtime.get(), options).message,
              HasSubstr("AIRLOCK_CERT_REQUIRED"));
}

}  // namespace
}  // namespace airlock::c
