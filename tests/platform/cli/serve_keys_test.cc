// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock serve` whose keys are those of `airlock keyd`.

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/keys/key_client.h"
#include "ssl/options.h"
#include "ssl/session.h"
#include "tests/platform/cli/process.h"
#include "tests/platform/http/server/server_fixture.h"
#include "tests/support/testdata.h"

namespace airlock::testing {
namespace {

using http::testing::ClientContext;
using http::testing::RawClient;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

constexpr absl::string_view kGet = "GET /_tls HTTP/1.0\r\n\r\n";

class ServeKeysTest : public ::testing::Test {
 protected:
  // The path of a socket is short.
  ServeKeysTest() {
    char folder[] = "/tmp/serve_keys_XXXXXX";
    EXPECT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    fs::create_directories(folder_ / "site");
    for (const char* name : {"server_p256_chain.pem", "server_p256.key"}) {
      std::ofstream(folder_ / name, std::ios::binary)
          << ReadTestdata(absl::StrCat("certs/", name));
    }
    std::ofstream(folder_ / "keyd.yaml")
        << "listen: " << socket()
        << "\nkeys:\n  web:\n    certificate: " << File("server_p256_chain.pem")
        << "\n    key: " << File("server_p256.key")
        << "\n  fleet:\n    tickets: generate\napplications:\n  site:\n    "
           "user: "
        << getuid() << "\n    keys:\n      web:\n      fleet:\n";
    StartKeyd();
  }
  ~ServeKeysTest() override { fs::remove_all(folder_); }

  std::string File(const std::string& name) const {
    return (folder_ / name).string();
  }
  std::string socket() const { return File("socket"); }

  void StartKeyd(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {
        "keyd", absl::StrCat("--config=", File("keyd.yaml"))};
    arguments.insert(arguments.end(), more.begin(), more.end());
    keyd_ = std::make_unique<Process>(arguments);
    keys::KeyClientOptions options;
    options.place = socket();
    const auto client = keys::KeyClient::Create(options).value();
    while (!client->List().ok()) std::this_thread::yield();
  }

  // With the key here, and its tickets in the service.
  std::unique_ptr<Server> Start(std::vector<std::string> flags = {}) const {
    flags.push_back("--tickets=airlock-key:fleet");
    flags.push_back("--session-cache=0");
    flags.push_back("--threads=2");
    flags.push_back(absl::StrCat("--root=", File("site")));
    return std::make_unique<Server>(
        flags, std::map<std::string, std::string>{{"AIRLOCK_KEYS", socket()}});
  }
  std::vector<std::string> OwnKey() const {
    return {absl::StrCat("--cert=", File("server_p256_chain.pem")),
            absl::StrCat("--key=", File("server_p256.key"))};
  }

  static std::shared_ptr<const ssl::Context> Client(ssl::TlsVersion version) {
    return ClientContext([version](ssl::ContextOptions* options) {
      options->verification.maximum_version = version;
    });
  }
  static int PortOf(const Server& server) {
    int port = 0;
    EXPECT_TRUE(absl::SimpleAtoi(
        server.address().substr(server.address().find(':') + 1), &port));
    return port;
  }
  // The session of a connection, after an answer; null: it got no ticket.
  static std::shared_ptr<const ssl::Session> Visit(
      const Server& server, const std::shared_ptr<const ssl::Context>& client) {
    RawClient visitor(PortOf(server), client);
    visitor.Send(kGet);
    EXPECT_THAT(visitor.ReadAll(), HasSubstr("200"));
    return visitor.socket().session();
  }
  static bool Resumes(const Server& server,
                      const std::shared_ptr<const ssl::Context>& client,
                      const std::shared_ptr<const ssl::Session>& session) {
    RawClient visitor(PortOf(server), client, session);
    visitor.Send(kGet);
    EXPECT_THAT(visitor.ReadAll(), HasSubstr("200"));
    return visitor.socket().session_reused();
  }

