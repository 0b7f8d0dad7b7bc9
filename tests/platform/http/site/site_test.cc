// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/site.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "ssl/ech.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/platform/http/site/fakes.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"

namespace airlock::http {
namespace {

namespace fs = std::filesystem;

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Established;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTime;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::WithSession;
using ::airlock::testing::WriteAll;
using ::testing::AllOf;
using testing::Answer;
using testing::Ask;
using testing::FakeConnection;
using ::testing::HasSubstr;
using testing::MakeRequest;
using ::testing::Not;
using Json = nlohmann::ordered_json;

std::unique_ptr<Handler> MakeHandler(
    StatsAccess access = StatsAccess::kLoopback) {
  SiteOptions options;
  options.now = [] { return TestTime() + absl::Seconds(30); };
  options.stats_access = access;
  options.stats.server = [] {
    ServerStats stats;
    stats.connections_accepted = 17;
    stats.responses[4] = 3;
    return stats;
  };
  options.stats.tls = [] {
    platform::Counters counters;
    counters.resumptions = 5;
    counters.server.groups[1] = 6;  // X25519.
    counters.server.ech[static_cast<size_t>(ssl::EchStatus::kAccepted)] = 7;
    counters.server.ech[static_cast<size_t>(ssl::EchStatus::kRejected)] = 8;
    return counters;
  };
  options.stats.sessions = [] {
    ssl::SessionStatistics sessions;
    sessions.number = 2;
    return sessions;
  };
  options.stats.signing = [] { return keys::SigningCounts(); };
  options.stats.credentials = [] {
    ssl::CredentialSourceState state;
    state.generation = 3;
    state.expires = absl::FromUnixSeconds(1800000000);
    state.failures = 4;
    state.error = absl::InternalError("they <do> not match");
    return state;
  };
  return MakeSite(std::move(options));
}

Json Facts(FakeConnection* connection) {
  const auto handler = MakeHandler();
  const Answer answer =
      Ask(*handler, MakeRequest("GET", "/_tls?json"), connection);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer["Content-Type"], "application/json");
  EXPECT_EQ(answer["Cache-Control"], "no-store");
  return Json::parse(answer.body);
}

TEST(TlsPageTest, ShowsTheConnection) {
  ssl::ContextOptions client = ClientOptions();
  client.alpn_protocols = {"h2", "http/1.1"};
  ssl::ContextOptions server = ServerOptions();
  server.alpn_protocols = {"http/1.1"};
  FakeConnection connection(Connect(std::move(client), std::move(server)));
  ASSERT_TRUE(connection.tls().ok());
  const Json facts = Facts(&connection);
  const Json& tls = facts["connection"];
  EXPECT_EQ(tls["protocol"], "TLSv1.3");
  EXPECT_EQ(tls["cipher"], connection.socket().info()->cipher.name);
  EXPECT_EQ(tls["group"], connection.socket().info()->group);
  EXPECT_NE(tls["group"], "");
  EXPECT_TRUE(tls["certificate_compression"].is_null());
  EXPECT_EQ(tls["ech"], "not offered");
  EXPECT_EQ(tls["alpn"], "http/1.1");
  EXPECT_EQ(tls["server_name"], "localhost");
  EXPECT_EQ(tls["http"], "HTTP/1.1");
  EXPECT_EQ(tls["number"], 7);
  EXPECT_EQ(facts["session"]["resumed"], false);
  EXPECT_EQ(facts["timing"]["handshake_ms"], 20.0);
  EXPECT_EQ(facts["timing"]["requests"], 1);
  EXPECT_EQ(facts["client"]["address"], "127.0.0.1:51234");
  EXPECT_EQ(facts["client"]["certificate"], "none");
  EXPECT_TRUE(facts["client"]["chain"].empty());
  EXPECT_EQ(Facts(&connection)["timing"]["requests"], 2);
}

TEST(TlsPageTest, ShowsThatTheCertificateWasCompressed) {
  ssl::ContextOptions client = ClientOptions();
  client.accept_compressed_certificates = true;
  FakeConnection connection(Connect(std::move(client), ServerOptions()));
  EXPECT_EQ(Facts(&connection)["connection"]["certificate_compression"],
            "zlib");
}

TEST(TlsPageTest, ShowsTheSession) {
  for (const ssl::TlsVersion version :
       {ssl::TlsVersion::kTls1_2, ssl::TlsVersion::kTls1_3}) {
    for (const bool tickets : {true, false}) {
      if (!tickets && version == ssl::TlsVersion::kTls1_3) continue;
      ssl::ContextOptions client_options = ClientOptions();
      client_options.verification.maximum_version = version;
      ssl::ContextOptions server_options = ServerOptions();
      server_options.session_tickets = tickets;
      const auto client = MakeContext(std::move(client_options));
      const auto server = MakeContext(std::move(server_options));
      const auto session = Established(client, server);
      FakeConnection connection(Connect(client, server, WithSession(session)));
      ASSERT_TRUE(connection.tls().ok());
      const Json facts = Facts(&connection)["session"];
      EXPECT_EQ(facts["resumed"], true) << facts;
      EXPECT_EQ(facts["tickets"], tickets) << facts;
      // With TLS 1.3, only the client knows the session's age.
      EXPECT_EQ(facts["age_seconds"],
                version == ssl::TlsVersion::kTls1_2 ? Json(30) : Json(nullptr))
          << facts;
      EXPECT_GT(facts["timeout_seconds"], 60) << facts;
      if (!tickets) {
        EXPECT_EQ(facts["id"].get<std::string>().size(), 64u) << facts;
      }
    }
  }
}

TEST(TlsPageTest, ShowsTheClientCertificate) {
  ssl::ContextOptions client = ClientOptions();
  client.credentials = {TestCredentials("client_p256")};
  ssl::ContextOptions server = ServerOptions();
  server.verification.mode = ssl::VerifyMode::kRequired;
  server.verification.check_hostname = false;
  server.trust_store = TestTrustStore();
  server.clock = TestTime;
  FakeConnection connection(Connect(std::move(client), std::move(server)));
  ASSERT_TRUE(connection.tls().ok())
      << connection.tls().server_status << connection.tls().client_status;
  const Json facts = Facts(&connection)["client"];
  EXPECT_EQ(facts["certificate"], "verified");
  const ssl::Certificate leaf = *connection.socket().peer_certificate();
  const Json& shown = facts["chain"][0];
  EXPECT_EQ(shown["subject"], leaf.subject());
  EXPECT_EQ(shown["issuer"], leaf.issuer());
  EXPECT_EQ(shown["pem"], leaf.ToPem());
  EXPECT_EQ(shown["sha256"].get<std::string>().size(), 95u);
  EXPECT_EQ(facts["chain"].size(),
            connection.socket().presented_chain().size());
  EXPECT_EQ(facts["trust_anchor"],
            connection.socket().verified_chain().back().subject());
  const auto handler = MakeHandler();
  const Answer page = Ask(*handler, MakeRequest("GET", "/_tls"), &connection);
  EXPECT_THAT(page.body, AllOf(HasSubstr("Client certificate"),
                               HasSubstr("-----BEGIN CERTIFICATE-----")));
}

TEST(TlsPageTest, IsAPage) {
  const auto handler = MakeHandler();
  const Answer page =
      Ask(*handler, MakeRequest("GET", "/_tls", {{"Accept-Encoding", "gzip"}}));
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body,
              AllOf(HasSubstr("<td>TLSv1.3</td>"), HasSubstr("localhost"),
                    HasSubstr("action=\"/_tls/key-update\"")));
  EXPECT_THAT(page["Content-Security-Policy"],
              AllOf(HasSubstr("form-action 'self'"), Not(HasSubstr("script"))));
  EXPECT_EQ(page["Content-Encoding"], "");
  EXPECT_EQ(page["X-Content-Type-Options"], "nosniff");
  EXPECT_EQ(page["Strict-Transport-Security"], "max-age=31536000");
  const Answer head = Ask(*handler, MakeRequest("HEAD", "/_tls"));
  EXPECT_EQ(head.status, 200);
  // The server leaves it out, and states its length.
  EXPECT_NE(head.body, "");
  EXPECT_EQ(Ask(*handler, MakeRequest("PUT", "/_tls")).status, 405);
  EXPECT_EQ(Ask(*handler, MakeRequest("GET", "/_tls/x")).status, 404);
}

