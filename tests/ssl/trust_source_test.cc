// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/trust_source.h"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>  // NOLINT(build/c++11)
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ssl/context.h"
#include "ssl/error.h"
#include "ssl/session.h"
#include "ssl/socket.h"
#include "ssl/verify_code.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::Established;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ReadTestdata;
using ::airlock::testing::Reused;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::ShakeHands;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTime;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::WithSession;
using ::airlock::testing::Wrap;
using ::airlock::testing::WriteAll;

using SourcePtr = std::shared_ptr<TrustSource>;
using StorePtr = std::shared_ptr<const TrustStore>;

SourcePtr Source(StorePtr store, TrustSourceOptions options = {}) {
  return *TrustSource::Create(std::move(store), std::move(options));
}

StorePtr Store(std::initializer_list<const char*> files) {
  std::string bytes;
  for (const char* file : files) {
    bytes += ReadTestdata(absl::StrCat("certs/", file));
  }
  return *TrustStore::Create(bytes, "bundle");
}

// It trusts the same as ca.pem, and more.
StorePtr Larger() { return Store({"ca.pem", "other_root.pem"}); }
StorePtr Another() { return Store({"other_root.pem"}); }

class LiveTrustTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  ContextOptions LiveClient(const SourcePtr& source) const {
    ContextOptions options = ClientOptions();
    options.verification.maximum_version = GetParam();
    options.trust_store = nullptr;
    options.trust_source = source;
    return options;
  }
  // A client with a certificate, and a server that requires one.
  ContextOptions Presenting() const {
    ContextOptions options = ClientOptions();
    options.verification.maximum_version = GetParam();
    options.credentials = {TestCredentials("client_p256")};
    return options;
  }
  static ContextOptions LiveServer(const SourcePtr& source) {
    ContextOptions options = ServerOptions();
    options.verification.mode = VerifyMode::kRequired;
    options.trust_source = source;
    return options;
  }
};

INSTANTIATE_TEST_SUITE_P(All, LiveTrustTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         [](const ::testing::TestParamInfo<TlsVersion>& param) {
                           return param.param == TlsVersion::kTls1_2 ? "Tls12"
                                                                     : "Tls13";
                         });

TEST_P(LiveTrustTest, AClientVerifiesWithTheNewest) {
  const auto source = Source(TestTrustStore());
  const auto client = MakeContext(LiveClient(source));
  const auto server = MakeContext(ServerOptions());
  Connection old = Connect(client, server);
  ASSERT_TRUE(old.ok()) << old.client_status;
  // The second from what was verified before.
  EXPECT_TRUE(Connect(client, server).ok());
  ASSERT_TRUE(source->Update(Another()).ok());
  EXPECT_EQ(source->state().generation, 2u);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(GetErrorKind(Connect(client, server).client_status),
              ErrorKind::kVerification);
  }
  EXPECT_TRUE(WriteAll(old.server.get(), "still here").ok());
  EXPECT_EQ(*ReadSome(old.client.get()), "still here");
  ASSERT_TRUE(source->Update(TestTrustStore()).ok());
  EXPECT_TRUE(Connect(client, server).ok());
}

TEST_P(LiveTrustTest, AServerVerifiesWithTheNewest) {
  const auto source = Source(TestTrustStore());
  const auto server = MakeContext(LiveServer(source));
  const auto client = MakeContext(Presenting());
  EXPECT_TRUE(Connect(client, server).ok());
  ASSERT_TRUE(source->Update(Another()).ok());
  EXPECT_EQ(GetErrorKind(Connect(client, server).server_status),
            ErrorKind::kVerification);
}

TEST_P(LiveTrustTest, ANewCrlRevokesAtOnce) {
  const auto source = Source(Store({"ca.pem", "crl_root_empty.pem"}));
  ContextOptions options = LiveClient(source);
  options.verification.flags.crl_check_leaf = true;
  const auto client = MakeContext(std::move(options));
  const auto server = MakeContext(ServerOptions("revoked_direct"));
  const Connection before = Connect(client, server);
  ASSERT_TRUE(before.ok()) << before.client_status;
  const auto session = Established(client, server);
  ASSERT_TRUE(source->Update(Store({"ca.pem", "crl_root.pem"})).ok());
  for (const bool resumes : {false, true}) {
    const Connection c = resumes ? Connect(client, server, WithSession(session))
                                 : Connect(client, server);
    const auto error = GetError(c.client_status);
    ASSERT_TRUE(error.has_value()) << resumes;
    EXPECT_EQ(error->verify_code, verify_code::kRevoked);
  }
}

