// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A host's additions to verification: a callback and pins, which never weaken
// it.

#include <stdexcept>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

constexpr int kApplicationVerification = 50;

struct Seen {
  std::vector<std::string> presented;
  std::vector<std::string> verified;
  airlock_socket* socket = nullptr;
  int calls = 0;
  int ends = 0;
  int failed_kind = -1;
  int releases = 0;
  airlock_status answer = AIRLOCK_OK;
  bool throws = false;
  bool frees = false;
  airlock_status nested = AIRLOCK_OK;
};

std::vector<std::string> Ders(const airlock_certificate* const* chain,
                              size_t size) {
  std::vector<std::string> ders;
  for (size_t i = 0; i < size; ++i) {
    airlock_bytes der = {nullptr, 0};
    EXPECT_EQ(airlock_certificate_der(chain[i], &der, nullptr), AIRLOCK_OK);
    ders.push_back(Str(der));
  }
  return ders;
}

airlock_status Verify(void* user, airlock_socket* socket,
                      const airlock_certificate* const* presented,
                      size_t presented_count,
                      const airlock_certificate* const* verified,
                      size_t verified_count) {
  auto* const seen = static_cast<Seen*>(user);
  ++seen->calls;
  seen->socket = socket;
  seen->presented = Ders(presented, presented_count);
  seen->verified = Ders(verified, verified_count);
  char byte = 0;
  size_t done = 0;
  seen->nested = airlock_socket_read(socket, &byte, 1, &done, nullptr);
  if (seen->frees) airlock_socket_free(socket);
  if (seen->throws) throw std::runtime_error("a host's");
  return seen->answer;
}

void Ended(void* user, airlock_socket* socket, const airlock_error* error) {
  auto* const seen = static_cast<Seen*>(user);
  ++seen->ends;
  seen->socket = socket;
  if (error == nullptr) return;
  auto info = Sized<airlock_error_info>();
  EXPECT_EQ(airlock_error_get(error, &info), AIRLOCK_OK);
  seen->failed_kind = info.kind;
}

std::string Spki(const char* name) {
  airlock_certificate* certificate = nullptr;
  EXPECT_EQ(airlock_certificate_new(Cert(name), &certificate, nullptr),
            AIRLOCK_OK);
  const Handle<airlock_certificate> owned(certificate);
  uint8_t hash[32];
  EXPECT_EQ(airlock_certificate_spki_sha256(certificate, hash, nullptr),
            AIRLOCK_OK);
  return {hash, hash + sizeof(hash)};
}

class CVerifyTest : public ::testing::Test {
 protected:
  airlock_context_options Options() {
    airlock_context_options options = ClientContext();
    options.verify = Verify;
    options.handshake_ended = Ended;
    options.user = &seen_;
    options.release = [](void* user) { ++static_cast<Seen*>(user)->releases; };
    return options;
  }
  Ends ConnectBy(const airlock_context_options& options) {
    const auto client = Make(runtime_.get(), options);
    return Connect(&wire_, client.get(), server_.get());
  }

  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  Handle<airlock_context> server_ = Make(runtime_.get(), ServerContext());
  Wire wire_;
  Seen seen_;
};

TEST_F(CVerifyTest, SeesTheChainThatWasFoundGood) {
  {
    const Ends ends = ConnectBy(Options());
    ASSERT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
    EXPECT_EQ(seen_.calls, 1);
    EXPECT_EQ(seen_.ends, 1);
    EXPECT_EQ(seen_.failed_kind, -1);
    EXPECT_EQ(seen_.socket, ends.client.get());
    EXPECT_EQ(seen_.nested, AIRLOCK_ERROR);
    EXPECT_EQ(seen_.presented.size(), 2U);
    ASSERT_EQ(seen_.verified.size(), 3U);
    EXPECT_EQ(seen_.verified[0], seen_.presented[0]);
    EXPECT_EQ(seen_.releases, 0);
  }
  EXPECT_EQ(seen_.releases, 1);
}

TEST_F(CVerifyTest, RefusesByItsAnswerAndByFailing) {
  for (const airlock_status answer :
       {airlock_status{AIRLOCK_ERROR}, airlock_status{AIRLOCK_NONE},
        airlock_status{99}, airlock_status{AIRLOCK_OK}}) {
    seen_ = Seen();
    seen_.answer = answer;
    seen_.throws = answer == AIRLOCK_OK;
    const Ends ends = ConnectBy(Options());
    EXPECT_EQ(ends.client_failure.kind, AIRLOCK_KIND_VERIFICATION);
    EXPECT_EQ(ends.client_failure.verify_code, kApplicationVerification);
    EXPECT_EQ(ends.server_failure.kind, AIRLOCK_KIND_PEER_ALERT);
    EXPECT_EQ(seen_.ends, 1);
    EXPECT_EQ(seen_.failed_kind, AIRLOCK_KIND_VERIFICATION);
  }
}

