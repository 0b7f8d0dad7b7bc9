// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Session tickets with a key of the service, over real sockets.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "platform/keys/key_client.h"
#include "platform/keys/key_server.h"
#include "platform/keys/key_service.h"
#include "platform/keys/packet.h"
#include "platform/keys/protocol.h"
#include "ssl/later.h"
#include "ssl/session.h"
#include "ssl/ticket_keyring.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"

namespace airlock::keys {
namespace {

using platform::internal::UniqueFd;
using ssl::TicketBlank;
using testing::ClientOptions;
using testing::Connect;
using testing::Connection;
using testing::Established;
using testing::MakeContext;
using testing::Reused;
using testing::ServerOptions;
using testing::TestCredentials;
using testing::WithSession;
using testing::Wrap;

class RemoteTicketsTest : public ::testing::Test {
 protected:
  RemoteTicketsTest() {
    auto pair = MakePacketPair();
    EXPECT_TRUE(pair.ok());
    application_ = std::move(pair->first);
    service_end_ = std::move(pair->second);
    keys_ = *ssl::TicketKeyring::CreateOwn(absl::Hours(1), {}, absl::Now());
    MakeClient(/*pause=*/absl::ZeroDuration());
  }
  ~RemoteTicketsTest() override { StopService(); }

  void MakeClient(absl::Duration pause) {
    KeyClientOptions options;
    options.place = absl::StrCat("fd:", application_.get());
    options.timeout = options.ticket_timeout = absl::Seconds(30);
    options.ticket_pause = pause;
    client_ = KeyClient::Create(options).value();
  }

  void StartService() {
    Application shop;
    shop.name = "shop";
    shop.signatures_per_second = 100000;
    shop.grants = {
        {"web", {Purpose::kTls13Server, Purpose::kTls12Server}, {}},
        {"tickets", {Purpose::kTicketSeal, Purpose::kTicketUnseal}, {}}};
    service_ = std::make_unique<KeyService>(
        std::vector<ServedKey>{{"web", TestCredentials("server_p256")},
                               {"tickets", nullptr, keys_}},
        std::vector<Application>{shop}, absl::Now, nullptr);
    server_ = KeyServer::Create(service_.get(), {16}).value();
    EXPECT_TRUE(
        server_->AddApplication(0, UniqueFd(dup(service_end_.get()))).ok());
    thread_ = std::thread([this] { EXPECT_TRUE(server_->Run().ok()); });
  }

  void StopService() {
    if (!thread_.joinable()) return;
    server_->Stop();
    thread_.join();
    server_.reset();
    service_.reset();
  }

  std::shared_ptr<ssl::TicketKeeper> Keeper(
      Waiting waiting = Waiting::kBlocks, const std::string& key = "tickets") {
    return client_->TicketsFor(key, waiting);
  }

  static std::shared_ptr<const ssl::Context> Server(
      std::shared_ptr<ssl::TicketKeeper> keeper) {
    ssl::ContextOptions options = ServerOptions();
    options.session_cache_size = 0;
    options.ticket_keyring =
        *ssl::TicketKeyring::CreateRemote(std::move(keeper), {});
    return MakeContext(std::move(options));
  }

