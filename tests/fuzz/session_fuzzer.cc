// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A stored session, which a client imports and offers to a server. Input: the
// session.

#include <memory>
#include <string>
#include <utility>

#include "ssl/context.h"
#include "ssl/secret.h"
#include "ssl/session.h"
#include "ssl/socket.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"

namespace airlock::fuzz {
namespace {

using Context = std::shared_ptr<const ssl::Context>;

Context MakeServer() {
  ResetRandom();
  ssl::ContextOptions options = testing::ServerOptions();
  options.ticket_keys = {
      std::make_shared<const ssl::Secret>(std::string(48, 'k'))};
  return testing::MakeContext(std::move(options));
}

Context MakeClient(ssl::TlsVersion maximum) {
  ssl::ContextOptions options = testing::ClientOptions();
  options.verification.maximum_version = maximum;
  return testing::MakeContext(std::move(options));
}

void Resume(const Context& client, const Context& server,
            std::shared_ptr<const ssl::Session> session) {
  ResetRandom();
  auto socket = testing::Connect(client, server,
                                 testing::WithSession(std::move(session)));
  Require(!socket.client->handshake_done() ||
              (socket.client->peer_verified() &&
               socket.client->MatchHostname("localhost").ok()),
          "a session spares a client no verification");
  if (!socket.client->handshake_done()) return;
  const auto& chain = socket.client->verified_chain();
  Require(!chain.empty() && chain[0] == socket.client->peer_certificate() &&
              client->options().trust_store->Contains(chain.back()),
          "the verified chain is the peer's and ends at a trusted certificate");
}

}  // namespace
}  // namespace airlock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  static const auto* server = new fuzz::Context(fuzz::MakeServer());
  static const auto* client =
      new fuzz::Context(fuzz::MakeClient(ssl::TlsVersion::kTls1_3));
  static const auto* old_client =
      new fuzz::Context(fuzz::MakeClient(ssl::TlsVersion::kTls1_2));
  const auto session = ssl::Session::Deserialize(fuzz::Text(data, size));
  if (!session.ok()) return 0;
  (void)(*session)->id();
  (void)(*session)->time();
  (void)(*session)->timeout();
  (void)(*session)->ticket_lifetime_hint();
  (void)(*session)->has_ticket();
  const auto bytes = (*session)->Serialize();
  if (bytes.ok()) {
    const auto again = ssl::Session::Deserialize(bytes->view());
    fuzz::Require(again.ok() && (*again)->id() == (*session)->id(),
                  "a session can be stored again");
  }
  fuzz::Resume(*client, *server, *session);
  fuzz::Resume(*old_client, *server, *session);
  return 0;
}
