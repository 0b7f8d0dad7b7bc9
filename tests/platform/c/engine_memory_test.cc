// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Whole conversations through the C interface, in which each allocation fails
// in turn: BoringSSL's, and those of C++. Each call says so or has its right
// result, nothing leaks, no unverified connection is open, and no data is lost
// without an error.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <tuple>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/c/airlock.h"
#include "tests/platform/c/c_testing.h"
#include "tests/support/boringssl_memory.h"

namespace {

// Those of C++: how many of this thread's succeed before one fails (-1: all
// do), whether all after it fail, and how many have not been freed.
thread_local int left = -1;
thread_local bool all_fail = false;
thread_local bool new_failed = false;
thread_local int living = 0;

void* Allocate(std::size_t size) {
  if (left == 0) {
    new_failed = true;
    if (!all_fail) left = -1;
    throw std::bad_alloc();
  }
  if (left > 0) --left;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  ++living;
  return memory;
}

void Free(void* memory) {
  if (memory == nullptr) return;
  --living;
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return Allocate(size); }
void* operator new[](std::size_t size) { return Allocate(size); }
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete[](void* memory) noexcept { Free(memory); }
void operator delete(void* memory, std::size_t) noexcept { Free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { Free(memory); }

namespace airlock::c {
namespace {

using ::airlock::testing::BoringSslCrash;
using ::airlock::testing::BoringSslMemoryFailed;
using ::airlock::testing::FailBoringSslMemory;
using ::airlock::testing::LivingBoringSslAllocations;
using ::airlock::testing::MemoryFailure;
using ::airlock::testing::RestoreBoringSslMemory;
using ::testing::AnyOf;

// Every so often, a conversation is repeated with memory.
constexpr int kRetryEach = 16;
constexpr absl::string_view kData = "data that is longer than any small string";

// Makes one allocation fail, or all from it on.
struct Allocator {
  const char* name;
  void (*fail)(int successes);
  void (*restore)();
  bool (*failed)();
};

constexpr Allocator kAllocators[] = {
    {"BoringSslOne", [](int n) { FailBoringSslMemory(n, MemoryFailure::kOne); },
     RestoreBoringSslMemory, BoringSslMemoryFailed},
    {"BoringSslAll",
     [](int n) { FailBoringSslMemory(n, MemoryFailure::kAllFromThen); },
     RestoreBoringSslMemory, BoringSslMemoryFailed},
    {"NewOne",
     [](int n) {
       new_failed = all_fail = false;
       left = n;
     },
     [] { left = -1; }, [] { return new_failed; }},
    {"NewAll",
     [](int n) {
       new_failed = false;
       all_fail = true;
       left = n;
     },
     [] { left = -1; }, [] { return new_failed; }},
};

// How a conversation ended. Plain, since the test's own code must need no
// memory while that fails.
struct Outcome {
  bool complete = false;
  bool unverified = false;    // A handshake was done without a verified peer.
  bool wrong_data = false;    // Something else was read than was written.
  bool wrong_result = false;  // An error without AIRLOCK_ERROR, and so on.
  int kind = -1;              // Of the first error.
  char message[300] = {};
  const char* step = "";  // The last call.
};

struct Direction {
  char bytes[1 << 16];
  size_t begin = 0;
  size_t end = 0;
};

struct End {
  Direction* in;
  Direction* out;
};

airlock_status ReadWire(void* user, void* into, size_t size, size_t* done) {
  Direction& in = *static_cast<End*>(user)->in;
  if (in.begin == in.end) return AIRLOCK_WANT_READ;
  *done = std::min(size, in.end - in.begin);
  std::memcpy(into, in.bytes + in.begin, *done);
  in.begin += *done;
  return AIRLOCK_OK;
}

airlock_status WriteWire(void* user, const void* from, size_t size,
                         size_t* done) {
  Direction& out = *static_cast<End*>(user)->out;
  if (size > sizeof(out.bytes) - out.end) return AIRLOCK_ERROR;
  std::memcpy(out.bytes + out.end, from, size);
  out.end += size;
  *done = size;
  return AIRLOCK_OK;
}

class Conversation {
 public:
  explicit Conversation(airlock_runtime* runtime, uint16_t version)
      : runtime_(runtime), version_(version) {}

  Outcome Run() {
    Talk();
    return outcome_;
  }

 private:
  // Notes the error of a call; returns whether the call succeeded or waits.
  bool Went(airlock_status status, airlock_error* error) {
    if ((status == AIRLOCK_ERROR) != (error != nullptr)) {
      outcome_.wrong_result = true;
    }
    if (error != nullptr) {
      auto info = Sized<airlock_error_info>();
      airlock_error_get(error, &info);
      if (outcome_.kind < 0) {
        outcome_.kind = info.kind;
        std::memcpy(outcome_.message, info.message.data,
                    std::min(info.message.size, sizeof(outcome_.message) - 1));
      }
      airlock_error_free(error);
    }
    return status != AIRLOCK_ERROR;
  }

  bool MakeContexts() {
    auto credentials = Sized<airlock_credentials>();
    const auto make = [&](airlock_bytes key, airlock_bytes chain, int server,
                          Handle<airlock_context>* out) {
      credentials.keyfile = key;
      credentials.certfile = chain;
      const airlock_credentials* const list[] = {&credentials};
      auto options = Sized<airlock_context_options>();
      options.server_side = server;
      options.cert_reqs = AIRLOCK_CERT_REQUIRED;
      options.credentials = list;
      options.credentials_count = 1;
      options.maximum_version = version_;
      airlock_context* context = nullptr;
      airlock_error* error = nullptr;
      outcome_.step = "airlock_context_new";
      const airlock_status status =
          airlock_context_new(runtime_, &options, &context, &error);
      if ((status == AIRLOCK_OK) != (context != nullptr)) {
        outcome_.wrong_result = true;
      }
      out->reset(context);
      return Went(status, error);
    };
    return make(client_key_, client_chain_, 0, &client_context_) &&
           make(server_key_, server_chain_, 1, &server_context_);
  }

  bool WrapEnd(airlock_context* context, End* end, bool client,
               Handle<airlock_socket>* out) {
    auto transport = Sized<airlock_transport>();
    transport.type = AIRLOCK_TRANSPORT_CALLBACKS;
    transport.read = ReadWire;
    transport.write = WriteWire;
    transport.user = end;
    auto options = Sized<airlock_socket_options>();
    if (client) {
      options.server_hostname = B("localhost");
      options.session = session_.get();
    }
    airlock_socket* socket = nullptr;
    airlock_error* error = nullptr;
    outcome_.step = "airlock_context_wrap_socket";
    const airlock_status status = airlock_context_wrap_socket(
        context, &transport, &options, &socket, &error);
    if ((status == AIRLOCK_OK) != (socket != nullptr)) {
      outcome_.wrong_result = true;
    }
    out->reset(socket);
    return Went(status, error);
  }

  bool ShakeHands() {
    bool done[2] = {false, false};
    for (int i = 0; i < 10 && !(done[0] && done[1]); ++i) {
      for (const int side : {0, 1}) {
        if (done[side]) continue;
        airlock_socket* const socket =
            side == 0 ? client_.get() : server_.get();
        airlock_error* error = nullptr;
        outcome_.step = "airlock_socket_handshake";
        const airlock_status status = airlock_socket_handshake(socket, &error);
        if (!Went(status, error)) {
          // It stays an error.
          if (airlock_socket_handshake(socket, nullptr) != AIRLOCK_ERROR) {
            outcome_.wrong_result = true;
          }
          return false;
        }
        done[side] = status == AIRLOCK_OK;
        if (done[side] && !IsVerified(socket)) outcome_.unverified = true;
      }
    }
    return done[0] && done[1];
  }

  bool IsVerified(airlock_socket* socket) {
    auto info = Sized<airlock_connection_info>();
    airlock_error* error = nullptr;
    const airlock_status status = airlock_socket_info(socket, &info, &error);
    return !Went(status, error) ||
           (status == AIRLOCK_OK && info.peer_verified == 1);
  }

  bool Send(airlock_socket* from, airlock_socket* to) {
    size_t written = 0;
    airlock_error* error = nullptr;
    outcome_.step = "airlock_socket_write";
    airlock_status status = airlock_socket_write(
        from, kData.data(), kData.size(), &written, &error);
    if (!Went(status, error) || status != AIRLOCK_OK) return false;
    if (written != kData.size()) outcome_.wrong_data = true;
    char got[2 * kData.size()];
    size_t size = 0;
    // TLS 1.0 sends two records.
    for (int i = 0; i < 4 && size < written; ++i) {
      size_t part = 0;
      outcome_.step = "airlock_socket_read";
      status = airlock_socket_read(to, got + size, sizeof(got) - size, &part,
                                   &error);
      if (!Went(status, error)) return false;
      if (status == AIRLOCK_CLOSED) outcome_.wrong_data = true;
      if (status == AIRLOCK_OK) size += part;
    }
    if (absl::string_view(got, size) != kData.substr(0, written)) {
      outcome_.wrong_data = true;
    }
    return true;
  }

  bool Connect() {
    up_.begin = up_.end = down_.begin = down_.end = 0;
    if (!WrapEnd(client_context_.get(), &client_end_, true, &client_) ||
        !WrapEnd(server_context_.get(), &server_end_, false, &server_) ||
        !ShakeHands() || !Send(client_.get(), server_.get()) ||
        !Send(server_.get(), client_.get())) {
      return false;
    }
    outcome_.step = "airlock_socket_session";
    airlock_session* session = nullptr;
    airlock_error* error = nullptr;
    airlock_status status =
        airlock_socket_session(client_.get(), &session, &error);
    if (!Went(status, error)) return false;
    if (session != nullptr) session_.reset(session);
    for (airlock_socket* const socket : {client_.get(), server_.get()}) {
      outcome_.step = "airlock_socket_shutdown";
      status = airlock_socket_shutdown(socket, &error);
      if (!Went(status, error)) return false;
    }
    return true;
  }

  void Talk() { outcome_.complete = MakeContexts() && Connect() && Connect(); }

  airlock_runtime* const runtime_;
  const uint16_t version_;
  const airlock_bytes client_key_ = Cert("client_p256.key");
  const airlock_bytes client_chain_ = Cert("client_p256.pem");
  const airlock_bytes server_key_ = Cert("server_p256.key");
  const airlock_bytes server_chain_ = Cert("server_p256_chain.pem");
  Outcome outcome_;
  Direction up_;
  Direction down_;
  End client_end_{&down_, &up_};
  End server_end_{&up_, &down_};
  Handle<airlock_context> client_context_;
  Handle<airlock_context> server_context_;
  Handle<airlock_session> session_;
  Handle<airlock_socket> client_;
  Handle<airlock_socket> server_;
};

class EngineMemoryTest
    : public ::testing::TestWithParam<std::tuple<Allocator, uint16_t>> {};

INSTANTIATE_TEST_SUITE_P(
    All, EngineMemoryTest,
    ::testing::Combine(::testing::ValuesIn(kAllocators),
                       ::testing::Values(AIRLOCK_TLS_1_2, AIRLOCK_TLS_1_3)),
    [](const ::testing::TestParamInfo<EngineMemoryTest::ParamType>& way) {
      return std::string(std::get<0>(way.param).name) +
             (std::get<1>(way.param) == AIRLOCK_TLS_1_2 ? "_1_2" : "_1_3");
    });

// A conversation with a runtime of its own, so that all that it keeps is freed.
Outcome Talk(uint16_t version, const std::function<void()>& begin,
             const std::function<void()>& end, bool retry = false) {
  const auto runtime = MakeRuntime(MakeHost());
  const auto conversation =
      std::make_unique<Conversation>(runtime.get(), version);
  begin();
  const Outcome outcome = conversation->Run();
  end();
  if (!retry) return outcome;
  // A lack of memory is not remembered.
  EXPECT_TRUE(
      std::make_unique<Conversation>(runtime.get(), version)->Run().complete);
  return outcome;
}

TEST_P(EngineMemoryTest, EachAllocationFailsInTurn) {
  const Allocator& allocator = std::get<0>(GetParam());
  if (allocator.failed == BoringSslMemoryFailed && !BoringSslCrash().empty()) {
    GTEST_SKIP() << BoringSslCrash();
  }
  const uint16_t version = std::get<1>(GetParam());
  const std::function<void()> nothing = [] {};
  // What is made once.
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Talk(version, nothing, nothing).complete);
  }
  int places = 0;
  int errors = 0;
  for (bool more = true; more && !HasFailure(); ++places) {
    SCOPED_TRACE(places);
    Outcome outcome;
    int engines = 0;
    int ours = 0;
    // Once more if something stays: that may be made once for all.
    for (int i = 0; i < 2 && (i == 0 || living != ours); ++i) {
      engines = LivingBoringSslAllocations();
      ours = living;
      outcome = Talk(
          version, [&] { allocator.fail(places); }, allocator.restore,
          /*retry=*/places % kRetryEach == 0);
    }
    more = allocator.failed();
    EXPECT_FALSE(outcome.unverified);
    EXPECT_FALSE(outcome.wrong_data);
    EXPECT_FALSE(outcome.wrong_result) << outcome.step;
    EXPECT_TRUE(more || outcome.complete);
    // BoringSSL frees the ex_data of an SSL (two blocks, at each end) only if
    // it can allocate.
    EXPECT_THAT(LivingBoringSslAllocations() - engines, AnyOf(0, 2, 4));
    EXPECT_EQ(living, ours);
    if (outcome.complete) continue;
    ++errors;
    // No certificate is blamed for it.
    EXPECT_EQ(outcome.kind, AIRLOCK_KIND_INTERNAL)
        << outcome.step << ": " << outcome.message;
  }
  EXPECT_GT(places, 200);
  EXPECT_GT(errors, places / 2);
  RecordProperty("places", places);
  RecordProperty("errors", errors);
}

}  // namespace
}  // namespace airlock::c
