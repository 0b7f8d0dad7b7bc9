// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The callbacks of applications during a handshake.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/later.h"
#include "ssl/socket.h"
#include "tests/support/error_matchers.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::Established;
using ::airlock::testing::MakeContext;
using ::airlock::testing::Reused;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::ShakeHands;
using ::airlock::testing::TestCertificates;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::WithSession;
using ::airlock::testing::Wrap;

ErrorKind KindOf(const absl::Status& status) { return GetErrorKind(status); }
int AlertOf(const absl::Status& status) {
  const std::optional<Error> error = GetError(status);
  return error.has_value() ? error->alert.value_or(-1) : -1;
}

constexpr TlsVersion kBoth[] = {TlsVersion::kTls1_2, TlsVersion::kTls1_3};

SocketOptions To(const std::string& host) {
  SocketOptions options;
  options.server_hostname = host;
  return options;
}

// A server for localhost that switches to `other` for any other name.
ContextOptions SwitchingServer(ContextOptions other) {
  ContextOptions options = ServerOptions();
  const auto context = MakeContext(std::move(other));
  options.sni = [context](Socket&, const std::optional<std::string>& name)
      -> absl::StatusOr<SniDecision> {
    SniDecision decision;
    if (name != "localhost") decision.context = context;
    return decision;
  };
  return options;
}

ContextOptions Client(TlsVersion version) {
  ContextOptions options = ClientOptions();
  options.verification.maximum_version = version;
  return options;
}

TEST(SniTest, ChoosesTheCertificate) {
  for (const TlsVersion version : kBoth) {
    const auto client = MakeContext(Client(version));
    const auto server = MakeContext(SwitchingServer(ServerOptions("wildcard")));
    Connection c = Connect(client, server, To("www.example.test"));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(*c.client->peer_certificate(), TestCertificates("wildcard")[0]);
    EXPECT_NE(c.server->context(), server);
    EXPECT_EQ(c.server->info()->server_name, "www.example.test");
    c = Connect(client, server, To("localhost"));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(c.server->context(), server);
  }
}

TEST(SniTest, TheNewContextSaysWhoIsVerified) {
  for (const TlsVersion version : kBoth) {
    ContextOptions demanding = ServerOptions("wildcard");
    demanding.verification.mode = VerifyMode::kRequired;
    demanding.trust_store = TestTrustStore();
    const auto server = MakeContext(SwitchingServer(std::move(demanding)));
    Connection c =
        Connect(MakeContext(Client(version)), server, To("www.example.test"));
    EXPECT_EQ(KindOf(c.server_status), ErrorKind::kProtocol);
    EXPECT_EQ(GetError(c.server_status)->reason,
              "PEER_DID_NOT_RETURN_A_CERTIFICATE");
    // Ed25519 has to be among the new context's signature algorithms.
    for (const auto& [name, good] : {std::make_pair("client_p256", true),
                                     std::make_pair("client_ed25519", true),
                                     std::make_pair("client_other", false)}) {
      ContextOptions client = Client(version);
      client.credentials = {TestCredentials(name)};
      c = Connect(MakeContext(std::move(client)), server,
                  To("www.example.test"));
      EXPECT_EQ(c.server_status.ok(), good) << c.server_status;
      EXPECT_EQ(c.server->peer_verified(), good);
    }
  }
}

TEST(SniTest, ASessionOfAnotherContextDoesNotBypassVerification) {
  for (const TlsVersion version : kBoth) {
    ContextOptions demanding = ServerOptions();
    demanding.verification.mode = VerifyMode::kRequired;
    demanding.trust_store = TestTrustStore();
    ContextOptions options = SwitchingServer(std::move(demanding));
    const auto server = MakeContext(std::move(options));
    const auto client = MakeContext(Client(version));
    SocketOptions resume = WithSession(Established(client, server));
    EXPECT_TRUE(Reused(Connect(client, server, resume)));
    // The same certificate serves the other name; the session must not.
    resume.server_hostname = "server.test";
    Connection c = Connect(client, server, resume);
    EXPECT_EQ(KindOf(c.server_status), ErrorKind::kProtocol) << c.server_status;
  }
}

TEST(SniTest, AVersionThatTheNewContextForbidsIsRefused) {
  ContextOptions modern = ServerOptions("wildcard");
  modern.verification.minimum_version = TlsVersion::kTls1_3;
  const auto server = MakeContext(SwitchingServer(std::move(modern)));
  EXPECT_TRUE(Connect(MakeContext(Client(TlsVersion::kTls1_3)), server,
                      To("www.example.test"))
                  .ok());
  Connection c = Connect(MakeContext(Client(TlsVersion::kTls1_2)), server,
                         To("www.example.test"));
  EXPECT_EQ(KindOf(c.server_status), ErrorKind::kProtocol) << c.server_status;
  EXPECT_EQ(AlertOf(c.client_status), 70);  // protocol_version
}

