// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Keys of the key service.

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "platform/keys/key_server.h"
#include "platform/keys/key_service.h"
#include "platform/keys/packet.h"
#include "tests/platform/c/c_testing.h"
#include "tests/support/handshake.h"

namespace airlock::c {
namespace {

using platform::internal::UniqueFd;

class CKeysTest : public ::testing::Test {
 protected:
  CKeysTest() {
    auto pair = keys::MakePacketPair();
    EXPECT_TRUE(pair.ok());
    application_ = std::move(pair->first);
    keys::Application shop;
    shop.name = "shop";
    shop.grants = {{"web", {keys::Purpose::kTls13Server}, {}},
                   {"tickets",
                    {keys::Purpose::kTicketSeal, keys::Purpose::kTicketUnseal},
                    {}}};
    service_ = std::make_unique<keys::KeyService>(
        std::vector<keys::ServedKey>{
            {"web", testing::TestCredentials("server_p256")},
            {"tickets", nullptr,
             *ssl::TicketKeyring::CreateOwn(absl::Hours(1), {}, absl::Now())}},
        std::vector<keys::Application>{shop}, absl::Now, nullptr);
    server_ = keys::KeyServer::Create(service_.get(), {8}).value();
    EXPECT_TRUE(server_->AddApplication(0, std::move(pair->second)).ok());
    thread_ = std::thread([this] { EXPECT_TRUE(server_->Run().ok()); });
    const auto host = MakeHost();
    host->SetVariable("AIRLOCK_KEYS", absl::StrCat("fd:", application_.get()));
    runtime_ = MakeRuntime(host);
    credentials_ = Sized<airlock_credentials>();
    credentials_.keyfile = B("airlock-key:web");
  }
  ~CKeysTest() override { HangService(); }

  // From now on it answers nothing.
  void HangService() {
    if (!thread_.joinable()) return;
    server_->Stop();
    thread_.join();
  }

  airlock_context_options Options() {
    airlock_context_options options = ServerContext();
    options.credentials = &list_;
    options.credentials_count = 1;
    return options;
  }

