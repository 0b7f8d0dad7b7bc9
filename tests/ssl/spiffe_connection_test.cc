// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Peers that are verified by their SPIFFE IDs: both roles, trust domains that
// must not be confused, sessions, remembered verdicts.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/context.h"
#include "ssl/error.h"
#include "ssl/options.h"
#include "ssl/secret.h"
#include "ssl/spiffe_peers.h"
#include "ssl/verify_code.h"
#include "tests/support/error_matchers.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"
#include "tests/support/svid.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::Established;
using ::airlock::testing::MakeContext;
using ::airlock::testing::MakePeers;
using ::airlock::testing::Reused;
using ::airlock::testing::SpiffeCa;
using ::airlock::testing::Svid;
using ::airlock::testing::SvidOptions;
using ::airlock::testing::TestTime;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::WithSession;
using ::testing::AllOf;
using PeersPtr = std::shared_ptr<const SpiffePeers>;

constexpr char kServerId[] = "spiffe://example.org/server";
constexpr char kClientId[] = "spiffe://example.org/client";

ContextOptions Verifying(PeersPtr peers) {
  ContextOptions options;
  options.clock = TestTime;
  options.verification.spiffe = std::move(peers);
  return options;
}

ContextOptions Serving(const Svid& svid) {
  ContextOptions options;
  options.clock = TestTime;
  options.verification.mode = VerifyMode::kNone;
  options.credentials = {svid.credentials()};
  return options;
}

// The name that a client connects to is in no certificate here.
SocketOptions Elsewhere() {
  SocketOptions options;
  options.server_hostname = "elsewhere.example";
  return options;
}

class SpiffeConnectionTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  PeersPtr Peers(const std::vector<std::string>& allowed) {
    return MakePeers({{"example.org", here_.bundle()}}, allowed);
  }
  // Of two trust domains.
  PeersPtr BothPeers() {
    return MakePeers(
        {{"example.org", here_.bundle()}, {"other.org", there_.bundle()}},
        {"spiffe://example.org/**", "spiffe://other.org/**"});
  }

  // The result of a client that meets a server with `svid`.
  absl::Status Meet(const PeersPtr& peers, const Svid& svid) {
    ContextOptions client = Verifying(peers);
    client.verification.maximum_version = GetParam();
    return Connect(MakeContext(std::move(client)), MakeContext(Serving(svid)),
                   Elsewhere())
        .client_status;
  }
  // The result of a server that meets a client with `svid`.
  absl::Status MeetClient(const PeersPtr& peers, const Svid& svid) {
    ContextOptions server = Verifying(peers);
    server.credentials = {here_.Issue(kServerId).credentials()};
    server.verification.maximum_version = GetParam();
    ContextOptions client = Verifying(Peers({kServerId}));
    client.credentials = {svid.credentials()};
    return Connect(MakeContext(std::move(client)),
                   MakeContext(std::move(server)), Elsewhere())
        .server_status;
  }
  // What both roles say about a peer's `svid`, which must be the same kind.
  absl::Status MeetBoth(const PeersPtr& peers, const Svid& svid) {
    const absl::Status client = Meet(peers, svid);
    const absl::Status server = MeetClient(peers, svid);
    EXPECT_EQ(client.ok(), server.ok()) << client << server;
    if (!client.ok() && !server.ok()) {
      EXPECT_EQ(GetError(client)->kind, GetError(server)->kind);
      EXPECT_EQ(GetError(client)->verify_code, GetError(server)->verify_code);
      EXPECT_EQ(GetError(client)->alert, GetError(server)->alert);
    }
    return client;
  }

  const SpiffeCa here_{"here", "URI:spiffe://example.org"};
  const SpiffeCa there_{"there", "URI:spiffe://other.org"};
};

std::string VersionName(const ::testing::TestParamInfo<TlsVersion>& param) {
  return param.param == TlsVersion::kTls1_3 ? "Tls13" : "Tls12";
}

INSTANTIATE_TEST_SUITE_P(All, SpiffeConnectionTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         VersionName);

