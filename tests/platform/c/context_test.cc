// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Contexts, their callbacks, and sessions.

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

// What the callbacks saw, and their answers.
struct Seen {
  std::vector<std::string> names;
  std::vector<std::string> offered;
  std::vector<std::string> lines;
  int sent = 0;
  int received = 0;
  int releases = 0;
  airlock_socket* socket = nullptr;
  airlock_context* context = nullptr;
  airlock_status answer = AIRLOCK_OK;
  uint8_t alert = 0;
  size_t chosen = 0;
  bool nested_was_refused = true;
};

airlock_status Sni(void* user, airlock_socket* socket,
                   airlock_bytes server_name, airlock_context** context,
                   uint8_t* alert) {
  auto* const seen = static_cast<Seen*>(user);
  seen->socket = socket;
  seen->names.push_back(Str(server_name));
  if (seen->context != nullptr) *context = seen->context;
  if (seen->alert != 0) *alert = seen->alert;
  airlock_error* error = nullptr;
  if (airlock_socket_handshake(socket, &error) != AIRLOCK_ERROR ||
      Take(error).kind != AIRLOCK_KIND_INVALID_ARGUMENT) {
    seen->nested_was_refused = false;
  }
  if (seen->answer == AIRLOCK_TIMEOUT) throw std::runtime_error("a host's");
  return seen->answer;
}

airlock_status Alpn(void* user, airlock_socket* /*socket*/,
                    const airlock_bytes* offered, size_t count,
                    size_t* chosen) {
  auto* const seen = static_cast<Seen*>(user);
  for (size_t i = 0; i < count; ++i) seen->offered.push_back(Str(offered[i]));
  *chosen = seen->chosen;
  return seen->answer;
}

void KeyLog(void* user, airlock_socket* socket, airlock_bytes line) {
  auto* const seen = static_cast<Seen*>(user);
  seen->socket = socket;
  seen->lines.push_back(Str(line));
}

void Message(void* user, airlock_socket* /*socket*/,
             const airlock_message* message) {
  auto* const seen = static_cast<Seen*>(user);
  ++(message->sent != 0 ? seen->sent : seen->received);
}

void Release(void* user) { ++static_cast<Seen*>(user)->releases; }

class CContextTest : public ::testing::Test {
 protected:
  airlock_context_options ServerOptions() {
    airlock_context_options options = ServerContext();
    options.user = &seen_;
    options.release = Release;
    return options;
  }
  Handle<airlock_context> Make(const airlock_context_options& options) {
    return c::Make(runtime_.get(), options);
  }
  Failure Refusal(const airlock_context_options& options) {
    return c::Refusal(runtime_.get(), options);
  }

  // A client of the runtime, against a server with `context`.
  Ends ConnectTo(airlock_context* context, airlock_wrap_options client) {
    Ends ends;
    ends.client = Wrap(runtime_.get(), wire_.client(), client);
    ends.server = Wrap(context, wire_.server());
    ShakeHands(&ends);
    return ends;
  }

  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  Wire wire_;
  Seen seen_;
};

TEST_F(CContextTest, TheSniCallbackChoosesAContext) {
  auto other = Sized<airlock_credentials>();
  other.keyfile = Cert("server_rsa.key");
  other.certfile = Cert("server_rsa_chain.pem");
  const airlock_credentials* others[] = {&other};
  airlock_context_options options = ServerOptions();
  options.user = nullptr;
  options.release = nullptr;
  options.credentials = others;
  const auto chosen = Make(options);
  seen_.context = chosen.get();

  options = ServerOptions();
  options.sni = Sni;
  const auto context = Make(options);
  const Ends ends = ConnectTo(context.get(), ClientWrap());
  ASSERT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  EXPECT_EQ(seen_.names, std::vector<std::string>{"localhost"});
  EXPECT_EQ(seen_.socket, ends.server.get());
  EXPECT_TRUE(seen_.nested_was_refused);
  airlock_certificate* certificate = nullptr;
  ASSERT_EQ(
      airlock_socket_peer_certificate(ends.client.get(), &certificate, nullptr),
      AIRLOCK_OK);
  const Handle<airlock_certificate> owned(certificate);
  airlock_certificate* presented = nullptr;
  ASSERT_EQ(
      airlock_certificate_new(Cert("server_rsa.pem"), &presented, nullptr),
      AIRLOCK_OK);
  const Handle<airlock_certificate> owned_too(presented);
  uint8_t ours[32];
  uint8_t theirs[32];
  airlock_certificate_sha256(certificate, ours, nullptr);
  airlock_certificate_sha256(presented, theirs, nullptr);
  EXPECT_EQ(std::string(ours, ours + 32), std::string(theirs, theirs + 32));
}

