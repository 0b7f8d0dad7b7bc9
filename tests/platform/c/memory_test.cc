// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Each C++ allocation fails in turn: the call returns an error like others,
// nothing leaks, and nothing is freed twice.

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "platform/c/airlock.h"
#include "tests/platform/c/c_signing.h"
#include "tests/platform/c/c_testing.h"
#include "tests/support/new_failures.h"

namespace airlock::c {
namespace {

using ::airlock::testing::new_calls_left;
using ::airlock::testing::new_failed;
using ::airlock::testing::new_keeps_failing;

// Fails the first allocation of `scenario`, then the second, and so on until no
// more are needed; first alone, and then with all that follow.
void FailEach(const std::function<void()>& scenario) {
  scenario();
  for (const bool keeps_failing : {false, true}) {
    int failures = 0;
    do {
      new_failed = false;
      new_keeps_failing = keeps_failing;
      new_calls_left = failures;
      scenario();
      new_calls_left = -1;
      if (new_failed) ++failures;
    } while (new_failed && !::testing::Test::HasFailure());
    EXPECT_GT(failures, 0) << "operator new is not this test's";
  }
}

// No allocation fails during its lifetime: for the test's own checks.
class Calm {
 public:
  Calm() : left_(new_calls_left) { new_calls_left = -1; }
  ~Calm() { new_calls_left = new_failed && !new_keeps_failing ? -1 : left_; }
  Calm(const Calm&) = delete;
  Calm& operator=(const Calm&) = delete;

 private:
  const int left_;
};

// An error if an allocation failed, and the result otherwise.
template <typename T>
bool Came(airlock_status status, T* handle, airlock_error* error) {
  const Calm calm;
  EXPECT_EQ(status, new_failed ? AIRLOCK_ERROR : AIRLOCK_OK);
  EXPECT_EQ(handle == nullptr, status != AIRLOCK_OK);
  EXPECT_EQ(error == nullptr, status == AIRLOCK_OK);
  const Failure failure = Take(error);
  if (new_failed) {
    EXPECT_EQ(failure.kind, AIRLOCK_KIND_INTERNAL) << failure.message;
  }
  return status == AIRLOCK_OK;
}

// A call without the memory that it needs is an error, and stays one.
airlock_status Step(airlock_socket* socket) {
  const bool had_failed = new_failed;
  airlock_error* error = nullptr;
  const airlock_status status = airlock_socket_handshake(socket, &error);
  const Calm calm;
  EXPECT_EQ(error == nullptr, status != AIRLOCK_ERROR);
  airlock_error_free(error);
  if (new_failed && !had_failed) {
    EXPECT_EQ(status, AIRLOCK_ERROR);
    EXPECT_EQ(airlock_socket_handshake(socket, nullptr), AIRLOCK_ERROR);
  }
  return status;
}

void Count(void* user) { ++*static_cast<int*>(user); }

class CMemoryTest : public ::testing::Test {
 protected:
  CMemoryTest() {
    client_options_ = ClientContext();
    client_options_.verify =
        [](void*, airlock_socket*, const airlock_certificate* const*, size_t,
           const airlock_certificate* const*,
           size_t) -> airlock_status { return AIRLOCK_OK; };
    client_options_.alpn_protocols = protocols_;
    client_options_.alpn_protocols_count = 2;
    client_options_.handshake_ended = [](void*, airlock_socket*,
                                         const airlock_error*) {};
    server_options_ = ServerContext();
    server_options_.sni = [](void*, airlock_socket*, airlock_bytes,
                             airlock_context**,
                             uint8_t*) -> airlock_status { return AIRLOCK_OK; };
    server_options_.alpn = [](void*, airlock_socket*, const airlock_bytes*,
                              size_t, size_t* chosen) -> airlock_status {
      *chosen = 0;
      return AIRLOCK_OK;
    };
    server_options_.ticket_keys = keys_;
    server_options_.ticket_keys_count = 1;
  }

  // Fails each allocation of a handshake between contexts with these options.
  // Calls `begin` before each.
  void FailEachOfAHandshake(const std::function<void()>& begin = [] {}) {
    const auto client_context = Make(runtime_.get(), client_options_);
    const auto server_context = Make(runtime_.get(), server_options_);
    Wire wire;
    FailEach([&] {
      Handle<airlock_socket> client;
      Handle<airlock_socket> server;
      {
        const Calm calm;
        begin();
        wire.Clear();
        client = Wrap(client_context.get(), wire.client(), "localhost");
        server = Wrap(server_context.get(), wire.server());
      }
      airlock_status c = AIRLOCK_WANT_READ;
      airlock_status s = AIRLOCK_WANT_READ;
      for (int i = 0; i < 8; ++i) {
        if (c > AIRLOCK_OK) c = Step(client.get());
        if (s > AIRLOCK_OK) s = Step(server.get());
      }
      if (!new_failed) {
        EXPECT_EQ(c, AIRLOCK_OK);
        EXPECT_EQ(s, AIRLOCK_OK);
      }
    });
  }

