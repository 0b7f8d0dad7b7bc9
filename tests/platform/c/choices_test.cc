// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Yes-or-no fields: C's booleans have their usual meaning, and a client with
// defaults verifies everything.

#include <sys/socket.h>
#include <unistd.h>

#include <climits>
#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "platform/c/internal/handles.h"
#include "platform/c/internal/values.h"
#include "ssl/context.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

constexpr int32_t kOthers[] = {-1, 2, 3, 255, 256, INT32_MAX, INT32_MIN};

// The result of the client's handshake with the server of `server_p256`, whose
// name is localhost.
class CChoicesTest : public ::testing::Test {
 protected:
  Failure Shake(const airlock_wrap_options& client) {
    Wire wire;
    return Connect(runtime_.get(), &wire, client, ServerWrap()).client_failure;
  }

  int WrapKind(const airlock_wrap_options& options) {
    Wire wire;
    const airlock_transport transport = wire.client();
    airlock_socket* socket = nullptr;
    airlock_error* error = nullptr;
    airlock_wrap_socket(runtime_.get(), &transport, &options, &socket, &error);
    airlock_socket_free(socket);
    return Take(error).kind;
  }

  int SocketKind(airlock_context* context,
                 const airlock_socket_options& options) {
    Wire wire;
    const airlock_transport transport = wire.client();
    airlock_socket* socket = nullptr;
    airlock_error* error = nullptr;
    airlock_context_wrap_socket(context, &transport, &options, &socket, &error);
    airlock_socket_free(socket);
    return Take(error).kind;
  }

  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost("off"));
};

TEST_F(CChoicesTest, TrueIsYesAndFalseIsTheDefault) {
  EXPECT_EQ(AIRLOCK_YES, static_cast<int>(true));
  EXPECT_EQ(AIRLOCK_UNSET, static_cast<int>(false));
  for (const bool otherwise : {true, false}) {
    EXPECT_EQ(*internal::Flag(int32_t{true}, "field", otherwise), true);
    EXPECT_EQ(*internal::Flag(int32_t{false}, "field", otherwise), otherwise);
    EXPECT_EQ(*internal::Flag(AIRLOCK_NO, "field", otherwise), false);
    for (const int32_t other : kOthers) {
      EXPECT_FALSE(internal::Flag(other, "field", otherwise).ok()) << other;
    }
  }
}

TEST_F(CChoicesTest, OnlyNoSwitchesTheNameOff) {
  for (const int32_t value :
       {int32_t{false}, int32_t{true}, +AIRLOCK_UNSET, +AIRLOCK_YES}) {
    airlock_wrap_options client = ClientWrap("evil.test");
    client.check_hostname = value;
    EXPECT_EQ(Shake(client).kind, AIRLOCK_KIND_HOSTNAME) << value;
    client.cert_reqs = AIRLOCK_CERT_REQUIRED;
    EXPECT_EQ(Shake(client).kind, AIRLOCK_KIND_HOSTNAME) << value;
    auto context = ClientContext();
    context.check_hostname = value;
    Wire wire;
    Ends ends;
    const auto made = Make(runtime_.get(), context);
    const auto server = Make(runtime_.get(), ServerContext());
    ends.client = Wrap(made.get(), wire.client(), "evil.test");
    ends.server = Wrap(server.get(), wire.server());
    ShakeHands(&ends);
    EXPECT_EQ(ends.client_failure.kind, AIRLOCK_KIND_HOSTNAME) << value;
  }
  airlock_wrap_options client = ClientWrap("evil.test");
  client.check_hostname = AIRLOCK_NO;
  EXPECT_EQ(Shake(client).kind, -1);
}

