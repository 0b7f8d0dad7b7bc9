// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Revocation data from a callback.
#include "ssl/revocation.h"

#include <openssl/obj.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/certificate.h"
#include "ssl/context.h"
#include "ssl/error.h"
#include "ssl/internal/revocation_check.h"
#include "ssl/internal/revocation_verdicts.h"
#include "ssl/later.h"
#include "ssl/options.h"
#include "tests/support/handshake.h"
#include "tests/support/mint.h"
#include "tests/support/session.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::Established;
using ::airlock::testing::MakeContext;
using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestCertificates;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTime;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::WithSession;
using ::airlock::testing::Wrap;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RevocationTest : public ::testing::Test {
 protected:
  RevocationTest() {
    client_.clock = [this] { return now_; };
    client_.revocation =
        [this](
            const RevocationQuery& query) -> absl::StatusOr<RevocationVerdict> {
      queries_.push_back(query);
      if (query.depth != depth_)
        return RevocationVerdict{RevocationStatus::kGood};
      return verdict_;
    };
  }

  // One handshake of a new context.
  Connection Shake() {
    return Connect(MakeContext(client_), MakeContext(ServerOptions()));
  }

  static Error ErrorOf(const absl::Status& status) {
    return GetError(status).value_or(Error());
  }

  absl::Time now_ = TestTime();
  ContextOptions client_ = ClientOptions();
  int depth_ = 0;  // Of the certificate that gets `verdict_`.
  absl::StatusOr<RevocationVerdict> verdict_ =
      RevocationVerdict{RevocationStatus::kGood};
  std::vector<RevocationQuery> queries_;
};

TEST_F(RevocationTest, AsksAboutEachCertificateButTheAnchor) {
  const Connection c = Shake();
  EXPECT_TRUE(c.ok()) << c.client_status;
  ASSERT_THAT(queries_, SizeIs(2));
  const std::vector<Certificate> chain = TestCertificates("server_p256_chain");
  for (const size_t depth : {size_t{0}, size_t{1}}) {
    const RevocationQuery& query = queries_[1 - depth];
    EXPECT_EQ(query.depth, static_cast<int>(depth));
    EXPECT_EQ(query.certificate, chain[depth]);
    EXPECT_EQ(query.issuer.subject(), query.certificate.issuer());
    EXPECT_EQ(query.now, TestTime());
    EXPECT_THAT(query.timestamps, IsEmpty());
    EXPECT_EQ(
        absl::AsciiStrToUpper(absl::BytesToHexString(query.serial_number)),
        query.certificate.Decode()->serial_number);
  }
  EXPECT_EQ(queries_[1].issuer, chain[1]);
}

TEST_F(RevocationTest, ARevokedCertificateEndsTheHandshake) {
  for (const bool accept_unknown : {false, true}) {
    client_.accept_unknown_revocation = accept_unknown;
    for (depth_ = 0; depth_ < 2; ++depth_) {
      verdict_ = RevocationVerdict{RevocationStatus::kRevoked};
      const Connection c = Shake();
      const Error error = ErrorOf(c.client_status);
      EXPECT_EQ(error.kind, ErrorKind::kVerification);
      EXPECT_EQ(error.verify_code, 23);
      EXPECT_EQ(error.depth, depth_);
      EXPECT_EQ(error.alert, 44);
      EXPECT_TRUE(absl::StrContains(error.what, "RFC 5280, section 6.3"));
      EXPECT_EQ(ErrorOf(c.server_status).alert, 44);
      EXPECT_FALSE(c.client->peer_verified());
    }
  }
}

TEST_F(RevocationTest, UnknownIsRefusedUnlessItIsAccepted) {
  verdict_ = RevocationVerdict{};
  const Connection refused = Shake();
  const Error error = ErrorOf(refused.client_status);
  EXPECT_EQ(error.kind, ErrorKind::kVerification);
  EXPECT_EQ(error.verify_code, 50);
  EXPECT_FALSE(error.advice.empty());
  client_.accept_unknown_revocation = true;
  EXPECT_TRUE(Shake().ok());
}