  const airlock_bytes protocols_[2] = {B("a protocol of more than 15 bytes"),
                                       B("h2")};
  const airlock_bytes keys_[1] = {
      B("48 bytes, of which there are 16, 16 and 16 here.")};
  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  airlock_context_options client_options_;
  airlock_context_options server_options_;
};

TEST_F(CMemoryTest, Runtimes) {
  FailEach([&] {
    int releases = 0;
    auto options = Sized<airlock_runtime_options>();
    options.user = &releases;
    options.release = Count;
    options.log = [](void*, int32_t, airlock_bytes) {};
    options.audit = [](void*, const airlock_audit_event*) {};
    airlock_runtime* runtime = nullptr;
    airlock_error* error = nullptr;
    const airlock_status status =
        airlock_runtime_new(&options, &runtime, &error);
    if (Came(status, runtime, error)) {
      EXPECT_EQ(releases, 0);
      airlock_runtime_free(runtime);
    }
    EXPECT_EQ(releases, 1);
  });
}

TEST_F(CMemoryTest, Contexts) {
  for (airlock_context_options* options :
       {&client_options_, &server_options_}) {
    FailEach([&] {
      int releases = 0;
      options->user = &releases;
      options->release = Count;
      airlock_context* context = nullptr;
      airlock_error* error = nullptr;
      const airlock_status status =
          airlock_context_new(runtime_.get(), options, &context, &error);
      if (Came(status, context, error)) {
        EXPECT_EQ(releases, 0);
        airlock_context_free(context);
      }
      EXPECT_EQ(releases, 1);
    });
  }
}

TEST_F(CMemoryTest, SocketsOverCallbacks) {
  const auto context = Make(runtime_.get(), client_options_);
  const airlock_wrap_options wrap_options = ClientWrap();
  auto options = Sized<airlock_socket_options>();
  options.server_hostname = B("localhost");
  for (const bool by_context : {false, true}) {
    FailEach([&] {
      Wire wire;
      const airlock_transport transport = wire.client();
      airlock_socket* socket = nullptr;
      airlock_error* error = nullptr;
      const airlock_status status =
          by_context ? airlock_context_wrap_socket(context.get(), &transport,
                                                   &options, &socket, &error)
                     : airlock_wrap_socket(runtime_.get(), &transport,
                                           &wrap_options, &socket, &error);
      if (Came(status, socket, error)) airlock_socket_free(socket);
      EXPECT_EQ(wire.releases(), 1);
    });
  }
}

TEST_F(CMemoryTest, SocketsOverAnFd) {
  const airlock_wrap_options options = ClientWrap();
  FailEach([&] {
    int fds[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    auto transport = Sized<airlock_transport>();
    transport.type = AIRLOCK_TRANSPORT_FD;
    transport.fd = fds[0];
    transport.fd_owned = 1;
    int releases = 0;
    transport.user = &releases;
    transport.release = Count;
    airlock_socket* socket = nullptr;
    airlock_error* error = nullptr;
    const airlock_status status = airlock_wrap_socket(
        runtime_.get(), &transport, &options, &socket, &error);
    if (Came(status, socket, error)) airlock_socket_free(socket);
    EXPECT_EQ(fcntl(fds[0], F_GETFD), -1);
    EXPECT_EQ(releases, 1);
    close(fds[1]);
  });
}

TEST_F(CMemoryTest, Handshakes) {
  for (const uint16_t version : {AIRLOCK_TLS_1_2, AIRLOCK_TLS_1_3}) {
    client_options_.maximum_version = version;
    FailEachOfAHandshake();
  }
}

// A key that is elsewhere. It has each signature when it is asked again.
struct LateKey {
  bssl::UniquePtr<EVP_PKEY> key;
  bool asked = false;
};

airlock_status SignLater(void* user, uint16_t algorithm, airlock_bytes input,
                         void* into, size_t room, size_t* size) {
  auto* const late = static_cast<LateKey*>(user);
  late->asked = !late->asked;
  if (late->asked) return AIRLOCK_WANT_CALLBACK;
  return SignWith(late->key.get(), algorithm, input, into, room, size);
}

airlock_credentials KeyElsewhere(LateKey* key, absl::string_view chain) {
  auto credentials = Sized<airlock_credentials>();
  credentials.certfile = Cert(chain);
  credentials.sign = SignLater;
  credentials.user = key;
  return credentials;
}

TEST_F(CMemoryTest, HandshakesWithKeysElsewhere) {
  LateKey client_key = {LoadKey("client_p256")};
  LateKey server_key = {LoadKey("server_p256")};
  const airlock_credentials client =
      KeyElsewhere(&client_key, "client_p256.pem");
  const airlock_credentials server =
      KeyElsewhere(&server_key, "server_p256_chain.pem");
  const airlock_credentials* const clients[] = {&client};
  const airlock_credentials* const servers[] = {&server};
  client_options_.credentials = clients;
  client_options_.credentials_count = 1;
  server_options_.credentials = servers;
  server_options_.credentials_count = 1;
  server_options_.cert_reqs = AIRLOCK_CERT_REQUIRED;
  for (const uint16_t version : {AIRLOCK_TLS_1_2, AIRLOCK_TLS_1_3}) {
    client_options_.maximum_version = version;
    FailEachOfAHandshake([&] { client_key.asked = server_key.asked = false; });
  }
}

airlock_status SharedKey(void*, airlock_socket*, airlock_bytes,
                         airlock_psk* psk) {
  psk->identity_size = sizeof(psk->identity);
  std::memset(psk->identity, 'i', psk->identity_size);
  psk->key_size = sizeof(psk->key);
  std::memset(psk->key, 'k', psk->key_size);
  return AIRLOCK_OK;
}

TEST_F(CMemoryTest, HandshakesWithPresharedKeys) {
  client_options_.maximum_version = AIRLOCK_TLS_1_2;
  client_options_.ciphers = server_options_.ciphers = B("PSK");
  client_options_.verify = nullptr;
  client_options_.psk_client = SharedKey;
  server_options_.psk_server = SharedKey;
  server_options_.psk_identity_hint = B("a hint of more than 15 bytes");
  FailEachOfAHandshake();
}

// Excludes JSON: nlohmann::json allocates in its destructor, so that it ends
// the process if memory runs out.
TEST_F(CMemoryTest, Queries) {
  Wire wire;
  const auto client_context = Make(runtime_.get(), client_options_);
  const auto server_context = Make(runtime_.get(), server_options_);
  const Ends ends = Connect(&wire, client_context.get(), server_context.get());
  ExpectSent(ends.server.get(), ends.client.get(), "tickets come along");
  static airlock_socket* client = nullptr;
  client = ends.client.get();
  for (airlock_status (*query)(airlock_buffer*, airlock_error**) :
       {+[](airlock_buffer*out, airlock_error**error) {
          airlock_certificate* certificate = nullptr;
          airlock_status status =
              airlock_socket_peer_certificate(client, &certificate, error);
          if (status == AIRLOCK_OK) {
            status = airlock_certificate_pem(certificate, out, error);
          }
          airlock_certificate_free(certificate);
          return status;
        },
        +[](airlock_buffer*out, airlock_error**error) {
          airlock_session* session = nullptr;
          airlock_status status =
              airlock_socket_session(client, &session, error);
          if (status == AIRLOCK_OK) {
            status = airlock_session_serialize(session, out, error);
          }
          airlock_session_free(session);
          return status;
        },
        +[](airlock_buffer*out, airlock_error**error) {
          return airlock_socket_channel_binding(
              client, AIRLOCK_BINDING_TLS_EXPORTER, out, error);
        },
        +[](airlock_buffer*out, airlock_error**error) {
          // The error itself needs memory.
          const airlock_status status = airlock_socket_match_hostname(
              client, B("a-name-of-many-letters.example.com"), error);
          const Calm calm;
          EXPECT_EQ(status, AIRLOCK_ERROR);
          if (new_failed) return status;
          EXPECT_EQ(Take(*error).kind, AIRLOCK_KIND_HOSTNAME);
          *error = nullptr;
          out->data = static_cast<char*>(std::malloc(1));
          return airlock_status{AIRLOCK_OK};
        }}) {
    FailEach([&] {
      airlock_buffer buffer = {nullptr, 0};
      airlock_error* error = nullptr;
      const airlock_status status = query(&buffer, &error);
      Came(status, buffer.data, error);
      airlock_buffer_free(&buffer);
    });
  }
}

}  // namespace
}  // namespace airlock::c
