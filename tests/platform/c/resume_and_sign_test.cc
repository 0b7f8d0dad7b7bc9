// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Keys that are elsewhere, certificates selected by the server's CAs, and a
// host's own session cache.

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/platform/c/c_signing.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

// A key as in a security module.
struct Module {
  bssl::UniquePtr<EVP_PKEY> key;
  int signatures = 0;
  int releases = 0;
  airlock_status answer = AIRLOCK_OK;
  size_t size = 0;  // If not 0, returned instead of the real size.
};

std::unique_ptr<Module> Load(absl::string_view name) {
  auto module = std::make_unique<Module>();
  module->key = LoadKey(name);
  return module;
}

airlock_status Sign(void* user, uint16_t algorithm, airlock_bytes input,
                    void* into, size_t room, size_t* size) {
  auto* const module = static_cast<Module*>(user);
  ++module->signatures;
  if (module->answer != AIRLOCK_OK) return module->answer;
  const airlock_status status =
      SignWith(module->key.get(), algorithm, input, into, room, size);
  if (module->size != 0) *size = module->size;
  return status;
}

void Release(void* user) { ++static_cast<Module*>(user)->releases; }

absl::string_view Chain() {
  const airlock_bytes chain = Cert("server_p256_chain.pem");
  return {chain.data, chain.size};
}

airlock_credentials SignedBy(Module* module, absl::string_view chain) {
  auto credentials = Sized<airlock_credentials>();
  credentials.certfile = B(chain);
  credentials.sign = Sign;
  credentials.release = Release;
  credentials.user = module;
  return credentials;
}

class CSignTest : public ::testing::Test {
 protected:
  Ends ConnectTo(const airlock_credentials& credentials, uint16_t version) {
    const airlock_credentials* list[] = {&credentials};
    airlock_context_options options = ServerContext();
    options.credentials = list;
    options.maximum_version = version;
    server_ = Make(runtime_.get(), options);
    if (server_ == nullptr) return {};
    client_ = Make(runtime_.get(), ClientContext());
    return Connect(&wire_, client_.get(), server_.get());
  }

  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  Wire wire_;
  Handle<airlock_context> client_;
  Handle<airlock_context> server_;
};

TEST_F(CSignTest, AServersKeyIsElsewhere) {
  for (const auto& [key, certificate] :
       std::vector<std::pair<std::string, std::string>>{
           {"server_p256", Str(Cert("server_p256_chain.pem"))},
           {"server_rsa",
            Str(Cert("server_rsa.pem")) + Str(Cert("intermediate.pem"))}}) {
    for (const uint16_t version : {AIRLOCK_TLS_1_2, AIRLOCK_TLS_1_3}) {
      const auto module = Load(key);
      {
        const Ends ends =
            ConnectTo(SignedBy(module.get(), certificate), version);
        EXPECT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
        EXPECT_EQ(ends.server_failure.kind, -1) << ends.server_failure.message;
        EXPECT_EQ(module->signatures, 1);
        ExpectSent(ends.client.get(), ends.server.get(), "hello");
        server_.reset();
        EXPECT_EQ(module->releases, 0);
      }
      EXPECT_EQ(module->releases, 1);
    }
  }
}

TEST_F(CSignTest, WhatFailsEndsTheHandshake) {
  for (void (*change)(Module*) : {+[](Module* m) { m->answer = AIRLOCK_ERROR; },
                                  +[](Module* m) { m->answer = AIRLOCK_NONE; },
                                  +[](Module* m) { m->size = 2049; },
                                  +[](Module* m) { m->size = ~size_t{0}; },
                                  +[](Module* m) { m->size = 2048; }}) {
    const auto module = Load("server_p256");
    change(module.get());
    const Ends ends =
        ConnectTo(SignedBy(module.get(), Chain()), AIRLOCK_TLS_1_3);
    EXPECT_EQ(ends.server_failure.kind, AIRLOCK_KIND_CALLBACK);
    EXPECT_NE(ends.client_failure.kind, -1);
    server_.reset();  // It and `ends` need `module`.
  }
  // A key that does not match the certificate.
  const auto other = Load("client_p256");
  EXPECT_NE(ConnectTo(SignedBy(other.get(), Chain()), AIRLOCK_TLS_1_3)
                .client_failure.kind,
            -1);
  server_.reset();
}

TEST_F(CSignTest, AKeyAndACallbackAreTooMuch) {
  const auto module = Load("server_p256");
  airlock_credentials credentials = SignedBy(module.get(), Chain());
  credentials.keyfile = Cert("server_p256.key");
  const airlock_credentials* list[] = {&credentials};
  airlock_context_options options = ServerContext();
  options.credentials = list;
  EXPECT_EQ(Refusal(runtime_.get(), options).kind, AIRLOCK_KIND_CREDENTIALS);
  EXPECT_EQ(module->releases, 1);
  credentials.keyfile = {nullptr, 0};
  credentials.certfile = Cert("server_p256.key");
  EXPECT_EQ(Refusal(runtime_.get(), options).kind, AIRLOCK_KIND_CREDENTIALS);
  EXPECT_EQ(module->releases, 2);
  // Even if something else is wrong.
  credentials.certfile = Cert("server_p256_chain.pem");
  options.groups = B("none");
  EXPECT_EQ(Refusal(runtime_.get(), options).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(module->releases, 3);
  options.groups = {nullptr, 0};
  options.server_side = 3;
  EXPECT_EQ(Refusal(runtime_.get(), options).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(module->releases, 4);
}

TEST_F(CSignTest, AHostKeepsSessions) {
  struct Cache {
    std::vector<Handle<airlock_session>> sessions;
    std::vector<void*> users;
  } cache;
  airlock_context_options options = ClientContext();
  options.user = &cache;
  options.new_session = [](void* user, airlock_socket* socket,
                           airlock_session* session) {
    auto* const kept = static_cast<Cache*>(user);
    kept->sessions.emplace_back(session);
    void* mine = nullptr;
    EXPECT_EQ(airlock_socket_user(socket, &mine, nullptr), AIRLOCK_OK);
    kept->users.push_back(mine);
  };
  const auto client = Make(runtime_.get(), options);
  const auto server = Make(runtime_.get(), ServerContext());
  {
    const Ends ends = Connect(&wire_, client.get(), server.get());
    ExpectSent(ends.server.get(), ends.client.get(), "hello");
  }
  ASSERT_FALSE(cache.sessions.empty());
  const Handle<airlock_session> kept = std::move(cache.sessions.back());
  const Ends ends = Connect(&wire_, client.get(), server.get(), kept.get());
  EXPECT_EQ(Info(ends.client).session_reused, 1);
}

}  // namespace
}  // namespace airlock::c