TEST(SniTest, TheChosenContextsGroupsApply) {
  for (const TlsVersion version : kBoth) {
    const auto client = MakeContext(Client(version));
    ContextOptions chosen = ServerOptions("wildcard");
    chosen.verification.groups = "secp256r1:P-384";
    const auto server = MakeContext(SwitchingServer(std::move(chosen)));
    Connection c = Connect(client, server, To("www.example.test"));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(c.client->group(), "P-256");
    ContextOptions modern = Client(version);
    modern.verification.groups = "X25519";
    c = Connect(MakeContext(std::move(modern)), server, To("www.example.test"));
    EXPECT_THAT(c.server_status, Quotes("X25519"));
    EXPECT_THAT(c.server_status, Quotes("secp256r1, P-384"));
    // A context that names none leaves the first one's in force.
    ContextOptions first = SwitchingServer(ServerOptions("wildcard"));
    first.verification.groups = "P-384";
    c = Connect(client, MakeContext(std::move(first)), To("www.example.test"));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(c.client->group(), "P-384");
  }
}

TEST(SniTest, AddressesAndMissingNamesAreUnset) {
  int calls = 0;
  ContextOptions options = ServerOptions();
  options.sni = [&calls](Socket& socket, const std::optional<std::string>& name)
      -> absl::StatusOr<SniDecision> {
    ++calls;
    EXPECT_FALSE(name.has_value());
    EXPECT_EQ(socket.side(), Side::kServer);
    return SniDecision();
  };
  Connection c = Connect(MakeContext(ClientOptions()),
                         MakeContext(std::move(options)), To("127.0.0.1"));
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_EQ(c.server->info()->server_name, "");
  EXPECT_EQ(calls, 1);
}

TEST(SniTest, IsNotSentIfSo) {
  SocketOptions options = To("localhost");
  options.send_sni = false;
  Connection c = Connect(MakeContext(ClientOptions()),
                         MakeContext(ServerOptions()), options);
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_EQ(c.server->info()->server_name, "");
  options.server_hostname = "other.example.test";
  c = Connect(MakeContext(ClientOptions()), MakeContext(ServerOptions()),
              options);
  EXPECT_EQ(KindOf(c.client_status), ErrorKind::kHostname);
}

TEST(SniTest, RefusesWithItsAlert) {
  for (const TlsVersion version : kBoth) {
    ContextOptions options = ServerOptions();
    options.sni =
        [](Socket&,
           const std::optional<std::string>&) -> absl::StatusOr<SniDecision> {
      SniDecision decision;
      decision.alert = 112;
      return decision;
    };
    Connection c = Connect(Client(version), std::move(options));
    EXPECT_EQ(KindOf(c.server_status), ErrorKind::kCallback);
    EXPECT_EQ(AlertOf(c.server_status), 112);
    // The callback has returned, although it refused.
    EXPECT_EQ(KindOf(c.server->SwitchContext(MakeContext(ServerOptions()))),
              ErrorKind::kInvalidArgument);
    EXPECT_EQ(KindOf(c.client_status), ErrorKind::kPeerAlert);
    EXPECT_EQ(AlertOf(c.client_status), 112);
  }
}

TEST(SniTest, AFailingCallbackEndsTheHandshake) {
  const auto no_credentials = MakeContext(ClientOptions());
  const std::vector<absl::StatusOr<SniDecision>> answers = {
      absl::NotFoundError("the database is down"),
      SniDecision{no_credentials, {}},
  };
  for (const auto& answer : answers) {
    ContextOptions options = ServerOptions();
    options.sni = [&answer](Socket&, const std::optional<std::string>&) {
      return answer;
    };
    Connection c = Connect(ClientOptions(), std::move(options));
    EXPECT_EQ(KindOf(c.server_status), ErrorKind::kCallback) << c.server_status;
    EXPECT_EQ(AlertOf(c.client_status), 80);  // internal_error
    if (!answer.ok()) {
      EXPECT_THAT(c.server_status, Quotes("the database is down"));
    }
  }
}

TEST(SniTest, MayBringTheOnlyCertificate) {
  for (const TlsVersion version : kBoth) {
    ContextOptions options = SwitchingServer(ServerOptions("wildcard"));
    options.credentials.clear();
    const auto server = MakeContext(std::move(options));
    const auto client = MakeContext(Client(version));
    Connection c = Connect(client, server, To("www.example.test"));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_EQ(*c.client->peer_certificate(), TestCertificates("wildcard")[0]);
    // Where it brings none, the client is told so.
    c = Connect(client, server, To("localhost"));
    EXPECT_EQ(KindOf(c.server_status), ErrorKind::kCredentials);
    EXPECT_EQ(AlertOf(c.client_status), 40);  // handshake_failure
  }
}