// What a peer was verified with may differ from what is in force now.
TEST_P(LiveTrustTest, AClientDoesNotOfferSessionsOfAnotherBundle) {
  const auto source = Source(TestTrustStore());
  const auto client = MakeContext(LiveClient(source));
  const auto server = MakeContext(ServerOptions());
  const auto session = Established(client, server);
  EXPECT_TRUE(Reused(Connect(client, server, WithSession(session))));
  ASSERT_TRUE(source->Update(Larger()).ok());
  const Connection full = Connect(client, server, WithSession(session));
  EXPECT_TRUE(full.ok()) << full.client_status;
  EXPECT_FALSE(Reused(full));
  const auto renewed = Established(client, server);
  EXPECT_TRUE(Reused(Connect(client, server, WithSession(renewed))));
}

TEST_P(LiveTrustTest, AStoredSessionKeepsItsBundle) {
  const auto source = Source(TestTrustStore());
  const auto client = MakeContext(LiveClient(source));
  const auto server = MakeContext(ServerOptions());
  const auto bytes = Established(client, server)->Serialize();
  ASSERT_TRUE(bytes.ok());
  const auto session = Session::Deserialize(bytes->view());
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_TRUE(Reused(Connect(client, server, WithSession(*session))));
  EXPECT_EQ((*session)->Serialize()->view(), bytes->view());
  ASSERT_TRUE(source->Update(Larger()).ok());
  const Connection full = Connect(client, server, WithSession(*session));
  EXPECT_TRUE(full.ok()) << full.client_status;
  EXPECT_FALSE(Reused(full));
  for (size_t size = 0; size < bytes->size(); ++size) {
    EXPECT_EQ(GetErrorKind(
                  Session::Deserialize(bytes->view().substr(0, size)).status()),
              ErrorKind::kInvalidArgument)
        << size;
  }
}

// The bundle may change between the making of a socket and its handshake.
TEST_P(LiveTrustTest, AChangeThatTheHandshakeFindsEndsTheOffer) {
  StorePtr found = TestTrustStore();
  TrustSourceOptions options;
  options.refresh = [&found](TrustSource* source) {
    EXPECT_TRUE(source->Update(found).ok());
  };
  const auto source = Source(found, std::move(options));
  const auto client = MakeContext(LiveClient(source));
  const auto server = MakeContext(ServerOptions());
  const auto session = Established(client, server);
  found = Larger();
  Connection c = Wrap(client, server, WithSession(session));
  ShakeHands(&c);
  EXPECT_TRUE(c.ok()) << c.client_status;
  EXPECT_FALSE(Reused(c));
}

TEST_P(LiveTrustTest, AServerDoesNotResumeSessionsOfAnotherBundle) {
  const auto source = Source(TestTrustStore());
  const auto server = MakeContext(LiveServer(source));
  const auto client = MakeContext(Presenting());
  const auto session = Established(client, server);
  EXPECT_TRUE(Reused(Connect(client, server, WithSession(session))));
  ASSERT_TRUE(source->Update(Larger()).ok());
  const Connection full = Connect(client, server, WithSession(session));
  EXPECT_TRUE(full.ok()) << full.server_status;
  EXPECT_FALSE(Reused(full));
  const auto renewed = Established(client, server);
  EXPECT_TRUE(Reused(Connect(client, server, WithSession(renewed))));
}

TEST_P(LiveTrustTest, AContextChosenBySniHasASource) {
  const auto source = Source(TestTrustStore());
  const auto inner = MakeContext(LiveServer(source));
  ContextOptions outer = ServerOptions();
  outer.sni = [inner](Socket&, const std::optional<std::string>&) {
    SniDecision decision;
    decision.context = inner;
    return absl::StatusOr<SniDecision>(std::move(decision));
  };
  const auto server = MakeContext(std::move(outer));
  const auto client = MakeContext(Presenting());
  const auto session = Established(client, server);
  EXPECT_TRUE(Reused(Connect(client, server, WithSession(session))));
  ASSERT_TRUE(source->Update(Larger()).ok());
  EXPECT_FALSE(Reused(Connect(client, server, WithSession(session))));
  ASSERT_TRUE(source->Update(Another()).ok());
  EXPECT_EQ(GetErrorKind(Connect(client, server).server_status),
            ErrorKind::kVerification);
}

