// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// fork(): a child can continue, and two processes cannot use one connection.

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/platform/c/c_signing.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

// A signal ends a child that hangs.
constexpr unsigned kPatience = 60;

// Forks, and returns the child's id. The child ends with the result of `work`.
pid_t Fork(const std::function<int()>& work) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  alarm(kPatience);
  _exit(work());
}

// The exit status of the child; -1: a signal ended it.
int Await(pid_t pid) {
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int KindOfWrite(airlock_socket* socket, absl::string_view text) {
  size_t done = 0;
  airlock_error* error = nullptr;
  if (airlock_socket_write(socket, text.data(), text.size(), &done, &error) ==
      AIRLOCK_OK) {
    return 100;
  }
  return Take(error).kind;
}

// Sends a byte from one process to the other.
class Signal {
 public:
  Signal() { EXPECT_EQ(pipe(fds_), 0); }
  ~Signal() {
    close(fds_[0]);
    close(fds_[1]);
  }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  void Send() { EXPECT_EQ(write(fds_[1], "x", 1), 1); }
  void Await() {
    char byte = 0;
    EXPECT_EQ(read(fds_[0], &byte, 1), 1);
  }

 private:
  int fds_[2];
};

// A connection over a pair of sockets that it owns, or over callbacks that
// write to one.
class CForkTest : public ::testing::TestWithParam<int32_t> {
 protected:
  struct Fd {
    int fd = -1;
  };

  void SetUp() override {
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds_.data()), 0);
    for (size_t i = 0; i < 2; ++i) ends_of_pair_[i].fd = fds_[i];
    ends_.client =
        Wrap(runtime_.get(), Transport(&ends_of_pair_[0]), ClientWrap());
    ends_.server =
        Wrap(runtime_.get(), Transport(&ends_of_pair_[1]), ServerWrap());
    ShakeHands(&ends_);
    ASSERT_EQ(ends_.client_failure.kind, -1) << ends_.client_failure.message;
    // The tickets, which are read with data.
    ExpectSent(ends_.server.get(), ends_.client.get(), "hello");
  }

  static airlock_status Read(void* user, void* into, size_t size,
                             size_t* done) {
    const ssize_t n =
        recv(static_cast<Fd*>(user)->fd, into, size, MSG_DONTWAIT);
    if (n < 0) return AIRLOCK_WANT_READ;
    *done = static_cast<size_t>(n);
    return n == 0 ? AIRLOCK_CLOSED : AIRLOCK_OK;
  }
  static airlock_status Write(void* user, const void* from, size_t size,
                              size_t* done) {
    const ssize_t n =
        send(static_cast<Fd*>(user)->fd, from, size, MSG_NOSIGNAL);
    if (n < 0) return AIRLOCK_ERROR;
    *done = static_cast<size_t>(n);
    return AIRLOCK_OK;
  }

  airlock_transport Transport(Fd* end) {
    auto transport = Sized<airlock_transport>();
    transport.type = GetParam();
    if (GetParam() == AIRLOCK_TRANSPORT_FD) {
      transport.fd = end->fd;
      transport.fd_owned = AIRLOCK_YES;
      transport.timeout_ms = AIRLOCK_WAIT_NEVER;
    } else {
      transport.read = Read;
      transport.write = Write;
      transport.user = end;
      transport.release = [](void* user) { close(static_cast<Fd*>(user)->fd); };
    }
    return transport;
  }

  std::string ServerReads() {
    char bytes[64];
    size_t done = 0;
    const airlock_status status = airlock_socket_read(
        ends_.server.get(), bytes, sizeof(bytes), &done, nullptr);
    return status == AIRLOCK_OK
               ? std::string(bytes, done)
               : "status " + std::to_string(static_cast<int>(status));
  }

  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  std::array<int, 2> fds_{};
  std::array<Fd, 2> ends_of_pair_;
  Ends ends_;
};

