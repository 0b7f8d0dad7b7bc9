// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/verified_chains.h"

#include <openssl/pool.h>
#include <openssl/stack.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "ssl/context.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/protocol.h"
#include "ssl/socket.h"
#include "ssl/spiffe_peers.h"
#include "ssl/verification.h"
#include "tests/support/handshake.h"
#include "tests/support/mint.h"
#include "tests/support/svid.h"
#include "tests/support/testdata.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::ReadTestdata;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestCertificates;
using ::airlock::testing::TestTime;
using ::airlock::testing::TestTrustStore;

class VerifiedChainsTest : public ::testing::Test {
 protected:
  VerifiedChainsTest() {
    request_.now = TestTime();
    request_.verification = &verification_;
    request_.trust_store = store_.get();
  }

  // Parses the chain again, as each connection does.
  VerifyOutcome Verify(absl::string_view name) {
    presented_ = TestCertificates(name);
    request_.presented = presented_;
    return chains_.Verify(request_);
  }

  // What is known of the chain, by its bytes.
  std::shared_ptr<const VerifiedChain> Find(absl::string_view name) {
    const bssl::UniquePtr<STACK_OF(CRYPTO_BUFFER)> chain(
        sk_CRYPTO_BUFFER_new_null());
    for (const Certificate& certificate : TestCertificates(name)) {
      // A copy, as each connection has one.
      bssl::UniquePtr<CRYPTO_BUFFER> der(CRYPTO_BUFFER_new(
          reinterpret_cast<const uint8_t*>(certificate.der().data()),
          certificate.der().size(), /*pool=*/nullptr));
      bssl::PushToStack(chain.get(), std::move(der));
    }
    return chains_.Find(chain.get(), request_.peer, request_.host);
  }

  // Whether the chain is accepted, and was known before.
  bool IsKnown(absl::string_view name) {
    const VerifyOutcome outcome = Verify(name);
    EXPECT_TRUE(outcome.status.ok()) << outcome.status;
    return outcome.status.ok() && outcome.verified[0].impl().x509.get() !=
                                      presented_[0].impl().x509.get();
  }

  Verification verification_;
  std::shared_ptr<const TrustStore> store_ = TestTrustStore("ca.pem");
  VerifyRequest request_;
  std::vector<Certificate> presented_;
  VerifiedChains chains_{3};
};

TEST_F(VerifiedChainsTest, RemembersTheVerifiedChain) {
  EXPECT_FALSE(IsKnown("server_p256_chain"));
  const VerifyOutcome direct = VerifyPeer(request_);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(IsKnown("server_p256_chain"));
    EXPECT_EQ(Verify("server_p256_chain").verified, direct.verified);
  }
  EXPECT_EQ(chains_.size(), 1u);
}

TEST_F(VerifiedChainsTest, AnotherHostIsCheckedAgain) {
  request_.host = "localhost";
  EXPECT_FALSE(IsKnown("server_p256_chain"));
  EXPECT_TRUE(IsKnown("server_p256_chain"));
  for (const absl::string_view host : {"other.example", "localhosT.", ""}) {
    request_.host = host;
    const VerifyOutcome outcome = Verify("server_p256_chain");
    EXPECT_EQ(outcome.status.ok(), VerifyPeer(request_).status.ok()) << host;
  }
  request_.host = "other.example";
  EXPECT_EQ(GetErrorKind(Verify("server_p256_chain").status),
            ErrorKind::kHostname);
}

TEST_F(VerifiedChainsTest, AnotherPurposeIsCheckedAgain) {
  EXPECT_FALSE(IsKnown("server_p256_chain"));
  request_.peer = Side::kClient;
  const VerifyOutcome outcome = Verify("server_p256_chain");
  EXPECT_EQ(outcome.status, VerifyPeer(request_).status);
  EXPECT_FALSE(outcome.status.ok());
}

TEST_F(VerifiedChainsTest, OtherCertificatesAreCheckedAgain) {
  EXPECT_FALSE(IsKnown("server_p256_chain"));
  // The same leaf without its issuer, and other leaves.
  EXPECT_FALSE(Verify("server_p256").status.ok());
  EXPECT_FALSE(Verify("server_other").status.ok());
  EXPECT_FALSE(IsKnown("server_rsa_chain"));
  EXPECT_FALSE(IsKnown("server_rsa_chain_with_root"));
}