  UniqueFd application_;
  std::unique_ptr<keys::KeyService> service_;
  std::unique_ptr<keys::KeyServer> server_;
  std::thread thread_;
  Handle<airlock_runtime> runtime_;
  airlock_credentials credentials_;
  const airlock_credentials* list_ = &credentials_;
};

TEST_F(CKeysTest, HandshakeWaitsForTheService) {
  for (const char* chain : {"", "server_p256_chain.pem"}) {
    if (*chain != '\0') credentials_.certfile = Cert(chain);
    const auto server = Make(runtime_.get(), Options());
    const auto client = Make(runtime_.get(), ClientContext());
    Wire wire;
    const Ends ends = Connect(&wire, client.get(), server.get());
    EXPECT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
    EXPECT_EQ(ends.server_failure.kind, -1) << ends.server_failure.message;
  }
}

TEST_F(CKeysTest, AWatchedChainGoesWithAKeyOfTheService) {
  const auto host = MakeHost();
  host->SetVariable("AIRLOCK_KEYS", absl::StrCat("fd:", application_.get()));
  host->SetFile("/tls/chain.pem", Str(Cert("server_p256_chain.pem")));
  const auto runtime = MakeRuntime(host);
  credentials_.certfile = B("/tls/chain.pem");
  airlock_credential_source* made = nullptr;
  ASSERT_EQ(airlock_credential_source_watch(runtime.get(), &list_, 1, 0, &made,
                                            nullptr),
            AIRLOCK_OK);
  const Handle<airlock_credential_source> source(made);
  airlock_context_options options = ServerContext();
  options.credentials = nullptr;
  options.credentials_count = 0;
  options.credential_source = made;
  const auto server = Make(runtime.get(), options);
  const auto client = Make(runtime.get(), ClientContext());
  Wire wire;
  const Ends ends = Connect(&wire, client.get(), server.get());
  EXPECT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  // A chain for another key.
  host->SetFile("/tls/chain.pem", Str(Cert("server_rsa_chain.pem")));
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_credential_source_refresh(made, &error), AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_CREDENTIALS);
}

TEST_F(CKeysTest, HandshakeReturnsUntilTheServiceHasSigned) {
  credentials_.sign_later = AIRLOCK_YES;
  const auto server_context = Make(runtime_.get(), Options());
  const auto client_context = Make(runtime_.get(), ClientContext());
  int32_t fd = -1;
  ASSERT_EQ(airlock_runtime_keys_descriptor(runtime_.get(), &fd, nullptr),
            AIRLOCK_OK);
  Wire wire;
  const auto client = Wrap(client_context.get(), wire.client(), "localhost");
  const auto server = Wrap(server_context.get(), wire.server());
  EXPECT_EQ(airlock_socket_handshake(client.get(), nullptr), AIRLOCK_WANT_READ);
  airlock_status status = AIRLOCK_WANT_CALLBACK;
  while (status == AIRLOCK_WANT_CALLBACK) {
    status = airlock_socket_handshake(server.get(), nullptr);
    if (status != AIRLOCK_WANT_CALLBACK) break;
    pollfd input = {fd, POLLIN, 0};
    ASSERT_EQ(poll(&input, 1, 30000), 1);
    EXPECT_EQ(airlock_runtime_keys_dispatch(runtime_.get(), nullptr),
              AIRLOCK_OK);
  }
  EXPECT_EQ(status, AIRLOCK_WANT_READ);
  EXPECT_EQ(airlock_socket_handshake(client.get(), nullptr), AIRLOCK_OK);
  EXPECT_EQ(airlock_socket_handshake(server.get(), nullptr), AIRLOCK_OK);
}

TEST_F(CKeysTest, WrappingWaitsForTheServiceNoLongerThanItsTransport) {
  airlock_credential_source* made = nullptr;
  ASSERT_EQ(
      airlock_credential_source_new(runtime_.get(), &list_, 1, &made, nullptr),
      AIRLOCK_OK);
  const Handle<airlock_credential_source> source(made);
  HangService();
  for (const bool by_deadline : {false, true}) {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    auto transport = Sized<airlock_transport>();
    transport.type = AIRLOCK_TRANSPORT_FD;
    transport.fd = ends[0];
    transport.fd_owned = AIRLOCK_YES;
    transport.timeout_ms = AIRLOCK_WAIT_NEVER;
    const auto client = Wrap(runtime_.get(), transport, ClientWrap());
    EXPECT_EQ(airlock_socket_handshake(client.get(), nullptr),
              AIRLOCK_WANT_READ);
    auto options = Sized<airlock_wrap_options>();
    options.server_side = 1;
    options.credential_source = made;
    const auto begin = std::chrono::steady_clock::now();
    transport.fd = ends[1];
    transport.timeout_ms = AIRLOCK_WAIT_FOREVER;
    if (by_deadline) {
      transport.deadline_ms =
          std::chrono::duration_cast<std::chrono::milliseconds>(
              begin.time_since_epoch())
              .count() +
          300;
    } else {
      transport.timeout_ms = 300;
    }
    airlock_socket* server = nullptr;
    airlock_error* error = nullptr;
    EXPECT_EQ(airlock_wrap_socket(runtime_.get(), &transport, &options, &server,
                                  &error),
              AIRLOCK_ERROR);
    const Failure failure = Take(error);
    // On a slow machine, the deadline may pass before the signature.
    EXPECT_TRUE(failure.kind == AIRLOCK_KIND_CALLBACK ||
                (by_deadline && failure.kind == AIRLOCK_KIND_TIMEOUT))
        << failure.message;
    // The client of the service alone would wait for ten.
    EXPECT_LT(std::chrono::steady_clock::now() - begin,
              std::chrono::seconds(8));
  }
}

TEST_F(CKeysTest, TicketsOfTheServiceResume) {
  airlock_ticket_keyring* keyring = nullptr;
  ASSERT_EQ(
      airlock_ticket_keyring_remote(runtime_.get(), B("airlock-key:tickets"), 0,
                                    AIRLOCK_UNSET, &keyring, nullptr),
      AIRLOCK_OK);
  airlock_context_options options = Options();
  options.ticket_keyring = keyring;
  const auto server = Make(runtime_.get(), options);
  airlock_ticket_keyring_free(keyring);
  const auto client = Make(runtime_.get(), ClientContext());
  Wire wire;
  const Ends first = Connect(&wire, client.get(), server.get());
  ASSERT_EQ(first.server_failure.kind, -1) << first.server_failure.message;
  ExpectSent(first.server.get(), first.client.get(), "tickets come along");
  airlock_session* session = nullptr;
  airlock_socket_session(first.client.get(), &session, nullptr);
  const Handle<airlock_session> owned(session);
  const Ends again = Connect(&wire, client.get(), server.get(), session);
  ASSERT_EQ(again.client_failure.kind, -1) << again.client_failure.message;
  EXPECT_EQ(Info(again.client).session_reused, 1);
}

TEST_F(CKeysTest, KeyringOfTheServiceRefusesMistakes) {
  const auto without = MakeRuntime(MakeHost());
  airlock_ticket_keyring* keyring = nullptr;
  const auto refused = [&keyring](const airlock_runtime* runtime,
                                  const char* key, int64_t lifetime_s,
                                  int32_t later) {
    airlock_error* error = nullptr;
    EXPECT_EQ(airlock_ticket_keyring_remote(runtime, B(key), lifetime_s, later,
                                            &keyring, &error),
              AIRLOCK_ERROR);
    EXPECT_EQ(keyring, nullptr);
    const Failure failure = Take(error);
    EXPECT_EQ(failure.kind, AIRLOCK_KIND_INVALID_ARGUMENT);
    return failure.message;
  };
  EXPECT_TRUE(absl::StrContains(
      refused(without.get(), "airlock-key:tickets", 0, AIRLOCK_UNSET),
      "AIRLOCK_KEYS"));
  refused(nullptr, "airlock-key:tickets", 0, AIRLOCK_UNSET);
  refused(runtime_.get(), "tickets", 0, AIRLOCK_UNSET);
  refused(runtime_.get(), "", 0, AIRLOCK_UNSET);
  refused(runtime_.get(), "airlock-key:tickets", -1, AIRLOCK_UNSET);
  refused(runtime_.get(), "airlock-key:tickets", 0, 7);
}

TEST_F(CKeysTest, RefusalIsAnErrorOfTheHandshake) {
  const auto server = Make(runtime_.get(), Options());
  airlock_context_options client_options = ClientContext();
  client_options.maximum_version = AIRLOCK_TLS_1_2;
  const auto client = Make(runtime_.get(), client_options);
  Wire wire;
  const Ends ends = Connect(&wire, client.get(), server.get());
  EXPECT_EQ(ends.server_failure.kind, AIRLOCK_KIND_CALLBACK);
  EXPECT_TRUE(absl::StrContains(ends.server_failure.message,
                                "the key web is not for tls1.2-server"))
      << ends.server_failure.message;
}

TEST_F(CKeysTest, KeyThatIsNotThereIsRefused) {
  credentials_.keyfile = B("airlock-key:none");
  EXPECT_EQ(Refusal(runtime_.get(), Options()).kind, AIRLOCK_KIND_CREDENTIALS);
  credentials_.keyfile = B("airlock-key:web");
  credentials_.certfile = Cert("server_p384_chain.pem");
  EXPECT_EQ(Refusal(runtime_.get(), Options()).kind, AIRLOCK_KIND_CREDENTIALS);
  credentials_.certfile = {nullptr, 0};
  const auto without = MakeRuntime(MakeHost());
  const Failure failure = Refusal(without.get(), Options());
  EXPECT_EQ(failure.kind, AIRLOCK_KIND_CREDENTIALS);
  EXPECT_TRUE(absl::StrContains(failure.message, "AIRLOCK_KEYS"));
  int32_t fd = -1;
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_runtime_keys_descriptor(without.get(), &fd, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(airlock_runtime_keys_dispatch(without.get(), &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST_F(CKeysTest, OptionsThatDoNotFitAreRefused) {
  credentials_.password = B("secret");
  EXPECT_EQ(Refusal(runtime_.get(), Options()).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  credentials_.password = {nullptr, 0};
  credentials_.reserved = 1;
  EXPECT_EQ(Refusal(runtime_.get(), Options()).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  credentials_.reserved = 0;
  credentials_.sign_later = 2;
  EXPECT_EQ(Refusal(runtime_.get(), Options()).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  credentials_.sign_later = AIRLOCK_YES;
  credentials_.certfile = Cert("server_p256_chain.pem");
  credentials_.keyfile = Cert("server_p256.key");
  EXPECT_EQ(Refusal(runtime_.get(), Options()).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace airlock::c
