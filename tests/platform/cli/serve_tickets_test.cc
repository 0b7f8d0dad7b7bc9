// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock serve --tickets` with keys in a file, and in Redis over TLS.

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/tcp.h"
#include "platform/tickets/file_ticket_source.h"
#include "ssl/options.h"
#include "ssl/session.h"
#include "ssl/ticket_keyring.h"
#include "tests/platform/cli/process.h"
#include "tests/platform/http/server/server_fixture.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

using http::testing::ClientContext;
using http::testing::RawClient;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

using SessionPtr = std::shared_ptr<const ssl::Session>;

constexpr absl::string_view kStats = "GET /_tls/stats?json HTTP/1.0\r\n\r\n";

int PortOf(const Server& server) {
  int port = 0;
  EXPECT_TRUE(absl::SimpleAtoi(
      server.address().substr(server.address().find(':') + 1), &port));
  return port;
}

class ServeTicketsTest : public ::testing::Test {
 protected:
  ServeTicketsTest() {
    fs::create_directories(folder_ / "site");
    for (const char* name :
         {"server_p256_chain.pem", "server_p256.key", "ca.pem"}) {
      Write(name, ReadTestdata(absl::StrCat("certs/", name)));
    }
    // Each is 32 bytes in hexadecimal digits.
    for (const char* name : {"fleet", "other"}) {
      std::string digits;
      for (int i = 0; i < 32; ++i) {
        absl::StrAppend(&digits,
                        absl::Hex((i * 7 + name[0]) & 0xff, absl::kZeroPad2));
      }
      Write(name, digits);
    }
  }
  ~ServeTicketsTest() override {
    if (redis_ > 0) {
      kill(redis_, SIGKILL);
      waitpid(redis_, nullptr, 0);
    }
    fs::remove_all(folder_);
  }

  std::string File(const std::string& name) const {
    return (folder_ / name).string();
  }
  // Replaces it as a whole.
  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / "new", std::ios::binary) << content;
    fs::rename(folder_ / "new", folder_ / name);
  }
  void WriteKey(const std::string& name) const {
    const absl::Time now = absl::Now();
    Write(name, absl::StrCat(platform::FormatTicketKey(ssl::TicketKey::Random(
                                 now - absl::Hours(1), now + absl::Hours(1))),
                             "\n"));
  }

  std::unique_ptr<Server> Start(std::vector<std::string> flags) const {
    for (const std::string& flag :
         {absl::StrCat("--cert=", File("server_p256_chain.pem")),
          absl::StrCat("--key=", File("server_p256.key")),
          absl::StrCat("--root=", File("site")),
          std::string("--session-cache=0")}) {
      flags.push_back(flag);
    }
    return std::make_unique<Server>(flags);
  }

  // What the server says of its tickets, the session that the client got, and
  // whether it resumed `offered`.
  struct Visit {
    std::string stats;
    SessionPtr session;
    bool resumed;
  };
  Visit To(const Server& server, const SessionPtr& offered = nullptr) const {
    RawClient client(PortOf(server), client_, offered);
    client.Send(kStats);
    Visit visit;
    visit.stats = client.ReadAll();
    EXPECT_THAT(visit.stats, HasSubstr("200"));
    visit.session = client.socket().session();
    visit.resumed = client.socket().session_reused();
    return visit;
  }

  // Starts Redis with TLS, and returns its port.
  uint16_t StartRedis() {
    const auto free = platform::TcpListener::Listen("127.0.0.1", 0);
    const uint16_t port = free->port();
    const std::string number = absl::StrCat(port);
    const std::string cert = File("server_p256_chain.pem");
    const std::string key = File("server_p256.key");
    const std::string folder = folder_.string();
    redis_ = fork();
    if (redis_ == 0) {
      execl("/usr/bin/redis-server", "redis-server", "--bind", "127.0.0.1",
            "--port", "0", "--tls-port", number.c_str(), "--tls-cert-file",
            cert.c_str(), "--tls-key-file", key.c_str(), "--tls-auth-clients",
            "no", "--save", "", "--dir", folder.c_str(), "--logfile",
            File("redis.log").c_str(), "--requirepass", "secret", nullptr);
      _exit(127);
    }
    return port;
  }

  const fs::path folder_ =
      fs::path(::testing::TempDir()) /
      ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::shared_ptr<const ssl::Context> client_ = ClientContext();
  pid_t redis_ = -1;
};

TEST_F(ServeTicketsTest, KeysOfAFileAreSharedAndReadAgain) {
  WriteKey("keys");
  const std::string flag = absl::StrCat("--tickets=file:", File("keys"));
  const auto first = Start({flag});
  const auto second = Start({flag});
  const SessionPtr session = To(*first).session;
  ASSERT_NE(session, nullptr);
  const Visit resumed = To(*second, session);
  EXPECT_TRUE(resumed.resumed);
  EXPECT_THAT(resumed.stats, HasSubstr("\"opened\": 1"));
  EXPECT_THAT(resumed.stats, HasSubstr("\"keys\": 1"));
  WriteKey("keys");
  while (To(*second, session).resumed) {
  }
  EXPECT_THAT(To(*second, session).stats, HasSubstr("\"unknown\": "));
  EXPECT_TRUE(To(*second, To(*second).session).resumed);
}

TEST_F(ServeTicketsTest, ServersShareKeysThroughRedisOverTls) {
  const std::string url =
      absl::StrCat("--tickets=rediss://:secret@localhost:", StartRedis());
  const auto serve = [&](const std::string& fleet) {
    return Start({url, absl::StrCat("--tickets-ca=", File("ca.pem")),
                  absl::StrCat("--fleet-key=", File(fleet)),
                  "--ticket-rotation=5s", "--session-timeout=60s"});
  };
  const auto first = serve("fleet");
  const auto second = serve("fleet");
  const auto other = serve("other");
  // A key seals once it is known to be known; a session ends after a minute.
  SessionPtr session;
  do {
    session = To(*first).session;
  } while (session == nullptr || !To(*second, session).resumed);
  EXPECT_FALSE(To(*other, session).resumed);
}

}  // namespace
}  // namespace airlock::testing