TEST_F(VerifiedChainsTest, TheSameLeafWithOtherIssuersIsCheckedAgain) {
  store_ = TestTrustStore("root.pem");
  request_.trust_store = store_.get();
  EXPECT_FALSE(IsKnown("cross_leaf_chain"));
  EXPECT_TRUE(IsKnown("cross_leaf_chain"));
  EXPECT_NE(Find("cross_leaf_chain"), nullptr);
  EXPECT_EQ(Find("cross_leaf_chain_other_first"), nullptr);
  EXPECT_FALSE(IsKnown("cross_leaf_chain_other_first"));
}

TEST_F(VerifiedChainsTest, FindsOnlyWhatItWouldAnswerFrom) {
  request_.host = "localhost";
  EXPECT_EQ(Find("server_p256_chain"), nullptr);
  EXPECT_FALSE(IsKnown("server_p256_chain"));
  const auto found = Find("server_p256_chain");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->presented, presented_);
  EXPECT_EQ(found->verified, VerifyPeer(request_).verified);
  EXPECT_TRUE(found->Holds(TestTime()));
  EXPECT_EQ(Find("server_p256"), nullptr);
  EXPECT_EQ(Find("server_rsa_chain"), nullptr);
  request_.peer = Side::kClient;
  EXPECT_EQ(Find("server_p256_chain"), nullptr);
  request_.peer = Side::kServer;
  request_.host = "localhosT";
  EXPECT_EQ(Find("server_p256_chain"), nullptr);
}

TEST_F(VerifiedChainsTest, FailuresAreNotRemembered) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(Verify("server_other").status.ok());
    EXPECT_FALSE(Verify("expired").status.ok());
  }
  EXPECT_EQ(chains_.size(), 0u);
}

TEST_F(VerifiedChainsTest, HoldsWhileAllCertificatesAreValid) {
  EXPECT_FALSE(IsKnown("server_p256_chain"));
  absl::Time after = absl::InfinitePast();
  absl::Time before = absl::InfiniteFuture();
  for (const Certificate& each : Verify("server_p256_chain").verified) {
    after = std::max(after, each.not_before());
    before = std::min(before, each.not_after());
  }
  for (const absl::Time now :
       {after - absl::Seconds(1), after, after + absl::Seconds(1),
        before - absl::Seconds(1), before, before + absl::Seconds(1),
        before + absl::Hours(1), TestTime()}) {
    request_.now = now;
    const VerifyOutcome outcome = Verify("server_p256_chain");
    EXPECT_EQ(outcome.status, VerifyPeer(request_).status) << now;
    EXPECT_FALSE(outcome.status.ok() && (now < after || now > before)) << now;
  }
}

TEST_F(VerifiedChainsTest, AnIntermediateThatEndsFirstEndsIt) {
  const auto root_key = MintKey();
  const auto ca_key = MintKey();
  const auto leaf_key = MintKey();
  const Certificate root =
      Mint("root", root_key.get(), "root", root_key.get(), true);
  MintOptions ca;
  ca.common_names = {"ca"};
  ca.issuer = "root";
  ca.is_ca = true;
  ca.not_after = "20300701000000Z";  // A month after TestTime.
  presented_ = {Mint("leaf", leaf_key.get(), "ca", ca_key.get(), false),
                Mint(ca, ca_key.get(), root_key.get())};
  TrustStore::Builder builder;
  ASSERT_TRUE(builder.Add(root.der(), "root").ok());
  store_ = *builder.Build();
  request_.trust_store = store_.get();
  request_.presented = presented_;
  EXPECT_TRUE(chains_.Verify(request_).status.ok());
  request_.now += absl::Hours(24 * 60);
  EXPECT_FALSE(chains_.Verify(request_).status.ok());
}

TEST_F(VerifiedChainsTest, WithCrlsEachConnectionIsChecked) {
  TrustStore::Builder builder;
  builder.AddStore(*store_);
  ASSERT_TRUE(builder.Add(ReadTestdata("certs/crl_all.pem"), "crls").ok());
  store_ = *builder.Build();
  request_.trust_store = store_.get();
  for (const bool whole_chain : {false, true}) {
    verification_.flags.crl_check_leaf = !whole_chain;
    verification_.flags.crl_check_chain = whole_chain;
    for (int i = 0; i < 2; ++i) {
      const VerifyOutcome outcome = Verify("server_p256_chain");
      EXPECT_EQ(outcome.status, VerifyPeer(request_).status);
      EXPECT_TRUE(outcome.status.ok()) << outcome.status;
    }
    EXPECT_EQ(chains_.size(), 0u) << whole_chain;
  }
}

