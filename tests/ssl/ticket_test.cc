// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// How sessions are stored: tickets, their keys, caches.
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/session.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::Established;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::Reused;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestTime;
using ::airlock::testing::WithSession;
using ::airlock::testing::Wrap;
using ::airlock::testing::WriteAll;

ErrorKind KindOf(const absl::Status& status) { return GetErrorKind(status); }

std::shared_ptr<const Context> ServerWithKeys(const std::string& names) {
  ContextOptions options = ServerOptions();
  for (const char name : names) {
    options.ticket_keys.push_back(
        std::make_shared<const Secret>(std::string(48, name)));
  }
  return MakeContext(std::move(options));
}

class TicketTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  std::shared_ptr<const Context> Client() const {
    ContextOptions options = ClientOptions();
    options.verification.maximum_version = GetParam();
    return MakeContext(std::move(options));
  }
};

std::string VersionName(const ::testing::TestParamInfo<TlsVersion>& param) {
  return param.param == TlsVersion::kTls1_3 ? "Tls13" : "Tls12";
}

INSTANTIATE_TEST_SUITE_P(All, TicketTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         VersionName);

TEST_P(TicketTest, KeysAreShared) {
  const auto client = Client();
  const auto session = Established(client, ServerWithKeys("a"));
  EXPECT_TRUE(
      Reused(Connect(client, ServerWithKeys("a"), WithSession(session))));
  Connection c = Connect(client, ServerWithKeys("b"), WithSession(session));
  ASSERT_TRUE(c.ok()) << c.client_status;
  EXPECT_FALSE(Reused(c));
}

TEST_P(TicketTest, KeysAreRotated) {
  const auto client = Client();
  const auto old = Established(client, ServerWithKeys("a"));
  // The old key still decrypts; the new ticket is encrypted with the new key.
  const auto between = ServerWithKeys("ba");
  Connection c = Connect(client, between, WithSession(old));
  ASSERT_TRUE(Reused(c)) << c.client_status;
  ASSERT_TRUE(WriteAll(c.server.get(), "x").ok());
  ASSERT_TRUE(ReadSome(c.client.get()).ok());
  const auto renewed = c.client->session();
  ASSERT_NE(renewed, nullptr);
  const auto after = ServerWithKeys("b");
  EXPECT_FALSE(Reused(Connect(client, after, WithSession(old))));
  EXPECT_TRUE(Reused(Connect(client, after, WithSession(renewed))));
}

TEST_P(TicketTest, SwitchedOffOnTheServer) {
  ContextOptions options = ServerOptions();
  options.session_tickets = false;
  const auto server = MakeContext(std::move(options));
  const auto client = Client();
  Connection c = Connect(client, server);
  ASSERT_TRUE(c.ok());
  ASSERT_TRUE(WriteAll(c.server.get(), "x").ok());
  ASSERT_TRUE(ReadSome(c.client.get()).ok());
  const auto session = c.client->session();
  if (GetParam() == TlsVersion::kTls1_3) {
    EXPECT_EQ(session, nullptr);
    return;
  }
  ASSERT_NE(session, nullptr);
  EXPECT_FALSE(session->has_ticket());
  EXPECT_TRUE(Reused(Connect(client, server, WithSession(session))));
}

TEST_P(TicketTest, KeysOfItsOwnAreNoOthers) {
  const auto client = Client();
  const auto server = MakeContext(ServerOptions());
  const auto session = Established(client, server);
  EXPECT_TRUE(Reused(Connect(client, server, WithSession(session))));
  EXPECT_FALSE(Reused(
      Connect(client, MakeContext(ServerOptions()), WithSession(session))));
}

// A server that forks for each connection makes its Context before.
TEST_P(TicketTest, ProcessesThatForkShareTheKeys) {
  const auto client = Client();
  const auto server = MakeContext(ServerOptions());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto bytes = Established(client, server)->Serialize();
    const bool written =
        bytes.ok() && write(ends[1], bytes->view().data(), bytes->size()) ==
                          static_cast<ssize_t>(bytes->size());
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::string bytes(65536, '\0');
  const ssize_t size = read(ends[0], &bytes[0], bytes.size());
  close(ends[0]);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ASSERT_GT(size, 0);
  const auto session =
      Session::Deserialize(bytes.substr(0, static_cast<size_t>(size)));
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_TRUE(Reused(Connect(client, server, WithSession(*session))));
}

TEST_P(TicketTest, ThatIsTamperedWithIsIgnored) {
  const auto client = Client();
  const auto server = ServerWithKeys("a");
  const auto session = Established(client, server);
  const auto secret = session->Serialize();
  ASSERT_TRUE(secret.ok());
  // A ticket begins with the key's name and ends with the MAC.
  std::string bytes(secret->view());
  const size_t ticket = bytes.find(std::string(16, 'a'));
  ASSERT_NE(ticket, std::string::npos);
  bytes[ticket + 40] = static_cast<char>(bytes[ticket + 40] ^ 1);
  const auto tampered = Session::Deserialize(bytes);
  ASSERT_TRUE(tampered.ok()) << tampered.status();
  Connection c = Connect(client, server, WithSession(*tampered));
  ASSERT_TRUE(c.ok()) << c.server_status;
  EXPECT_FALSE(Reused(c));
}

