// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/runtime.h"

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/memory_transport.h"
#include "ssl/context.h"
#include "ssl/error.h"
#include "ssl/insecure.h"
#include "ssl/socket.h"
#include "tests/support/error_matchers.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

using airlock::testing::ReadTestdata;
using ssl::ErrorKind;
using ssl::Secret;
using ssl::VerifyMode;

using SocketOr = absl::StatusOr<std::unique_ptr<ssl::Socket>>;

// The path of the system's bundle.
constexpr char kSystemBundle[] = "/etc/ca-certificates.crt";

std::string Cert(absl::string_view name) {
  return ReadTestdata(absl::StrCat("certs/", name));
}

// A server with the chain and key of `name`.
WrapOptions Server(absl::string_view name = "server_p256_chain") {
  WrapOptions options;
  options.server_side = true;
  options.certfile = Secret(Cert(absl::StrCat(name, ".pem")));
  options.keyfile =
      Secret(Cert(absl::StrCat(name.substr(0, name.find("_chain")), ".key")));
  return options;
}

// A client that connects to `host`, with no other options.
WrapOptions Client(absl::string_view host = "localhost") {
  WrapOptions options;
  options.server_hostname = std::string(host);
  return options;
}

// A client that sets cert_reqs.
WrapOptions Client(absl::string_view host, VerifyMode cert_reqs) {
  WrapOptions options = Client(host);
  options.cert_reqs = cert_reqs;
  return options;
}

struct Ends {
  SocketOr client = absl::UnknownError("");
  SocketOr server = absl::UnknownError("");
};

class RuntimeTest : public ::testing::Test {
 protected:
  RuntimeTest() {
    host_->SetFile(kSystemBundle, Cert("ca.pem"));
    host_->AdvanceTime(absl::Hours(1));
  }

  // A Runtime whose environment sets AIRLOCK_VERIFY; empty: not set.
  std::unique_ptr<Runtime> Make(const std::string& verify = "") {
    if (!verify.empty()) host_->SetVariable("AIRLOCK_VERIFY", verify);
    absl::StatusOr<std::unique_ptr<Runtime>> runtime =
        Runtime::Create(host_, host_->environment());
    EXPECT_TRUE(runtime.ok()) << runtime.status();
    return *std::move(runtime);
  }

  // Connects both ends over memory, each on its own thread, so that each may
  // wait.
  static Ends Connect(Runtime& runtime, WrapOptions client,
                      WrapOptions server) {
    MemoryTransportOptions options;
    options.timeout = absl::Minutes(1);
    auto [ours, theirs] = MakeMemoryTransports(options);
    Ends ends;
    std::thread thread([&, transport = std::move(theirs)]() mutable {
      ends.server = runtime.WrapSocket(std::move(transport), std::move(server));
    });
    ends.client = runtime.WrapSocket(std::move(ours), std::move(client));
    thread.join();
    return ends;
  }

  // The error that a client gets before a byte is sent.
  static absl::Status Refusal(Runtime& runtime, WrapOptions options) {
    auto [ours, theirs] = MakeMemoryTransports();
    const absl::Status status =
        runtime.WrapSocket(std::move(ours), std::move(options)).status();
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(theirs->readable(), 0);
    return status;
  }

  // The Context that a socket with these options gets.
  static std::shared_ptr<const ssl::Context> ContextOf(Runtime& runtime,
                                                       WrapOptions options) {
    options.do_handshake_on_connect = false;
    const SocketOr socket =
        runtime.WrapSocket(MakeMemoryTransports().first, std::move(options));
    EXPECT_TRUE(socket.ok()) << socket.status();
    return socket.ok() ? (*socket)->context() : nullptr;
  }

  std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
};