  fs::path folder_;
  std::unique_ptr<Process> keyd_;
};

TEST_F(ServeKeysTest, ServersShareTicketsThatNoneOfThemCanOpen) {
  const auto first = Start({"--key=airlock-key:web"});
  const auto second = Start(OwnKey());
  for (const auto version :
       {ssl::TlsVersion::kTls1_2, ssl::TlsVersion::kTls1_3}) {
    const auto client = Client(version);
    for (const Server* server : {first.get(), second.get()}) {
      const auto session = Visit(*server, client);
      ASSERT_NE(session, nullptr);
      for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(Resumes(*first, client, session));
        EXPECT_TRUE(Resumes(*second, client, session));
      }
    }
  }
}

TEST_F(ServeKeysTest, GoesOnWithoutTheServiceAndUsesItWhenItIsBack) {
  const auto server = Start(OwnKey());
  const auto client = Client(ssl::TlsVersion::kTls1_3);
  const auto session = Visit(*server, client);
  ASSERT_NE(session, nullptr);
  EXPECT_TRUE(Resumes(*server, client, session));
  // It hangs: a handshake waits for a moment, and goes on.
  keyd_->Signal(SIGSTOP);
  EXPECT_FALSE(Resumes(*server, client, session));
  // It dies: there are no tickets when those in store are used up.
  keyd_->Signal(SIGKILL);
  keyd_->Wait();
  while (Visit(*server, client) != nullptr) {
  }
  EXPECT_TRUE(server->process().WaitForErrors("No session tickets are made: "));
  StartKeyd();
  while (Visit(*server, client) == nullptr) {
  }
  // Its key was in its memory only.
  EXPECT_FALSE(Resumes(*server, client, session));
  EXPECT_TRUE(Resumes(*server, client, Visit(*server, client)));
}

TEST_F(ServeKeysTest, TicketKeysOfAFileAreReadAgain) {
  keyd_->Signal(SIGTERM);
  keyd_->Wait();
  const auto put = [this](const std::string& text) {
    std::ofstream(folder_ / "new", std::ios::binary) << text;
    fs::rename(folder_ / "new", folder_ / "tickets");
  };
  const auto line = [](const char* digits) {
    const auto time = [](absl::Duration from_now) {
      return absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", absl::Now() + from_now,
                              absl::UTCTimeZone());
    };
    return absl::StrCat(
        digits, "112233445566778899aabbccddeeff ", digits,
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd ",
        time(-absl::Hours(1)), " ", time(absl::Hours(1)), "\n");
  };
  put(line("a1"));
  std::ofstream(folder_ / "keyd.yaml")
      << "listen: " << socket()
      << "\nkeys:\n  fleet:\n    tickets: " << File("tickets")
      << "\napplications:\n  site:\n    user: " << getuid()
      << "\n    keys:\n      fleet:\n";
  StartKeyd();
  const auto server = Start(OwnKey());
  const auto client = Client(ssl::TlsVersion::kTls1_3);
  const auto session = Visit(*server, client);
  ASSERT_NE(session, nullptr);
  EXPECT_TRUE(Resumes(*server, client, session));
  put("damaged");
  EXPECT_TRUE(keyd_->WaitForErrors("\"ticket keys kept\",\"key\":\"fleet\""));
  EXPECT_TRUE(Resumes(*server, client, session));
  put(line("b2"));
  EXPECT_TRUE(keyd_->WaitForErrors("\"ticket keys replaced\""));
  EXPECT_FALSE(Resumes(*server, client, session));
  // The server seals with what it has of the old key at first.
  while (!Resumes(*server, client, Visit(*server, client))) {
  }
  keyd_->Signal(SIGTERM);
  EXPECT_EQ(keyd_->Wait(), 0);
}

TEST_F(ServeKeysTest, StartsWithoutTheService) {
  keyd_->Signal(SIGKILL);
  keyd_->Wait();
  const auto server = Start(OwnKey());
  EXPECT_TRUE(
      server->process().WaitForErrors("Session tickets wait for the key"));
  EXPECT_EQ(Visit(*server, Client(ssl::TlsVersion::kTls1_2)), nullptr);
}

// Each pair of signals is there before the service sees one of them.
TEST_F(ServeKeysTest, AReportDoesNotHideTheSignalToStop) {
  for (const int stop : {SIGTERM, SIGINT}) {
    keyd_->Signal(SIGSTOP);
    keyd_->Signal(SIGUSR1);
    keyd_->Signal(stop);
    keyd_->Signal(SIGCONT);
    EXPECT_EQ(keyd_->Wait(), 0) << keyd_->errors();
    EXPECT_THAT(keyd_->errors(), HasSubstr("\"keys used\""));
    StartKeyd();
  }
}

TEST_F(ServeKeysTest, ReportsDoNotEndTheService) {
  keys::KeyClientOptions options;
  options.place = socket();
  const auto client = keys::KeyClient::Create(options).value();
  for (int i = 0; i < 1000; ++i) keyd_->Signal(SIGUSR1);
  EXPECT_TRUE(keyd_->WaitForErrors("\"keys used\""));
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(client->List().ok());
    keyd_->Signal(SIGUSR1);
  }
  keyd_->Signal(SIGTERM);
  EXPECT_EQ(keyd_->Wait(), 0) << keyd_->errors();
}

TEST_F(ServeKeysTest, AServiceThatLostItsAuditFails) {
  keyd_->Signal(SIGTERM);
  keyd_->Wait();
  for (const bool lost : {false, true}) {
    StartKeyd(
        {lost ? "--audit=/dev/full" : absl::StrCat("--audit=", File("audit"))});
    // It writes the counts of uses.
    keyd_->Signal(SIGTERM);
    EXPECT_EQ(keyd_->Wait(), lost ? 1 : 0) << keyd_->errors();
    EXPECT_EQ(keyd_->errors().find("is lost") != std::string::npos, lost);
  }
}

TEST_F(ServeKeysTest, MistakesEndTheStart) {
  const auto refused = [&](std::vector<std::string> flags,
                           const std::string& text, bool with_keys = true) {
    flags.insert(flags.begin(), "serve");
    flags.push_back("--port=0");
    std::map<std::string, std::string> environment;
    if (with_keys) environment["AIRLOCK_KEYS"] = socket();
    const Outcome outcome = RunAirlock(flags, environment);
    EXPECT_NE(outcome.status, 0);
    EXPECT_THAT(outcome.errors, HasSubstr(text));
  };
  refused({"--self-signed", "--tickets=airlock-key:fleet"},
          "AIRLOCK_KEYS is not set", false);
  refused({"--key=airlock-key:web"}, "AIRLOCK_KEYS is not set", false);
  refused({"--self-signed", "--tickets=airlock-key:other"},
          "no such key for this application: other");
  refused({"--self-signed", "--tickets=airlock-key:web"},
          "the key signs, and is not for tickets");
  refused({"--key=airlock-key:fleet"}, "it is for session tickets");
  refused({"--key=airlock-key:other"}, "no such key");
  refused({"--key=airlock-key:web", "--self-signed"}, "--self-signed");
  refused({"--self-signed", "--tickets=airlock-key:fleet", "--fleet-key=x"},
          "--fleet-key");
}

}  // namespace
}  // namespace airlock::testing