TEST_F(RevocationTest, ACallbackThatFailsEndsTheHandshake) {
  client_.accept_unknown_revocation = true;
  verdict_ = absl::UnavailableError("no data");
  {
    const Connection c = Shake();
    const Error error = ErrorOf(c.client_status);
    EXPECT_EQ(error.kind, ErrorKind::kCallback);
    EXPECT_TRUE(absl::StrContains(error.message, "no data")) << error.message;
    EXPECT_FALSE(c.server_status.ok());
    EXPECT_FALSE(c.client->peer_verified());
  }
  client_.revocation =
      [](const RevocationQuery&) -> absl::StatusOr<RevocationVerdict> {
    throw std::runtime_error("oops");
  };
  EXPECT_EQ(ErrorOf(Shake().client_status).kind, ErrorKind::kCallback);
  client_.revocation =
      [](const RevocationQuery&) -> absl::StatusOr<RevocationVerdict> {
    throw 1;
  };
  EXPECT_EQ(ErrorOf(Shake().client_status).kind, ErrorKind::kCallback);
  // A value that is not in the enumeration.
  client_.revocation = [](const RevocationQuery&) {
    return RevocationVerdict{static_cast<RevocationStatus>(7)};
  };
  EXPECT_EQ(ErrorOf(Shake().client_status).kind, ErrorKind::kVerification);
}

TEST_F(RevocationTest, RemembersVerdictsWhileTheyAreValid) {
  const auto server = MakeContext(ServerOptions());
  for (const RevocationStatus status :
       {RevocationStatus::kGood, RevocationStatus::kRevoked,
        RevocationStatus::kUnknown}) {
    depth_ = 1;
    now_ = TestTime();
    const bool is_good = status == RevocationStatus::kGood;
    verdict_ = RevocationVerdict{status, now_ + absl::Hours(1)};
    const auto client = MakeContext(client_);
    const auto asked = [&] {
      queries_.clear();
      EXPECT_EQ(Connect(client, server).ok(), is_good);
      for (const RevocationQuery& query : queries_) {
        if (query.depth == 1) return true;
      }
      return false;
    };
    EXPECT_TRUE(asked());
    EXPECT_FALSE(asked());
    now_ = TestTime() + absl::Hours(1) - absl::Seconds(1);
    EXPECT_FALSE(asked());
    now_ = TestTime() + absl::Hours(1);
    EXPECT_TRUE(asked());
    // The verdict is from a later time than now.
    verdict_ = RevocationVerdict{status, now_ + absl::Hours(1)};
    EXPECT_TRUE(asked());
    now_ = TestTime();
    EXPECT_TRUE(asked());
  }
  // Without a time, none is remembered.
  queries_.clear();
  depth_ = 0;
  verdict_ = RevocationVerdict{RevocationStatus::kGood};
  const auto client = MakeContext(client_);
  EXPECT_TRUE(Connect(client, server).ok());
  EXPECT_TRUE(Connect(client, server).ok());
  EXPECT_THAT(queries_, SizeIs(4));
}

TEST_F(RevocationTest, AsksAgainWhenASessionIsResumed) {
  const auto client = MakeContext(client_);
  const auto server = MakeContext(ServerOptions());
  const auto session = Established(client, server);
  verdict_ = RevocationVerdict{RevocationStatus::kRevoked};
  const Connection c = Connect(client, server, WithSession(session));
  EXPECT_EQ(ErrorOf(c.client_status).verify_code, 23) << c.client_status;
}

TEST_F(RevocationTest, AServerAsksAboutItsClients) {
  ContextOptions server = ServerOptions();
  server.verification.mode = VerifyMode::kRequired;
  server.trust_store = TestTrustStore();
  server.revocation = client_.revocation;
  server.clock = client_.clock;
  client_.revocation = nullptr;
  client_.credentials = {TestCredentials("client_p256")};
  verdict_ = RevocationVerdict{RevocationStatus::kRevoked};
  const Connection c = Connect(MakeContext(client_), MakeContext(server));
  EXPECT_EQ(ErrorOf(c.server_status).verify_code, 23) << c.server_status;
}