TEST_F(RuntimeTest, WithoutAFlagTheApplicationDecides) {
  const auto runtime = Make();
  Ends ends =
      Connect(*runtime, Client("", VerifyMode::kNone), Server("server_other"));
  ASSERT_TRUE(ends.client.ok()) << ends.client.status();
  EXPECT_FALSE((*ends.client)->peer_verified());

  ends = Connect(*runtime, Client("", VerifyMode::kRequired),
                 Server("server_other"));
  EXPECT_EQ(ssl::GetErrorKind(ends.client.status()), ErrorKind::kVerification);
  EXPECT_EQ(ssl::GetErrorKind(ends.server.status()), ErrorKind::kPeerAlert);

  // Only the chain, as in Python 2.7.11; the caller has to match the name.
  ends = Connect(*runtime, Client("", VerifyMode::kRequired), Server());
  ASSERT_TRUE(ends.client.ok()) << ends.client.status();
  EXPECT_TRUE((*ends.client)->peer_verified());
  EXPECT_TRUE((*ends.client)->MatchHostname("localhost").ok());
  EXPECT_EQ(ssl::GetErrorKind((*ends.client)->MatchHostname("example.test")),
            ErrorKind::kHostname);

  // A given name is checked.
  ends = Connect(*runtime, Client("example.test", VerifyMode::kRequired),
                 Server());
  EXPECT_EQ(ssl::GetErrorKind(ends.client.status()), ErrorKind::kHostname);
}

TEST_F(RuntimeTest, AClientVerifiesByDefaultUnderAnyPolicy) {
  for (const char* verify : {"", "off", "default", "enforce"}) {
    const auto runtime = Make(verify);
    Ends ends = Connect(*runtime, Client(), Server());
    ASSERT_TRUE(ends.client.ok()) << verify << ends.client.status();
    EXPECT_TRUE((*ends.client)->peer_verified());
    ends = Connect(*runtime, Client(), Server("server_other"));
    EXPECT_EQ(ssl::GetErrorKind(ends.client.status()),
              ErrorKind::kVerification);
    ends = Connect(*runtime, Client(), Server("wrong_host"));
    EXPECT_EQ(ssl::GetErrorKind(ends.client.status()), ErrorKind::kHostname);
    const bool has_policy = verify[0] == 'd' || verify[0] == 'e';
    EXPECT_EQ(ssl::GetErrorKind(Refusal(*runtime, Client(""))),
              has_policy ? ErrorKind::kPolicy : ErrorKind::kInvalidArgument);

    // A Context, too, whose sockets have a name or not.
    const auto context = runtime->CreateContext({}, {});
    ASSERT_TRUE(context.ok()) << context.status();
    EXPECT_EQ((*context)->options().verification.mode, VerifyMode::kRequired);
    EXPECT_TRUE((*context)->options().verification.check_hostname);
    EXPECT_FALSE(
        ssl::WrapSocket(*context, MakeMemoryTransports().first, {}).ok());
  }
}

TEST_F(RuntimeTest, ATruncatedStreamIsAnErrorByDefault) {
  EXPECT_FALSE(WrapOptions().suppress_ragged_eofs);
  EXPECT_FALSE(ssl::SocketOptions().suppress_ragged_eofs);
}

TEST_F(RuntimeTest, DefaultVerifiesIfNothingIsSet) {
  const auto runtime = Make("default");
  Ends ends = Connect(*runtime, Client(), Server());
  ASSERT_TRUE(ends.client.ok()) << ends.client.status();
  EXPECT_TRUE((*ends.client)->peer_verified());
  ends = Connect(*runtime, Client(), Server("server_other"));
  EXPECT_EQ(ssl::GetErrorKind(ends.client.status()), ErrorKind::kVerification);
  ends = Connect(*runtime, Client(), Server("wrong_host"));
  EXPECT_EQ(ssl::GetErrorKind(ends.client.status()), ErrorKind::kHostname);
  const absl::Status status = Refusal(*runtime, Client(""));
  EXPECT_THAT(status, ErrorIs(ErrorKind::kPolicy,
                              "The policy (AIRLOCK_VERIFY=default)"));
  EXPECT_THAT(status, HasAdvice());
  ends =
      Connect(*runtime, Client("", VerifyMode::kNone), Server("server_other"));
  EXPECT_TRUE(ends.client.ok()) << ends.client.status();
}