// The client decides about SNI.
TEST(TlsPageTest, EscapesTheNameOfTheServer) {
  ssl::SocketOptions options = airlock::testing::LocalhostOptions();
  const auto handler = MakeHandler();
  FakeConnection connection(Connect(MakeContext(ClientOptions()),
                                    MakeContext(ServerOptions()), options));
  connection.set_peer("<script>:1");
  const Answer page = Ask(*handler, MakeRequest("GET", "/_tls"), &connection);
  EXPECT_THAT(page.body,
              AllOf(HasSubstr("&lt;script&gt;"), Not(HasSubstr("<script"))));
}

TEST(TlsPageTest, UpdatesTheKeys) {
  int updates = 0;
  ssl::ContextOptions server = ServerOptions();
  server.message = [&updates](const ssl::Socket&,
                              const ssl::TlsMessage& message) {
    // A handshake message of type key_update.
    updates += message.content_type == 22 && message.bytes[0] == 24;
    return absl::OkStatus();
  };
  FakeConnection connection(Connect(ClientOptions(), std::move(server)));
  const auto handler = MakeHandler();
  const Answer answer = Ask(*handler,
                            MakeRequest("POST", "/_tls/key-update",
                                        {{"Origin", "https://localhost:9443"}}),
                            &connection);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("updated its keys"));
  EXPECT_EQ(updates, 1);
  EXPECT_EQ(connection.flushes(), 1);
  // The connection goes on, and the client answers with its own update.
  ASSERT_TRUE(WriteAll(connection.tls().server.get(), "down").ok());
  EXPECT_EQ(*ReadSome(connection.tls().client.get()), "down");
  ASSERT_TRUE(WriteAll(connection.tls().client.get(), "up").ok());
  EXPECT_EQ(*ReadSome(connection.tls().server.get()), "up");
  EXPECT_EQ(updates, 2);
}