TEST_F(CChoicesTest, AClientVerifiesChainAndNameByDefault) {
  for (const char* const mode : {"off", "default", "enforce"}) {
    runtime_ = MakeRuntime(MakeHost(mode));
    EXPECT_EQ(Shake(ClientWrap()).kind, -1) << mode;
    EXPECT_EQ(Shake(ClientWrap("evil.test")).kind, AIRLOCK_KIND_HOSTNAME);
    airlock_wrap_options stranger = ClientWrap();
    stranger.cadata = Cert("other_root.pem");
    EXPECT_EQ(Shake(stranger).kind, AIRLOCK_KIND_VERIFICATION) << mode;

    // A missing name cannot be checked.
    auto nameless = Sized<airlock_wrap_options>();
    nameless.do_handshake_on_connect = AIRLOCK_NO;
    const int kind = WrapKind(nameless);
    EXPECT_TRUE(kind == AIRLOCK_KIND_INVALID_ARGUMENT ||
                kind == AIRLOCK_KIND_POLICY)
        << mode << " " << kind;
    const auto context = Make(runtime_.get(), ClientContext());
    const int socket =
        SocketKind(context.get(), Sized<airlock_socket_options>());
    EXPECT_TRUE(socket == AIRLOCK_KIND_INVALID_ARGUMENT ||
                socket == AIRLOCK_KIND_POLICY)
        << mode << " " << socket;
  }
}

TEST_F(CChoicesTest, NoNumberOfAnotherLibrarySwitchesVerificationOff) {
  // OpenSSL's SSL_VERIFY_*, Python's CERT_*, a boolean, and neighbours.
  for (int32_t value = -2; value <= 64; ++value) {
    if (value == AIRLOCK_CERT_NONE || value == AIRLOCK_CERT_OPTIONAL) continue;
    airlock_wrap_options client = ClientWrap();
    client.cert_reqs = value;
    const bool good = value == AIRLOCK_UNSET || value == AIRLOCK_CERT_REQUIRED;
    EXPECT_EQ(WrapKind(client), good ? -1 : AIRLOCK_KIND_INVALID_ARGUMENT)
        << value;
    if (!good) continue;
    client.cadata = Cert("other_root.pem");
    EXPECT_EQ(Shake(client).kind, AIRLOCK_KIND_VERIFICATION) << value;
  }
  airlock_wrap_options client = ClientWrap("evil.test");
  client.cert_reqs = AIRLOCK_CERT_NONE;
  EXPECT_EQ(Shake(client).kind, -1);
}

TEST_F(CChoicesTest, TrueHandshakesAndSendsTheName) {
  airlock_wrap_options client = ClientWrap();
  // The wire does not wait, so that a handshake cannot be finished.
  for (const int32_t value : {int32_t{true}, int32_t{false}}) {
    client.do_handshake_on_connect = value;
    EXPECT_EQ(WrapKind(client), AIRLOCK_KIND_INVALID_ARGUMENT) << value;
  }
  client.do_handshake_on_connect = AIRLOCK_NO;
  EXPECT_EQ(WrapKind(client), -1);

  const auto context = Make(runtime_.get(), ClientContext());
  const auto server = Make(runtime_.get(), ServerContext());
  for (const int32_t value : {int32_t{true}, int32_t{false}, +AIRLOCK_NO}) {
    Wire wire;
    auto options = Sized<airlock_socket_options>();
    options.server_hostname = B("localhost");
    options.send_sni = value;
    const airlock_transport transport = wire.client();
    airlock_socket* socket = nullptr;
    ASSERT_EQ(airlock_context_wrap_socket(context.get(), &transport, &options,
                                          &socket, nullptr),
              AIRLOCK_OK);
    Ends ends;
    ends.client.reset(socket);
    ends.server = Wrap(server.get(), wire.server());
    ShakeHands(&ends);
    EXPECT_EQ(Str(Info(ends.server).server_name),
              value == AIRLOCK_NO ? "" : "localhost");
  }
}

TEST_F(CChoicesTest, OnlyYesAcceptsATruncatedStream) {
  for (const int32_t value : {int32_t{true}, int32_t{false}, +AIRLOCK_NO}) {
    Wire wire;
    airlock_wrap_options client = ClientWrap();
    client.suppress_ragged_eofs = value;
    const Ends ends = Connect(runtime_.get(), &wire, client, ServerWrap());
    wire.EndServer();
    char byte = 0;
    size_t done = 0;
    EXPECT_EQ(airlock_socket_read(ends.client.get(), &byte, 1, &done, nullptr),
              value == AIRLOCK_YES ? AIRLOCK_CLOSED : AIRLOCK_ERROR)
        << value;
  }
}