TEST_P(SpiffeConnectionTest, AnAllowedIdIsAccepted) {
  const Svid svid = here_.Issue(kServerId);
  EXPECT_TRUE(MeetBoth(Peers({kServerId}), svid).ok());
  EXPECT_TRUE(MeetBoth(Peers({"spiffe://example.org/**"}), svid).ok());
  EXPECT_TRUE(MeetBoth(BothPeers(), svid).ok());
  EXPECT_TRUE(
      MeetBoth(BothPeers(), there_.Issue("spiffe://other.org/server")).ok());
}

TEST_P(SpiffeConnectionTest, AnotherIdIsRefused) {
  const absl::Status status = MeetBoth(
      Peers({kClientId, "spiffe://example.org/db/**"}), here_.Issue(kServerId));
  // It names what was found, and what was allowed.
  EXPECT_THAT(status, AllOf(KindIs(ErrorKind::kHostname), WhereIs(kServerId),
                            Quotes(kClientId), HasAdvice(),
                            Quotes("spiffe://example.org/db/**")));
  EXPECT_EQ(GetError(status)->verify_code, verify_code::kHostnameMismatch);
}

// A trust domain issues an ID of another one.
TEST_P(SpiffeConnectionTest, TheChainMustLeadToTheIdsOwnTrustDomain) {
  const Svid forged = there_.Issue(kServerId);
  const absl::Status status = MeetBoth(BothPeers(), forged);
  EXPECT_THAT(status, AllOf(KindIs(ErrorKind::kVerification), HasAdvice(),
                            Quotes(kServerId), Quotes("\"example.org\"")));
  EXPECT_EQ(GetError(status)->verify_code,
            verify_code::kUnableToGetIssuerLocally);
}

// The forger sends its own root, or goes through an intermediate, which may
// even have the SPIFFE ID of the other trust domain.
TEST_P(SpiffeConnectionTest, WhatTheForgerSendsDoesNotHelp) {
  Svid with_root = there_.Issue(kServerId);
  with_root.chain_pem += there_.certificate().ToPem();
  EXPECT_THAT(MeetBoth(BothPeers(), with_root),
              KindIs(ErrorKind::kVerification));
  Svid with_both = there_.Issue(kServerId);
  with_both.chain_pem += here_.certificate().ToPem();
  EXPECT_THAT(MeetBoth(BothPeers(), with_both),
              KindIs(ErrorKind::kVerification));
  const SpiffeCa posing("posing", there_, "URI:spiffe://example.org");
  EXPECT_THAT(MeetBoth(BothPeers(), posing.Issue(kServerId)),
              KindIs(ErrorKind::kVerification));
  // A CA with the name of the right one.
  const SpiffeCa namesake("here");
  EXPECT_THAT(MeetBoth(BothPeers(), namesake.Issue(kServerId)),
              KindIs(ErrorKind::kVerification));
}

TEST_P(SpiffeConnectionTest, ATrustDomainWithoutBundleIsRefused) {
  const absl::Status status = MeetBoth(Peers({"spiffe://example.org/**"}),
                                       there_.Issue("spiffe://other.org/a"));
  EXPECT_THAT(status, AllOf(KindIs(ErrorKind::kVerification),
                            Quotes("spiffe://other.org/a"), HasAdvice(),
                            Quotes("example.org")));
  EXPECT_EQ(GetError(status)->alert, 48);  // unknown_ca
}

TEST_P(SpiffeConnectionTest, IntermediatesAreUsed) {
  const SpiffeCa plain("plain", here_);
  EXPECT_TRUE(MeetBoth(Peers({kServerId}), plain.Issue(kServerId)).ok());
  const SpiffeCa named("named", here_, "URI:spiffe://example.org");
  EXPECT_TRUE(MeetBoth(Peers({kServerId}), named.Issue(kServerId)).ok());
}

TEST_P(SpiffeConnectionTest, ASigningCertificateHasNoPath) {
  for (const char* names :
       {"URI:spiffe://example.org/ca", "URI:spiffe://example.org/",
        "URI:SPIFFE://example.org", "DNS:a,URI:spiffe://example.org/a/b"}) {
    const SpiffeCa ca("ca", here_, names);
    const absl::Status status =
        MeetBoth(Peers({kServerId}), ca.Issue(kServerId));
    EXPECT_THAT(status, KindIs(ErrorKind::kVerification)) << names;
    EXPECT_EQ(GetError(status)->depth, 1) << names;
  }
}