TEST(TlsPageTest, Tls12HasNoKeyUpdate) {
  ssl::ContextOptions client = ClientOptions();
  client.verification.maximum_version = ssl::TlsVersion::kTls1_2;
  FakeConnection connection(Connect(std::move(client), ServerOptions()));
  const auto handler = MakeHandler();
  const Answer answer =
      Ask(*handler, MakeRequest("POST", "/_tls/key-update"), &connection);
  EXPECT_EQ(answer.status, 409);
  EXPECT_THAT(answer.body, HasSubstr("TLS 1.3"));
}

TEST(TlsPageTest, ConnectsAgain) {
  FakeConnection connection;
  const auto handler = MakeHandler();
  const Answer answer =
      Ask(*handler, MakeRequest("POST", "/_tls/reconnect"), &connection);
  EXPECT_EQ(answer.status, 303);
  EXPECT_EQ(answer["Location"], "/_tls");
  EXPECT_TRUE(connection.closes());
}

TEST(TlsPageTest, OtherSitesCannotPressButtons) {
  for (const char* target : {"/_tls/key-update", "/_tls/reconnect"}) {
    for (const Headers& headers :
         {Headers({{"Origin", "https://evil.example"}}),
          Headers({{"Origin", "null"}}),
          Headers({{"Sec-Fetch-Site", "cross-site"}}),
          Headers({{"Sec-Fetch-Site", "same-site"}})}) {
      FakeConnection connection;
      const auto handler = MakeHandler();
      EXPECT_EQ(Ask(*handler, MakeRequest("POST", target, headers), &connection)
                    .status,
                403);
      EXPECT_FALSE(connection.closes());
      EXPECT_EQ(connection.flushes(), 0);
    }
    const auto handler = MakeHandler();
    const Answer get = Ask(*handler, MakeRequest("GET", target));
    EXPECT_EQ(get.status, 405);
    EXPECT_EQ(get["Allow"], "POST");
  }
}

TEST(StatsPageTest, ShowsTheCounters) {
  const auto handler = MakeHandler();
  const Json facts =
      Json::parse(Ask(*handler, MakeRequest("GET", "/_tls/stats?json")).body);
  EXPECT_EQ(facts["server"]["connections_accepted"], 17);
  EXPECT_EQ(facts["server"]["responses_4xx"], 3);
  EXPECT_EQ(facts["tls"]["resumptions"], 5);
  EXPECT_EQ(facts["tls"]["failures_verification"], 0);
  EXPECT_EQ(facts["tls"]["group_X25519"], 6);
  EXPECT_EQ(facts["tls"]["group_none"], 0);
  EXPECT_EQ(facts["tls"]["ech_accepted"], 7);
  EXPECT_EQ(facts["tls"]["ech_rejected"], 8);
  EXPECT_EQ(facts["sessions"]["cached"], 2);
  EXPECT_EQ(facts["credentials"]["generation"], 3);
  EXPECT_EQ(facts["credentials"]["expire"], "2027-01-15T08:00:00Z");
  EXPECT_EQ(facts["credentials"]["failed_updates"], 4);
  EXPECT_EQ(facts["credentials"]["last_error"], "they <do> not match");
  const Answer page = Ask(*handler, MakeRequest("GET", "/_tls/stats"));
  EXPECT_THAT(page.body,
              AllOf(HasSubstr("<td>17</td>"), HasSubstr("Connections accepted"),
                    HasSubstr("they &lt;do&gt; not match")));
  const Answer metrics = Ask(*handler, MakeRequest("GET", "/_tls/metrics"));
  EXPECT_EQ(metrics["Content-Type"],
            "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(metrics.body,
              AllOf(HasSubstr("\nairlock_http_connections_total 17\n"),
                    HasSubstr("\nairlock_resumptions_total 5\n"),
                    HasSubstr("\nairlock_sessions_cached 2\n"),
                    HasSubstr("# TYPE airlock_sessions_cached gauge\n"),
                    HasSubstr("\nairlock_credentials_generation 3\n"),
                    HasSubstr("\nairlock_credentials_expire_timestamp_seconds "
                              "1800000000\n"),
                    HasSubstr("\nairlock_credentials_failed_updates_total 4\n"),
                    HasSubstr("\nairlock_credentials_update_failing 1\n"),
                    HasSubstr("\ngrpc_server_tls_offload_private_key_signing_"
                              "duration_seconds_count{")));
  EXPECT_EQ(Ask(*handler, MakeRequest("POST", "/_tls/stats")).status, 405);
}

