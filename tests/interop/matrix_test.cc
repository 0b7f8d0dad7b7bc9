// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Version, suite, group, key type, client certificate, ALPN and resumption in
// combination, against the programs of OpenSSL and GnuTLS, in both directions.
// As a client, Airlock meets each three values together; as a server, where
// each connection costs a program, each two. With --full, it meets every
// combination:
//
//     bazel test //tests/interop:matrix_test --test_arg=--full
//         --test_timeout=3600 --test_output=all

#include "tests/interop/matrix.h"

#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/engine.h"
#include "ssl/error.h"
#include "ssl/options.h"
#include "ssl/socket.h"
#include "tests/interop/driver.h"
#include "tests/interop/peers.h"
#include "tests/support/handshake.h"

namespace airlock::interop {
namespace {

using ssl::ContextOptions;
using ssl::ErrorKind;
using ssl::Socket;
using ssl::SocketOptions;
using ssl::TlsVersion;
using ssl::VerifyMode;
using ::testing::Contains;
using testing::LocalhostOptions;
using testing::MakeContext;
using testing::Process;
using testing::TestCredentials;
using testing::TestTrustStore;
using testing::WriteAll;

constexpr char kAllGroups[] = "X25519:P-256:P-384:P-521";

bool full = false;

Arguments OpensslCa() { return {"-CAfile", CertPath("ca.pem")}; }
Arguments GnutlsCa() { return {"--x509cafile", CertPath("ca.pem")}; }

// The combinations that this run tries.
std::vector<Combination> Chosen(const std::vector<Combination>& all,
                                size_t at_once) {
  return full ? all : Covering(all, at_once);
}

std::vector<std::string> Protocols(Alpn alpn) {
  switch (alpn) {
    case Alpn::kCommon:
      return {"http/1.1", "h2"};
    case Alpn::kOther:
      return {"spdy/9"};
    case Alpn::kNone:
      break;
  }
  return {};
}

constexpr int kHandshakeFailure = 40;
constexpr int kIllegalParameter = 47;
constexpr int kDecodeError = 50;
constexpr int kInternalError = 80;
constexpr int kCertificateRequired = 116;
constexpr int kNoApplicationProtocol = 120;

// The alert of a server that follows the RFCs.
int AlertFor(Reason reason, TlsVersion version) {
  switch (reason) {
    case Reason::kNoClient:
      return version == TlsVersion::kTls1_3 ? kCertificateRequired
                                            : kHandshakeFailure;
    case Reason::kNoProtocol:
      return kNoApplicationProtocol;
    default:
      return kHandshakeFailure;
  }
}

// What Airlock says as a client of the other program, and as its server.
using FailureFor = Failure (*)(Reason reason, TlsVersion version);

Failure FailureAtOpensslServer(Reason reason, TlsVersion version) {
  // Airlock goes on without a certificate.
  if (reason == Reason::kClientType) reason = Reason::kNoClient;
  return {ErrorKind::kPeerAlert, AlertFor(reason, version)};
}

Failure FailureAtGnutlsServer(Reason reason, TlsVersion version) {
  // It does not compare the curve; Airlock does.
  if (reason == Reason::kCurve) {
    return {ErrorKind::kProtocol, kIllegalParameter};
  }
  const bool no_client =
      reason == Reason::kNoClient || reason == Reason::kClientType;
  if (no_client && version < TlsVersion::kTls1_3) {
    return {ErrorKind::kPeerAlert, kDecodeError};
  }
  return FailureAtOpensslServer(reason, version);
}

// Whether BoringSSL, as a server, wants the curve of its key among the groups
// of the client (docs/engines.md).
bool ServerMindsCurve() { return ssl::HasPostQuantumGroup(); }

// Otherwise it leaves it to the client whether the curve suits it. Of these
// clients, only OpenSSL's minds, and only in TLS 1.2.
Failure FailureOfOpensslClient(Reason reason, TlsVersion version) {
  if (!ServerMindsCurve() && reason == Reason::kCurve &&
      version == TlsVersion::kTls1_2) {
    return {ErrorKind::kPeerAlert, kIllegalParameter};
  }
  return {ErrorKind::kProtocol, AlertFor(reason, version)};
}

Failure FailureOfGnutlsClient(Reason reason, TlsVersion version) {
  // It ends the connection itself.
  if (reason == Reason::kClientType) {
    return {ErrorKind::kPeerAlert, kInternalError};
  }
  return FailureOfOpensslClient(reason, version);
}

// OpenSSL's server of TLS 1.2 also wants the curve of the client's key among
// the groups that the client offers.
bool OpensslRefusesCurve(const Combination& c) {
  return c.version == TlsVersion::kTls1_2 && c.client == "client_p256" &&
         c.group != "P-256";
}

// One of the reasons caused the failure. Which of two an end finds first is its
// own affair.
void ExpectFailure(const Combination& c, FailureFor failure_for,
                   const absl::Status& status) {
  ASSERT_FALSE(status.ok());
  std::vector<Failure> possible;
  for (const Reason reason : ReasonsAgainst(c)) {
    possible.push_back(failure_for(reason, c.version));
  }
  EXPECT_THAT(possible, Contains(FailureOf(status))) << status;
}

bool IsAead(const std::string& suite) {
  return absl::StrContains(suite, "GCM") ||
         absl::StrContains(suite, "CHACHA20");
}

// ---- Names of GnuTLS's

std::string GnutlsCipher(const std::string& suite) {
  if (absl::StrContains(suite, "CHACHA20")) return "CHACHA20-POLY1305";
  const bool is_256 =
      absl::StrContains(suite, "AES256") || absl::StrContains(suite, "AES_256");
  return absl::StrCat("AES-", is_256 ? 256 : 128,
                      IsAead(suite) ? "-GCM" : "-CBC");
}

std::string GnutlsKeyExchange(const std::string& suite) {
  if (absl::StartsWith(suite, "ECDHE-RSA")) return "ECDHE-RSA";
  if (absl::StartsWith(suite, "ECDHE-ECDSA")) return "ECDHE-ECDSA";
  return "RSA";
}

std::string GnutlsGroup(const std::string& group) {
  if (group == "X25519") return "GROUP-X25519";
  return absl::StrCat("GROUP-SECP", group.substr(2), "R1");
}

// ---- Airlock as a client

// One server of each kind runs for all connections that need no other one.
struct ServerKind {
  std::string key;
  bool asks;
  std::string suite;  // Only of TLS 1.3, where a client of ours cannot choose.

