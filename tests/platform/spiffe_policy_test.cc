// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// SPIFFE IDs in the operator's file, and an application's own.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/memory_transport.h"
#include "platform/runtime.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "ssl/spiffe_peers.h"
#include "tests/support/error_matchers.h"
#include "tests/support/svid.h"

namespace airlock::platform {
namespace {

using airlock::testing::MakePeers;
using airlock::testing::SpiffeCa;
using airlock::testing::Svid;
using ssl::ErrorKind;
using ssl::VerifyMode;
using ::testing::AllOf;

constexpr char kServerId[] = "spiffe://example.org/server";
constexpr char kClientId[] = "spiffe://example.org/client";

constexpr char kTrustDomains[] =
    "trust_domains: {example.org: /etc/here.pem, other.org: /etc/there.pem}";
// Where the server must be the one of kServerId.
constexpr char kMesh[] =
    "exceptions: [{host: payroll.internal, "
    "server_spiffe_ids: [spiffe://example.org/server]}]";
constexpr char kClients[] = "client_spiffe_ids: [spiffe://example.org/client]";

struct Ends {
  absl::Status client;
  absl::Status server;
};

class SpiffePolicyTest : public ::testing::Test {
 protected:
  SpiffePolicyTest() {
    host_->SetFile("/etc/ca-certificates.crt", system_.certificate().ToPem());
    host_->SetFile("/etc/here.pem", here_.certificate().ToPem());
    host_->SetFile("/etc/there.pem", there_.certificate().ToPem());
    host_->AdvanceTime(absl::Hours(1));
  }

  absl::StatusOr<std::unique_ptr<Runtime>> TryMake(
      std::initializer_list<absl::string_view> tls) {
    host_->SetFile("/etc/airlock.yaml",
                   absl::StrCat("tls: {", absl::StrJoin(tls, ", "), "}"));
    RuntimeOptions options;
    options.audit = [this](const AuditEvent& event) {
      events_.push_back(event);
    };
    return Runtime::Create(host_, host_->environment(), std::move(options));
  }
  std::unique_ptr<Runtime> Make(std::initializer_list<absl::string_view> tls) {
    auto runtime = TryMake(tls);
    EXPECT_TRUE(runtime.ok()) << runtime.status();
    return *std::move(runtime);
  }

  static WrapOptions Client(const std::string& name = "payroll.internal") {
    WrapOptions options;
    options.server_hostname = name;
    options.call_site = "main.py:7";
    return options;
  }
  static void Present(const Svid& svid, WrapOptions* options) {
    options->certfile = ssl::Secret(svid.chain_pem);
    options->keyfile = ssl::Secret(svid.key_pem);
  }
  static WrapOptions Server(const Svid& svid) {
    WrapOptions options;
    options.server_side = true;
    Present(svid, &options);
    return options;
  }

  // Both ends of a connection, which may have different runtimes.
  static Ends Connect(Runtime& client_runtime, WrapOptions client,
                      Runtime& server_runtime, WrapOptions server) {
    MemoryTransportOptions transport_options;
    transport_options.timeout = absl::Minutes(1);
    auto [ours, theirs] = MakeMemoryTransports(transport_options);
    Ends ends;
    std::thread thread([&, transport = std::move(theirs)]() mutable {
      auto socket =
          server_runtime.WrapSocket(std::move(transport), std::move(server));
      ends.server = socket.status();
      // A TLS 1.3 client ends its handshake first.
      if (socket.ok()) (*socket)->Write(kByte).status().IgnoreError();
    });
    auto socket = client_runtime.WrapSocket(std::move(ours), std::move(client));
    ends.client = socket.status();
    if (socket.ok()) {
      uint8_t byte = 0;
      (*socket)->Read(absl::MakeSpan(&byte, 1)).status().IgnoreError();
    }
    thread.join();
    return ends;
  }
  // A client under the policy, and a server that presents `svid`.
  absl::Status Meet(Runtime& runtime, WrapOptions client, const Svid& svid) {
    host_->RemoveFile("/etc/airlock.yaml");
    auto plain = Runtime::Create(host_, host_->environment());
    return Connect(runtime, std::move(client), **plain, Server(svid)).client;
  }
  // A server under the policy, and a client that presents `svid`, if there is
  // one.
  absl::Status Admit(Runtime& runtime, WrapOptions server,
                     const std::optional<Svid>& svid) {
    host_->RemoveFile("/etc/airlock.yaml");
    auto plain = Runtime::Create(host_, host_->environment());
    WrapOptions client = Client();
    client.verification.spiffe =
        MakePeers({{"example.org", here_.bundle()}}, {kServerId});
    if (svid.has_value()) Present(*svid, &client);
    return Connect(**plain, std::move(client), runtime, std::move(server))
        .server;
  }

