// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Sockets over transports that are slow, block, fail or lie.
#include "ssl/transport.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/support/error_matchers.h"
#include "tests/support/handshake.h"
#include "tests/support/shaky_transport.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connection;
using ::airlock::testing::FailureOf;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::Shakiness;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::WrapShaky;

using Answer = std::optional<IoResult>;

// More single-byte calls than any handshake here needs in either direction.
constexpr int kMoreThanEnough = 1000000;

// Both ends require certificates, so that all messages occur.
std::shared_ptr<const Context> Client(TlsVersion version) {
  ContextOptions options = ClientOptions();
  options.verification.maximum_version = version;
  options.credentials = {TestCredentials("client_p256")};
  return MakeContext(std::move(options));
}

std::shared_ptr<const Context> Server() {
  ContextOptions options = ServerOptions();
  options.verification.mode = VerifyMode::kRequired;
  options.trust_store = TestTrustStore();
  return MakeContext(std::move(options));
}

// Blocks on every other call.
Shakiness Hesitant() {
  Shakiness shakiness;
  shakiness.instead = [](bool reading, size_t call) -> Answer {
    if (call % 2 == 1) return std::nullopt;
    return reading ? IoResult::WantRead() : IoResult::WantWrite();
  };
  return shakiness;
}

// Only the nth call returns `answer`.
Shakiness FailsOnce(size_t nth, const IoResult& answer) {
  Shakiness shakiness;
  shakiness.instead = [nth, answer](bool, size_t call) -> Answer {
    if (call != nth) return std::nullopt;
    return answer;
  };
  return shakiness;
}

// The part of `data` that arrives, or the error.
std::string Transfer(Socket* from, Socket* to, const std::string& data) {
  std::string got;
  size_t sent = 0;
  for (int i = 0; i < kMoreThanEnough && got.size() < data.size(); ++i) {
    if (sent < data.size()) {
      // From another buffer each time.
      const std::vector<uint8_t> rest(data.begin() + sent, data.end());
      const auto written = from->Write(rest);
      if (written.failed()) return written.status().ToString();
      if (written.done()) sent += written.bytes();
    }
    uint8_t buffer[1000];
    const auto read = to->Read(absl::MakeSpan(buffer));
    if (read.failed()) return read.status().ToString();
    if (read.done()) got.append(buffer, buffer + read.bytes());
  }
  return got;
}

// Runs both handshakes, blocked or not, until done or failed. `retry` continues
// after a timeout.
void ShakeHandsPatiently(Connection* c, bool retry = false) {
  const auto step = [retry](Socket* socket, absl::Status* status) {
    if (!status->ok() || socket->handshake_done()) return;
    const absl::Status said = FailureOf(socket->Handshake());
    if (said.ok() || (retry && GetErrorKind(said) == ErrorKind::kTimeout)) {
      return;
    }
    *status = said;
  };
  for (int i = 0; i < kMoreThanEnough; ++i) {
    step(c->client.get(), &c->client_status);
    step(c->server.get(), &c->server_status);
    if ((c->client->handshake_done() || !c->client_status.ok()) &&
        (c->server->handshake_done() || !c->server_status.ok())) {
      return;
    }
  }
  ADD_FAILURE() << "the handshake does not end";
}

std::string Big() {
  std::string big;
  for (int i = 0; big.size() < 20000; ++i) absl::StrAppend(&big, i, " ");
  return big;
}

class TransportTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  void ExpectToWork(Connection c) {
    ShakeHandsPatiently(&c);
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(c.client->info()->version, GetParam());
    EXPECT_TRUE(c.client->peer_verified());
    EXPECT_TRUE(c.server->peer_verified());
    const std::string big = Big();
    EXPECT_TRUE(Transfer(c.client.get(), c.server.get(), big) == big);
    EXPECT_TRUE(Transfer(c.server.get(), c.client.get(), big) == big);
    bool client_closed = false;
    bool server_closed = false;
    for (int i = 0; i < kMoreThanEnough && !(client_closed && server_closed);
         ++i) {
      client_closed = c.client->Unwrap().done();
      server_closed = c.server->Unwrap().done();
    }
    EXPECT_TRUE(client_closed);
    EXPECT_TRUE(server_closed);
  }
};