TEST_F(RuntimeTest, EnforceLeavesNoChoice) {
  const auto runtime = Make("enforce");
  std::vector<WrapOptions> refused;
  refused.push_back(Client("localhost", VerifyMode::kNone));
  refused.push_back(Client(""));
  refused.push_back(Client());
  refused.back().check_hostname = false;
  refused.push_back(Client());
  refused.back().verification.protocol = ssl::Protocol::kTlsv1;
  refused.push_back(Client());
  refused.back().verification.protocol = ssl::Protocol::kTlsv1_1;
  refused.push_back(Client());
  refused.back().verification.maximum_version = ssl::TlsVersion::kTls1_1;
  refused.push_back(Server());
  refused.back().verification.protocol = ssl::Protocol::kTlsv1;
  for (WrapOptions& options : refused) {
    const absl::Status status = Refusal(*runtime, std::move(options));
    EXPECT_THAT(status, ErrorIs(ErrorKind::kPolicy,
                                "The policy (AIRLOCK_VERIFY=enforce)"));
  }

  Ends ends = Connect(*runtime, Client(), Server());
  ASSERT_TRUE(ends.client.ok()) << ends.client.status();
  EXPECT_TRUE((*ends.client)->peer_verified());
  EXPECT_EQ((*ends.client)->context()->minimum_version(),
            ssl::TlsVersion::kTls1_2);
  EXPECT_EQ((*ends.server)->context()->minimum_version(),
            ssl::TlsVersion::kTls1_2);
}

TEST_F(RuntimeTest, TheEnvironmentIsReadOnce) {
  const auto strict = Make("enforce");
  const auto lax = Make("off");
  EXPECT_EQ(strict->policy().verification.value,
            config::Verification::kEnforce);
  EXPECT_EQ(ssl::GetErrorKind(
                Refusal(*strict, Client("localhost", VerifyMode::kNone))),
            ErrorKind::kPolicy);
  EXPECT_TRUE(
      Connect(*lax, Client("", VerifyMode::kNone), Server()).client.ok());
}

TEST_F(RuntimeTest, APolicyThatCannotBeReadStopsTheRuntime) {
  host_->SetVariable("AIRLOCK_VERIFY", "yes");
  const absl::Status status =
      Runtime::Create(host_, host_->environment()).status();
  EXPECT_THAT(status, ErrorIs(ErrorKind::kInvalidArgument, "AIRLOCK_VERIFY"));
  EXPECT_FALSE(Runtime::Create(nullptr, {}).ok());
}

TEST_F(RuntimeTest, ExplainTellsWhatThePolicyDid) {
  const auto decision = Make("enforce")->Explain(Client());
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->verification.mode, VerifyMode::kRequired);
  EXPECT_TRUE(decision->verification.flags.x509_strict);
  ASSERT_EQ(decision->changes.size(), 2);
  EXPECT_EQ(decision->changes[0].setting, "minimum_version");
  EXPECT_EQ(decision->changes[1].setting, "profile");
  EXPECT_EQ(decision->changes[0].origin.name, "AIRLOCK_VERIFY");
}

TEST_F(RuntimeTest, BothEndsMayPresentCertificates) {
  const auto runtime = Make();
  WrapOptions client = Client("localhost", VerifyMode::kRequired);
  // Key and certificate by readers, and the bundle as bytes.
  client.certfile = ssl::Reader(
      [] { return absl::StatusOr<Secret>(Secret(Cert("client_p256.pem"))); });
  client.keyfile = ssl::Reader(
      [] { return absl::StatusOr<Secret>(Secret(Cert("client_p256.key"))); });
  client.ca_certs = CaBytes{Cert("ca.pem")};
  client.alpn_protocols = {"h2", "http/1.1"};
  WrapOptions server = Server();
  server.cert_reqs = VerifyMode::kRequired;
  server.alpn_protocols = {"http/1.1"};
  Ends ends = Connect(*runtime, std::move(client), std::move(server));
  ASSERT_TRUE(ends.client.ok()) << ends.client.status();
  ASSERT_TRUE(ends.server.ok()) << ends.server.status();
  EXPECT_TRUE((*ends.server)->peer_verified());
  EXPECT_EQ((*ends.server)->peer_certificate()->subject(),
            "CN=Airlock Test Client,OU=client_p256,O=Airlock Test");
  EXPECT_EQ((*ends.client)->info()->alpn, "http/1.1");

  server = Server();
  server.cert_reqs = VerifyMode::kRequired;
  ends = Connect(*runtime, Client("localhost", VerifyMode::kRequired),
                 std::move(server));
  EXPECT_EQ(ssl::GetErrorKind(ends.server.status()), ErrorKind::kProtocol);
}

