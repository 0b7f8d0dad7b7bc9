// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Callbacks that must answer at once, and the socket that they see.

#include <cstring>

#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

TEST(CAtOnceTest, OtherCallbacksMustAnswerAtOnce) {
  const auto runtime = MakeRuntime(MakeHost());
  airlock_context_options server_options = ServerContext();
  server_options.alpn = [](void*, airlock_socket*, const airlock_bytes*, size_t,
                           size_t* chosen) -> airlock_status {
    *chosen = 0;
    return AIRLOCK_WANT_CALLBACK;
  };
  const airlock_bytes h2 = B("h2");
  airlock_context_options client_options = ClientContext();
  client_options.alpn_protocols = &h2;
  client_options.alpn_protocols_count = 1;
  const auto server = Make(runtime.get(), server_options);
  const auto client = Make(runtime.get(), client_options);
  Wire wire;
  EXPECT_EQ(Connect(&wire, client.get(), server.get()).server_failure.kind,
            AIRLOCK_KIND_CALLBACK);

  Ends ends;
  Wire failing;
  ends.client = Wrap(client.get(), failing.client(), "localhost");
  failing.FailClient(AIRLOCK_WANT_CALLBACK);
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_socket_handshake(ends.client.get(), &error), AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_TRANSPORT);

  auto credentials = Sized<airlock_credentials>();
  credentials.certfile = Cert("server_rsa.pem");
  credentials.keyfile = Cert("server_rsa_encrypted.key");
  credentials.ask_password = [](void*, char* into, size_t,
                                size_t* size) -> airlock_status {
    EXPECT_EQ(airlock_socket_current(), nullptr);
    std::memcpy(into, "secret", 6);
    *size = 6;
    return AIRLOCK_WANT_CALLBACK;
  };
  const airlock_credentials* list = &credentials;
  server_options = ServerContext();
  server_options.credentials = &list;
  EXPECT_EQ(Refusal(runtime.get(), server_options).kind,
            AIRLOCK_KIND_CREDENTIALS);
}

TEST(CAtOnceTest, ATransportKnowsItsSocket) {
  const auto runtime = MakeRuntime(MakeHost());
  EXPECT_EQ(airlock_socket_current(), nullptr);
  airlock_socket* seen = nullptr;
  auto transport = Sized<airlock_transport>();
  transport.type = AIRLOCK_TRANSPORT_CALLBACKS;
  transport.user = &seen;
  transport.read = [](void*, void*, size_t, size_t*) -> airlock_status {
    return AIRLOCK_WANT_READ;
  };
  transport.write = [](void* user, const void*, size_t size,
                       size_t* done) -> airlock_status {
    *static_cast<airlock_socket**>(user) = airlock_socket_current();
    *done = size;
    return AIRLOCK_OK;
  };
  const auto client = Wrap(runtime.get(), transport, ClientWrap());
  EXPECT_EQ(airlock_socket_handshake(client.get(), nullptr), AIRLOCK_WANT_READ);
  EXPECT_EQ(seen, client.get());
  EXPECT_EQ(airlock_socket_current(), nullptr);
}

}  // namespace
}  // namespace airlock::c