TEST_P(CForkTest, TheChildKeepsWhatItUsesFirst) {
  const pid_t child = Fork([this] {
    return KindOfWrite(ends_.client.get(), "child") == 100 &&
                   KindOfWrite(ends_.client.get(), "again") == 100
               ? 0
               : 1;
  });
  EXPECT_EQ(Await(child), 0);
  EXPECT_EQ(KindOfWrite(ends_.client.get(), "parent"),
            AIRLOCK_KIND_INVALID_ARGUMENT);
  airlock_error* error = nullptr;
  char byte = 0;
  size_t done = 0;
  EXPECT_EQ(airlock_socket_read(ends_.client.get(), &byte, 1, &done, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(airlock_socket_shutdown(ends_.client.get(), &error), AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  ends_.client.reset();
  // Only what the child sent: no close_notify of the parent either.
  EXPECT_EQ(ServerReads(), "child");
  EXPECT_EQ(ServerReads(), "again");
  airlock_error* end = nullptr;
  EXPECT_EQ(airlock_socket_read(ends_.server.get(), &byte, 1, &done, &end),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(end).kind, AIRLOCK_KIND_UNEXPECTED_EOF);
}

TEST_P(CForkTest, TheParentKeepsWhatItUsesFirst) {
  Signal used;
  const pid_t child = Fork([&] {
    used.Await();
    for (int i = 0; i < 2; ++i) {
      if (KindOfWrite(ends_.client.get(), "child") !=
          AIRLOCK_KIND_INVALID_ARGUMENT) {
        return 1;
      }
    }
    ends_.client.reset();
    return 0;
  });
  EXPECT_EQ(KindOfWrite(ends_.client.get(), "parent"), 100);
  used.Send();
  EXPECT_EQ(Await(child), 0);
  EXPECT_EQ(KindOfWrite(ends_.client.get(), "again"), 100);
  EXPECT_EQ(ServerReads(), "parent");
  EXPECT_EQ(ServerReads(), "again");
}

TEST_P(CForkTest, AParentMayHandAConnectionToAChildAndDropItsCopy) {
  Signal dropped;
  const pid_t child = Fork([&] {
    dropped.Await();
    return KindOfWrite(ends_.client.get(), "child") == 100 &&
                   airlock_socket_shutdown(ends_.client.get(), nullptr) ==
                       AIRLOCK_OK
               ? 0
               : 1;
  });
  ends_.client.reset();
  // Another connection must not take its place.
  std::vector<Handle<airlock_socket>> others;
  Wire wire;
  for (int i = 0; i < 3; ++i) {
    others.push_back(Wrap(runtime_.get(), wire.client(), ClientWrap()));
    airlock_socket_handshake(others.back().get(), nullptr);
  }
  dropped.Send();
  EXPECT_EQ(Await(child), 0);
  EXPECT_EQ(ServerReads(), "child");
  char byte = 0;
  size_t done = 0;
  EXPECT_EQ(airlock_socket_read(ends_.server.get(), &byte, 1, &done, nullptr),
            AIRLOCK_CLOSED);
}

TEST_P(CForkTest, OfManyProcessesOneKeepsIt) {
  std::vector<pid_t> children;
  Signal go;
  children.reserve(4);
  for (int i = 0; i < 4; ++i) {
    children.push_back(Fork([&] {
      go.Await();
      return KindOfWrite(ends_.client.get(), "mine") == 100 ? 0 : 1;
    }));
  }
  for (size_t i = 0; i < children.size(); ++i) go.Send();
  int kept = 0;
  for (const pid_t child : children) kept += Await(child) == 0 ? 1 : 0;
  EXPECT_EQ(kept, 1);
  EXPECT_EQ(KindOfWrite(ends_.client.get(), "parent"),
            AIRLOCK_KIND_INVALID_ARGUMENT);
}

INSTANTIATE_TEST_SUITE_P(All, CForkTest,
                         ::testing::Values(+AIRLOCK_TRANSPORT_FD,
                                           +AIRLOCK_TRANSPORT_CALLBACKS));

TEST(CForkThreadsTest, AChildMayFreeWhatAThreadOfItsParentWaitsIn) {
  const auto runtime = MakeRuntime(MakeHost());
  int fds[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  auto transport = Sized<airlock_transport>();
  transport.type = AIRLOCK_TRANSPORT_FD;
  transport.fd = fds[0];
  transport.fd_owned = AIRLOCK_YES;
  transport.timeout_ms = AIRLOCK_WAIT_FOREVER;
  Handle<airlock_socket> client = Wrap(runtime.get(), transport, ClientWrap());
  std::thread waiting([&] { airlock_socket_handshake(client.get(), nullptr); });
  // After the ClientHello, the thread waits for the answer.
  char byte = 0;
  ASSERT_EQ(recv(fds[1], &byte, 1, MSG_PEEK), 1);
  const pid_t child = Fork([&] {
    airlock_error* error = nullptr;
    if (airlock_socket_handshake(client.get(), &error) != AIRLOCK_ERROR ||
        Take(error).kind != AIRLOCK_KIND_INVALID_ARGUMENT) {
      return 1;
    }
    if (airlock_runtime_clear_caches(runtime.get(), nullptr) != AIRLOCK_OK) {
      return 2;
    }
    const int fd = dup(fds[0]);
    close(fd);
    client.reset();
    // The lowest free number is the one that it closed.
    return dup(fds[1]) == fds[0] ? 0 : 3;
  });
  EXPECT_EQ(Await(child), 0);
  shutdown(fds[1], SHUT_RDWR);
  waiting.join();
  close(fds[1]);
}

TEST(CForkThreadsTest, AChildContinuesWhateverThreadsDid) {
  constexpr int kForks = 60;
  auto host = MakeHost();
  host->SetFile("/etc/airlock.yaml", "tls:\n  verification: enforce\n");
  const auto runtime = MakeRuntime(host);
  std::atomic<bool> over{false};
  const auto wrap = [&] {
    Wire wire;
    airlock_wrap_options options = ServerWrap();
    const airlock_transport transport = wire.server();
    airlock_socket* socket = nullptr;
    const airlock_status status = airlock_wrap_socket(
        runtime.get(), &transport, &options, &socket, nullptr);
    airlock_socket_free(socket);
    const Handle<airlock_socket> client =
        Wrap(runtime.get(), wire.client(), ClientWrap());
    airlock_socket_handshake(client.get(), nullptr);
    return status;
  };
  // Certificates are read here, not by a thread while another forks.
  ASSERT_EQ(wrap(), AIRLOCK_OK);
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    while (!over) wrap();
  });
  threads.emplace_back([&] {
    while (!over) airlock_runtime_clear_caches(runtime.get(), nullptr);
  });
  threads.emplace_back([&] {
    while (!over) airlock_runtime_reload_policy(runtime.get(), nullptr);
  });
  int failed = 0;
  for (int i = 0; i < kForks && failed == 0; ++i) {
    const pid_t child = Fork([&] {
      const bool good =
          wrap() == AIRLOCK_OK &&
          airlock_runtime_clear_caches(runtime.get(), nullptr) == AIRLOCK_OK &&
          airlock_runtime_reload_policy(runtime.get(), nullptr) == AIRLOCK_OK &&
          wrap() == AIRLOCK_OK;
      return good ? 0 : 1;
    });
    failed += Await(child) == 0 ? 0 : 1;
  }
  over = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
}

// ---- In callbacks

// Forks in the callback of a given name, while another thread uses the same
// runtime; the child continues with that runtime.
struct Forker {
  void Here(absl::string_view name) {
    if (name != where || runtime == nullptr) return;
    ++forks;
    const pid_t child = Fork([this] {
      return !uses_runtime || airlock_runtime_clear_caches(runtime, nullptr) ==
                                  AIRLOCK_OK
                 ? 7
                 : 1;
    });
    if (Await(child) == 7) ++good;
  }

  std::string where;
  airlock_runtime* runtime = nullptr;
  bool uses_runtime = true;
  int forks = 0;
  int good = 0;
};

Forker& At(void* user, absl::string_view name) {
  auto* const forker = static_cast<Forker*>(user);
  forker->Here(name);
  return *forker;
}

constexpr const char* kCallbacks[] = {
    "read",        "write",      "release",         "sni",
    "alpn",        "verify",     "keylog",          "message",
    "new_session", "sign",       "handshake_ended", "ask_password",
    "psk_client",  "psk_server", "audit",           "log",
    "now_ms"};

class CForkCallbackTest : public ::testing::TestWithParam<const char*> {
 protected:
  CForkCallbackTest() {
    forker_.where = GetParam();
    forker_.uses_runtime = forker_.where != "log" && forker_.where != "now_ms";
    auto options = Sized<airlock_runtime_options>();
    static const airlock_bytes kNone = {nullptr, 0};
    options.environment = &kNone;
    options.user = &forker_;
    options.audit = [](void* user, const airlock_audit_event*) {
      At(user, "audit");
    };
    options.log = [](void* user, int32_t, airlock_bytes) { At(user, "log"); };
    options.now_ms = [](void* user) -> int64_t {
      At(user, "now_ms");
      return absl::ToUnixMillis(MakeHost()->Now());
    };
    // Under `enforce` a client cannot use pre-shared keys.
    options.policy = B(by_psk() ? "tls: {verification: off}"
                                : "tls: {verification: enforce}");
    airlock_runtime* runtime = nullptr;
    airlock_error* error = nullptr;
    airlock_runtime_new(&options, &runtime, &error);
    EXPECT_NE(runtime, nullptr) << Take(error).message;
    runtime_.reset(runtime);
    forker_.runtime = runtime;
  }

  static bool by_psk() {
    return absl::string_view(GetParam()).substr(0, 3) == "psk";
  }

  airlock_context_options Options() {
    auto options = Sized<airlock_context_options>();
    options.user = &forker_;
    options.alpn_protocols = &h2_;
    options.alpn_protocols_count = 1;
    options.keylog = [](void* user, airlock_socket*, airlock_bytes) {
      At(user, "keylog");
    };
    options.message = [](void* user, airlock_socket*, const airlock_message*) {
      At(user, "message");
    };
    options.handshake_ended = [](void* user, airlock_socket*,
                                 const airlock_error*) {
      At(user, "handshake_ended");
    };
    options.new_session = [](void* user, airlock_socket*,
                             airlock_session* session) {
      At(user, "new_session");
      airlock_session_free(session);
    };
    return options;
  }

  Handle<airlock_context> Client() {
    airlock_context_options options = Options();
    options.cadata = Cert("ca.pem");
    if (by_psk()) {
      options.ciphers = B("PSK");
      options.maximum_version = AIRLOCK_TLS_1_2;
      options.psk_client = [](void* user, airlock_socket*, airlock_bytes,
                              airlock_psk* psk) -> airlock_status {
        At(user, "psk_client");
        psk->identity_size = 2;
        std::memcpy(psk->identity, "me", 2);
        psk->key_size = 3;
        return AIRLOCK_OK;
      };
    } else {
      options.verify = [](void* user, airlock_socket*,
                          const airlock_certificate* const*, size_t,
                          const airlock_certificate* const*,
                          size_t) -> airlock_status {
        At(user, "verify");
        return AIRLOCK_OK;
      };
    }
    return Make(runtime_.get(), options);
  }

  Handle<airlock_context> Server() {
    airlock_context_options options = Options();
    options.server_side = AIRLOCK_YES;
    options.sni = [](void* user, airlock_socket*, airlock_bytes,
                     airlock_context**, uint8_t*) -> airlock_status {
      At(user, "sni");
      return AIRLOCK_OK;
    };
    options.alpn = [](void* user, airlock_socket*, const airlock_bytes*, size_t,
                      size_t* chosen) -> airlock_status {
      At(user, "alpn");
      *chosen = 0;
      return AIRLOCK_OK;
    };
    auto key = Sized<airlock_credentials>();
    key.user = &forker_;
    key.certfile = Cert("server_p256_chain.pem");
    if (forker_.where == "sign") {
      key.sign = [](void* user, uint16_t algorithm, airlock_bytes input,
                    void* into, size_t room, size_t* size) -> airlock_status {
        At(user, "sign");
        return SignWith(LoadKey("server_p256").get(), algorithm, input, into,
                        room, size);
      };
    } else {
      key.keyfile = Cert("server_p256_encrypted.key");
      key.ask_password = [](void* user, char* into, size_t,
                            size_t* size) -> airlock_status {
        At(user, "ask_password");
        *size = 7;
        std::memcpy(into, "airlock", 7);
        return AIRLOCK_OK;
      };
    }
    const airlock_credentials* list = &key;
    options.credentials = &list;
    options.credentials_count = 1;
    if (by_psk()) {
      options.ciphers = B("PSK");
      options.psk_server = [](void* user, airlock_socket*, airlock_bytes,
                              airlock_psk* psk) -> airlock_status {
        At(user, "psk_server");
        psk->key_size = 3;
        return AIRLOCK_OK;
      };
    }
    return Make(runtime_.get(), options);
  }

  // The wire's, with forks added.
  struct Through {
    airlock_transport inner;
    Forker* forker;
  };
  airlock_transport Over(Through* through, const airlock_transport& inner) {
    *through = {inner, &forker_};
    airlock_transport transport = inner;
    transport.user = through;
    transport.read = [](void* user, void* into, size_t size, size_t* done) {
      auto* const t = static_cast<Through*>(user);
      t->forker->Here("read");
      return t->inner.read(t->inner.user, into, size, done);
    };
    transport.write = [](void* user, const void* from, size_t size,
                         size_t* done) {
      auto* const t = static_cast<Through*>(user);
      t->forker->Here("write");
      return t->inner.write(t->inner.user, from, size, done);
    };
    transport.release = [](void* user) {
      static_cast<Through*>(user)->forker->Here("release");
    };
    return transport;
  }

  const airlock_bytes h2_ = B("h2");
  Forker forker_;
  Handle<airlock_runtime> runtime_;
};

INSTANTIATE_TEST_SUITE_P(
    All, CForkCallbackTest, ::testing::ValuesIn(kCallbacks),
    [](const ::testing::TestParamInfo<const char*>& param) {
      return std::string(param.param);
    });

TEST_P(CForkCallbackTest, MayFork) {
  std::atomic<bool> over{false};
  std::thread other([&] {
    const auto quiet = MakeRuntime(MakeHost());
    while (!over) {
      Wire wire;
      Connect(quiet.get(), &wire, ClientWrap(), ServerWrap());
      airlock_runtime_clear_caches(quiet.get(), nullptr);
    }
  });
  {
    const auto client = Client();
    const auto server = Server();
    Wire wire;
    Through ours;
    Through theirs;
    Ends ends;
    ends.client = Wrap(client.get(), Over(&ours, wire.client()), "localhost");
    ends.server = Wrap(server.get(), Over(&theirs, wire.server()));
    ShakeHands(&ends);
    EXPECT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
    EXPECT_EQ(ends.server_failure.kind, -1) << ends.server_failure.message;
    ExpectSent(ends.server.get(), ends.client.get(), "hello");
    ExpectSent(ends.client.get(), ends.server.get(), "hello");
  }
  EXPECT_EQ(airlock_runtime_reload_policy(runtime_.get(), nullptr), AIRLOCK_OK);
  over = true;
  other.join();
  EXPECT_GT(forker_.forks, 0);
  EXPECT_EQ(forker_.good, forker_.forks);
}

// Each process sends its own ClientHello: its random differs from the parent's.
TEST(CForkThreadsTest, AChildHasItsOwnRandomNumbers) {
  const auto runtime = MakeRuntime(MakeHost());
  const auto hello = [&](int fd) {
    auto transport = Sized<airlock_transport>();
    transport.type = AIRLOCK_TRANSPORT_FD;
    transport.fd = fd;
    transport.timeout_ms = AIRLOCK_WAIT_NEVER;
    const auto client = Wrap(runtime.get(), transport, ClientWrap());
    airlock_socket_handshake(client.get(), nullptr);
  };
  int fds[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  hello(fds[0]);  // Data that is buffered by now would be the same in both.
  std::array<std::array<char, 43>, 3> sent;  // Up to the random's end.
  std::array<char, 4096> rest;
  const auto receive = [&](std::array<char, 43>* into) {
    EXPECT_EQ(recv(fds[1], into->data(), into->size(), 0), 43);
    EXPECT_GT(recv(fds[1], rest.data(), rest.size(), 0), 0);
  };
  receive(&sent[0]);
  const pid_t child = Fork([&] {
    hello(fds[0]);
    return 0;
  });
  EXPECT_EQ(Await(child), 0);
  receive(&sent[1]);
  hello(fds[0]);
  receive(&sent[2]);
  EXPECT_NE(sent[0], sent[1]);
  EXPECT_NE(sent[1], sent[2]);
  close(fds[0]);
  close(fds[1]);
}

}  // namespace
}  // namespace airlock::c