TEST_F(RuntimeTest, ContradictoryOptionsAreErrors) {
  const auto runtime = Make();
  WrapOptions options = Server();
  options.server_hostname = "localhost";
  EXPECT_EQ(ssl::GetErrorKind(Refusal(*runtime, std::move(options))),
            ErrorKind::kInvalidArgument);
  options = WrapOptions();
  options.server_side = true;
  EXPECT_EQ(ssl::GetErrorKind(Refusal(*runtime, std::move(options))),
            ErrorKind::kCredentials);
  options = Client();
  options.keyfile = Secret(Cert("client_p256.key"));
  EXPECT_EQ(ssl::GetErrorKind(Refusal(*runtime, std::move(options))),
            ErrorKind::kCredentials);
  options = Server();
  options.keyfile = Secret("/etc/ssl/private/server.key");
  EXPECT_EQ(ssl::GetErrorKind(Refusal(*runtime, std::move(options))),
            ErrorKind::kCredentials);
  options = Server();
  options.keyfile = ssl::Reader([] {
    return absl::StatusOr<Secret>(absl::DataLossError("the record is gone"));
  });
  EXPECT_EQ(Refusal(*runtime, std::move(options)).code(),
            absl::StatusCode::kDataLoss);
  options = Client();
  options.ca_certs = CaPath{"/missing.pem"};
  EXPECT_EQ(ssl::GetErrorKind(Refusal(*runtime, std::move(options))),
            ErrorKind::kTrustStore);
  host_->RemoveFile(kSystemBundle);
  EXPECT_EQ(ssl::GetErrorKind(
                Refusal(*runtime, Client("localhost", VerifyMode::kRequired))),
            ErrorKind::kTrustStore);
  EXPECT_EQ(
      ssl::GetErrorKind(
          runtime->WrapSocket(nullptr, Client("localhost", VerifyMode::kNone))
              .status()),
      ErrorKind::kInvalidArgument);
}

TEST_F(RuntimeTest, AHandshakeOnConnectNeedsATransportThatWaits) {
  const auto runtime = Make();
  auto [ours, theirs] = MakeMemoryTransports();
  const SocketOr socket = runtime->WrapSocket(std::move(ours), Client());
  EXPECT_THAT(socket,
              ErrorIs(ErrorKind::kInvalidArgument, "do_handshake_on_connect"));

  auto [ours2, theirs2] = MakeMemoryTransports();
  WrapOptions options = Client();
  options.do_handshake_on_connect = false;
  EXPECT_TRUE(runtime->WrapSocket(std::move(ours2), std::move(options)).ok());
  EXPECT_EQ(theirs2->readable(), 0);
}

TEST_F(RuntimeTest, EqualOptionsShareAContext) {
  const auto runtime = Make();
  const auto make_client = [] {
    WrapOptions options = Client("localhost", VerifyMode::kRequired);
    options.certfile = Secret(Cert("client_p256.pem"));
    options.keyfile = Secret(Cert("client_p256.key"));
    return options;
  };
  const auto context = ContextOf(*runtime, make_client());
  EXPECT_EQ(ContextOf(*runtime, make_client()), context);
  // The name belongs to the socket, not the context.
  WrapOptions options = make_client();
  options.server_hostname = "elsewhere.test";
  EXPECT_EQ(ContextOf(*runtime, std::move(options)), context);
  // The same bundle at another path.
  options = make_client();
  options.ca_certs = CaBytes{Cert("ca.pem")};
  EXPECT_EQ(ContextOf(*runtime, std::move(options)), context);
  // The same key from another source.
  options = make_client();
  options.keyfile = ssl::Reader(
      [] { return absl::StatusOr<Secret>(Secret(Cert("client_p256.key"))); });
  EXPECT_EQ(ContextOf(*runtime, std::move(options)), context);
  runtime->ClearCaches();
  EXPECT_NE(ContextOf(*runtime, make_client()), context);
}