  static constexpr uint8_t kByte[] = {'x'};
  const SpiffeCa system_{"system"};
  const SpiffeCa here_{"here"};
  const SpiffeCa there_{"there"};
  const Svid server_ = here_.Issue(kServerId);
  const Svid client_ = here_.Issue(kClientId);
  std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
  std::vector<AuditEvent> events_;
};

TEST_F(SpiffePolicyTest, ADestinationIsVerifiedByItsId) {
  const auto runtime = Make({kTrustDomains, kMesh});
  EXPECT_TRUE(Meet(*runtime, Client(), server_).ok());
  EXPECT_THAT(Meet(*runtime, Client(), client_),
              AllOf(KindIs(ErrorKind::kHostname), WhereIs(kClientId),
                    Quotes(kServerId)));
  // Another trust domain with a bundle, and one without.
  EXPECT_THAT(Meet(*runtime, Client(), there_.Issue(kServerId)),
              KindIs(ErrorKind::kVerification));
  EXPECT_THAT(Meet(*runtime, Client(), system_.Issue(kServerId)),
              KindIs(ErrorKind::kVerification));
  // Other destinations are verified by name, and by the system's bundle.
  EXPECT_THAT(Meet(*runtime, Client("elsewhere.internal"), server_),
              KindIs(ErrorKind::kVerification));
}

TEST_F(SpiffePolicyTest, ItHoldsUnderEnforceAndUnderOff) {
  for (const char* verification :
       {"verification: enforce", "verification: off"}) {
    const auto runtime =
        Make({verification, kTrustDomains, kMesh, "profile: compatible"});
    EXPECT_TRUE(Meet(*runtime, Client(), server_).ok()) << verification;
    EXPECT_THAT(Meet(*runtime, Client(), client_),
                KindIs(ErrorKind::kHostname));
  }
}

// What an application asks for to get around it.
std::vector<WrapOptions> Evasions(const std::string& own_ca,
                                  std::shared_ptr<const ssl::SpiffePeers> own) {
  std::vector<WrapOptions> evasions(3);
  evasions[0].cert_reqs = VerifyMode::kNone;
  evasions[1].ca_certs = CaBytes{own_ca};
  evasions[2].verification.spiffe = std::move(own);
  return evasions;
}

TEST_F(SpiffePolicyTest, AnApplicationCannotSwitchItOff) {
  const SpiffeCa own("own");
  const auto peers = MakePeers({{"example.org", own.bundle()}}, {kServerId});
  for (const char* on_override : {"reject", "upgrade"}) {
    const auto runtime = Make(
        {absl::StrCat("on_override: ", on_override), kTrustDomains, kMesh});
    for (WrapOptions& evasion : Evasions(own.certificate().ToPem(), peers)) {
      evasion.server_hostname = "payroll.internal";
      const absl::Status status =
          Meet(*runtime, std::move(evasion), own.Issue(kServerId));
      EXPECT_THAT(status, KindIs(on_override == std::string("reject")
                                     ? ErrorKind::kPolicy
                                     : ErrorKind::kVerification));
    }
    EXPECT_EQ(events_.size(), 3);
    events_.clear();
  }
  // A pin narrows; it does not make a certificate its own anchor.
  const auto runtime = Make({kTrustDomains, kMesh});
  WrapOptions pinned = Client();
  const Svid forged = own.Issue(kServerId);
  pinned.verification.anchor_pins = {forged.chain[0].SpkiSha256()};
  EXPECT_THAT(Meet(*runtime, std::move(pinned), forged),
              KindIs(ErrorKind::kVerification));
  WrapOptions unchecked = Client();
  unchecked.check_hostname = false;
  EXPECT_THAT(Meet(*runtime, std::move(unchecked), client_),
              KindIs(ErrorKind::kHostname));
}

TEST_F(SpiffePolicyTest, AContextForAnotherHostDoesNotConnect) {
  const auto runtime = Make({kTrustDomains, kMesh});
  ContextRequest request;
  ssl::ContextOptions options;
  const auto unnamed = runtime->CreateContext(request, options);
  ASSERT_TRUE(unnamed.ok()) << unnamed.status();
  const auto wrap = [](std::shared_ptr<const ssl::Context> context,
                       const std::string& name) {
    ssl::SocketOptions socket;
    socket.server_hostname = name;
    return ssl::WrapSocket(std::move(context), MakeMemoryTransports().first,
                           socket)
        .status();
  };
  EXPECT_THAT(wrap(*unnamed, "payroll.internal"), KindIs(ErrorKind::kPolicy));
  request.server_hostname = "payroll.internal";
  const auto named = runtime->CreateContext(request, options);
  ASSERT_TRUE(named.ok()) << named.status();
  EXPECT_TRUE(wrap(*named, "payroll.internal").ok());
  EXPECT_THAT(wrap(*named, "elsewhere.internal"), KindIs(ErrorKind::kPolicy));
}

TEST_F(SpiffePolicyTest, AServerAdmitsOnlyTheseClients) {
  const auto runtime = Make({kTrustDomains, kClients});
  EXPECT_TRUE(Admit(*runtime, Server(server_), client_).ok());
  EXPECT_THAT(Admit(*runtime, Server(server_), server_),
              AllOf(KindIs(ErrorKind::kHostname), WhereIs(kServerId),
                    Quotes(kClientId)));
  EXPECT_THAT(Admit(*runtime, Server(server_), there_.Issue(kClientId)),
              KindIs(ErrorKind::kVerification));
  EXPECT_FALSE(Admit(*runtime, Server(server_), std::nullopt).ok());
}

TEST_F(SpiffePolicyTest, AServerCannotAskForLess) {
  const auto runtime = Make({kTrustDomains, kClients});
  for (const VerifyMode mode : {VerifyMode::kNone, VerifyMode::kOptional}) {
    WrapOptions server = Server(server_);
    server.cert_reqs = mode;
    EXPECT_THAT(Admit(*runtime, std::move(server), client_),
                KindIs(ErrorKind::kPolicy));
  }
  WrapOptions own = Server(server_);
  own.ca_certs = CaBytes{there_.certificate().ToPem()};
  EXPECT_THAT(Admit(*runtime, std::move(own), client_),
              KindIs(ErrorKind::kPolicy));
  WrapOptions required = Server(server_);
  required.cert_reqs = VerifyMode::kRequired;
  EXPECT_TRUE(Admit(*runtime, std::move(required), client_).ok());
}

TEST_F(SpiffePolicyTest, ABundleThatChangesTakesEffect) {
  const auto runtime = Make({kTrustDomains, kMesh});
  EXPECT_TRUE(Meet(*runtime, Client(), server_).ok());
  const SpiffeCa next("next");
  host_->SetFile("/etc/here.pem", next.certificate().ToPem());
  EXPECT_THAT(Meet(*runtime, Client(), server_),
              KindIs(ErrorKind::kVerification));
  EXPECT_TRUE(Meet(*runtime, Client(), next.Issue(kServerId)).ok());
  // Damaged, or one that two trust domains share.
  host_->SetFile("/etc/here.pem", "damaged");
  EXPECT_THAT(Meet(*runtime, Client(), server_),
              KindIs(ErrorKind::kTrustStore));
  host_->SetFile("/etc/here.pem", there_.certificate().ToPem());
  EXPECT_THAT(Meet(*runtime, Client(), server_),
              KindIs(ErrorKind::kTrustStore));
}

// The form of SPIFFE's own (a JWK set), which only a trust domain's bundle has.
std::string JwkSet(const SpiffeCa& ca) {
  return absl::StrCat(
      R"({"keys": [{"use": "jwt-svid", "kty": "EC", "kid": "a"},)",
      R"({"use": "x509-svid", "kty": "EC", "x5c": [")",
      absl::Base64Escape(ca.certificate().der()),
      R"("]}], "spiffe_sequence": 1, "spiffe_refresh_hint": 300})");
}