TEST(SessionCacheTest, OfSizeZeroKeepsNothing) {
  ContextOptions client_options = ClientOptions();
  client_options.verification.maximum_version = TlsVersion::kTls1_2;
  client_options.session_tickets = false;
  const auto client = MakeContext(std::move(client_options));
  ContextOptions options = ServerOptions();
  options.session_cache_size = 0;
  const auto server = MakeContext(std::move(options));
  Connection c = Connect(client, server);
  ASSERT_TRUE(c.ok());
  EXPECT_EQ(server->session_statistics().number, 0u);
  EXPECT_EQ(c.client->session(), nullptr);
}

TEST(SessionCacheTest, ForgetsTheOldestWhenFull) {
  ContextOptions client_options = ClientOptions();
  client_options.verification.maximum_version = TlsVersion::kTls1_2;
  client_options.session_tickets = false;
  const auto client = MakeContext(std::move(client_options));
  ContextOptions options = ServerOptions();
  options.session_cache_size = 2;
  const auto server = MakeContext(std::move(options));
  std::vector<std::shared_ptr<const Session>> sessions;
  for (int i = 0; i < 3; ++i) sessions.push_back(Established(client, server));
  EXPECT_EQ(server->session_statistics().number, 2u);
  EXPECT_FALSE(Reused(Connect(client, server, WithSession(sessions[0]))));
  EXPECT_TRUE(Reused(Connect(client, server, WithSession(sessions[2]))));
  EXPECT_EQ(server->session_statistics().misses, 1u);
}

TEST(SessionCacheTest, ForgetsWhatTimedOut) {
  absl::Time now = TestTime();
  ContextOptions client_options = ClientOptions();
  client_options.verification.maximum_version = TlsVersion::kTls1_2;
  client_options.session_tickets = false;
  // The client's clock stands still, so that it keeps offering the session.
  const auto client = MakeContext(std::move(client_options));
  ContextOptions options = ServerOptions();
  options.clock = [&now] { return now; };
  options.session_timeout = absl::Minutes(10);
  const auto server = MakeContext(std::move(options));
  const auto session = Established(client, server);
  now += absl::Minutes(11);
  Connection c = Connect(client, server, WithSession(session));
  ASSERT_TRUE(c.ok());
  EXPECT_FALSE(Reused(c));
}

TEST(SessionCacheTest, OfTls13ComesWithTheData) {
  const auto client = MakeContext(ClientOptions());
  for (const size_t tickets : {size_t{0}, size_t{1}, size_t{16}}) {
    ContextOptions options = ServerOptions();
    options.num_tickets = tickets;
    Connection c = Connect(client, MakeContext(std::move(options)));
    ASSERT_TRUE(c.ok());
    EXPECT_EQ(c.client->session(), nullptr);
    ASSERT_TRUE(WriteAll(c.server.get(), "x").ok());
    ASSERT_TRUE(ReadSome(c.client.get()).ok());
    EXPECT_EQ(c.client->session() != nullptr, tickets > 0);
  }
}

TEST(SessionObjectTest, OfTls12IsThereAfterTheHandshake) {
  ContextOptions options = ClientOptions();
  options.verification.maximum_version = TlsVersion::kTls1_2;
  Connection c =
      Wrap(MakeContext(std::move(options)), MakeContext(ServerOptions()));
  EXPECT_EQ(c.client->session(), nullptr);
  airlock::testing::ShakeHands(&c);
  ASSERT_TRUE(c.ok());
  const auto session = c.client->session();
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(session->time(), TestTime());
  EXPECT_EQ(session->timeout(), absl::Hours(2));
  EXPECT_FALSE(session->id().empty());
}

TEST(SessionObjectTest, RefusesBytesThatItDidNotSerialise) {
  const auto secret =
      Established(MakeContext(ClientOptions()), MakeContext(ServerOptions()))
          ->Serialize();
  ASSERT_TRUE(secret.ok());
  const absl::string_view good = secret->view();
  for (const std::string& bytes :
       {std::string(), std::string("junk"), std::string(good) + "x",
        std::string(good.substr(0, good.size() / 2)),
        std::string(good.substr(1))}) {
    EXPECT_EQ(KindOf(Session::Deserialize(bytes).status()),
              ErrorKind::kInvalidArgument);
  }
}

TEST(SessionObjectTest, IsSetOnAClientBeforeTheHandshake) {
  const auto client = MakeContext(ClientOptions());
  const auto server = MakeContext(ServerOptions());
  const auto session = Established(client, server);
  Connection c = Wrap(client, server);
  EXPECT_EQ(KindOf(c.server->SetSession(session)), ErrorKind::kInvalidArgument);
  EXPECT_EQ(KindOf(c.client->SetSession(nullptr)), ErrorKind::kInvalidArgument);
  ASSERT_TRUE(c.client->SetSession(session).ok());
  // A later context keeps it.
  ASSERT_TRUE(c.client->SwitchContext(MakeContext(ClientOptions())).ok());
  airlock::testing::ShakeHands(&c);
  EXPECT_TRUE(Reused(c)) << c.client_status;
  EXPECT_EQ(KindOf(c.client->SetSession(session)), ErrorKind::kInvalidArgument);
}

}  // namespace
}  // namespace airlock::ssl
