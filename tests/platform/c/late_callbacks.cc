// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Tests for each callback that can answer later.

#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"
#include "tests/platform/c/late_testing.h"

namespace airlock::c {
namespace {

TEST_P(CLateTest, GoesOnOnceTheAnswerIsThere) {
  WrapInMemory();
  ShakeUntilAsked();
  EXPECT_EQ(host_.calls(), 1);
  // Early calls, of every function that shakes hands, do no harm.
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
    EXPECT_EQ(late_failure().kind, GetParam().refusal);
    ExpectUndone();
    // It is final, whatever the host answers later.
    const int calls = host_.calls();
    host_.Bring(AIRLOCK_OK);
    EXPECT_EQ(Step(late()), AIRLOCK_ERROR);
    EXPECT_EQ(host_.calls(), calls);
    if (!GetParam().other_is_done) {
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

// The host's answer may change until the callback returns it.
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

TEST_P(CLateTest, CallsNoCallbackOfAFreedSocket) {
  for (const bool answered : {false, true}) {
    ends_ = Ends();
    wire_.Clear();
    host_.Forget();
    WrapInMemory();
    ShakeUntilAsked();
    if (answered) host_.Bring(AIRLOCK_OK);
    (GetParam().by_server ? ends_.server : ends_.client).reset();
    host_.Bring(AIRLOCK_OK);
    EXPECT_EQ(host_.calls(), 1);
    EXPECT_EQ(Step(other()),
              GetParam().other_is_done ? AIRLOCK_OK : AIRLOCK_WANT_READ);
  }
  EXPECT_EQ(host_.releases, 0);
  ends_ = Ends();
  client_context_.reset();
  server_context_.reset();
  ExpectReleased();
}

// The context and the runtime may be freed before the answer.
TEST_P(CLateTest, NeedsOnlyTheSocketsHandle) {
  WrapInMemory();
  ShakeUntilAsked();
  client_context_.reset();
  server_context_.reset();
  runtime_.reset();
  host_.Bring(AIRLOCK_OK);
  ShakeHands(&ends_);
  ExpectConnected();
  // If the key's callback asks, no callback of the context uses it.
  EXPECT_EQ(host_.releases, setup_.own.release == nullptr ? 0 : 1);
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
  if (GetParam().chosen_by == nullptr) return;
  // The callback belongs to a context that another server's sni chooses.
  airlock_context_options first = ServerContext();
  first.ciphers = B(GetParam().chosen_by);
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

// A reader and a writer both shake hands, and both get the status.
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
  // If nothing is left to send or read, no time is needed.
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_socket_handshake(late(), &error),
            GetParam().other_is_done ? AIRLOCK_OK : AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind,
            GetParam().other_is_done ? -1 : AIRLOCK_KIND_TIMEOUT);
  ASSERT_EQ(airlock_socket_set_deadline(late(), 0, nullptr), AIRLOCK_OK);
  EXPECT_EQ(Step(late()), AIRLOCK_OK);
  peer.join();
}

}  // namespace
}  // namespace airlock::c
