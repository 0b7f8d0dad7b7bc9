// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Callbacks that answer later.

#include <openssl/evp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "tests/platform/c/c_signing.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

enum class Which {
  kSni,
  kClientVerify,
  kServerVerify,
  kPskClient,
  kPskServer,
  kClientSign,
  kServerSign,
};

// What a host knows: whether the answer is there, and which it is.
class Host {
 public:
  // From any thread.
  void Bring(airlock_status answer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    answer_ = answer;
    there_.notify_all();
  }
  // Another connection, of which nothing is known.
  void Forget() {
    const std::lock_guard<std::mutex> lock(mutex_);
    answer_ = AIRLOCK_WANT_CALLBACK;
    calls_ = 0;
  }
  void AwaitAnswer() {
    std::unique_lock<std::mutex> lock(mutex_);
    there_.wait(lock, [this] { return answer_ != AIRLOCK_WANT_CALLBACK; });
  }
  void AwaitCall() {
    std::unique_lock<std::mutex> lock(mutex_);
    asked_.wait(lock, [this] { return calls_ > 0; });
  }
  int calls() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return calls_;
  }

  // From a callback. AIRLOCK_TIMEOUT stands for an exception.
  airlock_status Ask(const std::string& about) {
    airlock_socket* const current = airlock_socket_current();
    void* user = nullptr;
    EXPECT_EQ(airlock_socket_user(current, &user, nullptr), AIRLOCK_OK);
    EXPECT_EQ(airlock_socket_handshake(current, nullptr), AIRLOCK_ERROR);
    const std::lock_guard<std::mutex> lock(mutex_);
    // The same socket asks, and for the same.
    if (calls_++ == 0) {
      socket_ = current;
      about_ = about;
    }
    EXPECT_EQ(current, socket_);
    EXPECT_EQ(about, about_);
    asked_.notify_all();
    if (answer_ == AIRLOCK_TIMEOUT) throw std::runtime_error("a host's");
    return answer_;
  }

  int releases = 0;

 private:
  mutable std::mutex mutex_;
  std::condition_variable there_;
  std::condition_variable asked_;
  airlock_status answer_ = AIRLOCK_WANT_CALLBACK;
  int calls_ = 0;
  airlock_socket* socket_ = nullptr;
  std::string about_;
};

void Release(void* user) { ++static_cast<Host*>(user)->releases; }

airlock_status Sni(void* user, airlock_socket* /*socket*/, airlock_bytes name,
                   airlock_context** /*context*/, uint8_t* /*alert*/) {
  return static_cast<Host*>(user)->Ask(Str(name));
}

airlock_status Verify(void* user, airlock_socket* /*socket*/,
                      const airlock_certificate* const* presented,
                      size_t presented_count,
                      const airlock_certificate* const* /*verified*/,
                      size_t /*verified_count*/) {
  airlock_bytes der = {nullptr, 0};
  EXPECT_GT(presented_count, 0u);
  EXPECT_EQ(airlock_certificate_der(presented[0], &der, nullptr), AIRLOCK_OK);
  return static_cast<Host*>(user)->Ask(Str(der));
}

airlock_status Psk(void* user, airlock_socket* /*socket*/, airlock_bytes asked,
                   airlock_psk* psk) {
  // Filled in whatever the answer is: only AIRLOCK_OK makes it one.
  psk->identity_size = 2;
  std::memcpy(psk->identity, "me", 2);
  psk->key_size = 3;
  std::memcpy(psk->key, "key", 3);
  return static_cast<Host*>(user)->Ask(Str(asked));
}

// The other side's, which answers at once.
airlock_status PskAtOnce(void* /*user*/, airlock_socket* /*socket*/,
                         airlock_bytes /*asked*/, airlock_psk* psk) {
  psk->identity_size = 2;
  std::memcpy(psk->identity, "me", 2);
  psk->key_size = 3;
  std::memcpy(psk->key, "key", 3);
  return AIRLOCK_OK;
}