// A later context whose callback accepts everything weakens no other.
TEST_F(CVerifyTest, ACallbackIsOfItsContext) {
  seen_.answer = AIRLOCK_ERROR;
  const auto strict = Make(runtime_.get(), Options());
  const auto refused = [&] {
    const Ends ends = Connect(&wire_, strict.get(), server_.get());
    return ends.client_failure.kind == AIRLOCK_KIND_VERIFICATION;
  };
  EXPECT_TRUE(refused());
  Seen other;
  airlock_context_options options = ClientContext();
  options.verify = Verify;
  options.user = &other;
  {
    const Ends ends = ConnectBy(options);
    EXPECT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  }
  EXPECT_TRUE(refused());
  EXPECT_EQ(other.calls, 1);
  EXPECT_EQ(seen_.calls, 2);
}

TEST_F(CVerifyTest, IsNotAskedOfAPeerThatFailed) {
  airlock_context_options others = ServerContext();
  auto credentials = Sized<airlock_credentials>();
  credentials.keyfile = Cert("server_other.key");
  credentials.certfile = Cert("server_other.pem");
  const airlock_credentials* list[] = {&credentials};
  others.credentials = list;
  server_ = Make(runtime_.get(), others);
  const Ends ends = ConnectBy(Options());
  EXPECT_EQ(ends.client_failure.kind, AIRLOCK_KIND_VERIFICATION);
  EXPECT_NE(ends.client_failure.verify_code, kApplicationVerification);
  EXPECT_EQ(seen_.calls, 0);
  EXPECT_EQ(seen_.failed_kind, AIRLOCK_KIND_VERIFICATION);
}

TEST_F(CVerifyTest, IsAskedOfAServersClientsToo) {
  auto credentials = Sized<airlock_credentials>();
  credentials.keyfile = Cert("client_p256.key");
  credentials.certfile = Cert("client_p256.pem");
  const airlock_credentials* list[] = {&credentials};
  airlock_context_options client_options = ClientContext();
  client_options.credentials = list;
  client_options.credentials_count = 1;
  const auto client = Make(runtime_.get(), client_options);
  airlock_context_options options = ServerContext();
  options.cert_reqs = AIRLOCK_CERT_OPTIONAL;
  options.verify = Verify;
  options.user = &seen_;
  const auto server = Make(runtime_.get(), options);
  Ends ends = Connect(&wire_, client.get(), server.get());
  EXPECT_EQ(ends.server_failure.kind, -1) << ends.server_failure.message;
  EXPECT_EQ(seen_.calls, 1);
  seen_.answer = AIRLOCK_ERROR;
  ends = Connect(&wire_, client.get(), server.get());
  EXPECT_EQ(ends.server_failure.kind, AIRLOCK_KIND_VERIFICATION);
}

TEST_F(CVerifyTest, IsAskedAgainWhereASessionIsResumed) {
  airlock_context_options options = Options();
  options.maximum_version = AIRLOCK_TLS_1_2;
  const auto client = Make(runtime_.get(), options);
  Ends ends = Connect(&wire_, client.get(), server_.get());
  ASSERT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  airlock_session* session = nullptr;
  ASSERT_EQ(airlock_socket_session(ends.client.get(), &session, nullptr),
            AIRLOCK_OK);
  const Handle<airlock_session> owned(session);
  ends = Connect(&wire_, client.get(), server_.get(), session);
  EXPECT_EQ(Info(ends.client).session_reused, 1);
  EXPECT_EQ(seen_.calls, 2);
  seen_.answer = AIRLOCK_ERROR;
  ends = Connect(&wire_, client.get(), server_.get(), session);
  EXPECT_EQ(ends.client_failure.kind, AIRLOCK_KIND_VERIFICATION);
}