TEST_F(CContextTest, TheSniCallbackRefuses) {
  airlock_context_options options = ServerOptions();
  options.sni = Sni;
  const auto context = Make(options);
  seen_.answer = AIRLOCK_ERROR;
  Ends ends = ConnectTo(context.get(), ClientWrap());
  EXPECT_EQ(ends.server_failure.kind, AIRLOCK_KIND_CALLBACK);
  EXPECT_EQ(ends.client_failure.kind, AIRLOCK_KIND_PEER_ALERT);
  EXPECT_EQ(ends.client_failure.alert, 112);

  // With its own alert, and by an exception.
  seen_.alert = 49;
  wire_.Clear();
  ends = ConnectTo(context.get(), ClientWrap());
  EXPECT_EQ(ends.client_failure.alert, 49);
  seen_.alert = 0;
  seen_.answer = AIRLOCK_TIMEOUT;
  wire_.Clear();
  ends = ConnectTo(context.get(), ClientWrap());
  EXPECT_EQ(ends.server_failure.kind, AIRLOCK_KIND_CALLBACK);

  // A client's context is invalid for a server.
  const auto clients = Make(ClientContext());
  seen_.answer = AIRLOCK_OK;
  seen_.context = clients.get();
  wire_.Clear();
  ends = ConnectTo(context.get(), ClientWrap());
  EXPECT_EQ(ends.server_failure.kind, AIRLOCK_KIND_CALLBACK);
}

TEST_F(CContextTest, TheAlpnCallbackChooses) {
  const airlock_bytes protocols[] = {B("h2"), B("http/1.1")};
  airlock_wrap_options client = ClientWrap();
  client.alpn_protocols = protocols;
  client.alpn_protocols_count = 2;
  airlock_context_options options = ServerOptions();
  options.alpn = Alpn;
  const auto context = Make(options);
  seen_.chosen = 1;
  Ends ends = ConnectTo(context.get(), client);
  ASSERT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  auto info = Sized<airlock_connection_info>();
  ASSERT_EQ(airlock_socket_info(ends.client.get(), &info, nullptr), AIRLOCK_OK);
  EXPECT_EQ(Str(info.alpn), "http/1.1");
  EXPECT_EQ(seen_.offered, (std::vector<std::string>{"h2", "http/1.1"}));

  seen_.answer = AIRLOCK_NONE;
  wire_.Clear();
  ends = ConnectTo(context.get(), client);
  ASSERT_EQ(airlock_socket_info(ends.client.get(), &info, nullptr), AIRLOCK_OK);
  EXPECT_EQ(Str(info.alpn), "");

  options.alpn_required = 1;
  const auto strict = Make(options);
  wire_.Clear();
  ends = ConnectTo(strict.get(), client);
  EXPECT_EQ(ends.client_failure.alert, 120);

  for (const airlock_status answer :
       {airlock_status{AIRLOCK_ERROR}, airlock_status{AIRLOCK_OK}}) {
    seen_.answer = answer;
    seen_.chosen = 2;
    wire_.Clear();
    ends = ConnectTo(context.get(), client);
    EXPECT_EQ(ends.server_failure.kind, AIRLOCK_KIND_CALLBACK);
    EXPECT_EQ(ends.client_failure.alert, 120);
  }
}