airlock_status Sign(void* user, uint16_t algorithm, airlock_bytes input,
                    void* into, size_t room, size_t* size) {
  auto* const host = static_cast<Host*>(user);
  const airlock_status answer = host->Ask(Str(input));
  if (answer != AIRLOCK_OK) return answer;
  void* name = nullptr;
  EXPECT_EQ(airlock_socket_user(airlock_socket_current(), &name, nullptr),
            AIRLOCK_OK);
  return SignWith(LoadKey(static_cast<const char*>(name)).get(), algorithm,
                  input, into, room, size);
}

// Callbacks of the host's, one of which may answer later, on one end of a
// connection whose other end is none of its business.
class CLateTest : public ::testing::TestWithParam<std::tuple<Which, uint16_t>> {
 protected:
  CLateTest() {
    own_ = Sized<airlock_credentials>();
    own_.certfile =
        Cert(ByServer() ? "server_p256_chain.pem" : "client_p256.pem");
    own_.keyfile = Cert(ByServer() ? "server_p256.key" : "client_p256.key");
    airlock_context_options client = ClientContext();
    airlock_context_options server = ServerContext();
    airlock_context_options& late = ByServer() ? server : client;
    late.user = &host_;
    late.release = Release;
    client.maximum_version = std::get<1>(GetParam());
    switch (which()) {
      case Which::kSni:
        server.sni = Sni;
        break;
      case Which::kClientVerify:
        client.verify = Verify;
        break;
      case Which::kServerVerify:
        server.verify = Verify;
        server.cert_reqs = AIRLOCK_CERT_REQUIRED;
        other_ = Sized<airlock_credentials>();
        other_.certfile = Cert("client_p256.pem");
        other_.keyfile = Cert("client_p256.key");
        client.credentials = &other_list_;
        client.credentials_count = 1;
        break;
      case Which::kPskClient:
      case Which::kPskServer:
        client.ciphers = B("PSK");
        server.ciphers = B("PSK");
        client.psk_client = which() == Which::kPskClient ? Psk : PskAtOnce;
        server.psk_server = which() == Which::kPskServer ? Psk : PskAtOnce;
        server.credentials_count = 0;
        server.psk_identity_hint = B("who are you?");
        break;
      case Which::kClientSign:
        server.cert_reqs = AIRLOCK_CERT_REQUIRED;
        [[fallthrough]];
      case Which::kServerSign:
        own_.keyfile = {nullptr, 0};
        own_.sign = Sign;
        own_.user = &host_;
        own_.release = Release;
        late.credentials = &own_list_;
        late.credentials_count = 1;
        break;
    }
    client_context_ = Make(runtime_.get(), client);
    server_context_ = Make(runtime_.get(), server);
  }

  static Which which() { return std::get<0>(GetParam()); }
  static bool ByServer() {
    return which() == Which::kSni || which() == Which::kServerVerify ||
           which() == Which::kPskServer || which() == Which::kServerSign;
  }

  // A client of TLS 1.3 is done before its server has looked at it.
  static bool OtherIsDone() {
    return which() == Which::kServerVerify &&
           std::get<1>(GetParam()) == AIRLOCK_TLS_1_3;
  }

  airlock_socket* client() { return ends_.client.get(); }
  airlock_socket* server() { return ends_.server.get(); }
  airlock_socket* late() { return ByServer() ? server() : client(); }
  airlock_socket* other() { return ByServer() ? client() : server(); }
  Failure& late_failure() {
    return ByServer() ? ends_.server_failure : ends_.client_failure;
  }

  void WrapBoth(const airlock_transport& client,
                const airlock_transport& server) {
    ends_.client = Wrap(client_context_.get(), client, "localhost");
    ends_.server = Wrap(server_context_.get(), server);
    // The names of their keys.
    static char client_key[] = "client_p256";
    static char server_key[] = "server_p256";
    airlock_socket_set_user(this->client(), client_key, nullptr);
    airlock_socket_set_user(this->server(), server_key, nullptr);
  }
  void WrapInMemory() { WrapBoth(wire_.client(), wire_.server()); }

  static airlock_status Step(airlock_socket* socket) {
    airlock_error* error = nullptr;
    const airlock_status status = airlock_socket_handshake(socket, &error);
    EXPECT_EQ(error != nullptr, status == AIRLOCK_ERROR);
    airlock_error_free(error);
    return status;
  }

