// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Everything that may change under connections changes at once, while threads
// connect and resume: policy, CA bundle, credentials, ticket keys and caches.
// Worth most under ThreadSanitizer.

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/memory_transport.h"
#include "platform/runtime.h"
#include "ssl/context.h"
#include "ssl/credential_source.h"
#include "ssl/session.h"
#include "ssl/socket.h"
#include "ssl/ticket_keyring.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

using ::airlock::testing::Connection;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ReadTestdata;
using ::airlock::testing::ShakeHands;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::WriteAll;

constexpr int kThreads = 4;
constexpr int kConnections = 40;  // In each thread.
constexpr char kPolicyFile[] = "/etc/airlock.yaml";
constexpr char kBundle[] = "/etc/ca-certificates.crt";

class AllChangesTest : public ::testing::Test {
 protected:
  AllChangesTest() {
    SetPolicy(0);
    SetBundle(0);
    runtime_ = *Runtime::Create(host_, host_->environment());
    source_ =
        *ssl::CredentialSource::Create({TestCredentials("server_p256")}, {});
    keyring_ = *ssl::TicketKeyring::CreateOwn(absl::Hours(1), {}, host_->Now());
    server_ = MakeServer();
  }

  // Each state allows the connections of this test.
  void SetPolicy(int i) {
    host_->SetFile(kPolicyFile, i % 2 == 0 ? "tls: {verification: enforce}"
                                           : "tls: {minimum_version: TLSv1.2}");
  }
  void SetBundle(int i) {
    host_->SetFile(kBundle, ReadTestdata(i % 2 == 0 ? "certs/ca.pem"
                                                    : "certs/ca_all.pem"));
  }

  std::shared_ptr<const ssl::Context> MakeServer() {
    ContextRequest request;
    request.side = ssl::Side::kServer;
    ssl::ContextOptions options;
    options.credential_source = source_;
    options.ticket_keyring = keyring_;
    auto server = runtime_->CreateContext(request, std::move(options));
    EXPECT_TRUE(server.ok()) << server.status();
    return server.ok() ? *server : nullptr;
  }

  // A connection of a client that verifies. Resumes `session` if it is set, and
  // sets it to a newer one.
  void Connect(std::shared_ptr<const ssl::Session>* session) {
    auto [ours, theirs] = MakeMemoryTransports();
    WrapOptions options;
    options.server_hostname = "localhost";
    options.session = *session;
    options.do_handshake_on_connect = false;
    auto client = runtime_->WrapSocket(std::move(ours), std::move(options));
    ASSERT_TRUE(client.ok()) << client.status();
    ssl::SocketOptions server_options;
    server_options.side = ssl::Side::kServer;
    auto server = ssl::WrapSocket(server_, std::move(theirs), server_options);
    ASSERT_TRUE(server.ok()) << server.status();
    Connection c;
    c.client = *std::move(client);
    c.server = *std::move(server);
    ShakeHands(&c);
    ASSERT_TRUE(c.ok()) << c.client_status << " " << c.server_status;
    EXPECT_TRUE(c.client->peer_verified());
    ASSERT_TRUE(WriteAll(c.server.get(), "ping").ok());
    EXPECT_EQ(*ReadSome(c.client.get()), "ping");
    if (c.client->info()->session_reused) ++resumed_;
    *session = c.client->session();
    ++connected_;
  }

  const std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
  std::unique_ptr<Runtime> runtime_;
  std::shared_ptr<ssl::CredentialSource> source_;
  std::shared_ptr<ssl::TicketKeyring> keyring_;
  std::shared_ptr<const ssl::Context> server_;
  std::atomic<int> connected_{0};
  std::atomic<int> resumed_{0};
};

TEST_F(AllChangesTest, NoConnectionIsLost) {
  std::atomic<bool> done{false};
  const std::function<void(int)> changes[] = {
      [this](int i) {
        SetPolicy(i);
        EXPECT_TRUE(runtime_->ReloadPolicyIfChanged().ok());
      },
      [this](int i) { SetBundle(i); },
      [this](int i) {
        EXPECT_TRUE(source_
                        ->Update({TestCredentials(i % 2 == 0 ? "server_p384"
                                                             : "server_p256")},
                                 host_->Now())
                        .ok());
        EXPECT_GT(source_->state().generation, 1u);
      },
      [this](int) {
        EXPECT_TRUE(keyring_->Rotate(host_->Now()).ok());
        EXPECT_TRUE(keyring_->state(host_->Now()).seals);
      },
      [this](int) {
        runtime_->ClearCaches();
        (void)runtime_->counters();
        (void)runtime_->policy();
        (void)server_->session_statistics();
        (void)keyring_->counts();
      }};
  std::vector<std::thread> changers;
  for (const auto& change : changes) {
    changers.emplace_back([&done, &change] {
      for (int i = 0; !done; ++i) {
        change(i);
        std::this_thread::yield();
      }
    });
  }
  std::vector<std::thread> clients;
  for (int t = 0; t < kThreads; ++t) {
    clients.emplace_back([this] {
      std::shared_ptr<const ssl::Session> session;
      for (int i = 0; i < kConnections; ++i) Connect(&session);
    });
  }
  for (std::thread& thread : clients) thread.join();
  done = true;
  for (std::thread& thread : changers) thread.join();
  EXPECT_EQ(connected_, kThreads * kConnections);

  // When nothing changes, they resume.
  std::shared_ptr<const ssl::Session> session;
  Connect(&session);
  resumed_ = 0;
  Connect(&session);
  EXPECT_EQ(resumed_, 1);
}

}  // namespace
}  // namespace airlock::platform
