// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Callbacks that answer later: the common tests. A test of one callback
// instantiates CLateTest and CLateFdTest, whose tests are in late_callbacks.cc.
#ifndef AIRLOCK_TESTS_PLATFORM_C_LATE_TESTING_H_
#define AIRLOCK_TESTS_PLATFORM_C_LATE_TESTING_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <ostream>
#include <stdexcept>
#include <string>

#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {

// A host's state: whether the answer is available, and its value.
class LateHost {
 public:
  // From any thread.
  void Bring(airlock_status answer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    answer_ = answer;
    there_.notify_all();
  }
  // Resets everything for another connection.
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

  // Called from a callback. AIRLOCK_TIMEOUT means: throw an exception.
  airlock_status Ask(const std::string& about) {
    airlock_socket* const current = airlock_socket_current();
    void* user = nullptr;
    EXPECT_EQ(airlock_socket_user(current, &user, nullptr), AIRLOCK_OK);
    EXPECT_EQ(airlock_socket_handshake(current, nullptr), AIRLOCK_ERROR);
    const std::lock_guard<std::mutex> lock(mutex_);
    // The same socket asks the same question.
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

// A connection, one end of which has a callback that may answer later.
struct LateSetup {
  airlock_context_options client;
  airlock_context_options server;
  // For the end with the callback, and for the other; used if listed.
  airlock_credentials own;
  airlock_credentials other;
};

// The callback, and its setup.
struct LateCase {
  const char* name;
  bool by_server;
  uint16_t version;  // The highest, AIRLOCK_TLS_*.
  // Sets the callback's requirements; `user` is already the host.
  void (*arrange)(LateSetup* setup);
  int refusal;  // AIRLOCK_KIND_* if the answer is no.
  // A TLS 1.3 client is done before its server has checked it.
  bool other_is_done = false;
  // If another server's sni can choose a context with it: the ciphers of that
  // context; null: it cannot.
  const char* chosen_by = nullptr;
};
inline void PrintTo(const LateCase& one, std::ostream* out) {
  *out << one.name << " with 0x" << std::hex << one.version << std::dec;
}

// A host's callbacks, one of which may answer late, on one end of a connection.
class CLateTest : public ::testing::TestWithParam<LateCase> {
 protected:
  CLateTest();

  airlock_socket* client() { return ends_.client.get(); }
  airlock_socket* server() { return ends_.server.get(); }
  airlock_socket* late() { return GetParam().by_server ? server() : client(); }
  airlock_socket* other() { return GetParam().by_server ? client() : server(); }
  Failure& late_failure() {
    return GetParam().by_server ? ends_.server_failure : ends_.client_failure;
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

  // Until the callback was called, and has no answer.
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

  // By the context, and by the key with the same user.
  void ExpectReleased() {
    EXPECT_EQ(host_.releases, setup_.own.release == nullptr ? 1 : 2);
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

  LateHost host_;
  LateSetup setup_;
  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  Wire wire_;
  Handle<airlock_context> client_context_;
  Handle<airlock_context> server_context_;
  Ends ends_;
};

// Over descriptors that the socket waits for.
class CLateFdTest : public CLateTest {
 protected:
  void SetUp() override;

 private:
  static airlock_transport Over(int fd);
};

// The host's `release`.
void ReleaseLateHost(void* user);

}  // namespace airlock::c

#endif  // AIRLOCK_TESTS_PLATFORM_C_LATE_TESTING_H_