  // Until the callback was asked, and has no answer.
  void ShakeUntilAsked() {
    for (int i = 0; i < 10; ++i) {
      if (Step(late()) == AIRLOCK_WANT_CALLBACK) return;
      ASSERT_NE(Step(other()), AIRLOCK_WANT_CALLBACK);
    }
    FAIL() << "not asked";
  }

  static void ExpectRead(airlock_socket* socket) {
    char byte = 0;
    size_t done = 0;
    EXPECT_EQ(airlock_socket_read(socket, &byte, 1, &done, nullptr),
              AIRLOCK_OK);
  }

  // By the context, and by the key that has the same user.
  void ExpectReleased() {
    EXPECT_EQ(host_.releases, own_.release == nullptr ? 1 : 2);
  }

  void ExpectUndone() {
    auto info = Sized<airlock_connection_info>();
    EXPECT_EQ(airlock_socket_info(late(), &info, nullptr), AIRLOCK_NONE);
  }

  void ExpectConnected() {
    EXPECT_EQ(ends_.client_failure.kind, -1) << ends_.client_failure.message;
    EXPECT_EQ(ends_.server_failure.kind, -1) << ends_.server_failure.message;
    ExpectSent(client(), server(), "ping");
    ExpectSent(server(), client(), "pong");
  }

  Host host_;
  airlock_credentials own_;
  airlock_credentials other_;
  const airlock_credentials* own_list_ = &own_;
  const airlock_credentials* other_list_ = &other_;
  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  Wire wire_;
  Handle<airlock_context> client_context_;
  Handle<airlock_context> server_context_;
  Ends ends_;
};

std::vector<std::tuple<Which, uint16_t>> All() {
  std::vector<std::tuple<Which, uint16_t>> all;
  for (const Which which :
       {Which::kSni, Which::kClientVerify, Which::kServerVerify,
        Which::kClientSign, Which::kServerSign}) {
    all.emplace_back(which, AIRLOCK_TLS_1_2);
    all.emplace_back(which, AIRLOCK_TLS_1_3);
  }
  all.emplace_back(Which::kPskClient, AIRLOCK_TLS_1_2);
  all.emplace_back(Which::kPskServer, AIRLOCK_TLS_1_2);
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, CLateTest, ::testing::ValuesIn(All()));

TEST_P(CLateTest, GoesOnOnceTheAnswerIsThere) {
  WrapInMemory();
  ShakeUntilAsked();
  EXPECT_EQ(host_.calls(), 1);
  // Early calls, of all that shake hands, do no harm.
  char byte = 'x';
  size_t done = 1;
  EXPECT_EQ(airlock_socket_read(late(), &byte, 1, &done, nullptr),
            AIRLOCK_WANT_CALLBACK);
  EXPECT_EQ(done, 0u);
  done = 1;
  EXPECT_EQ(airlock_socket_write(late(), &byte, 1, &done, nullptr),
            AIRLOCK_WANT_CALLBACK);
  EXPECT_EQ(done, 0u);
  const airlock_bytes pieces[] = {B("a"), B("b")};
  EXPECT_EQ(airlock_socket_writev(late(), pieces, 2, &done, nullptr),
            AIRLOCK_WANT_CALLBACK);
  EXPECT_EQ(Step(late()), AIRLOCK_WANT_CALLBACK);
  EXPECT_EQ(host_.calls(), 5);
  ExpectUndone();
  EXPECT_NE(Step(other()), AIRLOCK_ERROR);
  host_.Bring(AIRLOCK_OK);
  ShakeHands(&ends_);
  ExpectConnected();
  EXPECT_EQ(host_.calls(), 6);
}