  friend bool operator<(const ServerKind& a, const ServerKind& b) {
    return std::tie(a.key, a.asks, a.suite) < std::tie(b.key, b.asks, b.suite);
  }
};

absl::StatusOr<Server> StartOpenssl(const ServerKind& kind) {
  Arguments arguments = OpensslIdentity(kind.key) + OpensslCa() +
                        Arguments{"-cipher", "ALL:@SECLEVEL=0", "-alpn",   "h2",
                                  "-rev",    "-groups",         kAllGroups};
  if (!kind.suite.empty()) {
    arguments = arguments + Arguments{"-ciphersuites", kind.suite};
  }
  if (kind.asks) {
    arguments = arguments + Arguments{"-Verify", "3", "-verify_return_error"};
  }
  return StartOpensslServer(arguments);
}

absl::StatusOr<Server> StartGnutls(const ServerKind& kind) {
  std::string priority =
      "NORMAL:-VERS-ALL:+VERS-TLS1.0:+VERS-TLS1.1:+VERS-TLS1.2:+VERS-TLS1.3";
  if (!kind.suite.empty()) {
    absl::StrAppend(&priority, ":-CIPHER-ALL:+", GnutlsCipher(kind.suite));
  }
  Arguments arguments =
      GnutlsIdentity(kind.key) + GnutlsCa() +
      Arguments{"--priority", priority, "--alpn", "h2", "--alpn-fatal"};
  if (kind.asks) {
    arguments =
        arguments + Arguments{"--require-client-cert", "--verify-client-cert"};
  } else {
    arguments.emplace_back("--disable-client-cert");
  }
  return StartGnutlsServer(arguments);
}

struct ServerProgram {
  const char* name;
  absl::StatusOr<Server> (*start)(const ServerKind& kind);
  FailureFor failure_for;
  const char* answer;  // To the line "ab".
};

void PrintTo(const ServerProgram& program, std::ostream* out) {
  *out << program.name;
}

class ClientTest : public ::testing::TestWithParam<ServerProgram> {
 protected:
  // The port of the server for this combination.
  absl::StatusOr<int> PortFor(const Combination& c) {
    const ServerKind kind = {c.key, c.asks, IsTls13(c.suite) ? c.suite : ""};
    const auto known = servers_.find(kind);
    if (known != servers_.end()) return known->second.port;
    absl::StatusOr<Server> server = GetParam().start(kind);
    if (!server.ok()) return server.status();
    return servers_.emplace(kind, *std::move(server)).first->second.port;
  }