TEST_P(SpiffeConnectionTest, CertificatesThatAreNoSvidsAreRefused) {
  SvidOptions two;
  two.alt_names = "URI:spiffe://example.org/server,URI:spiffe://example.org/x";
  SvidOptions none;
  none.alt_names = "DNS:elsewhere.example";
  SvidOptions no_path;
  no_path.alt_names = "URI:spiffe://example.org";
  SvidOptions signs;
  signs.key_usage = "digitalSignature,cRLSign";
  SvidOptions no_usage;
  no_usage.key_usage = "";
  for (const SvidOptions& options : {two, none, no_path, signs, no_usage}) {
    const absl::Status status = MeetBoth(Peers({"spiffe://example.org/**"}),
                                         here_.Issue(kServerId, options));
    EXPECT_THAT(status, KindIs(ErrorKind::kVerification)) << options.alt_names;
    EXPECT_EQ(GetError(status)->alert, 42);  // bad_certificate
  }
}

TEST_P(SpiffeConnectionTest, AnExtendedKeyUsageMustAllowTheRole) {
  SvidOptions options;
  options.extended_key_usage = "clientAuth";
  const Svid svid = here_.Issue(kServerId, options);
  EXPECT_THAT(Meet(Peers({kServerId}), svid), KindIs(ErrorKind::kVerification));
  EXPECT_TRUE(MeetClient(Peers({kServerId}), svid).ok());
}

// Neither a name that matches nor a CA of the system's bundle counts.
TEST_P(SpiffeConnectionTest, HostNamesDoNotCount) {
  SvidOptions options;
  options.alt_names = "DNS:elsewhere.example,URI:spiffe://example.org/other";
  EXPECT_THAT(Meet(Peers({kServerId}), here_.Issue("", options)),
              KindIs(ErrorKind::kHostname));
}

// A client may connect without a name, and sends the one that it has.
TEST_P(SpiffeConnectionTest, ANameIsSentButNotRequired) {
  const auto client = MakeContext(Verifying(Peers({kServerId})));
  const auto server = MakeContext(Serving(here_.Issue(kServerId)));
  EXPECT_TRUE(Connect(client, server, SocketOptions()).ok());
  const Connection named = Connect(client, server, Elsewhere());
  ASSERT_TRUE(named.ok());
  EXPECT_EQ(named.server->info()->server_name, "elsewhere.example");
}

TEST_P(SpiffeConnectionTest, AServerMayAskWithoutRequiring) {
  ContextOptions server = Verifying(Peers({kClientId}));
  server.verification.mode = VerifyMode::kOptional;
  server.credentials = {here_.Issue(kServerId).credentials()};
  const auto context = MakeContext(std::move(server));
  const auto peers = Peers({kServerId});
  EXPECT_TRUE(
      Connect(MakeContext(Verifying(peers)), context, Elsewhere()).ok());
  ContextOptions stranger = Verifying(peers);
  stranger.credentials = {there_.Issue(kClientId).credentials()};
  EXPECT_THAT(Connect(MakeContext(std::move(stranger)), context, Elsewhere())
                  .server_status,
              KindIs(ErrorKind::kVerification));
}

// What was verified with one map of bundles says nothing about another.
TEST_P(SpiffeConnectionTest, VerdictsAreRememberedForTheirBundlesOnly) {
  const Svid svid = here_.Issue(kServerId);
  const auto here = here_.bundle();
  const auto there = there_.bundle();
  const std::vector<std::string> allowed = {kServerId};
  const PeersPtr right =
      MakePeers({{"example.org", here}, {"other.org", there}}, allowed);
  const PeersPtr swapped =
      MakePeers({{"example.org", there}, {"other.org", here}}, allowed);
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(Meet(right, svid).ok());
    EXPECT_THAT(Meet(swapped, svid), KindIs(ErrorKind::kVerification));
    EXPECT_THAT(Meet(MakePeers({{"example.org", here}}, {kClientId}), svid),
                KindIs(ErrorKind::kHostname));
  }
  // Nor about one that trusts the CA for host names.
  ContextOptions plain;
  plain.clock = TestTime;
  plain.trust_store = here;
  EXPECT_THAT(Connect(MakeContext(std::move(plain)), MakeContext(Serving(svid)),
                      Elsewhere())
                  .client_status,
              KindIs(ErrorKind::kHostname));
}

