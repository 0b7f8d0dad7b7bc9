// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A clock that is set forward and back between two connections: what contexts
// remember, such as verdicts and sessions, never changes the result. Contexts
// that remember nothing show what it has to be.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "ssl/context.h"
#include "ssl/error.h"
#include "ssl/options.h"
#include "ssl/session.h"
#include "ssl/socket.h"
#include "ssl/trust_store.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ReadTestdata;
using ::airlock::testing::Reused;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestCertificates;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTime;
using ::airlock::testing::WithSession;
using ::airlock::testing::WriteAll;

constexpr absl::Duration kSessionTimeout = absl::Hours(2);

struct Way {
  const char* name;
  TlsVersion version = TlsVersion::kTls1_3;
  bool mutual = false;
  bool crls = false;
};

std::shared_ptr<const TrustStore> BundleOf(const Way& way) {
  std::string bundle = ReadTestdata("certs/ca.pem");
  if (way.crls) bundle += ReadTestdata("certs/crl_all.pem");
  auto store = TrustStore::Create(bundle, "bundle");
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

// The contexts of both ends, whose clock is `now`.
struct Ends {
  std::shared_ptr<const Context> client;
  std::shared_ptr<const Context> server;
};

Ends MakeEnds(const Way& way, const absl::Time* now) {
  const auto change = [&](ContextOptions* options) {
    options->clock = [now] { return *now; };
    options->verification.maximum_version = way.version;
    options->verification.flags.crl_check_chain = way.crls;
    options->verification.flags.crl_check_leaf = way.crls;
    options->session_timeout = kSessionTimeout;
    options->trust_store = BundleOf(way);
  };
  ContextOptions client = ClientOptions();
  change(&client);
  ContextOptions server = ServerOptions();
  change(&server);
  if (way.mutual) {
    client.credentials = {TestCredentials("client_p256")};
    server.verification.mode = VerifyMode::kRequired;
  }
  return {MakeContext(std::move(client)), MakeContext(std::move(server))};
}

// The outcome of a connection, without the errors' texts.
std::string Summary(const Connection& connection) {
  std::string text;
  for (const absl::Status* status :
       {&connection.client_status, &connection.server_status}) {
    const std::optional<Error> error = GetError(*status);
    absl::StrAppend(&text, status->ok() ? "ok" : "failed", " ",
                    error.has_value() ? ErrorKindName(error->kind) : "", " ",
                    error.has_value() ? error->verify_code : 0, "; ");
  }
  return text;
}

class ClockStepsTest : public ::testing::TestWithParam<Way> {};

INSTANTIATE_TEST_SUITE_P(
    All, ClockStepsTest,
    ::testing::Values(Way{"Tls13"}, Way{"Tls12", TlsVersion::kTls1_2},
                      Way{"Mutual13", TlsVersion::kTls1_3, true},
                      Way{"Mutual12", TlsVersion::kTls1_2, true},
                      Way{"Crls13", TlsVersion::kTls1_3, false, true},
                      Way{"Crls12", TlsVersion::kTls1_2, true, true}),
    [](const ::testing::TestParamInfo<Way>& way) { return way.param.name; });

TEST_P(ClockStepsTest, NothingRememberedOutlivesItsTime) {
  const absl::Time last = TestCertificates("server_p256")[0].not_after();
  const absl::Time first = TestCertificates("server_p256")[0].not_before();
  constexpr absl::Duration kMinute = absl::Minutes(1);
  const std::vector<absl::Time> steps = {
      // Around the end of the certificates and CRLs, within a session's time,
      last - 30 * kMinute, last - 29 * kMinute, last + kMinute,
      last - 28 * kMinute, last + 5 * kMinute, last - 29 * kMinute,
      // before their beginning,
      first - kMinute, first + kMinute, first - kMinute, first + 2 * kMinute,
      // around the end of sessions,
      TestTime(), TestTime() + kSessionTimeout - kMinute,
      TestTime() + 2 * kSessionTimeout, TestTime() + kMinute,
      TestTime() - kSessionTimeout, TestTime() + 100 * kSessionTimeout,
      // and far away.
      absl::UnixEpoch(), TestTime(), absl::InfiniteFuture(), TestTime(),
      absl::InfinitePast(), TestTime() + kMinute, absl::FromUnixSeconds(-1),
      TestTime() + 2 * kMinute};
  absl::Time now;
  const Ends ends = MakeEnds(GetParam(), &now);
  std::shared_ptr<const Session> session;
  absl::Time issued;
  int resumed = 0;
  int refused = 0;
  for (size_t i = 0; i < steps.size(); ++i) {
    now = steps[i];
    SCOPED_TRACE(absl::StrCat("step ", i, ", at ", absl::FormatTime(now)));
    const Ends fresh = MakeEnds(GetParam(), &now);
    const Connection expected = Connect(fresh.client, fresh.server);
    const absl::Time offered_since = issued;
    for (const auto& offered :
         {std::shared_ptr<const Session>(), std::exchange(session, nullptr)}) {
      const Connection connection =
          Connect(ends.client, ends.server, WithSession(offered));
      EXPECT_EQ(Summary(connection), Summary(expected))
          << connection.client_status << "; " << connection.server_status;
      if (!connection.ok()) {
        ++refused;
        // The next step offers it again.
        if (offered != nullptr) session = offered;
        continue;
      }
      if (Reused(connection)) {
        ++resumed;
        EXPECT_GE(now, offered_since);
        EXPECT_LT(now, offered_since + kSessionTimeout);
      }
      EXPECT_TRUE(WriteAll(connection.server.get(), "x").ok());
      EXPECT_TRUE(ReadSome(connection.client.get()).ok());
      session = connection.client->session();
      EXPECT_NE(session, nullptr);
      // TLS 1.2 continues the old session, without a new ticket.
      const bool continued =
          GetParam().version != TlsVersion::kTls1_3 && Reused(connection);
      issued = continued ? offered_since : now;
    }
  }
  EXPECT_GT(resumed, 0);
  EXPECT_GT(refused, 5);
}

// A clock that is set in the middle of handshakes, at each of its readings.
TEST_P(ClockStepsTest, ReadingsOfOneHandshakeMayDiffer) {
  const absl::Time last = TestCertificates("server_p256")[0].not_after();
  const absl::Time first = TestCertificates("server_p256")[0].not_before();
  for (const absl::Time other :
       {last + absl::Hours(1), first - absl::Hours(1), absl::InfinitePast(),
        absl::InfiniteFuture(), last - absl::Hours(1)}) {
    // So many readings are right, until a whole connection has no more.
    for (int right = 0, more = 1; more > 0; ++right) {
      ASSERT_LT(right, 100);
      int readings = 0;
      ContextOptions client = ClientOptions();
      client.verification.maximum_version = GetParam().version;
      client.clock = [&] { return readings++ < right ? TestTime() : other; };
      const auto context = MakeContext(std::move(client));
      const Connection connection =
          Connect(context, MakeContext(ServerOptions()));
      more = readings > right ? 1 : 0;
      // It was verified at one of the two times.
      if (connection.client_status.ok()) {
        EXPECT_TRUE(connection.client->peer_verified());
        EXPECT_TRUE(right > 0 || other == last - absl::Hours(1));
      } else {
        EXPECT_EQ(GetErrorKind(connection.client_status),
                  ErrorKind::kVerification)
            << connection.client_status;
      }
    }
  }
}

}  // namespace
}  // namespace airlock::ssl