  static std::shared_ptr<const ssl::Context> ContextOf(const Combination& c);
  // The first failure up to the server's first answer: in TLS 1.3, its verdict
  // on the client comes with that.
  static absl::Status Converse(
      const absl::StatusOr<std::unique_ptr<Socket>>& socket);

 private:
  std::map<ServerKind, Server> servers_;
};

std::shared_ptr<const ssl::Context> ClientTest::ContextOf(
    const Combination& c) {
  ContextOptions options = ClientOptions();
  Only(c.version, &options);
  if (!IsTls13(c.suite)) options.ciphers = c.suite;
  // TLS 1.1 and below sign with SHA-1.
  options.verification.security_level = 0;
  options.verification.groups = c.group;
  options.alpn_protocols = Protocols(c.alpn);
  if (!c.client.empty()) options.credentials = {TestCredentials(c.client)};
  return MakeContext(std::move(options));
}

absl::Status ClientTest::Converse(
    const absl::StatusOr<std::unique_ptr<Socket>>& socket) {
  if (!socket.ok()) return socket.status();
  const absl::Status written = WriteAll(socket->get(), "ab\n");
  if (!written.ok()) return written;
  return ReadUntil(socket->get(), GetParam().answer).status();
}

void ExpectAgreement(const Combination& c, bool resumed, const Socket& socket) {
  const std::optional<ssl::ConnectionInfo> info = socket.info();
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->version, c.version);
  EXPECT_EQ(info->cipher.name, c.suite);
  // A resumed session of TLS 1.2 needs no other key exchange.
  if (!resumed || c.version == TlsVersion::kTls1_3) {
    const bool has_group =
        IsTls13(c.suite) || absl::StartsWith(c.suite, "ECDHE");
    EXPECT_EQ(info->group, has_group ? c.group : "");
  }
  EXPECT_EQ(info->alpn, c.alpn == Alpn::kCommon ? "h2" : "");
  EXPECT_EQ(info->session_reused, resumed);
}

INSTANTIATE_TEST_SUITE_P(
    All, ClientTest,
    ::testing::Values(
        ServerProgram{"openssl", StartOpenssl, FailureAtOpensslServer, "ba\n"},
        ServerProgram{"gnutls", StartGnutls, FailureAtGnutlsServer, "ab\n"}),
    [](const auto& param) { return param.param.name; });

TEST_P(ClientTest, IsAccepted) {
  const std::vector<Combination> chosen = Chosen(Accepted(), 3);
  for (const Combination& c : chosen) {
    SCOPED_TRACE(::testing::Message() << c);
    ASSERT_OK_AND_ASSIGN(const int port, PortFor(c));
    const auto context = ContextOf(c);
    SocketOptions options = LocalhostOptions();
    for (int i = 0; i < (c.resumes ? 2 : 1); ++i) {
      const auto socket = Connect(port, context, options);
      const absl::Status status = Converse(socket);
      if (GetParam().start == StartOpenssl && OpensslRefusesCurve(c)) {
        EXPECT_EQ(FailureOf(status),
                  (Failure{ErrorKind::kPeerAlert, kIllegalParameter}));
        break;
      }
      ASSERT_OK(status);
      ExpectAgreement(c, /*resumed=*/i == 1, **socket);
      EXPECT_TRUE((*socket)->peer_verified());
      EXPECT_EQ((*socket)->verified_chain().size(), 3u);
      options.session = (*socket)->session();
      ASSERT_NE(options.session, nullptr);
      ASSERT_OK((*socket)->Shutdown().status());
    }
  }
  std::cout << chosen.size() << " combinations\n";
}

TEST_P(ClientTest, IsRefused) {
  const std::vector<Combination> chosen = Chosen(Refused(), 3);
  for (const Combination& c : chosen) {
    SCOPED_TRACE(::testing::Message() << c);
    ASSERT_OK_AND_ASSIGN(const int port, PortFor(c));
    ExpectFailure(c, GetParam().failure_for,
                  Converse(Connect(port, ContextOf(c))));
  }
  std::cout << chosen.size() << " combinations\n";
}

// ---- Airlock as a server

Arguments OpensslArguments(const Combination& c) {
  Arguments arguments = OpensslVersion(c.version) + OpensslCa();
  arguments = arguments + Arguments{"-verify_return_error", "-verify_hostname",
                                    "localhost", "-groups", c.group};
  if (IsTls13(c.suite)) {
    arguments = arguments + Arguments{"-ciphersuites", c.suite};
  } else {
    arguments =
        arguments + Arguments{"-cipher", absl::StrCat(c.suite, ":@SECLEVEL=0")};
  }
  if (c.alpn != Alpn::kNone) {
    arguments =
        arguments + Arguments{"-alpn", absl::StrJoin(Protocols(c.alpn), ",")};
  }
  if (!c.client.empty()) arguments = arguments + OpensslIdentity(c.client);
  return arguments;
}

Arguments GnutlsArguments(const Combination& c) {
  std::string priority = GnutlsVersion(c.version).back();
  absl::StrAppend(&priority, ":-CIPHER-ALL:+", GnutlsCipher(c.suite),
                  ":-MAC-ALL:+", IsAead(c.suite) ? "AEAD" : "SHA1",
                  ":-GROUP-ALL:+", GnutlsGroup(c.group));
  if (!IsTls13(c.suite)) {
    absl::StrAppend(&priority, ":-KX-ALL:+", GnutlsKeyExchange(c.suite));
  }
  Arguments arguments = GnutlsCa() + Arguments{"--priority", priority};
  for (const std::string& protocol : Protocols(c.alpn)) {
    arguments = arguments + Arguments{"--alpn", protocol};
  }
  if (c.resumes) {
    arguments = arguments + Arguments{"--resume", "--waitresumption"};
  }
  if (!c.client.empty()) arguments = arguments + GnutlsIdentity(c.client);
  return arguments;
}

class ServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto listener = Listen();
    ASSERT_OK(listener.status());
    listener_.emplace(*std::move(listener));
  }

  int port() const { return listener_->port(); }

  // One for each key, and for whether it asks.
  std::shared_ptr<const ssl::Context> ContextFor(const Combination& c) {
    auto& context = contexts_[{c.key, c.asks}];
    if (context != nullptr) return context;
    ContextOptions options = ServerOptions(c.key);
    options.verification.minimum_version = TlsVersion::kTls1_0;
    options.verification.security_level = 0;
    options.verification.groups = kAllGroups;
    options.ciphers = "ALL";
    options.alpn_protocols = {"h2"};
    options.alpn_required = true;
    options.trust_store = TestTrustStore();
    options.verification.mode =
        c.asks ? VerifyMode::kRequired : VerifyMode::kNone;
    return context = MakeContext(std::move(options));
  }

  absl::StatusOr<std::unique_ptr<Socket>> AcceptFor(const Combination& c) {
    return Accept(*listener_, ContextFor(c));
  }

  // The client's line, and an answer.
  static void Converse(Socket* server, Process* client) {
    ASSERT_OK(client->WriteInput("from the client\n"));
    ASSERT_OK(ReadUntil(server, "from the client\n").status());
    ASSERT_OK(WriteAll(server, "from the server\n"));
    ASSERT_OK(client->WaitForText("from the server\n"));
  }

  // Whether only the curve is against it.
  static bool HasOtherCurve(const Combination& c) {
    return ReasonsAgainst(c) == std::vector<Reason>{Reason::kCurve};
  }

  void AcceptOpenssl(const Combination& c);
  void AcceptGnutls(const Combination& c);

  static void ExpectPeer(const Combination& c, const Socket& server) {
    EXPECT_EQ(server.peer_verified(), !c.client.empty() && c.asks);
    if (!server.peer_verified()) return;
    EXPECT_TRUE(absl::StrContains(server.peer_certificate()->subject(),
                                  "OU=" + c.client));
  }

  void ExpectRefusal(const Combination& c, FailureFor failure_for,
                     const absl::StatusOr<std::unique_ptr<Process>>& client,
                     absl::string_view words_for_alert) {
    ASSERT_OK(client.status());
    const absl::Status status = AcceptFor(c).status();
    ExpectFailure(c, failure_for, status);
    const Failure failure = FailureOf(status);
    if (failure.kind == ErrorKind::kPeerAlert) return;
    ASSERT_OK(
        (*client)->WaitForText(absl::StrCat(words_for_alert, failure.alert)));
  }

 private:
  std::optional<platform::TcpListener> listener_;
  std::map<std::pair<std::string, bool>, std::shared_ptr<const ssl::Context>>
      contexts_;
};