TEST_P(SpiffeConnectionTest, AResumedPeerIsVerifiedAgain) {
  const auto server = MakeContext(Serving(here_.Issue(kServerId)));
  const auto client = [&](const PeersPtr& peers) {
    ContextOptions options = Verifying(peers);
    options.verification.maximum_version = GetParam();
    return MakeContext(std::move(options));
  };
  const auto session = Established(client(Peers({kServerId})), server);
  EXPECT_TRUE(Reused(Connect(client(Peers({"spiffe://example.org/**"})), server,
                             WithSession(session))));
  EXPECT_THAT(Connect(client(Peers({kClientId})), server, WithSession(session))
                  .client_status,
              KindIs(ErrorKind::kHostname));
  EXPECT_THAT(Connect(client(MakePeers({{"example.org", there_.bundle()}},
                                       {kServerId})),
                      server, WithSession(session))
                  .client_status,
              KindIs(ErrorKind::kVerification));
}

// Two servers with the same ticket keys.
TEST_P(SpiffeConnectionTest, AClientResumesOnlyWhereItsIdIsStillAllowed) {
  const auto keys = std::make_shared<const Secret>(std::string(48, 'k'));
  const auto server = [&](const PeersPtr& peers) {
    ContextOptions options = Verifying(peers);
    options.credentials = {here_.Issue(kServerId).credentials()};
    options.ticket_keys = {keys};
    options.verification.maximum_version = GetParam();
    return MakeContext(std::move(options));
  };
  ContextOptions options = Verifying(Peers({kServerId}));
  options.credentials = {here_.Issue(kClientId).credentials()};
  const auto client = MakeContext(std::move(options));
  const auto session = Established(client, server(Peers({kClientId})));
  EXPECT_TRUE(Reused(
      Connect(client, server(Peers({kClientId})), WithSession(session))));
  EXPECT_THAT(Connect(client, server(Peers({"spiffe://example.org/other"})),
                      WithSession(session))
                  .server_status,
              KindIs(ErrorKind::kHostname));
}

TEST(SpiffeContextTest, OptionsThatVerifyLessAreErrors) {
  const SpiffeCa ca("ca");
  const auto fresh = [&] {
    return Verifying(MakePeers({{"example.org", ca.bundle()}}, {kServerId}));
  };
  EXPECT_TRUE(Context::Create(fresh()).ok());
  ContextOptions unverified = fresh();
  unverified.verification.mode = VerifyMode::kNone;
  EXPECT_THAT(Context::Create(unverified), KindIs(ErrorKind::kInvalidArgument));
  ContextOptions with_store = fresh();
  with_store.trust_store = TestTrustStore();
  EXPECT_THAT(Context::Create(with_store),
              AllOf(KindIs(ErrorKind::kInvalidArgument), WhereIs("ca_certs")));
  ContextOptions with_anchor = fresh();
  with_anchor.verification.anchor_pins = {std::string(32, 'x')};
  EXPECT_THAT(
      Context::Create(with_anchor),
      AllOf(KindIs(ErrorKind::kInvalidArgument), WhereIs("anchor_pins")));
  ContextOptions with_psk = fresh();
  with_psk.psk_client = [](absl::string_view) {
    return std::optional<PskIdentity>();
  };
  EXPECT_THAT(Context::Create(with_psk),
              AllOf(KindIs(ErrorKind::kInvalidArgument), WhereIs("psk")));
  // Pins narrow.
  ContextOptions with_pins = fresh();
  with_pins.verification.pins = {std::string(32, 'x')};
  EXPECT_TRUE(Context::Create(with_pins).ok());
}

}  // namespace
}  // namespace airlock::ssl