TEST_F(SpiffePolicyTest, ABundleMayBeAJwkSet) {
  host_->SetFile("/etc/here.pem", JwkSet(here_));
  const auto runtime = Make({kTrustDomains, kMesh});
  EXPECT_TRUE(Meet(*runtime, Client(), server_).ok());
  EXPECT_THAT(Meet(*runtime, Client(), there_.Issue(kServerId)),
              KindIs(ErrorKind::kVerification));
  const SpiffeCa next("next");
  host_->SetFile("/etc/here.pem", JwkSet(next));
  EXPECT_TRUE(Meet(*runtime, Client(), next.Issue(kServerId)).ok());
  host_->SetFile("/etc/here.pem", "{}");
  EXPECT_THAT(Meet(*runtime, Client(), server_),
              AllOf(KindIs(ErrorKind::kTrustStore), Quotes("/etc/here.pem"),
                    Quotes("\"keys\"")));
  // The same path as the CAs of an application is read in its own form.
  host_->SetFile("/etc/here.pem", JwkSet(here_));
  EXPECT_TRUE(Meet(*runtime, Client(), server_).ok());
  WrapOptions other = Client("localhost");
  other.ca_certs = CaPath{"/etc/here.pem"};
  EXPECT_THAT(Meet(*runtime, std::move(other), server_),
              KindIs(ErrorKind::kTrustStore));
}