void ServerTest::AcceptOpenssl(const Combination& c) {
  const std::string session = ScratchPath("session");
  for (int i = 0; i < (c.resumes ? 2 : 1); ++i) {
    Arguments arguments = OpensslArguments(c);
    if (c.resumes) {
      arguments =
          arguments + Arguments{i == 0 ? "-sess_out" : "-sess_in", session};
    }
    ASSERT_OK_AND_ASSIGN(const auto client,
                         StartOpensslClient(port(), arguments));
    ASSERT_OK_AND_ASSIGN(const auto server, AcceptFor(c));
    ExpectAgreement(c, /*resumed=*/i == 1, *server);
    ExpectPeer(c, *server);
    Converse(server.get(), client.get());
    ASSERT_OK(client->WaitForText("Verification: OK\n"));
    ASSERT_OK(Close(server.get()));
  }
}

void ServerTest::AcceptGnutls(const Combination& c) {
  ASSERT_OK_AND_ASSIGN(const auto client,
                       StartGnutlsClient(port(), GnutlsArguments(c)));
  if (c.resumes) {
    ASSERT_OK_AND_ASSIGN(const auto first, AcceptFor(c));
    ExpectAgreement(c, /*resumed=*/false, *first);
    // BoringSSL's tickets of TLS 1.3 go out with the first data.
    ASSERT_OK(WriteAll(first.get(), "from the server\n"));
    ASSERT_OK(ReadToEnd(first.get()).status());
  }
  ASSERT_OK_AND_ASSIGN(const auto server, AcceptFor(c));
  ExpectAgreement(c, c.resumes, *server);
  ExpectPeer(c, *server);
  Converse(server.get(), client.get());
  ASSERT_OK(client->WaitForText("- Status: The certificate is trusted."));
}

