// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What still works after a failure, and what does not.

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/support/error_matchers.h"
#include "tests/support/handshake.h"
#include "tests/support/shaky_transport.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::ShakeHands;
using ::airlock::testing::Shakiness;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::Wrap;
using ::airlock::testing::WrapShaky;
using ::airlock::testing::WriteAll;

using Answer = std::optional<IoResult>;

ErrorKind KindOf(const absl::Status& status) { return GetErrorKind(status); }

class FailureTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  ContextOptions Client() const {
    ContextOptions options = ClientOptions();
    options.verification.maximum_version = GetParam();
    return options;
  }

  // A connection whose client's transport fails according to the two flags.
  Connection Fragile(const bool* reads_fail, const bool* writes_fail) const {
    Shakiness shakiness;
    shakiness.instead = [=](bool reading, size_t) -> Answer {
      if (!(reading ? *reads_fail : *writes_fail)) return std::nullopt;
      return absl::UnavailableError(reading ? "reset" : "broken pipe");
    };
    Connection c = WrapShaky(MakeContext(Client()),
                             MakeContext(ServerOptions()), shakiness, {});
    ShakeHands(&c);
    EXPECT_TRUE(c.ok()) << c.client_status << c.server_status;
    return c;
  }
};

INSTANTIATE_TEST_SUITE_P(All, FailureTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         [](const ::testing::TestParamInfo<TlsVersion>& param) {
                           return param.param == TlsVersion::kTls1_2 ? "Tls12"
                                                                     : "Tls13";
                         });

TEST_P(FailureTest, ReceivedDataIsReadAfterAFailedWrite) {
  bool reads_fail = false;
  bool writes_fail = false;
  Connection c = Fragile(&reads_fail, &writes_fail);
  ASSERT_TRUE(WriteAll(c.server.get(), "413 ").ok());
  writes_fail = true;
  for (int i = 0; i < 2; ++i) {
    const absl::Status status = WriteAll(c.client.get(), "a large request");
    EXPECT_EQ(KindOf(status), ErrorKind::kTransport);
    EXPECT_THAT(status, Quotes("broken pipe"));
    EXPECT_EQ(KindOf(c.client->Shutdown().status()), ErrorKind::kTransport);
    EXPECT_EQ(KindOf(c.client->Unwrap().status()), ErrorKind::kTransport);
  }
  EXPECT_EQ(*ReadSome(c.client.get()), "413 ");
  ASSERT_TRUE(WriteAll(c.server.get(), "Too Large").ok());
  ASSERT_TRUE(c.server->Shutdown().done());
  EXPECT_EQ(*ReadSome(c.client.get()), "Too Large");
  uint8_t byte = 0;
  EXPECT_TRUE(c.client->Read(absl::MakeSpan(&byte, 1)).closed());
  EXPECT_EQ(KindOf(WriteAll(c.client.get(), "x")), ErrorKind::kTransport);
}

TEST_P(FailureTest, WritingGoesOnAfterAReadThatFailedOrEnded) {
  for (const bool ends : {true, false}) {
    bool reads_fail = false;
    bool writes_fail = false;
    Connection c = Fragile(&reads_fail, &writes_fail);
    reads_fail = !ends;
    if (ends) {
      c.server.reset();
    }
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(KindOf(ReadSome(c.client.get()).status()),
                ends ? ErrorKind::kUnexpectedEof : ErrorKind::kTransport);
    }
    const absl::Status written = WriteAll(c.client.get(), "x");
    if (ends) {
      // The peer is gone; the transport reports that.
      EXPECT_EQ(KindOf(written), ErrorKind::kTransport);
      continue;
    }
    ASSERT_TRUE(written.ok()) << written;
    EXPECT_EQ(*ReadSome(c.server.get()), "x");
  }
}

TEST_P(FailureTest, ProtocolErrorsEndBothDirections) {
  bool reads_fail = false;
  bool writes_fail = false;
  Connection c = Fragile(&reads_fail, &writes_fail);
  const std::vector<uint8_t> garbage(100, 'x');
  const auto plain = c.server->ReleaseTransport();
  ASSERT_TRUE(plain->Write(garbage).done());
  EXPECT_EQ(KindOf(ReadSome(c.client.get()).status()), ErrorKind::kProtocol);
  EXPECT_EQ(KindOf(WriteAll(c.client.get(), "x")), ErrorKind::kProtocol);
  EXPECT_EQ(KindOf(c.client->Shutdown().status()), ErrorKind::kProtocol);
}