TEST_F(RevocationTest, MayAnswerLater) {
  int waits = 0;
  int verified = 0;
  client_.revocation =
      [&](const RevocationQuery& query) -> absl::StatusOr<RevocationVerdict> {
    if (query.depth == 0 && waits++ < 2) return Later();
    return RevocationVerdict{RevocationStatus::kGood};
  };
  // It is not asked again while the other callback is late.
  client_.verify = [&](const Socket&, const VerifiedPeer&) {
    return verified++ < 2 ? Later() : absl::OkStatus();
  };
  Connection c = Wrap(MakeContext(client_), MakeContext(ServerOptions()));
  int wanted = 0;
  for (int i = 0; i < 30; ++i) {
    const IoResult result = c.client->Handshake();
    ASSERT_FALSE(result.failed()) << result.status();
    wanted += result.want_callback() ? 1 : 0;
    ASSERT_FALSE(c.server->Handshake().failed());
    if (c.client->handshake_done() && c.server->handshake_done()) break;
  }
  EXPECT_TRUE(c.client->peer_verified());
  EXPECT_EQ(wanted, 4);
  EXPECT_EQ(waits, 3);
  EXPECT_EQ(verified, 3);
}

// An SCT of `version` from the log "L...", one millisecond after the epoch.
std::string Sct(char version, const std::string& after = "rest") {
  const std::string sct =
      absl::StrCat(std::string(1, version), std::string(32, 'L'),
                   std::string("\0\0\0\0\0\0\0\1", 8), after);
  return absl::StrCat(std::string(1, '\0'),
                      std::string(1, static_cast<char>(sct.size())), sct);
}

std::string List(const std::string& scts) {
  return absl::StrCat(std::string(1, static_cast<char>(scts.size() >> 8)),
                      std::string(1, static_cast<char>(scts.size() & 0xFF)),
                      scts);
}

TEST(TimestampsTest, AreReadFromAList) {
  const auto read =
      internal::ReadTimestamps(List(absl::StrCat(Sct(1), Sct(0))));
  ASSERT_THAT(read, SizeIs(1));
  EXPECT_EQ(read[0].log_id, std::string(32, 'L'));
  EXPECT_EQ(read[0].time, absl::FromUnixMillis(1));
  std::string many;
  for (int i = 0; i < 300; ++i) many += Sct(0);
  EXPECT_THAT(internal::ReadTimestamps(List(many)), SizeIs(100));
  for (const std::string& bad :
       {std::string(), std::string("\0", 1), std::string("\0\5abc", 5),
        List(std::string("\0\1\0", 3)), List(std::string("\xFF\xFF", 2))}) {
    EXPECT_THAT(internal::ReadTimestamps(bad), IsEmpty());
  }
}

TEST_F(RevocationTest, GetsTheTimestampsOfTheServer) {
  ContextOptions server = ServerOptions();
  server.sct_list = List(Sct(0));
  client_.request_sct = true;
  EXPECT_TRUE(Connect(MakeContext(client_), MakeContext(server)).ok());
  ASSERT_THAT(queries_, SizeIs(2));
  EXPECT_THAT(queries_[0].timestamps, IsEmpty());
  EXPECT_THAT(queries_[1].timestamps, SizeIs(1));
}

// A server's are not authentic: a network attacker can answer with the server's
// certificate and others.
TEST_F(RevocationTest, AVerdictHoldsForItsTimestampsOnly) {
  int asked = 0;
  client_.request_sct = true;
  client_.revocation = [&](const RevocationQuery& query) {
    ++asked;
    return RevocationVerdict{query.depth == 0 && query.timestamps.empty()
                                 ? RevocationStatus::kRevoked
                                 : RevocationStatus::kGood,
                             query.now + absl::Hours(1)};
  };
  ContextOptions invents = ServerOptions();
  invents.sct_list = List(Sct(0));
  const auto inventing = MakeContext(invents);
  const auto server = MakeContext(ServerOptions());
  const auto client = MakeContext(client_);
  EXPECT_TRUE(Connect(client, inventing).ok());
  EXPECT_EQ(ErrorOf(Connect(client, server).client_status).verify_code, 23);
  EXPECT_EQ(asked, 3);
  EXPECT_TRUE(Connect(client, inventing).ok());
  EXPECT_EQ(ErrorOf(Connect(client, server).client_status).verify_code, 23);
  EXPECT_EQ(asked, 3);
}