TEST_F(RuntimeTest, DifferentOptionsDoNot) {
  const auto runtime = Make();
  std::vector<WrapOptions> all;
  const auto add = [&]() -> WrapOptions& {
    all.push_back(Client("localhost", VerifyMode::kRequired));
    return all.back();
  };
  add();
  add().cert_reqs = VerifyMode::kNone;
  add().cert_reqs = VerifyMode::kOptional;
  add().check_hostname = false;
  add().verification.protocol = ssl::Protocol::kTlsv1_2;
  add().verification.minimum_version = ssl::TlsVersion::kTls1_2;
  add().verification.maximum_version = ssl::TlsVersion::kTls1_2;
  add().ciphers = "ECDHE+AESGCM";
  add().ca_certs = CaBytes{Cert("ca_all.pem")};
  add().verification.flags.partial_chain = true;
  add().verification.flags.trusted_first = false;
  add().verification.flags.x509_strict = true;
  add().verification.flags.crl_check_leaf = true;
  add().verification.flags.crl_check_chain = true;
  add().alpn_protocols = {"a", "b"};
  add().alpn_protocols = {"a1:b"};
  for (const char* name : {"client_p256", "client_rsa"}) {
    add().certfile = Secret(Cert(absl::StrCat(name, ".pem")) +
                            Cert(absl::StrCat(name, ".key")));
    all.push_back(Server());
    all.back().certfile = Secret(Cert(absl::StrCat(name, ".pem")));
    all.back().keyfile = Secret(Cert(absl::StrCat(name, ".key")));
  }
  std::set<std::shared_ptr<const ssl::Context>> contexts;
  const size_t count = all.size();
  for (WrapOptions& options : all) {
    contexts.insert(ContextOf(*runtime, std::move(options)));
  }
  EXPECT_EQ(contexts.size(), count);
  EXPECT_EQ(contexts.count(nullptr), 0);
  EXPECT_EQ(host_->reads(kSystemBundle), 1);
}

TEST_F(RuntimeTest, AKeyInTheCacheStillNeedsItsPassword) {
  const auto runtime = Make();
  const auto make_server = [](Password password) {
    WrapOptions options = Server();
    options.keyfile = Secret(Cert("server_p256_encrypted.key"));
    options.password = std::move(password);
    return options;
  };
  const auto context = ContextOf(*runtime, make_server(Secret("airlock")));
  EXPECT_EQ(ContextOf(*runtime, make_server(Secret("airlock"))), context);
  for (const char* wrong : {"", "Airlock", "airlock "}) {
    EXPECT_EQ(ssl::GetErrorKind(Refusal(*runtime, make_server(Secret(wrong)))),
              ErrorKind::kCredentials);
  }
  EXPECT_EQ(ssl::GetErrorKind(Refusal(*runtime, make_server({}))),
            ErrorKind::kCredentials);
  // A callback's answer is unknown before the call.
  int asked = 0;
  for (int i = 0; i < 2; ++i) {
    EXPECT_NE(ContextOf(*runtime, make_server(ssl::PasswordCallback([&] {
                ++asked;
                return absl::StatusOr<Secret>(Secret("airlock"));
              }))),
              context);
  }
  EXPECT_EQ(asked, 2);
}

TEST_F(RuntimeTest, AChangedBundleAppliesFromTheNextSocketOn) {
  const auto runtime = Make();
  const auto client = [] {
    WrapOptions options = Client("localhost", VerifyMode::kRequired);
    options.ca_certs = CaPath{"/ca.pem"};
    return options;
  };
  host_->SetFile("/ca.pem", Cert("ca.pem"));
  EXPECT_TRUE(Connect(*runtime, client(), Server()).client.ok());
  host_->SetFile("/ca.pem", Cert("other_root.pem"));
  EXPECT_EQ(
      ssl::GetErrorKind(Connect(*runtime, client(), Server()).client.status()),
      ErrorKind::kVerification);
}