  UniqueFd application_;
  UniqueFd service_end_;
  std::shared_ptr<ssl::TicketKeyring> keys_;
  std::unique_ptr<KeyService> service_;
  std::unique_ptr<KeyServer> server_;
  std::thread thread_;
  std::shared_ptr<KeyClient> client_;
};

TEST_F(RemoteTicketsTest, SessionsResumeWithoutTheKeyHere) {
  StartService();
  for (const auto version :
       {ssl::TlsVersion::kTls1_2, ssl::TlsVersion::kTls1_3}) {
    ssl::ContextOptions options = ClientOptions();
    options.verification.maximum_version = version;
    const auto client = MakeContext(std::move(options));
    const auto session = Established(client, Server(Keeper()));
    ASSERT_TRUE(session->has_ticket());
    // Also a server that has its own connection to the service.
    MakeClient(absl::ZeroDuration());
    Connection c = Connect(client, Server(Keeper()), WithSession(session));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_TRUE(Reused(c));
  }
}

// 1,000 connections at once, half of them with a ticket.
TEST_F(RemoteTicketsTest, AThousandHandshakesAtOnceKeepNoThreadWaiting) {
  StartService();
  const auto client = MakeContext(ClientOptions());
  const auto server = Server(Keeper(Waiting::kReturns));
  const auto session = Established(client, Server(Keeper()));
  const absl::StatusOr<int> wakeup = client_->wakeup_fd();
  ASSERT_TRUE(wakeup.ok());
  constexpr int kConnections = 1000;
  std::vector<Connection> all;
  int waits = 0;
  for (int i = 0; i < kConnections; ++i) {
    all.push_back(i % 2 == 0 ? Wrap(client, server)
                             : Wrap(client, server, WithSession(session)));
    EXPECT_TRUE(all.back().client->Handshake().want_read());
    const ssl::IoResult result = all.back().server->Handshake();
    ASSERT_FALSE(result.failed()) << result.status();
    if (!result.want_callback()) continue;
    EXPECT_EQ(result.callback(), ssl::LateCallback::kTicket);
    ++waits;
  }
  EXPECT_GT(waits, 0);
  int left = kConnections;
  while (left > 0) {
    for (Connection& c : all) {
      if (c.server->handshake_done()) continue;
      for (ssl::Socket* socket :
           {c.server.get(), c.client.get(), c.server.get()}) {
        const ssl::IoResult result = socket->Handshake();
        ASSERT_FALSE(result.failed()) << result.status();
      }
      if (c.server->handshake_done()) --left;
    }
    if (left == 0) break;
    pollfd input = {*wakeup, POLLIN, 0};
    ASSERT_EQ(poll(&input, 1, 30000), 1);
    client_->Dispatch();
  }
  for (int i = 1; i < kConnections; i += 2) EXPECT_TRUE(Reused(all[i])) << i;
}

// ---- No blank seals two tickets

TEST_F(RemoteTicketsTest, NoThreadGetsABlankOfAnother) {
  StartService();
  const auto keeper = Keeper();
  const auto second = Keeper();
  std::mutex mutex;
  std::set<std::string> nonces;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 100; ++j) {
        const auto blanks = (i % 2 == 0 ? keeper : second)->Take(2);
        ASSERT_TRUE(blanks.ok()) << blanks.status();
        ASSERT_EQ(blanks->size(), 2u);
        const std::lock_guard<std::mutex> lock(mutex);
        for (const TicketBlank& blank : *blanks) nonces.insert(blank.nonce);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(nonces.size(), 8u * 100 * 2);
}

TEST_F(RemoteTicketsTest, AChildOfAForkGetsNoBlankOfItsParent) {
  StartService();
  const auto keeper = Keeper();
  // All from the store that the child copies.
  std::set<std::string> nonces;
  const auto take = [&] {
    const auto blanks = keeper->Take(1);
    return blanks.ok() ? blanks->front().nonce : std::string();
  };
  nonces.insert(take());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < 5; ++i) {
      const std::string nonce = take();
      if (write(ends[1], nonce.data(), nonce.size()) < 1) _exit(1);
    }
    _exit(0);
  }
  close(ends[1]);
  for (int i = 0; i < 5; ++i) nonces.insert(take());
  EXPECT_EQ(nonces.size(), 6u);
  for (int i = 0; i < 5; ++i) {
    std::string nonce(TicketBlank::kNonceSize, '\0');
    ASSERT_EQ(read(ends[0], &nonce[0], nonce.size()),
              static_cast<ssize_t>(nonce.size()));
    EXPECT_TRUE(nonces.insert(nonce).second) << i;
  }
  close(ends[0]);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

// A service whose blanks may be used for no time at all. It answers one request
// for each of `fills`.
void ServeShortLivedBlanks(int service_end, absl::string_view fills) {
  pollfd input = {service_end, POLLIN, 0};
  EXPECT_EQ(poll(&input, 1, 30000), 1);
  const auto open = ReceivePacket(service_end);
  ASSERT_TRUE(open.ok());
  for (const char fill : fills) {
    input.fd = open->fd.get();
    EXPECT_EQ(poll(&input, 1, 30000), 1);
    const auto request = Decode(ReceivePacket(open->fd.get())->bytes);
    ASSERT_TRUE(request.ok());
    EXPECT_EQ(request->type, MessageType::kSeal);
    Message answer;
    answer.type = MessageType::kBlanks;
    answer.id = request->id;
    answer.bytes = std::string(kMaxBlanks * kBlankSize, fill);
    EXPECT_TRUE(SendPacket(open->fd.get(), Encode(answer)).ok());
  }
}

TEST_F(RemoteTicketsTest, BlanksAreDroppedWhenTheirTimeIsOver) {
  std::thread service(
      [this] { ServeShortLivedBlanks(service_end_.get(), "ab"); });
  const auto keeper = Keeper();
  EXPECT_EQ(keeper->Take(1)->front().nonce, std::string(24, 'a'));
  EXPECT_EQ(keeper->Take(1)->front().nonce, std::string(24, 'b'));
  service.join();
}

TEST_F(RemoteTicketsTest, SoAreThoseThatWereAskedForAhead) {
  std::thread service(
      [this] { ServeShortLivedBlanks(service_end_.get(), "abc"); });
  const auto keeper = Keeper();
  // Leaves so few that more are asked for.
  EXPECT_EQ(keeper->Take(40)->front().nonce, std::string(24, 'a'));
  EXPECT_EQ(keeper->Take(1)->front().nonce, std::string(24, 'c'));
  service.join();
}

// ---- A service that is not there

TEST_F(RemoteTicketsTest, HandshakesGoOnWithoutAServiceThatHasEnded) {
  StartService();
  const auto client = MakeContext(ClientOptions());
  const auto server = Server(Keeper());
  const auto session = Established(client, server);
  StopService();
  UniqueFd kept = std::move(service_end_);
  kept = UniqueFd();
  // The blanks in store outlive the service; the ticket does not open.
  for (int i = 0; i < 100; ++i) {
    Connection c = Connect(client, server, WithSession(session));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_FALSE(Reused(c));
  }
  const auto keeper = Keeper();
  EXPECT_TRUE(absl::IsUnavailable(keeper->Take(1).status()));
  EXPECT_TRUE(absl::IsUnavailable(keeper->Open("", "ticket").status()));
}

TEST_F(RemoteTicketsTest, GoOnWithANewService) {
  StartService();
  const auto client = MakeContext(ClientOptions());
  const auto server = Server(Keeper());
  const auto session = Established(client, server);
  StopService();
  StartService();
  for (int i = 0; i < 100; ++i) {
    Connection c = Connect(client, server, WithSession(session));
    ASSERT_TRUE(c.ok()) << c.client_status << c.server_status;
    EXPECT_TRUE(Reused(c));
  }
}

TEST_F(RemoteTicketsTest, OnlyOneHandshakeWaitsForAServiceThatHangs) {
  MakeClient(/*pause=*/absl::Hours(1));
  const auto keeper = Keeper();
  {
    const KeyWaitScope scope(std::chrono::steady_clock::now(), false);
    EXPECT_TRUE(absl::IsDeadlineExceeded(keeper->Take(1).status()));
  }
  EXPECT_TRUE(absl::IsUnavailable(keeper->Take(1).status()));
  EXPECT_TRUE(absl::IsUnavailable(keeper->Open("", "ticket").status()));
  const auto server = Server(keeper);
  const Connection c = Connect(MakeContext(ClientOptions()), server);
  EXPECT_TRUE(c.ok()) << c.server_status;
}

TEST_F(RemoteTicketsTest, AnEventLoopWaitsForAServiceThatHangsUntilItsTime) {
  KeyClientOptions options;
  options.place = absl::StrCat("fd:", application_.get());
  options.ticket_timeout = absl::ZeroDuration();
  client_ = KeyClient::Create(options).value();
  EXPECT_TRUE(
      absl::IsDeadlineExceeded(Keeper(Waiting::kReturns)->Take(1).status()));
  options.ticket_timeout = absl::Seconds(30);
  client_ = KeyClient::Create(options).value();
  EXPECT_TRUE(ssl::IsLater(Keeper(Waiting::kReturns)->Take(1).status()));
  EXPECT_TRUE(
      ssl::IsLater(Keeper(Waiting::kReturns)->Open("", "ticket").status()));
}

TEST_F(RemoteTicketsTest, ARefusalSaysWhy) {
  StartService();
  for (const char* key : {"web", "none"}) {
    const auto keeper = Keeper(Waiting::kBlocks, key);
    for (const absl::Status& refused :
         {keeper->Take(1).status(), keeper->Open("", "ticket").status()}) {
      EXPECT_TRUE(absl::IsPermissionDenied(refused)) << refused;
      EXPECT_TRUE(absl::StrContains(refused.message(), key)) << refused;
    }
  }
}

TEST_F(RemoteTicketsTest, WhatTlsCannotCarryIsNotSent) {
  // Without a service, this does not even fail.
  const auto keeper = Keeper();
  EXPECT_FALSE(keeper->Open("", std::string(70000, 't'))->has_value());
  EXPECT_FALSE(keeper->Open(std::string(300, 'n'), "ticket")->has_value());
}

}  // namespace
}  // namespace airlock::keys