TEST_P(CLateTest, MayBeARefusal) {
  for (const airlock_status refusal :
       {+AIRLOCK_ERROR, +AIRLOCK_NONE, +AIRLOCK_TIMEOUT}) {
    wire_.Clear();
    ends_ = Ends();
    host_.Forget();
    WrapInMemory();
    ShakeUntilAsked();
    host_.Bring(refusal);
    ShakeHands(&ends_);
    const int kind = late_failure().kind;
    EXPECT_EQ(kind,
              which() == Which::kClientVerify || which() == Which::kServerVerify
                  ? AIRLOCK_KIND_VERIFICATION
              : which() == Which::kPskClient || which() == Which::kPskServer
                  ? AIRLOCK_KIND_PROTOCOL
                  : AIRLOCK_KIND_CALLBACK);
    ExpectUndone();
    // For good, whatever the host says from here on.
    const int calls = host_.calls();
    host_.Bring(AIRLOCK_OK);
    EXPECT_EQ(Step(late()), AIRLOCK_ERROR);
    EXPECT_EQ(host_.calls(), calls);
    if (!OtherIsDone()) {
      EXPECT_NE(ends_.client_failure.kind, -1);
      EXPECT_NE(ends_.server_failure.kind, -1);
    }
  }
}

TEST_P(CLateTest, IsNotWaitedForWhereItIsThere) {
  host_.Bring(AIRLOCK_OK);
  WrapInMemory();
  ShakeHands(&ends_);
  ExpectConnected();
  EXPECT_EQ(host_.calls(), 1);
}

// What the host knows may change until the callback gives it.
TEST_P(CLateTest, IsWhatTheCallbackGives) {
  WrapInMemory();
  ShakeUntilAsked();
  host_.Bring(AIRLOCK_ERROR);
  host_.Bring(AIRLOCK_OK);
  ShakeHands(&ends_);
  const int calls = host_.calls();
  host_.Bring(AIRLOCK_ERROR);
  ExpectConnected();
  EXPECT_EQ(Step(late()), AIRLOCK_OK);
  EXPECT_EQ(host_.calls(), calls);
}

TEST_P(CLateTest, NobodyAsksOfASocketThatIsFreed) {
  for (const bool answered : {false, true}) {
    ends_ = Ends();
    wire_.Clear();
    host_.Forget();
    WrapInMemory();
    ShakeUntilAsked();
    if (answered) host_.Bring(AIRLOCK_OK);
    (ByServer() ? ends_.server : ends_.client).reset();
    host_.Bring(AIRLOCK_OK);
    EXPECT_EQ(host_.calls(), 1);
    EXPECT_EQ(Step(other()), OtherIsDone() ? AIRLOCK_OK : AIRLOCK_WANT_READ);
  }
  EXPECT_EQ(host_.releases, 0);
  ends_ = Ends();
  client_context_.reset();
  server_context_.reset();
  ExpectReleased();
}

// A context and a runtime may be gone before the answer.
TEST_P(CLateTest, NeedsNoHandleButTheSocket) {
  WrapInMemory();
  ShakeUntilAsked();
  client_context_.reset();
  server_context_.reset();
  runtime_.reset();
  host_.Bring(AIRLOCK_OK);
  ShakeHands(&ends_);
  ExpectConnected();
  // No callback of the context's uses it where it is the key that asks.
  EXPECT_EQ(host_.releases, own_.release == nullptr ? 0 : 1);
  ends_ = Ends();
  ExpectReleased();
}

TEST_P(CLateTest, AnotherThreadMayGoOn) {
  WrapInMemory();
  ShakeUntilAsked();
  std::thread([this] {
    host_.Bring(AIRLOCK_OK);
    ShakeHands(&ends_);
  }).join();
  ExpectConnected();
}

TEST_P(CLateTest, AChosenContextGoesOnAlike) {
  if (which() == Which::kSni || !ByServer()) return;
  // The callback is of a context that another server's sni chooses.
  airlock_context_options first = ServerContext();
  if (which() == Which::kPskServer) first.ciphers = B("PSK:ALL");
  first.user = server_context_.get();
  first.sni = [](void* user, airlock_socket*, airlock_bytes,
                 airlock_context** context, uint8_t*) -> airlock_status {
    *context = static_cast<airlock_context*>(user);
    return AIRLOCK_OK;
  };
  const auto choosing = Make(runtime_.get(), first);
  WrapInMemory();
  ends_.server = Wrap(choosing.get(), wire_.server());
  static char key[] = "server_p256";
  airlock_socket_set_user(server(), key, nullptr);
  ShakeUntilAsked();
  host_.Bring(AIRLOCK_OK);
  ShakeHands(&ends_);
  ExpectConnected();
}