TEST_P(FailureTest, ADamagedRecordIsNamedAsSuch) {
  // The size and the tag of the record are right, but for other bytes.
  Connection c = Connect(MakeContext(Client()), MakeContext(ServerOptions()));
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_FALSE(ReadSome(c.client.get()).ok());  // Only tickets.
  std::vector<uint8_t> record(5 + 100, 'x');
  record[0] = 23;  // application_data
  record[1] = record[2] = 3;
  record[3] = 0;
  record[4] = 100;
  const auto plain = c.server->ReleaseTransport();
  ASSERT_TRUE(plain->Write(record).done());
  const absl::Status status = ReadSome(c.client.get()).status();
  EXPECT_EQ(KindOf(status), ErrorKind::kProtocol);
  EXPECT_EQ(GetError(status)->library, "SSL");
  EXPECT_THAT(status, ReasonIs("DECRYPTION_FAILED_OR_BAD_RECORD_MAC"));
  EXPECT_EQ(GetError(status)->alert, 20);  // bad_record_mac
}

// ---- Callbacks that fail

// Refuses the nth message: nothing more is sent, and the handshake does not
// continue, even if it could without the transport.
TEST_P(FailureTest, MessageCallbackEndsTheConnectionAtAnyMessage) {
  for (int nth = 0;; ++nth) {
    ASSERT_LT(nth, 100);
    int seen = 0;
    ContextOptions options = Client();
    options.message = [&](const Socket&, const TlsMessage&) {
      return seen++ < nth ? absl::OkStatus() : absl::DataLossError("enough");
    };
    Connection c =
        Wrap(MakeContext(std::move(options)), MakeContext(ServerOptions()));
    ShakeHands(&c);
    if (c.client_status.ok()) break;
    EXPECT_EQ(KindOf(c.client_status), ErrorKind::kCallback);
    EXPECT_FALSE(c.client->handshake_done());
    EXPECT_EQ(KindOf(c.client->Handshake().status()), ErrorKind::kCallback);
    EXPECT_EQ(KindOf(c.client->Write({1}).status()), ErrorKind::kCallback);
    // The failure was reported once.
    EXPECT_EQ(seen, nth + 1);
    const auto sent = c.client->traffic().transport_sent;
    (void)c.client->Handshake();
    EXPECT_EQ(c.client->traffic().transport_sent, sent);
  }
}

TEST_P(FailureTest, MessageCallbackEndsTheConnectionAfterTheHandshake) {
  bool fails = false;
  ContextOptions options = Client();
  options.message = [&](const Socket&, const TlsMessage&) {
    return fails ? absl::DataLossError("enough") : absl::OkStatus();
  };
  Connection c = Connect(std::move(options), ServerOptions());
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  (void)ReadSome(c.client.get());  // Tickets.
  fails = true;
  EXPECT_EQ(KindOf(WriteAll(c.client.get(), "secret")), ErrorKind::kCallback);
  EXPECT_FALSE(ReadSome(c.server.get()).ok());
  EXPECT_EQ(KindOf(ReadSome(c.client.get()).status()), ErrorKind::kCallback);
}

// ---- Exceptions

struct Thrower {
  const char* name;
  std::function<void(std::function<void()>, ContextOptions* client,
                     ContextOptions* server)>
      install;
};

const std::vector<Thrower>& Throwers() {
  using Do = std::function<void()>;
  static const auto* const all = new std::vector<Thrower>{
      {"verify",
       [](Do what, ContextOptions* client, ContextOptions*) {
         client->verify = [what](const Socket&, const VerifiedPeer&) {
           what();
           return absl::OkStatus();
         };
       }},
      {"client_credentials",
       [](Do what, ContextOptions* client, ContextOptions*) {
         client->client_credentials = [what](const Socket&,
                                             const CertificateRequest&)
             -> absl::StatusOr<std::shared_ptr<const Credentials>> {
           what();
           return nullptr;
         };
       }},
      {"sni",
       [](Do what, ContextOptions*, ContextOptions* server) {
         server->sni = [what](Socket&, const std::optional<std::string>&)
             -> absl::StatusOr<SniDecision> {
           what();
           return SniDecision();
         };
       }},
      {"alpn",
       [](Do what, ContextOptions*, ContextOptions* server) {
         server->alpn = [what](Socket&, absl::Span<const absl::string_view>)
             -> absl::StatusOr<std::optional<size_t>> {
           what();
           return std::nullopt;
         };
       }},
      {"keylog",
       [](Do what, ContextOptions* client, ContextOptions*) {
         client->keylog = [what](const Socket&, absl::string_view) { what(); };
       }},
      {"message",
       [](Do what, ContextOptions*, ContextOptions* server) {
         server->message = [what](const Socket&, const TlsMessage&) {
           what();
           return absl::OkStatus();
         };
       }},
      {"new_session",
       [](Do what, ContextOptions* client, ContextOptions*) {
         client->new_session =
             [what](const Socket&, std::shared_ptr<const Session>) { what(); };
       }},
      {"clock",
       [](Do what, ContextOptions* client, ContextOptions*) {
         client->clock = [what]() -> absl::Time {
           what();
           return absl::Now();
         };
       }},
  };
  return *all;
}