TEST_F(CChoicesTest, OtherValuesAreErrorsInEachField) {
  for (const int32_t other : kOthers) {
    for (const auto field : {&airlock_wrap_options::server_side,
                             &airlock_wrap_options::do_handshake_on_connect,
                             &airlock_wrap_options::suppress_ragged_eofs,
                             &airlock_wrap_options::check_hostname,
                             &airlock_wrap_options::alpn_required}) {
      airlock_wrap_options options = ClientWrap();
      options.*field = other;
      EXPECT_EQ(WrapKind(options), AIRLOCK_KIND_INVALID_ARGUMENT) << other;
    }
    const auto context = Make(runtime_.get(), ClientContext());
    for (const auto field : {&airlock_socket_options::suppress_ragged_eofs,
                             &airlock_socket_options::send_sni}) {
      auto options = Sized<airlock_socket_options>();
      options.server_hostname = B("localhost");
      options.*field = other;
      EXPECT_EQ(SocketKind(context.get(), options),
                AIRLOCK_KIND_INVALID_ARGUMENT)
          << other;
    }
  }
}

TEST_F(CChoicesTest, AContextTakesBooleansAsTheyAre) {
  using Field = int32_t airlock_context_options::*;
  using Made = bool (*)(const ssl::ContextOptions&);
  const std::vector<std::pair<Field, Made>> fields = {
      {&airlock_context_options::check_hostname,
       [](const ssl::ContextOptions& o) {
         return o.verification.check_hostname;
       }},
      {&airlock_context_options::common_name_fallback,
       [](const ssl::ContextOptions& o) {
         return o.verification.hostname.common_name_fallback;
       }},
      {&airlock_context_options::alpn_required,
       [](const ssl::ContextOptions& o) { return o.alpn_required; }},
      {&airlock_context_options::request_ocsp,
       [](const ssl::ContextOptions& o) { return o.request_ocsp; }},
      {&airlock_context_options::accept_compressed_certificates,
       [](const ssl::ContextOptions& o) {
         return o.accept_compressed_certificates;
       }},
      {&airlock_context_options::request_sct,
       [](const ssl::ContextOptions& o) { return o.request_sct; }},
      {&airlock_context_options::cipher_server_preference,
       [](const ssl::ContextOptions& o) { return o.cipher_server_preference; }},
      {&airlock_context_options::session_tickets,
       [](const ssl::ContextOptions& o) { return o.session_tickets; }},
  };
  const auto made = [this](Field field, Made get, int32_t value) {
    airlock_context_options options = ClientContext();
    options.*field = value;
    return get(Make(runtime_.get(), options)->context->options());
  };
  for (const auto& [field, get] : fields) {
    EXPECT_TRUE(made(field, get, true));
    EXPECT_FALSE(made(field, get, AIRLOCK_NO));
  }
}

TEST_F(CChoicesTest, TrueOwnsTheDescriptor) {
  for (const int32_t owned : {int32_t{true}, int32_t{false}, +AIRLOCK_NO, 3}) {
    int fds[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    auto transport = Sized<airlock_transport>();
    transport.type = AIRLOCK_TRANSPORT_FD;
    transport.fd = fds[0];
    transport.fd_owned = owned;
    const airlock_wrap_options options = ClientWrap();
    airlock_socket* socket = nullptr;
    EXPECT_EQ(airlock_wrap_socket(runtime_.get(), &transport, &options, &socket,
                                  nullptr),
              owned == 3 ? AIRLOCK_ERROR : AIRLOCK_OK);
    airlock_socket_free(socket);
    char byte = 0;
    // At its end if the other side is closed.
    EXPECT_EQ(recv(fds[1], &byte, 1, MSG_DONTWAIT), owned == 1 ? 0 : -1);
    close(fds[1]);
    if (owned != 1) close(fds[0]);
  }
}

}  // namespace
}  // namespace airlock::c