// ---- Over descriptors that the socket waits for

class CLateFdTest : public CLateTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds_), 0);
    WrapBoth(Over(fds_[0]), Over(fds_[1]));
  }

  static airlock_transport Over(int fd) {
    auto transport = Sized<airlock_transport>();
    transport.type = AIRLOCK_TRANSPORT_FD;
    transport.fd = fd;
    transport.fd_owned = AIRLOCK_YES;
    transport.timeout_ms = AIRLOCK_WAIT_FOREVER;
    return transport;
  }

  int fds_[2] = {-1, -1};
};

INSTANTIATE_TEST_SUITE_P(All, CLateFdTest, ::testing::ValuesIn(All()));

TEST_P(CLateFdTest, ASocketThatWaitsDoesNotWaitForTheHost) {
  std::thread peer([this] {
    EXPECT_EQ(Step(other()), AIRLOCK_OK);
    ExpectRead(other());
  });
  EXPECT_EQ(Step(late()), AIRLOCK_WANT_CALLBACK);
  EXPECT_EQ(Step(late()), AIRLOCK_WANT_CALLBACK);
  std::thread bringing([this] { host_.Bring(AIRLOCK_OK); });
  host_.AwaitAnswer();
  size_t done = 0;
  EXPECT_EQ(airlock_socket_write(late(), "x", 1, &done, nullptr), AIRLOCK_OK);
  bringing.join();
  peer.join();
}

// A reader and a writer both shake hands, and both are told.
TEST_P(CLateFdTest, TwoThreadsAreBothTold) {
  std::thread peer([this] {
    EXPECT_EQ(Step(other()), AIRLOCK_OK);
    ExpectRead(other());
    size_t done = 0;
    EXPECT_EQ(airlock_socket_write(other(), "x", 1, &done, nullptr),
              AIRLOCK_OK);
  });
  const auto until_done = [this](airlock_status (*io)(airlock_socket*)) {
    airlock_status status = AIRLOCK_WANT_CALLBACK;
    while ((status = io(late())) == AIRLOCK_WANT_CALLBACK) host_.AwaitAnswer();
    EXPECT_EQ(status, AIRLOCK_OK);
  };
  std::thread reader([&] {
    until_done([](airlock_socket* socket) {
      char byte = 0;
      size_t done = 0;
      return airlock_socket_read(socket, &byte, 1, &done, nullptr);
    });
  });
  std::thread writer([&] {
    until_done([](airlock_socket* socket) {
      size_t done = 0;
      return airlock_socket_write(socket, "x", 1, &done, nullptr);
    });
  });
  host_.AwaitCall();
  host_.Bring(AIRLOCK_OK);
  reader.join();
  writer.join();
  peer.join();
}

TEST_P(CLateFdTest, TimeCountsForTheDeadlineAndNotForTheTimeout) {
  ASSERT_EQ(airlock_socket_set_timeout(late(), 60000, nullptr), AIRLOCK_OK);
  std::thread peer([this] { EXPECT_EQ(Step(other()), AIRLOCK_OK); });
  EXPECT_EQ(Step(late()), AIRLOCK_WANT_CALLBACK);
  ASSERT_EQ(airlock_socket_set_deadline(late(), 1, nullptr), AIRLOCK_OK);
  EXPECT_EQ(Step(late()), AIRLOCK_WANT_CALLBACK);
  host_.Bring(AIRLOCK_OK);
  // Where nothing is left to send or read, no time is needed.
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_socket_handshake(late(), &error),
            OtherIsDone() ? AIRLOCK_OK : AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, OtherIsDone() ? -1 : AIRLOCK_KIND_TIMEOUT);
  ASSERT_EQ(airlock_socket_set_deadline(late(), 0, nullptr), AIRLOCK_OK);
  EXPECT_EQ(Step(late()), AIRLOCK_OK);
  peer.join();
}

// ---- Those that must answer at once

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