TEST(StatsPageTest, IsForThoseWhoMaySeeIt) {
  struct Case {
    const char* peer;
    int loopback;  // The status with kLoopback.
  };
  for (const Case& c :
       {Case{"127.0.0.1:1", 200}, Case{"127.1.2.3:1", 200},
        Case{"[::1]:1", 200}, Case{"[::ffff:127.0.0.1]:1", 200},
        Case{"10.0.0.1:1", 403}, Case{"[::2]:1", 403}, Case{"[::1:2]:1", 403},
        Case{"", 403}, Case{"128.0.0.1:127", 403},
        Case{"[::ffff:10.0.0.1]:1", 403}}) {
    FakeConnection connection;
    connection.set_peer(c.peer);
    for (const char* target :
         {"/_tls/stats", "/_tls/stats?json", "/_tls/metrics"}) {
      EXPECT_EQ(
          Ask(*MakeHandler(), MakeRequest("GET", target), &connection).status,
          c.loopback)
          << c.peer;
      EXPECT_EQ(Ask(*MakeHandler(StatsAccess::kEveryone),
                    MakeRequest("GET", target), &connection)
                    .status,
                200);
      EXPECT_EQ(Ask(*MakeHandler(StatsAccess::kNobody),
                    MakeRequest("GET", target), &connection)
                    .status,
                404);
    }
  }
}

TEST(SiteTest, RoutesByPath) {
  const fs::path root = fs::path(::testing::TempDir()) / "routes";
  fs::remove_all(root);
  fs::create_directories(root / "up");
  std::ofstream(root / "a.txt") << "a";
  std::ofstream(root / "_tlsx") << "file";
  SiteOptions options;
  options.now = TestTime;
  auto files = FileSite::Open(root.string());
  ASSERT_TRUE(files.ok());
  options.files = *std::move(files);
  auto uploads = UploadDirectory::Open((root / "up").string(), {});
  ASSERT_TRUE(uploads.ok());
  options.uploads = *std::move(uploads);
  const auto handler = MakeSite(std::move(options));
  EXPECT_EQ(Ask(*handler, MakeRequest("GET", "/a.txt")).body, "a");
  EXPECT_EQ(Ask(*handler, MakeRequest("GET", "/_tlsx")).body, "file");
  EXPECT_THAT(
      Ask(*handler, MakeRequest("GET", "/")).body,
      AllOf(HasSubstr("./a.txt"), HasSubstr("/_tls"), HasSubstr("/_upload/")));
  EXPECT_EQ(Ask(*handler, MakeRequest("POST", "/_echo"), nullptr, {"x"}).status,
            200);
  EXPECT_EQ(
      Ask(*handler, MakeRequest("PUT", "/_upload/b"), nullptr, {"x"}).status,
      201);
  EXPECT_TRUE(fs::exists(root / "up" / "b"));
  EXPECT_EQ(Ask(*handler, MakeRequest("GET", "/_upload"))["Location"],
            "/_upload/");
  EXPECT_EQ(Ask(*handler, MakeRequest("PUT", "/b"), nullptr, {"x"}).status,
            405);
  EXPECT_EQ(Ask(*handler, MakeRequest("OPTIONS", "*")).status, 204);
  EXPECT_EQ(Ask(*handler, MakeRequest("GET", "*")).status, 400);
  // Every answer has them.
  for (const char* target : {"/", "/a.txt", "/missing", "/_echo", "*"}) {
    const Answer answer = Ask(*handler, MakeRequest("GET", target));
    EXPECT_EQ(answer["X-Content-Type-Options"], "nosniff") << target;
    EXPECT_EQ(answer["Strict-Transport-Security"], "max-age=31536000")
        << target;
  }
  fs::remove_all(root);
}

TEST(SiteTest, HasNoFilesUnlessAskedTo) {
  const auto handler = MakeHandler();
  EXPECT_EQ(Ask(*handler, MakeRequest("GET", "/"))["Location"], "/_tls");
  EXPECT_EQ(Ask(*handler, MakeRequest("GET", "/etc/passwd")).status, 404);
  EXPECT_EQ(
      Ask(*handler, MakeRequest("PUT", "/_upload/b"), nullptr, {"x"}).status,
      404);
}

}  // namespace
}  // namespace airlock::http