TEST_F(SpiffePolicyTest, MistakesInTheFileEndTheStart) {
  const auto error = [this](std::initializer_list<absl::string_view> tls) {
    return TryMake(tls).status();
  };
  for (const absl::Status& status : {
           error({kMesh}),
           error({kClients}),
           error({"trust_domains: {Example.org: /etc/here.pem}"}),
           error({"trust_domains: {'spiffe://a': /etc/here.pem}"}),
           error({"trust_domains: {example.org: /etc/missing.pem}"}),
           error({kTrustDomains, "client_spiffe_ids: [spiffe://example.org]"}),
           error({kTrustDomains, "client_spiffe_ids: ['spiffe://**']"}),
           error({kTrustDomains, "client_spiffe_ids: [spiffe://third.org/a]"}),
           error({kTrustDomains,
                  "exceptions: [{host: a, server_spiffe_ids: [a]}]"}),
       }) {
    EXPECT_THAT(status, KindIs(ErrorKind::kInvalidArgument));
    EXPECT_THAT(status, WhereIs(::testing::HasSubstr("/etc/airlock.yaml:1:")));
  }
  host_->SetUntrusted("/etc/here.pem", absl::PermissionDeniedError("others"));
  EXPECT_THAT(error({kTrustDomains}), KindIs(ErrorKind::kInvalidArgument));
}

// Only the operator's file decides which CAs count.
TEST_F(SpiffePolicyTest, ASecondFileHasNoTrustDomains) {
  host_->SetFile("/opt/a.yaml", absl::StrCat("tls: {", kTrustDomains, "}"));
  host_->SetVariable("AIRLOCK_CONFIG", "/opt/a.yaml");
  EXPECT_THAT(TryMake({"verification: default"}).status(),
              AllOf(KindIs(ErrorKind::kInvalidArgument),
                    WhereIs(::testing::HasSubstr("/opt/a.yaml:1:"))));
}

TEST_F(SpiffePolicyTest, AnApplicationMayHaveItsOwn) {
  const auto own = MakePeers({{"example.org", here_.bundle()}}, {kServerId});
  const auto client = [&own] {
    WrapOptions options = Client("elsewhere.internal");
    options.verification.spiffe = own;
    return options;
  };
  const auto runtime = Make({"application_cas: audit"});
  EXPECT_TRUE(Meet(*runtime, client(), server_).ok());
  EXPECT_EQ(events_.size(), 1);
  EXPECT_THAT(Meet(*runtime, client(), client_), KindIs(ErrorKind::kHostname));
  for (int i = 0; i < 2; ++i) {
    WrapOptions contradicts = client();
    if (i == 0) contradicts.cert_reqs = VerifyMode::kNone;
    if (i == 1) contradicts.check_hostname = true;
    EXPECT_THAT(Meet(*runtime, std::move(contradicts), server_),
                KindIs(ErrorKind::kInvalidArgument));
  }
  // It would take the place of what the policy requires.
  for (const char* policy : {"verification: enforce", "ca_certs: /etc/here.pem",
                             "application_cas: forbid"}) {
    const auto strict = Make({policy});
    EXPECT_THAT(Meet(*strict, client(), server_), KindIs(ErrorKind::kPolicy))
        << policy;
  }
}

TEST_F(SpiffePolicyTest, AServersOwnListRequiresACertificate) {
  const auto runtime = Make({"verification: enforce"});
  const auto server = [this] {
    WrapOptions options = Server(server_);
    options.verification.spiffe =
        MakePeers({{"example.org", here_.bundle()}}, {kClientId});
    return options;
  };
  EXPECT_TRUE(Admit(*runtime, server(), client_).ok());
  EXPECT_THAT(Admit(*runtime, server(), server_), KindIs(ErrorKind::kHostname));
  EXPECT_FALSE(Admit(*runtime, server(), std::nullopt).ok());
}

}  // namespace
}  // namespace airlock::platform