std::string VersionName(const ::testing::TestParamInfo<TlsVersion>& param) {
  std::string name(TlsVersionName(param.param));
  name.erase(std::remove(name.begin(), name.end(), '.'), name.end());
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, TransportTest,
                         ::testing::Values(TlsVersion::kTls1_0,
                                           TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         VersionName);

TEST_P(TransportTest, MayMoveOneByteAtATime) {
  Shakiness slow;
  slow.most_at_once = 1;
  ExpectToWork(WrapShaky(Client(GetParam()), Server(), slow, slow));
}

TEST_P(TransportTest, MayBlockOnEveryOtherCall) {
  ExpectToWork(WrapShaky(Client(GetParam()), Server(), Hesitant(), Hesitant()));
}

TEST_P(TransportTest, MayBlockOnEveryOtherByte) {
  Shakiness shakiness = Hesitant();
  shakiness.most_at_once = 1;
  ExpectToWork(WrapShaky(Client(GetParam()), Server(), shakiness, Hesitant()));
}

TEST_P(TransportTest, MayBlockWithARecordUnderWay) {
  platform::MemoryTransportOptions tiny;
  tiny.capacity = 100;
  ExpectToWork(WrapShaky(Client(GetParam()), Server(), {}, {}, tiny));
}

TEST_P(TransportTest, FailsAtEachCallInTurn) {
  const auto client = Client(GetParam());
  const auto server = Server();
  bool failed = true;
  for (size_t nth = 0; failed; ++nth) {
    ASSERT_LT(nth, 100u);
    for (const bool at_client : {true, false}) {
      const Shakiness fails =
          FailsOnce(nth, absl::UnavailableError("cable pulled"));
      Connection c = WrapShaky(client, server, at_client ? fails : Shakiness(),
                               at_client ? Shakiness() : fails);
      // The end that waits for the failed one gives up.
      for (int i = 0; i < 20 && c.ok(); ++i) {
        c.client_status = FailureOf(c.client->Handshake());
        c.server_status = FailureOf(c.server->Handshake());
      }
      const absl::Status& status =
          at_client ? c.client_status : c.server_status;
      failed = !status.ok();
      if (!failed) continue;
      EXPECT_EQ(GetErrorKind(status), ErrorKind::kTransport) << status;
      EXPECT_NE(status.message().find("cable pulled"), std::string::npos);
      // The failure is final.
      Socket* socket = at_client ? c.client.get() : c.server.get();
      EXPECT_EQ(GetErrorKind(socket->Handshake().status()),
                ErrorKind::kTransport);
      uint8_t byte = 0;
      EXPECT_EQ(GetErrorKind(socket->Read(absl::MakeSpan(&byte, 1)).status()),
                ErrorKind::kTransport);
      EXPECT_EQ(GetErrorKind(socket->Write({1}).status()),
                ErrorKind::kTransport);
      EXPECT_EQ(GetErrorKind(socket->Shutdown().status()),
                ErrorKind::kTransport);
    }
  }
}

TEST_P(TransportTest, EndsAtEachCallInTurn) {
  const auto client = Client(GetParam());
  const auto server = Server();
  bool failed = true;
  for (size_t nth = 0; failed; ++nth) {
    ASSERT_LT(nth, 100u);
    Connection c =
        WrapShaky(client, server, FailsOnce(nth, IoResult::Closed()), {});
    for (int i = 0; i < 20 && c.client_status.ok(); ++i) {
      c.client_status = FailureOf(c.client->Handshake());
      (void)c.server->Handshake();
    }
    failed = !c.client_status.ok();
    if (!failed) break;
    // A transport that ends where it should take bytes has failed.
    const ErrorKind kind = GetErrorKind(c.client_status);
    EXPECT_TRUE(kind == ErrorKind::kUnexpectedEof ||
                kind == ErrorKind::kTransport)
        << c.client_status;
  }
}

TEST_P(TransportTest, TimeoutsCanBeRepeated) {
  Shakiness shakiness;
  shakiness.instead = [](bool, size_t call) -> Answer {
    if (call % 2 == 1) return std::nullopt;
    return absl::DeadlineExceededError("5 seconds are over");
  };
  Connection c = WrapShaky(Client(GetParam()), Server(), shakiness, shakiness);
  const absl::Status first = c.client->Handshake().status();
  EXPECT_EQ(GetErrorKind(first), ErrorKind::kTimeout);
  EXPECT_TRUE(absl::IsDeadlineExceeded(first));
  EXPECT_NE(first.message().find("5 seconds are over"), std::string::npos);
  ShakeHandsPatiently(&c, /*retry=*/true);
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;

  IoResult written = absl::UnknownError("");
  for (int i = 0; i < 2 && written.failed(); ++i) {
    written = c.client->Write({1, 2, 3});
    EXPECT_EQ(written.done(), i == 1) << written.status();
  }
  uint8_t buffer[8];
  IoResult read = absl::UnknownError("");
  for (int i = 0; i < 10 && read.failed(); ++i) {
    read = c.server->Read(absl::MakeSpan(buffer));
  }
  ASSERT_TRUE(read.done()) << read.status();
  // TLS 1.0 splits them into two records.
  EXPECT_EQ(read.bytes(), GetParam() == TlsVersion::kTls1_0 ? 1u : 3u);
}

TEST_P(TransportTest, ThatReportsFalseSizesIsDetected) {
  for (const size_t bytes : {size_t{0}, size_t{1} << 20}) {
    for (const size_t nth : {size_t{0}, size_t{1}, size_t{2}}) {
      Connection c = WrapShaky(Client(GetParam()), Server(),
                               FailsOnce(nth, IoResult::Done(bytes)), {});
      for (int i = 0; i < 20 && c.client_status.ok(); ++i) {
        c.client_status = FailureOf(c.client->Handshake());
        (void)c.server->Handshake();
      }
      EXPECT_THAT(
          c.client_status,
          ::testing::AllOf(ErrorIs(ErrorKind::kInternal, "The transport"),
                           HasAdvice()));
    }
  }
}

TEST_P(TransportTest, DoesNotSendWhatWriteDidNotCount) {
  platform::MemoryTransportOptions tight;
  tight.capacity = 20000;
  Connection c = WrapShaky(Client(GetParam()), Server(), {}, {}, tight);
  ShakeHandsPatiently(&c);
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  // The second record would not fit.
  const std::vector<uint8_t> data(40000, 'x');
  const auto written = c.client->Write(data);
  ASSERT_TRUE(written.done()) << written.status();
  ASSERT_LT(written.bytes(), data.size());
  // The caller does not retry.
  ASSERT_FALSE(c.client->Shutdown().failed());
  size_t got = 0;
  std::vector<uint8_t> buffer(50000);
  for (int i = 0; i < 100; ++i) {
    const auto read = c.server->Read(absl::MakeSpan(buffer));
    ASSERT_FALSE(read.failed()) << read.status();
    if (read.done()) got += read.bytes();
    (void)c.client->Shutdown();
    if (read.closed()) break;
  }
  EXPECT_EQ(got, written.bytes());
}

TEST_P(TransportTest, IsNotShutDownWithARecordUnderWay) {
  platform::MemoryTransportOptions tiny;
  tiny.capacity = 100;
  Connection c = WrapShaky(Client(GetParam()), Server(), {}, {}, tiny);
  ShakeHandsPatiently(&c);
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  const std::string data(1000, 'x');
  const std::vector<uint8_t> bytes(data.begin(), data.end());
  ASSERT_TRUE(c.client->Write(bytes).want_write());
  for (const IoResult& result : {c.client->Shutdown(), c.client->Unwrap()}) {
    EXPECT_THAT(result.status(), KindIs(ErrorKind::kInvalidArgument));
  }
  // Nothing is lost, in either direction.
  EXPECT_EQ(Transfer(c.client.get(), c.server.get(), data), data);
  EXPECT_EQ(Transfer(c.server.get(), c.client.get(), data), data);
  EXPECT_TRUE(c.client->Shutdown().done());
  uint8_t byte = 0;
  EXPECT_TRUE(c.server->Read(absl::MakeSpan(&byte, 1)).closed());
}

TEST_P(TransportTest, IsShutDownAfterTicketsThatBlock) {
  platform::MemoryTransportOptions tiny;
  tiny.capacity = 100;
  Connection c = WrapShaky(Client(GetParam()), Server(), {}, {}, tiny);
  while (!c.server->handshake_done()) {
    ASSERT_TRUE(FailureOf(c.client->Handshake()).ok());
    ASSERT_TRUE(FailureOf(c.server->Handshake()).ok());
  }
  IoResult read = IoResult::WantRead();
  bool sent = false;
  for (int i = 0; i < kMoreThanEnough && !read.closed(); ++i) {
    if (!sent) {
      const IoResult shutdown = c.server->Shutdown();
      ASSERT_FALSE(shutdown.failed()) << shutdown.status();
      sent = shutdown.done();
    }
    uint8_t byte = 0;
    read = c.client->Read(absl::MakeSpan(&byte, 1));
    ASSERT_FALSE(read.failed()) << read.status();
  }
  EXPECT_TRUE(sent);
  EXPECT_TRUE(read.closed());
}

TEST(TransportEndTest, FailingAfterTheHandshakeIsNotAnEnd) {
  // suppress_ragged_eofs has an effect only on an actual end.
  SocketOptions options = LocalhostOptions();
  options.suppress_ragged_eofs = true;
  bool broken = false;
  Shakiness shakiness;
  shakiness.instead = [&broken](bool reading, size_t) -> Answer {
    if (!broken || !reading) return std::nullopt;
    return absl::UnavailableError("connection reset");
  };
  Connection c = WrapShaky(Client(TlsVersion::kTls1_3), Server(), shakiness, {},
                           {}, options);
  ShakeHandsPatiently(&c);
  ASSERT_TRUE(c.ok());
  broken = true;
  uint8_t byte = 0;
  EXPECT_EQ(GetErrorKind(c.client->Read(absl::MakeSpan(&byte, 1)).status()),
            ErrorKind::kTransport);
}

TEST(TransportEndTest, SuppressedOrNotTheHandshakeMustNotEnd) {
  SocketOptions options = LocalhostOptions();
  options.suppress_ragged_eofs = true;
  Connection c = WrapShaky(Client(TlsVersion::kTls1_3), Server(),
                           FailsOnce(1, IoResult::Closed()), {}, {}, options);
  EXPECT_EQ(GetErrorKind(c.client->Handshake().status()),
            ErrorKind::kUnexpectedEof);
}

}  // namespace
}  // namespace airlock::ssl