TEST(SwitchContextTest, IsForTheBeginningAndTheSniCallback) {
  const auto other = MakeContext(ServerOptions("wildcard"));
  ContextOptions options = ServerOptions();
  options.sni = [&other](Socket& socket, const std::optional<std::string>&)
      -> absl::StatusOr<SniDecision> {
    EXPECT_TRUE(socket.SwitchContext(other).ok());
    return SniDecision();
  };
  Connection c = Wrap(MakeContext(ClientOptions()),
                      MakeContext(std::move(options)), To("www.example.test"));
  ASSERT_TRUE(c.server->Handshake().want_read());  // Nothing has arrived yet.
  EXPECT_EQ(KindOf(c.server->SwitchContext(other)),
            ErrorKind::kInvalidArgument);
  ShakeHands(&c);
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_EQ(*c.client->peer_certificate(), TestCertificates("wildcard")[0]);
  EXPECT_EQ(KindOf(c.server->SwitchContext(other)),
            ErrorKind::kInvalidArgument);
  EXPECT_EQ(KindOf(c.client->SwitchContext(MakeContext(ClientOptions()))),
            ErrorKind::kInvalidArgument);
}

TEST(SwitchContextTest, IsNotForACallbackThatAnswersLater) {
  const auto other = MakeContext(ServerOptions("wildcard"));
  ContextOptions options = ServerOptions();
  options.sni = [&other](Socket& socket, const std::optional<std::string>&)
      -> absl::StatusOr<SniDecision> {
    EXPECT_TRUE(socket.SwitchContext(other).ok());
    return Later();
  };
  Connection c =
      Connect(MakeContext(ClientOptions()), MakeContext(std::move(options)));
  EXPECT_EQ(KindOf(c.server_status), ErrorKind::kCallback) << c.server_status;
  EXPECT_THAT(c.server_status, Quotes("replaced the context"));
  EXPECT_FALSE(c.client_status.ok());
}

TEST(SwitchContextTest, BeforeTheHandshakeAppliesInFull) {
  ContextOptions options = ClientOptions();
  options.verification.maximum_version = TlsVersion::kTls1_2;
  options.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384";
  options.alpn_protocols = {"h2"};
  ContextOptions server = ServerOptions();
  server.alpn_protocols = {"h2"};
  Connection c =
      Wrap(MakeContext(ClientOptions()), MakeContext(ServerOptions()));
  ASSERT_TRUE(c.client->SwitchContext(MakeContext(std::move(options))).ok());
  ASSERT_TRUE(c.server->SwitchContext(MakeContext(std::move(server))).ok());
  ShakeHands(&c);
  ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
  EXPECT_EQ(c.client->info()->version, TlsVersion::kTls1_2);
  EXPECT_EQ(c.client->info()->cipher.name, "ECDHE-ECDSA-AES256-GCM-SHA384");
  EXPECT_EQ(c.client->info()->alpn, "h2");
  EXPECT_EQ(c.server->info()->server_name, "localhost");
}

TEST(VerifyCallbackTest, CanOnlyRefuse) {
  for (const TlsVersion version : kBoth) {
    int calls = 0;
    absl::Status answer;
    ContextOptions options = Client(version);
    options.verify = [&](const Socket& socket, const VerifiedPeer& peer) {
      ++calls;
      EXPECT_EQ(socket.server_hostname(), "localhost");
      EXPECT_EQ(peer.presented.size(), 2u);
      EXPECT_EQ(peer.verified.size(), 3u);
      return answer;
    };
    const auto client = MakeContext(std::move(options));
    EXPECT_TRUE(Connect(client, MakeContext(ServerOptions())).ok());
    EXPECT_EQ(calls, 1);
    answer = absl::PermissionDeniedError("not pinned");
    Connection c = Connect(client, MakeContext(ServerOptions()));
    EXPECT_EQ(KindOf(c.client_status), ErrorKind::kVerification);
    EXPECT_EQ(GetError(c.client_status)->verify_code, 50);
    EXPECT_THAT(c.client_status, Quotes("not pinned"));
    EXPECT_FALSE(c.client->peer_verified());
    EXPECT_TRUE(c.client->verified_chain().empty());
    EXPECT_EQ(AlertOf(c.server_status), 46);  // certificate_unknown
    answer = MakeStatus(ErrorKind::kPolicy, "by policy");
    c = Connect(client, MakeContext(ServerOptions()));
    EXPECT_EQ(KindOf(c.client_status), ErrorKind::kPolicy);
    EXPECT_EQ(AlertOf(c.client_status), 46);
    Error revoked;
    revoked.kind = ErrorKind::kVerification;
    revoked.message = "revoked";
    revoked.alert = 44;  // certificate_revoked
    answer = MakeStatus(revoked);
    c = Connect(client, MakeContext(ServerOptions()));
    EXPECT_EQ(AlertOf(c.client_status), 44);
    EXPECT_EQ(AlertOf(c.server_status), 44);
    // It is not called for a peer that failed, whatever it would return.
    answer = absl::OkStatus();
    calls = 0;
    for (const char* bad : {"server_other", "expired", "wrong_host"}) {
      EXPECT_FALSE(Connect(client, MakeContext(ServerOptions(bad))).ok());
    }
    EXPECT_EQ(calls, 0);
  }
}