TEST_F(CVerifyTest, MayFreeItsSocket) {
  seen_.frees = true;
  const auto client = Make(runtime_.get(), Options());
  const auto server = Wrap(server_.get(), wire_.server());
  airlock_socket* const socket =
      Wrap(client.get(), wire_.client(), "localhost").release();
  EXPECT_EQ(airlock_socket_handshake(socket, nullptr), AIRLOCK_WANT_READ);
  EXPECT_EQ(airlock_socket_handshake(server.get(), nullptr), AIRLOCK_WANT_READ);
  EXPECT_EQ(wire_.releases(), 0);
  EXPECT_EQ(airlock_socket_handshake(socket, nullptr), AIRLOCK_OK);
  EXPECT_EQ(seen_.calls, 1);
  EXPECT_EQ(wire_.releases(), 1);
}

TEST_F(CVerifyTest, WantsPinnedKeys) {
  const std::string leaf = Spki("server_p256.pem");
  const std::string anchor = Spki("ca.pem");
  const std::string other = Spki("server_other.pem");
  airlock_context_options options = ClientContext();
  options.pins_count = 1;
  for (const std::string& good : {leaf, anchor}) {
    const airlock_bytes pins[] = {B(other), B(good)};
    options.pins = pins;
    options.pins_count = 2;
    EXPECT_EQ(ConnectBy(options).client_failure.kind, -1);
  }
  const airlock_bytes pins[] = {B(other)};
  options.pins = pins;
  options.pins_count = 1;
  Ends ends = ConnectBy(options);
  EXPECT_EQ(ends.client_failure.kind, AIRLOCK_KIND_VERIFICATION);
  EXPECT_EQ(ends.client_failure.verify_code, kApplicationVerification);
  EXPECT_EQ(ends.client_failure.depth, 0);
  EXPECT_EQ(ends.client_failure.alert, 46);  // certificate_unknown
  EXPECT_EQ(ends.server_failure.alert, 46);
  // Before the callback, which is then not called.
  options = Options();
  options.pins = pins;
  options.pins_count = 1;
  EXPECT_EQ(ConnectBy(options).client_failure.kind, AIRLOCK_KIND_VERIFICATION);
  EXPECT_EQ(seen_.calls, 0);
}

TEST_F(CVerifyTest, APinIsNotAnAnchor) {
  airlock_context_options servers = ServerContext();
  auto credentials = Sized<airlock_credentials>();
  credentials.keyfile = Cert("self_signed.key");
  credentials.certfile = Cert("self_signed.pem");
  const airlock_credentials* list[] = {&credentials};
  servers.credentials = list;
  server_ = Make(runtime_.get(), servers);
  const std::string pin = Spki("self_signed.pem");
  const airlock_bytes pins[] = {B(pin)};
  airlock_context_options options = ClientContext();
  options.pins = pins;
  options.pins_count = 1;
  const Ends ends = ConnectBy(options);
  EXPECT_EQ(ends.client_failure.kind, AIRLOCK_KIND_VERIFICATION);
  EXPECT_NE(ends.client_failure.verify_code, kApplicationVerification);
}

TEST_F(CVerifyTest, NeedsSomethingToNarrow) {
  const std::string pin = Spki("ca.pem");
  const airlock_bytes pins[] = {B(pin)};
  for (const bool pinned : {false, true}) {
    airlock_context_options options = Sized<airlock_context_options>();
    if (pinned) {
      options.pins = pins;
      options.pins_count = 1;
    } else {
      options.verify = Verify;
    }
    options.cert_reqs = AIRLOCK_CERT_NONE;
    EXPECT_EQ(Refusal(runtime_.get(), options).kind,
              AIRLOCK_KIND_INVALID_ARGUMENT);
    options.cert_reqs = AIRLOCK_CERT_REQUIRED;
    options.psk_client = [](void*, airlock_socket*, airlock_bytes,
                            airlock_psk*) -> airlock_status {
      return AIRLOCK_NONE;
    };
    EXPECT_EQ(Refusal(runtime_.get(), options).kind,
              AIRLOCK_KIND_INVALID_ARGUMENT);
    // A server's clients may have a certificate or a pre-shared key.
    options.psk_server = options.psk_client;
    options.psk_client = nullptr;
    options.server_side = 1;
    EXPECT_EQ(Refusal(runtime_.get(), options).kind,
              AIRLOCK_KIND_INVALID_ARGUMENT);
  }
}

TEST_F(CVerifyTest, RefusesBadPins) {
  const airlock_bytes pins[] = {B("31 bytes, one less than a hash.")};
  airlock_context_options options = ClientContext();
  options.pins = pins;
  options.pins_count = 1;
  EXPECT_EQ(Refusal(runtime_.get(), options).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  options.pins = nullptr;
  EXPECT_EQ(Refusal(runtime_.get(), options).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace airlock::c