TEST_F(RevocationTest, GetsTheTimestampsInACertificate) {
  const auto key = MintKey();
  const std::string list = List(Sct(0));
  MintOptions options;
  options.common_names = {"leaf"};
  options.issuer = "ca";
  options.extensions = {
      {OBJ_create("1.3.6.1.4.1.11129.2.4.2", "sct_list", "SCT list"),
       absl::StrCat("\x04", std::string(1, static_cast<char>(list.size())),
                    list),
       /*is_der=*/true}};
  const std::vector<Certificate> chain = {
      Mint(options, key.get(), key.get()),
      Mint("ca", key.get(), "ca", key.get(), true)};
  internal::RevocationVerdicts verdicts(1);
  uint8_t alert = 0;
  EXPECT_TRUE(internal::CheckRevocation(client_, chain, List(Sct(0)), now_,
                                        &verdicts, &alert)
                  .ok());
  ASSERT_THAT(queries_, SizeIs(1));
  EXPECT_THAT(queries_[0].timestamps, SizeIs(2));
}

TEST(RevocationVerdictsTest, OneAnswersAnEqualQueryOnly) {
  internal::RevocationVerdicts verdicts(10);
  const std::vector<Certificate> chain = TestCertificates("server_p256_chain");
  const SignedTimestamp timestamp = {"log", absl::UnixEpoch()};
  const RevocationQuery query = {chain[0], chain[1],    0,
                                 "1",      {timestamp}, TestTime()};
  verdicts.Remember(query,
                    {RevocationStatus::kGood, TestTime() + absl::Hours(1)});
  EXPECT_TRUE(verdicts.Find(query).has_value());
  RevocationQuery other = query;
  other.certificate = chain[1];
  EXPECT_FALSE(verdicts.Find(other).has_value());
  other = query;
  other.issuer = chain[0];
  EXPECT_FALSE(verdicts.Find(other).has_value());
  other = query;
  other.depth = 1;
  EXPECT_FALSE(verdicts.Find(other).has_value());
  other = query;
  other.timestamps.clear();
  EXPECT_FALSE(verdicts.Find(other).has_value());
  other.timestamps = {timestamp, timestamp};
  EXPECT_FALSE(verdicts.Find(other).has_value());
  other.timestamps = {{"another", timestamp.time}};
  EXPECT_FALSE(verdicts.Find(other).has_value());
  other.timestamps = {{timestamp.log_id, absl::FromUnixMillis(1)}};
  EXPECT_FALSE(verdicts.Find(other).has_value());
}

TEST(RevocationVerdictsTest, ForgetsTheLeastRecentlyUsed) {
  internal::RevocationVerdicts verdicts(2);
  const std::vector<Certificate> chain = TestCertificates("server_p256_chain");
  const auto query = [&](const std::string& log) {
    return RevocationQuery{chain[0],  chain[1], 0, "1", {{log, TestTime()}},
                           TestTime()};
  };
  const RevocationVerdict good = {RevocationStatus::kGood,
                                  TestTime() + absl::Hours(1)};
  verdicts.Remember(query("1"), good);
  verdicts.Remember(query("2"), good);
  verdicts.Remember(query("2"), good);
  EXPECT_EQ(verdicts.size(), 2u);
  EXPECT_TRUE(verdicts.Find(query("1")).has_value());
  verdicts.Remember(query("3"), good);
  EXPECT_EQ(verdicts.size(), 2u);
  EXPECT_TRUE(verdicts.Find(query("1")).has_value());
  EXPECT_FALSE(verdicts.Find(query("2")).has_value());
  verdicts.Remember(query("4"), {RevocationStatus::kGood, TestTime()});
  EXPECT_FALSE(verdicts.Find(query("4")).has_value());
}

}  // namespace
}  // namespace airlock::ssl
