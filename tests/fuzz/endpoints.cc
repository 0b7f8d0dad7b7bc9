// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/fuzz/endpoints.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ssl/context.h"
#include "ssl/options.h"
#include "ssl/secret.h"
#include "ssl/session.h"
#include "ssl/socket.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/handshake.h"

namespace airlock::fuzz {
namespace {

Contexts MakeClients() {
  ResetRandom();
  std::vector<ssl::ContextOptions> all(4, testing::ClientOptions());
  all[1].verification.maximum_version = ssl::TlsVersion::kTls1_2;
  all[2].alpn_protocols = {"h2", "http/1.1"};
  all[2].request_ocsp = true;
  all[2].request_sct = true;
  all[2].credentials = {testing::TestCredentials("client_p256")};
  all[3].verification.minimum_version = ssl::TlsVersion::kTls1_0;
  all[3].verification.maximum_version = ssl::TlsVersion::kTls1_2;
  all[3].verification.security_level = 0;
  all[3].ciphers = "ALL:@SECLEVEL=0";
  all[3].max_renegotiations = 2;
  all[3].npn_protocols = {"spdy/3"};
  Contexts contexts;
  for (ssl::ContextOptions& options : all) {
    options.new_session = [](const ssl::Socket&,
                             std::shared_ptr<const ssl::Session> session) {
      Require(session->Serialize().ok(), "a session can be serialized");
    };
    options.message = [](const ssl::Socket&, const ssl::TlsMessage&) {
      return absl::OkStatus();
    };
    contexts.push_back(testing::MakeContext(std::move(options)));
  }
  return contexts;
}

ssl::ContextOptions Modern() {
  ssl::ContextOptions options = testing::ServerOptions();
  options.ticket_keys = {
      std::make_shared<const ssl::Secret>(std::string(48, 'k'))};
  return options;
}

ssl::ContextOptions Verifying() {
  ssl::ContextOptions options = Modern();
  options.verification.mode = ssl::VerifyMode::kRequired;
  options.trust_store = testing::TestTrustStore();
  options.alpn_protocols = {"h2", "http/1.1"};
  options.alpn_required = true;
  options.ocsp_response = "stapled";
  return options;
}

ssl::ContextOptions Choosing(std::shared_ptr<const ssl::Context> other) {
  ssl::ContextOptions options = Modern();
  options.credentials = {testing::TestCredentials("server_p256"),
                         testing::TestCredentials("server_rsa"),
                         testing::TestCredentials("server_ed25519")};
  options.sni = [other](ssl::Socket&, const std::optional<std::string>& name) {
    ssl::SniDecision decision;
    if (name == "other") decision.context = other;
    if (name == "nobody") decision.alert = 112;
    return decision;
  };
  options.alpn = [](ssl::Socket&, absl::Span<const absl::string_view> offered) {
    Require(!offered.empty(), "a server chooses among offers");
    return std::optional<size_t>(offered.size() - 1);
  };
  return options;
}

ssl::ContextOptions Old() {
  ssl::ContextOptions options = Modern();
  options.credentials = {testing::TestCredentials("server_rsa")};
  options.verification.minimum_version = ssl::TlsVersion::kTls1_0;
  options.verification.maximum_version = ssl::TlsVersion::kTls1_2;
  options.verification.security_level = 0;
  options.ciphers = "ALL:PSK:@SECLEVEL=0";
  options.npn_protocols = {"spdy/3"};
  options.psk_identity_hint = "hint";
  options.psk_server = [](absl::string_view identity)
      -> absl::StatusOr<std::optional<ssl::Secret>> {
    if (identity != "me") return std::nullopt;
    return std::make_optional<ssl::Secret>("key");
  };
  return options;
}

Contexts MakeServers() {
  ResetRandom();
  Contexts contexts = {testing::MakeContext(Modern()),
                       testing::MakeContext(Verifying())};
  contexts.push_back(testing::MakeContext(Choosing(contexts[1])));
  contexts.push_back(testing::MakeContext(Old()));
  return contexts;
}

}  // namespace

const Contexts& ClientContexts() {
  static const auto* contexts = new Contexts(MakeClients());
  return *contexts;
}

const Contexts& ServerContexts() {
  static const auto* contexts = new Contexts(MakeServers());
  return *contexts;
}

}  // namespace airlock::fuzz