TEST_P(FailureTest, ExceptionsOfCallbacksAreTheirFailures) {
  const std::vector<std::function<void()>> exceptions = {
      [] { throw std::runtime_error("out of cheese"); },
      [] { throw 42; },
      [] { throw std::bad_alloc(); },
  };
  for (const Thrower& thrower : Throwers()) {
    for (const auto& exception : exceptions) {
      SCOPED_TRACE(thrower.name);
      ContextOptions client = Client();
      client.alpn_protocols = {"h2"};
      ContextOptions server = ServerOptions();
      server.verification.mode = VerifyMode::kOptional;
      server.trust_store = TestTrustStore();
      thrower.install(exception, &client, &server);
      Connection c = Connect(std::move(client), std::move(server));
      absl::Status failure =
          c.client_status.ok() ? c.server_status : c.client_status;
      if (GetErrorKind(failure) == ErrorKind::kPeerAlert) {
        failure = c.server_status;
      }
      // TLS 1.3's sessions arrive later.
      if (failure.ok()) failure = ReadSome(c.client.get()).status();
      EXPECT_EQ(KindOf(failure), ErrorKind::kCallback) << failure;
    }
  }
}

TEST_P(FailureTest, ExceptionsOfObserversChangeNothing) {
  ContextOptions client = Client();
  client.handshake_ended = [](const Socket&, const absl::Status&) {
    throw std::runtime_error("x");
  };
  client.stopwatch = []() -> absl::Duration { throw std::runtime_error("x"); };
  Connection c = Connect(std::move(client), ServerOptions());
  EXPECT_TRUE(c.ok()) << c.client_status << c.server_status;
}

TEST(HostnameExceptionTest, RefusesTheSocket) {
  for (const bool allowed : {true, false}) {
    ContextOptions client = ClientOptions();
    const auto thrower = []() -> absl::Status {
      throw std::runtime_error("out of cheese");
    };
    if (allowed) {
      client.hostname_allowed = [=](absl::string_view) { return thrower(); };
    } else {
      client.hostname_missing = thrower;
    }
    auto [ours, theirs] = platform::MakeMemoryTransports();
    SocketOptions options = LocalhostOptions();
    if (!allowed) options.server_hostname.clear();
    const auto context = MakeContext(std::move(client));
    const auto socket =
        WrapSocket(context, std::move(ours), std::move(options));
    EXPECT_EQ(KindOf(socket.status()), ErrorKind::kCallback);
    if (!allowed) continue;
    // A socket cannot switch to it either.
    auto other = WrapSocket(MakeContext(ClientOptions()), std::move(theirs),
                            LocalhostOptions());
    ASSERT_TRUE(other.ok());
    EXPECT_EQ(KindOf((*other)->SwitchContext(context)), ErrorKind::kCallback);
  }
}

TEST(PskExceptionTest, IsTheCallbacksFailure) {
  for (const bool at_client : {true, false}) {
    ContextOptions client = ClientOptions();
    client.verification.maximum_version = TlsVersion::kTls1_2;
    client.ciphers = "PSK";
    client.psk_client = [=](absl::string_view) -> std::optional<PskIdentity> {
      if (at_client) throw std::runtime_error("x");
      return PskIdentity{"me", Secret("0123456789abcdef")};
    };
    ContextOptions server = ServerOptions();
    server.ciphers = "PSK";
    server.psk_server = [](absl::string_view) -> std::optional<Secret> {
      throw std::runtime_error("x");
    };
    const Connection c = Connect(std::move(client), std::move(server));
    EXPECT_EQ(KindOf(at_client ? c.client_status : c.server_status),
              ErrorKind::kCallback);
  }
}

TEST_P(FailureTest, ExceptionsOfATransportAreCaughtAtEachCall) {
  const auto client = MakeContext(Client());
  const auto server = MakeContext(ServerOptions());
  bool failed = true;
  for (size_t nth = 0; failed; ++nth) {
    ASSERT_LT(nth, 100u);
    Shakiness throws;
    throws.instead = [nth](bool, size_t call) -> Answer {
      if (call == nth) throw std::runtime_error("unplugged");
      return std::nullopt;
    };
    Connection c = WrapShaky(client, server, throws, {});
    ShakeHands(&c);
    failed = !c.client_status.ok();
    if (!failed) break;
    EXPECT_EQ(KindOf(c.client_status), ErrorKind::kCallback) << c.client_status;
    EXPECT_THAT(c.client_status, Quotes("unplugged"));
    EXPECT_EQ(KindOf(c.client->Handshake().status()), ErrorKind::kCallback);
  }
}

}  // namespace
}  // namespace airlock::ssl