TEST_F(CContextTest, ReportsKeysAndMessagesAndReleasesUserData) {
  airlock_context_options options = ServerOptions();
  options.keylog = KeyLog;
  options.message = Message;
  Handle<airlock_context> context = Make(options);
  {
    const Ends ends = ConnectTo(context.get(), ClientWrap());
    EXPECT_EQ(ends.client_failure.kind, -1);
    EXPECT_GE(seen_.lines.size(), 4U);
    EXPECT_EQ(seen_.socket, ends.server.get());
    EXPECT_GT(seen_.sent, 0);
    EXPECT_GT(seen_.received, 0);
    context.reset();
    EXPECT_EQ(seen_.releases, 0);
  }
  EXPECT_EQ(seen_.releases, 1);

  // Also if no context is made.
  options.cert_reqs = 7;
  EXPECT_EQ(Refusal(options).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(seen_.releases, 2);
}

// The session of a connection that was dropped belongs to the caller.
TEST_F(CContextTest, ASessionOutlivesItsSocket) {
  const auto server = Make(ServerOptions());
  const auto client = Make(ClientContext());
  Handle<airlock_session> session;
  {
    Ends ends;
    ends.client = Wrap(client.get(), wire_.client(), "localhost");
    ends.server = Wrap(server.get(), wire_.server());
    ShakeHands(&ends);
    ASSERT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
    ExpectSent(ends.server.get(), ends.client.get(), "tickets come along");
    airlock_session* taken = nullptr;
    ASSERT_EQ(airlock_socket_session(ends.client.get(), &taken, nullptr),
              AIRLOCK_OK);
    session.reset(taken);
  }
  auto facts = Sized<airlock_session_info>();
  ASSERT_EQ(airlock_session_info_get(session.get(), &facts, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(facts.has_ticket, 1);

  auto options = Sized<airlock_socket_options>();
  options.server_hostname = B("localhost");
  options.session = session.get();
  Wire wire;
  const airlock_transport transport = wire.client();
  airlock_socket* again = nullptr;
  ASSERT_EQ(airlock_context_wrap_socket(client.get(), &transport, &options,
                                        &again, nullptr),
            AIRLOCK_OK);
  Ends second;
  second.client.reset(again);
  second.server = Wrap(server.get(), wire.server());
  session.reset();  // And the socket does not need the caller's.
  ShakeHands(&second);
  auto info = Sized<airlock_connection_info>();
  ASSERT_EQ(airlock_socket_info(again, &info, nullptr), AIRLOCK_OK);
  EXPECT_EQ(info.session_reused, 1);
  ExpectSent(second.server.get(), second.client.get(), "data");
}

TEST_F(CContextTest, ResumesASessionThatWasSerialised) {
  const auto server = Make(ServerOptions());
  const auto client = Make(ClientContext());
  Ends ends;
  ends.client = Wrap(client.get(), wire_.client(), "localhost");
  ends.server = Wrap(server.get(), wire_.server());
  ShakeHands(&ends);
  ASSERT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  ExpectSent(ends.server.get(), ends.client.get(), "tickets come along");
  airlock_session* session = nullptr;
  ASSERT_EQ(airlock_socket_session(ends.client.get(), &session, nullptr),
            AIRLOCK_OK);
  airlock_buffer bytes = {nullptr, 0};
  ASSERT_EQ(airlock_session_serialize(session, &bytes, nullptr), AIRLOCK_OK);
  airlock_session_free(session);
  const std::string kept(bytes.data, bytes.size);
  airlock_buffer_free(&bytes);

  ASSERT_EQ(airlock_session_new(B(kept), &session, nullptr), AIRLOCK_OK);
  const Handle<airlock_session> restored(session);
  auto facts = Sized<airlock_session_info>();
  ASSERT_EQ(airlock_session_info_get(session, &facts, nullptr), AIRLOCK_OK);
  EXPECT_EQ(facts.has_ticket, 1);
  EXPECT_GT(facts.timeout_s, 0);

  auto options = Sized<airlock_socket_options>();
  options.server_hostname = B("localhost");
  options.session = session;
  Wire wire;
  const airlock_transport transport = wire.client();
  airlock_socket* again = nullptr;
  ASSERT_EQ(airlock_context_wrap_socket(client.get(), &transport, &options,
                                        &again, nullptr),
            AIRLOCK_OK);
  Ends second;
  second.client.reset(again);
  second.server = Wrap(server.get(), wire.server());
  ShakeHands(&second);
  auto info = Sized<airlock_connection_info>();
  ASSERT_EQ(airlock_socket_info(again, &info, nullptr), AIRLOCK_OK);
  EXPECT_EQ(info.session_reused, 1);

  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_session_new(B("no session"), &session, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(session, nullptr);
}

TEST_F(CContextTest, IsForTheHostThatThePolicyWasAskedFor) {
  airlock_context_options options = ClientContext();
  options.server_hostname = B("localhost");
  const auto context = Make(options);
  auto socket_options = Sized<airlock_socket_options>();
  socket_options.server_hostname = B("server.test");
  const airlock_transport transport = wire_.client();
  airlock_socket* socket = nullptr;
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_context_wrap_socket(context.get(), &transport,
                                        &socket_options, &socket, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  // The default is the same.
  EXPECT_NE(Wrap(context.get(), transport), nullptr);
}

TEST_F(CContextTest, IsSharedByThreads) {
  airlock_context_options options = ServerOptions();
  options.user = nullptr;
  options.release = nullptr;
  // Each callback gets its thread's socket.
  static std::atomic<int> strangers{0};
  static thread_local airlock_socket* mine = nullptr;
  options.sni = [](void*, airlock_socket* socket, airlock_bytes,
                   airlock_context**, uint8_t*) -> airlock_status {
    if (socket != mine) ++strangers;
    return AIRLOCK_OK;
  };
  const auto server = Make(options);
  const auto client = Make(ClientContext());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 5; ++j) {
        Wire wire;
        Ends ends;
        ends.client = Wrap(client.get(), wire.client(), "localhost");
        ends.server = Wrap(server.get(), wire.server());
        mine = ends.server.get();
        ShakeHands(&ends);
        EXPECT_EQ(ends.client_failure.kind, -1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(strangers, 0);
  auto counters = Sized<airlock_counters>();
  ASSERT_EQ(airlock_runtime_counters(runtime_.get(), &counters, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(counters.handshakes[3], 40U);
}

TEST_F(CContextTest, ThreadsFreeTheirHandlesInAnyOrder) {
  static std::atomic<int> releases{0};
  releases = 0;
  airlock_context_options options = ServerOptions();
  options.user = &releases;
  options.release = [](void* user) { ++*static_cast<std::atomic<int>*>(user); };
  options.message = [](void*, airlock_socket*, const airlock_message*) {};
  Handle<airlock_context> server = Make(options);
  Handle<airlock_context> client = Make(ClientContext());
  constexpr int kThreads = 4;
  Wire wires[kThreads];
  Ends ends[kThreads];
  for (int i = 0; i < kThreads; ++i) {
    ends[i].client = Wrap(client.get(), wires[i].client(), "localhost");
    ends[i].server = Wrap(server.get(), wires[i].server());
  }
  std::vector<std::thread> threads;
  for (Ends& mine : ends) {
    threads.emplace_back([&mine] {
      ShakeHands(&mine);
      EXPECT_EQ(mine.client_failure.kind, -1);
      mine.server.reset();
      mine.client.reset();
    });
  }
  server.reset();
  client.reset();
  runtime_.reset();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(releases, 1);
  for (const Wire& wire : wires) EXPECT_EQ(wire.releases(), 2);
}

TEST_F(CContextTest, RefusesInvalidOptions) {
  airlock_context_options options = ServerOptions();
  options.server_hostname = B("localhost");
  EXPECT_EQ(Refusal(options).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  options = ServerOptions();
  options.credentials = nullptr;
  EXPECT_EQ(Refusal(options).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  options = ServerOptions();
  options.server_side = 3;
  EXPECT_EQ(Refusal(options).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  options = ServerOptions();
  auto keyless = Sized<airlock_credentials>();
  keyless.keyfile = Cert("server_p256.key");
  const airlock_credentials* list[] = {&keyless};
  options.credentials = list;
  EXPECT_EQ(Refusal(options).kind, AIRLOCK_KIND_CREDENTIALS);
  options = ClientContext();
  options.groups = B("no such group");
  EXPECT_EQ(Refusal(options).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  airlock_context* context = nullptr;
  EXPECT_EQ(airlock_context_new(nullptr, &options, &context, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_context_new(runtime_.get(), &options, nullptr, nullptr),
            AIRLOCK_ERROR);
  const airlock_transport transport = wire_.client();
  airlock_socket* socket = nullptr;
  EXPECT_EQ(airlock_context_wrap_socket(nullptr, &transport, nullptr, &socket,
                                        nullptr),
            AIRLOCK_ERROR);
}

}  // namespace
}  // namespace airlock::c