TEST_F(ServerTest, AcceptsOpenssl) {
  const std::vector<Combination> chosen = Chosen(Accepted(), 2);
  for (const Combination& c : chosen) {
    SCOPED_TRACE(::testing::Message() << c);
    AcceptOpenssl(c);
  }
  std::cout << chosen.size() << " combinations\n";
}

TEST_F(ServerTest, AcceptsGnutls) {
  const std::vector<Combination> chosen = Chosen(Accepted(), 2);
  for (const Combination& c : chosen) {
    SCOPED_TRACE(::testing::Message() << c);
    AcceptGnutls(c);
  }
  std::cout << chosen.size() << " combinations\n";
}

TEST_F(ServerTest, RefusesOpenssl) {
  const std::vector<Combination> chosen = Chosen(Refused(), 2);
  for (const Combination& c : chosen) {
    SCOPED_TRACE(::testing::Message() << c);
    if (!ServerMindsCurve() && HasOtherCurve(c) &&
        c.version < TlsVersion::kTls1_2) {
      AcceptOpenssl(c);
    } else {
      ExpectRefusal(c, FailureOfOpensslClient,
                    StartOpensslClient(port(), OpensslArguments(c)),
                    "SSL alert number ");
    }
  }
  std::cout << chosen.size() << " combinations\n";
}

TEST_F(ServerTest, RefusesGnutls) {
  const std::vector<Combination> chosen = Chosen(Refused(), 2);
  for (const Combination& c : chosen) {
    SCOPED_TRACE(::testing::Message() << c);
    if (!ServerMindsCurve() && HasOtherCurve(c)) {
      AcceptGnutls(c);
    } else {
      ExpectRefusal(c, FailureOfGnutlsClient,
                    StartGnutlsClient(port(), GnutlsArguments(c)),
                    "Received alert [");
    }
  }
  std::cout << chosen.size() << " combinations\n";
}

// ---- The choice of combinations

TEST(CoveringTest, HasEachTwoValuesTogether) {
  const std::vector<Combination> all = Accepted();
  const std::vector<Combination> some = Covering(all, 2);
  EXPECT_LT(some.size() * 10, all.size());
  const auto pairs = [](const std::vector<Combination>& of) {
    std::set<std::pair<std::string, std::string>> found;
    for (const Combination& c : of) found.emplace(c.suite, c.client);
    return found;
  };
  EXPECT_EQ(pairs(some), pairs(all));
}

}  // namespace
}  // namespace airlock::interop

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    if (absl::string_view(argv[i]) == "--full") airlock::interop::full = true;
  }
  return RUN_ALL_TESTS();
}