TEST_F(RuntimeTest, ThreadsShareOneContext) {
  const auto runtime = Make();
  std::vector<std::shared_ptr<const ssl::Context>> contexts(8);
  std::vector<std::thread> threads;
  for (auto& context : contexts) {
    threads.emplace_back([&] { context = ContextOf(*runtime, Server()); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& context : contexts) EXPECT_EQ(context, contexts[0]);
}

TEST_F(RuntimeTest, SocketsOutliveTheRuntime) {
  auto runtime = Make();
  Ends ends =
      Connect(*runtime, Client("localhost", VerifyMode::kRequired), Server());
  ASSERT_TRUE(ends.client.ok()) << ends.client.status();
  runtime.reset();
  host_.reset();
  const std::string text = "still here";
  ASSERT_TRUE(
      (*ends.client)
          ->Write(absl::MakeConstSpan(
              reinterpret_cast<const uint8_t*>(text.data()), text.size()))
          .done());
  std::vector<uint8_t> bytes(100);
  const auto read = (*ends.server)->Read(absl::MakeSpan(bytes));
  ASSERT_TRUE(read.done()) << read.status();
  EXPECT_EQ(std::string(bytes.begin(), bytes.begin() + read.bytes()), text);
}

TEST_F(RuntimeTest, ACallersOwnContextIsUnderThePolicyToo) {
  const auto runtime = Make("enforce");
  ContextRequest request;
  ssl::ContextOptions options;
  options.verification.hostname.common_name_fallback = true;
  const auto context = runtime->CreateContext(request, options);
  ASSERT_TRUE(context.ok()) << context.status();
  EXPECT_EQ((*context)->options().verification.mode, VerifyMode::kRequired);
  EXPECT_TRUE((*context)->options().verification.check_hostname);
  EXPECT_FALSE(
      (*context)->options().verification.hostname.common_name_fallback);
  EXPECT_EQ((*context)->minimum_version(), ssl::TlsVersion::kTls1_2);
  EXPECT_EQ((*context)->options().trust_store->certificate_count(), 2);
  // The Socket must have a name.
  EXPECT_FALSE(
      ssl::WrapSocket(*context, MakeMemoryTransports().first, {}).ok());

  request.cert_reqs = VerifyMode::kNone;
  EXPECT_EQ(ssl::GetErrorKind(runtime->CreateContext(request, {}).status()),
            ErrorKind::kPolicy);
  request.cert_reqs = std::nullopt;
  options.verification.disabled_versions = {ssl::TlsVersion::kTls1_2,
                                            ssl::TlsVersion::kTls1_3};
  EXPECT_EQ(
      ssl::GetErrorKind(runtime->CreateContext(request, options).status()),
      ErrorKind::kPolicy);
}

TEST_F(RuntimeTest, AServersContextCannotMakeAnUnverifiedClient) {
  const auto runtime = Make("enforce");
  ContextRequest request;
  request.side = ssl::Side::kServer;
  ssl::ContextOptions options;
  options.unverified_clients = ssl::InsecureAllowUnverifiedClients();
  const auto context = runtime->CreateContext(request, options);
  ASSERT_TRUE(context.ok()) << context.status();
  ssl::SocketOptions client;
  client.server_hostname = "localhost";
  EXPECT_EQ(ssl::GetErrorKind(
                ssl::WrapSocket(*context, MakeMemoryTransports().first, client)
                    .status()),
            ErrorKind::kPolicy);
}

TEST_F(RuntimeTest, AContextsTrustIsTheCallersOrThePlatforms) {
  const auto runtime = Make("default");
  ContextRequest request;
  const auto ours = runtime->CreateContext(request, {});
  ASSERT_TRUE(ours.ok()) << ours.status();
  EXPECT_EQ((*ours)->options().trust_store,
            *runtime->LoadCaCerts(CaPath{kSystemBundle}));
  ssl::ContextOptions options;
  options.trust_store = *runtime->LoadCaCerts(CaBytes{Cert("root.pem")});
  EXPECT_EQ((*runtime->CreateContext(request, options))->options().trust_store,
            options.trust_store);
  request.ca_certs = CaBytes{Cert("ca_all.pem")};
  EXPECT_EQ((*runtime->CreateContext(request, options))
                ->options()
                .trust_store->certificate_count(),
            3);
  request.ca_certs = std::shared_ptr<const ssl::TrustStore>();
  EXPECT_EQ(
      ssl::GetErrorKind(runtime->CreateContext(request, options).status()),
      ErrorKind::kTrustStore);
}

}  // namespace
}  // namespace airlock::platform
