// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Pre-shared keys instead of certificates.

#include <cstring>
#include <stdexcept>
#include <string>

#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

// One side's key, and the question that it got.
struct Side {
  std::string identity;
  std::string key = "a key of many bytes";
  std::string asked;
  airlock_status answer = AIRLOCK_OK;
  // For the struct's fields, instead of the lengths of the texts.
  size_t identity_size = 0;
  size_t key_size = 0;
  bool throws = false;
  airlock_status nested = AIRLOCK_OK;
};

airlock_status Fill(void* user, airlock_socket* socket, airlock_bytes asked,
                    airlock_psk* psk) {
  auto* const side = static_cast<Side*>(user);
  EXPECT_EQ(psk->struct_size, sizeof(*psk));
  side->asked = Str(asked);
  side->nested = airlock_socket_handshake(socket, nullptr);
  psk->identity_size = side->identity.size();
  std::memcpy(psk->identity, side->identity.data(), side->identity.size());
  psk->key_size = side->key.size();
  std::memcpy(psk->key, side->key.data(), side->key.size());
  if (side->identity_size != 0) psk->identity_size = side->identity_size;
  if (side->key_size != 0) psk->key_size = side->key_size;
  if (side->throws) throw std::runtime_error("a host's");
  return side->answer;
}

class CPskTest : public ::testing::Test {
 protected:
  CPskTest() { client_.identity = "client"; }

  airlock_context_options ClientOptions() {
    auto options = Sized<airlock_context_options>();
    options.ciphers = B("PSK");
    options.maximum_version = AIRLOCK_TLS_1_2;
    options.psk_client = Fill;
    options.user = &client_;
    return options;
  }

  Ends ConnectByPsk() {
    const auto client = Make(runtime_.get(), ClientOptions());
    auto options = Sized<airlock_context_options>();
    options.server_side = 1;
    options.ciphers = B("PSK");
    options.psk_server = Fill;
    options.psk_identity_hint = B("who are you?");
    options.user = &server_;
    const auto server = Make(runtime_.get(), options);
    return Connect(&wire_, client.get(), server.get());
  }

  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  Wire wire_;
  Side client_;
  Side server_;
};

TEST_F(CPskTest, StandsForCertificates) {
  const Ends ends = ConnectByPsk();
  ASSERT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  ASSERT_EQ(ends.server_failure.kind, -1) << ends.server_failure.message;
  EXPECT_EQ(client_.asked, "who are you?");
  EXPECT_EQ(server_.asked, "client");
  EXPECT_EQ(client_.nested, AIRLOCK_ERROR);
  EXPECT_EQ(server_.nested, AIRLOCK_ERROR);
  const airlock_connection_info info = Info(ends.client);
  EXPECT_EQ(info.peer_verified, 0);
  EXPECT_NE(Str(info.cipher).find("PSK"), std::string::npos);
  ExpectSent(ends.client.get(), ends.server.get(), "ping");
}

TEST_F(CPskTest, TakesTheLongestPsk) {
  client_.identity.assign(128, 'i');
  client_.key.assign(256, 'k');
  server_.key = client_.key;
  const Ends ends = ConnectByPsk();
  EXPECT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  EXPECT_EQ(server_.asked, client_.identity);
}

TEST_F(CPskTest, HasToBeTheSame) {
  server_.key = "another key";
  EXPECT_NE(ConnectByPsk().server_failure.kind, -1);
}

TEST_F(CPskTest, AClientWithoutAPskFails) {
  for (void (*change)(Side*) :
       {+[](Side* s) { s->answer = AIRLOCK_NONE; },
        +[](Side* s) { s->answer = AIRLOCK_ERROR; },
        +[](Side* s) { s->throws = true; },
        +[](Side* s) { s->identity_size = 129; },
        +[](Side* s) { s->identity_size = ~size_t{0}; },
        +[](Side* s) { s->key_size = 257; },
        +[](Side* s) { s->key_size = ~size_t{0}; },
        +[](Side* s) { s->key.clear(); },
        +[](Side* s) { s->identity = std::string("cli\0ent", 7); }}) {
    client_ = Side();
    client_.identity = "client";
    change(&client_);
    EXPECT_EQ(ConnectByPsk().client_failure.kind, AIRLOCK_KIND_PROTOCOL);
  }
}

TEST_F(CPskTest, AServerWithoutAPskFails) {
  for (void (*change)(Side*) :
       {+[](Side* s) { s->answer = AIRLOCK_NONE; },
        +[](Side* s) { s->throws = true; }, +[](Side* s) { s->key_size = 257; },
        +[](Side* s) { s->key.clear(); }}) {
    server_ = Side();
    change(&server_);
    const Ends ends = ConnectByPsk();
    EXPECT_EQ(ends.server_failure.kind, AIRLOCK_KIND_PROTOCOL);
    EXPECT_EQ(ends.client_failure.kind, AIRLOCK_KIND_PEER_ALERT);
    EXPECT_EQ(ends.client_failure.alert, 115);  // unknown_psk_identity
  }
}

TEST_F(CPskTest, ThePolicyForbidsItToClients) {
  const auto enforced = MakeRuntime(MakeHost("enforce"));
  EXPECT_EQ(Refusal(enforced.get(), ClientOptions()).kind, AIRLOCK_KIND_POLICY);
  airlock_context_options options = ClientOptions();
  options.server_side = 1;
  options.psk_client = nullptr;
  options.psk_server = Fill;
  EXPECT_NE(Make(enforced.get(), options), nullptr);
}

TEST_F(CPskTest, RefusesBadHints) {
  airlock_context_options options = ServerContext();
  const std::string too_long(129, 'h');
  options.psk_identity_hint = B(too_long);
  EXPECT_EQ(Refusal(runtime_.get(), options).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  options.psk_identity_hint = {"hi\0nt", 5};
  EXPECT_EQ(Refusal(runtime_.get(), options).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace airlock::c