TEST_F(VerifiedChainsTest, ForgetsTheLeastRecentlyUsed) {
  const auto names = {"server_p256_chain", "server_rsa_chain",
                      "server_deep_chain"};
  for (const char* name : names) EXPECT_FALSE(IsKnown(name));
  EXPECT_TRUE(IsKnown("server_p256_chain"));
  EXPECT_FALSE(IsKnown("server_rsa_chain_with_root"));
  EXPECT_EQ(chains_.size(), 3u);
  EXPECT_TRUE(IsKnown("server_p256_chain"));
  EXPECT_TRUE(IsKnown("server_deep_chain"));
  EXPECT_FALSE(IsKnown("server_rsa_chain"));
}

TEST_F(VerifiedChainsTest, ThreadsShareIt) {
  const std::vector<Certificate> first = TestCertificates("server_p256_chain");
  const std::vector<Certificate> second = TestCertificates("server_rsa_chain");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      VerifyRequest request = request_;
      for (int n = 0; n < 50; ++n) {
        request.presented = (n + i) % 2 == 0 ? first : second;
        EXPECT_TRUE(chains_.Verify(request).status.ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(chains_.size(), 2u);
}

// Changes a field's value.
void Change(bool& field) { field = !field; }
void Change(int& field) { ++field; }
void Change(std::string& field) { field += "x"; }
void Change(EchUse& field) { field = EchUse::kRequired; }
void Change(Protocol& field) { field = Protocol::kTlsv1_2; }
void Change(VerifyMode& field) { field = VerifyMode::kOptional; }
void Change(std::optional<TlsVersion>& field) { field = TlsVersion::kTls1_2; }
void Change(std::vector<TlsVersion>& field) {
  field.push_back(TlsVersion::kTls1_0);
}
void Change(std::vector<std::string>& field) {
  field.push_back(std::string(32, 'x'));
}
void Change(std::shared_ptr<const SpiffePeers>& field) {
  const testing::SpiffeCa ca("ca");
  field = testing::MakePeers({{"example.org", ca.bundle()}},
                             {"spiffe://example.org/**"});
}

TEST(VerifiedChainsOfTest, AreSharedByEqualVerifications) {
  const auto store = TestTrustStore("ca.pem");
  const auto first = VerifiedChainsOf(store.get(), Verification());
  EXPECT_EQ(VerifiedChainsOf(store.get(), Verification()), first);
  // Another trust store, even with the same content.
  EXPECT_NE(VerifiedChainsOf(TestTrustStore("ca.pem").get(), Verification()),
            first);
}

TEST(VerifiedChainsOfTest, DifferWithEveryField) {
  const auto store = TestTrustStore("ca.pem");
  std::vector<std::shared_ptr<VerifiedChains>> seen = {
      VerifiedChainsOf(store.get(), Verification())};
  size_t fields = 0;
  const Verification plain;
  VisitFields(plain, [&fields](absl::string_view, const auto&) { ++fields; });
  for (size_t i = 0; i < fields; ++i) {
    Verification changed;
    size_t at = 0;
    VisitFields(changed, [&](absl::string_view name, auto& field) {
      if (at++ != i) return;
      SCOPED_TRACE(name);
      Change(field);
    });
    seen.push_back(VerifiedChainsOf(store.get(), changed));
    EXPECT_EQ(std::count(seen.begin(), seen.end(), seen.back()), 1) << i;
  }
  EXPECT_GT(fields, 15u);
}

TEST(VerifiedChainsOfTest, ManyVerificationsAreForgotten) {
  const auto store = TestTrustStore("ca.pem");
  std::weak_ptr<VerifiedChains> first =
      VerifiedChainsOf(store.get(), Verification());
  for (int depth = 1; depth < 15; ++depth) {
    Verification other;
    other.depth = depth;
    VerifiedChainsOf(store.get(), other);
  }
  EXPECT_FALSE(first.expired());
  for (int depth = 15; depth < 40; ++depth) {
    Verification other;
    other.depth = depth;
    VerifiedChainsOf(store.get(), other);
  }
  EXPECT_TRUE(first.expired());
}

// Sockets that verified a chain from the same entry share its certificates.
class SharedChainTest : public ::testing::Test {
 protected:
  // The certificates of a connection's client; null if it failed.
  const std::vector<Certificate>* Presented(ContextOptions options) {
    options.clock = [this] { return now_; };
    options.trust_store = store_;
    kept_.push_back(
        Connect(MakeContext(std::move(options)), server_, socket_options_));
    return kept_.back().ok() ? &kept_.back().client->presented_chain()
                             : nullptr;
  }

  bool IsKnown(ContextOptions options) {
    return Presented(std::move(options)) == known_;
  }

  // Has the chain verified and remembered with ClientOptions.
  void Learn() {
    EXPECT_NE(Presented(ClientOptions()), nullptr);
    known_ = Presented(ClientOptions());
    EXPECT_NE(known_, nullptr);
    EXPECT_TRUE(IsKnown(ClientOptions()));
  }

  absl::Time now_ = TestTime();
  std::shared_ptr<const TrustStore> store_ = TestTrustStore("ca.pem");
  std::shared_ptr<const Context> server_ =
      MakeContext(ServerOptions("server_p256"));
  SocketOptions socket_options_ = LocalhostOptions();
  std::vector<Connection> kept_;
  const std::vector<Certificate>* known_ = nullptr;
};

TEST_F(SharedChainTest, ContextsThatVerifyTheSameWayShareIt) {
  Learn();
  const Connection& last = kept_.back();
  EXPECT_EQ(last.client->presented_chain(),
            kept_.front().client->presented_chain());
  EXPECT_EQ(last.client->verified_chain(),
            kept_.front().client->verified_chain());
  EXPECT_TRUE(last.client->peer_verified());
  // What has no part in verification may differ.
  ContextOptions options = ClientOptions();
  options.alpn_protocols = {"h2"};
  EXPECT_TRUE(IsKnown(std::move(options)));
}

TEST_F(SharedChainTest, OthersDoNot) {
  Learn();
  ContextOptions options = ClientOptions();
  options.verification.depth = 7;
  EXPECT_FALSE(IsKnown(std::move(options)));
  options = ClientOptions();
  options.verification.flags.x509_strict = true;
  EXPECT_FALSE(IsKnown(std::move(options)));
  options = ClientOptions();
  options.verification.pins = {std::string(32, 'x')};
  EXPECT_EQ(Presented(std::move(options)), nullptr);
  // The default level, but as ciphers set it.
  options = ClientOptions();
  options.ciphers = "DEFAULT:@SECLEVEL=1";
  EXPECT_FALSE(IsKnown(std::move(options)));
}

TEST_F(SharedChainTest, AReplacedTrustStoreDoesNot) {
  Learn();
  store_ = TestTrustStore("ca.pem");
  EXPECT_FALSE(IsKnown(ClientOptions()));
  store_ = TestTrustStore("other_root.pem");
  EXPECT_EQ(Presented(ClientOptions()), nullptr);
}

TEST_F(SharedChainTest, AnotherHostDoesNot) {
  Learn();
  socket_options_.server_hostname = "127.0.0.1";
  EXPECT_FALSE(IsKnown(ClientOptions()));
  socket_options_.server_hostname = "other.example";
  EXPECT_EQ(Presented(ClientOptions()), nullptr);
  EXPECT_EQ(GetErrorKind(kept_.back().client_status), ErrorKind::kHostname);
}

TEST_F(SharedChainTest, ItExpires) {
  Learn();
  absl::Time end = absl::InfiniteFuture();
  for (const Certificate& each : kept_.back().client->verified_chain()) {
    end = std::min(end, each.not_after());
  }
  now_ = end - absl::Seconds(1);
  EXPECT_TRUE(IsKnown(ClientOptions()));
  now_ = end + absl::Seconds(1);
  EXPECT_EQ(Presented(ClientOptions()), nullptr);
  EXPECT_EQ(GetErrorKind(kept_.back().client_status), ErrorKind::kVerification);
  now_ = TestTime();
  EXPECT_TRUE(IsKnown(ClientOptions()));
}

TEST_F(SharedChainTest, OtherIntermediatesDoNot) {
  Learn();
  server_ = MakeContext(ServerOptions("server_rsa"));
  const std::vector<Certificate>* other = Presented(ClientOptions());
  EXPECT_NE(other, nullptr);
  EXPECT_NE(other, known_);
}

TEST_F(SharedChainTest, CallbacksAreStillCalled) {
  Learn();
  int calls = 0;
  ContextOptions options = ClientOptions();
  options.verify = [&](const Socket&, const VerifiedPeer& peer) {
    ++calls;
    EXPECT_EQ(&peer.presented[0], &(*known_)[0]);
    return absl::PermissionDeniedError("no");
  };
  EXPECT_EQ(Presented(std::move(options)), nullptr);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace airlock::ssl::internal