TEST(VerifyCallbackTest, SeesWhatTheServerStapled) {
  // A SignedCertificateTimestampList (RFC 6962) of one SCT of three bytes.
  const std::string sct_list("\0\5\0\3sct", 7);
  for (const TlsVersion version : kBoth) {
    for (const bool staples : {true, false}) {
      std::string ocsp = "not called";
      std::string scts;
      ContextOptions client = Client(version);
      client.request_ocsp = true;
      client.request_sct = true;
      client.verify = [&](const Socket&, const VerifiedPeer& peer) {
        ocsp = std::string(peer.ocsp_response);
        scts = std::string(peer.sct_list);
        return absl::OkStatus();
      };
      ContextOptions server = ServerOptions();
      if (staples) {
        server.ocsp_response = "an OCSP response";
        server.sct_list = sct_list;
      }
      Connection c = Connect(std::move(client), std::move(server));
      ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
      EXPECT_EQ(ocsp, staples ? "an OCSP response" : "");
      EXPECT_EQ(scts, staples ? sct_list : "");
    }
  }
}

TEST(VerifyCallbackTest, IsNotForAClientWithoutCertificate) {
  ContextOptions options = ServerOptions();
  options.verification.mode = VerifyMode::kOptional;
  options.trust_store = TestTrustStore();
  options.verify = [](const Socket&, const VerifiedPeer&) {
    return absl::InternalError("never called");
  };
  Connection c = Connect(ClientOptions(), std::move(options));
  ASSERT_TRUE(c.ok()) << c.server_status;
  EXPECT_FALSE(c.server->peer_verified());
  EXPECT_FALSE(c.server->peer_certificate().has_value());
}

TEST(KeylogTest, BothSidesLogTheSameLines) {
  for (const TlsVersion version : kBoth) {
    std::vector<std::string> lines[2];
    ContextOptions client = Client(version);
    client.keylog = [&](const Socket& socket, absl::string_view line) {
      EXPECT_EQ(socket.side(), Side::kClient);
      lines[0].emplace_back(line);
    };
    ContextOptions server = ServerOptions();
    server.keylog = [&](const Socket&, absl::string_view line) {
      lines[1].emplace_back(line);
    };
    ASSERT_TRUE(Connect(std::move(client), std::move(server)).ok());
    EXPECT_EQ(lines[0].size(), version == TlsVersion::kTls1_3 ? 5u : 1u);
    for (const std::string& line : lines[0]) {
      const std::vector<std::string> words = absl::StrSplit(line, ' ');
      ASSERT_EQ(words.size(), 3u) << line;
      EXPECT_EQ(words[1].size(), 64u);
      EXPECT_EQ(words[2].find_first_not_of("0123456789abcdef"),
                std::string::npos);
    }
    std::sort(lines[0].begin(), lines[0].end());
    std::sort(lines[1].begin(), lines[1].end());
    EXPECT_EQ(lines[0], lines[1]);
  }
}

TEST(MessageTest, TellsOfBothDirections) {
  int hellos_sent = 0;
  int hellos_received = 0;
  int headers = 0;
  ContextOptions options = ClientOptions();
  options.message = [&](const Socket&, const TlsMessage& message) {
    constexpr int kHandshake = 22;
    constexpr int kRecordHeader = 256;
    if (message.content_type == kRecordHeader) ++headers;
    if (message.content_type != kHandshake || message.bytes.empty()) {
      return absl::OkStatus();
    }
    if (message.sent && message.bytes[0] == 1) ++hellos_sent;
    if (!message.sent && message.bytes[0] == 2) ++hellos_received;
    return absl::OkStatus();
  };
  ASSERT_TRUE(Connect(std::move(options), ServerOptions()).ok());
  EXPECT_EQ(hellos_sent, 1);
  EXPECT_EQ(hellos_received, 1);
  EXPECT_GT(headers, 2);
}

}  // namespace
}  // namespace airlock::ssl