TEST(TrustSourceTest, AFailureLeavesTheOldInForceAndIsToldOnce) {
  std::vector<TrustSourceState> told;
  TrustSourceOptions options;
  options.changed = [&told](const TrustSourceState& state) {
    told.push_back(state);
  };
  const StorePtr first = TestTrustStore();
  const auto source = Source(first, std::move(options));
  source->Fail(absl::NotFoundError("no file"));
  source->Fail(absl::NotFoundError("no file"));
  source->Fail(absl::PermissionDeniedError("no right"));
  EXPECT_EQ(source->current(), first);
  EXPECT_EQ(source->state().failures, 3u);
  EXPECT_EQ(source->state().generation, 1u);
  EXPECT_TRUE(source->counts()->failing);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told.back().error.message(), "no right");
  // An equal bundle does not replace the old one, but ends the failure.
  ASSERT_TRUE(source->Update(Store({"ca.pem"})).ok());
  EXPECT_TRUE(source->state().error.ok());
  EXPECT_EQ(source->state().generation, 1u);
  EXPECT_EQ(source->current(), first);
  EXPECT_EQ(told.size(), 2u);
  EXPECT_FALSE(source->state().updated.has_value());
  EXPECT_EQ(source->counts()->failures, 3u);
  EXPECT_FALSE(source->counts()->failing);
  ASSERT_TRUE(source->Update(Larger(), TestTime()).ok());
  EXPECT_EQ(source->state().updated, TestTime());
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told.back().generation, 2u);
}

TEST(TrustSourceTest, CountsOutliveIt) {
  auto source = Source(TestTrustStore());
  const auto counts = source->counts();
  ASSERT_TRUE(source->Update(Larger()).ok());
  ASSERT_TRUE(source->Update(Larger()).ok());
  EXPECT_EQ(counts->updates, 1u);
  EXPECT_FALSE(counts->ended);
  source.reset();
  EXPECT_TRUE(counts->ended);
  EXPECT_EQ(counts->updates, 1u);
}

TEST(TrustSourceTest, RefusesNull) {
  EXPECT_EQ(GetErrorKind(TrustSource::Create(nullptr).status()),
            ErrorKind::kInvalidArgument);
  const auto source = Source(TestTrustStore());
  EXPECT_EQ(GetErrorKind(source->Update(nullptr)), ErrorKind::kInvalidArgument);
  EXPECT_NE(source->current(), nullptr);
  EXPECT_EQ(source->state().failures, 1u);
}

TEST(TrustSourceTest, AnExceptionOfACallbackIsAFailure) {
  TrustSourceOptions options;
  options.refresh = [](TrustSource*) {
    throw std::runtime_error("the host's");
  };
  options.changed = [](const TrustSourceState&) {
    throw std::runtime_error("the host's");
  };
  const auto source = Source(TestTrustStore(), std::move(options));
  ContextOptions client = ClientOptions();
  client.trust_store = nullptr;
  client.trust_source = source;
  EXPECT_TRUE(Connect(std::move(client), ServerOptions()).ok());
  EXPECT_EQ(source->state().failures, 1u);
}

TEST(TrustSourceTest, AContextTakesOneOrTheOther) {
  ContextOptions both = ClientOptions();
  both.trust_source = Source(TestTrustStore());
  EXPECT_EQ(GetErrorKind(Context::Create(std::move(both)).status()),
            ErrorKind::kInvalidArgument);
  // A server that verifies no peer does not ask the source.
  TrustSourceOptions options;
  int asked = 0;
  options.refresh = [&asked](TrustSource*) { ++asked; };
  ContextOptions server = ServerOptions();
  server.trust_source = Source(TestTrustStore(), std::move(options));
  EXPECT_TRUE(Connect(ClientOptions(), std::move(server)).ok());
  EXPECT_EQ(asked, 0);
}

TEST(TrustSourceTest, ChangesWhileManyThreadsVerify) {
  const auto source = Source(TestTrustStore());
  ContextOptions options = ClientOptions();
  options.trust_store = nullptr;
  options.trust_source = source;
  const auto client = MakeContext(std::move(options));
  const auto server = MakeContext(ServerOptions());
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 50; ++j) {
        if (!Connect(client, server).ok()) ++failures;
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    EXPECT_TRUE(source->Update(i % 2 == 0 ? Larger() : TestTrustStore()).ok());
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(source->state().generation, 201u);
}

}  // namespace
}  // namespace airlock::ssl
