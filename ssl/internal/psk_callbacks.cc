// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/psk_callbacks.h"

#include <openssl/ssl.h>

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ssl/guarded.h"
#include "ssl/internal/choose_callbacks.h"
#include "ssl/internal/socket_impl.h"
#include "ssl/later.h"

namespace airlock::ssl::internal {
namespace {

Socket::Impl* SocketOf(const SSL* ssl) { return Socket::Impl::Of(ssl); }

const ContextOptions& OptionsOf(const SSL* ssl) {
  return SocketOf(ssl)->context->options();
}

absl::string_view NameOf(const SSL* ssl) {
  return SSL_is_server(ssl) != 0 ? "psk_server" : "psk_client";
}

// The application's answer to a hint or identity; a server gets only the key.
PskAnswer AskNow(const SSL* ssl, absl::string_view question) {
  const ContextOptions& options = OptionsOf(ssl);
  if (SSL_is_server(ssl) == 0) {
    return Guarded("psk_client callback",
                   [&] { return options.psk_client(question); });
  }
  absl::StatusOr<std::optional<Secret>> key = Guarded(
      "psk_server callback", [&] { return options.psk_server(question); });
  if (!key.ok()) return key.status();
  if (!key->has_value()) return {std::nullopt};
  return {PskIdentity{"", **std::move(key)}};
}

bool AskAhead(SSL* ssl, absl::string_view question) {
  Socket::Impl* socket = SocketOf(ssl);
  // The context that the sni callback chose may lack psk_server.
  if (SSL_is_server(ssl) != 0 && OptionsOf(ssl).psk_server == nullptr) {
    return true;
  }
  PskAnswer answer = AskNow(ssl, question);
  if (IsLater(answer.status())) {
    socket->waits_for = LateCallback::kPsk;
    return false;
  }
  socket->psk_answer = std::make_unique<std::pair<std::string, PskAnswer>>(
      question, std::move(answer));
  return true;
}

// The key for a hint or identity that BoringSSL has read. Unset if there is
// none; then the socket's `callback_error` may say why.
std::optional<PskIdentity> Answer(SSL* ssl, const char* question) {
  Socket::Impl* socket = SocketOf(ssl);
  const absl::string_view asked = question == nullptr ? "" : question;
  const auto ahead = std::exchange(socket->psk_answer, nullptr);
  PskAnswer answer = ahead != nullptr && ahead->first == asked
                         ? std::move(ahead->second)
                         : AskNow(ssl, asked);
  if (answer.ok()) return *std::move(answer);
  socket->callback_error.Update(CallbackError(NameOf(ssl), answer.status()));
  return std::nullopt;
}

// Copies a key to BoringSSL's buffer; 0 refuses the key.
unsigned CopyKey(const Secret& key, uint8_t* out, unsigned max_size) {
  if (key.empty() || key.size() > max_size) return 0;
  std::memcpy(out, key.view().data(), key.size());
  return static_cast<unsigned>(key.size());
}

}  // namespace

unsigned ClientPsk(SSL* ssl, const char* hint, char* identity,
                   unsigned max_identity_size, uint8_t* key,
                   unsigned max_key_size) {
  const std::optional<PskIdentity> psk = Answer(ssl, hint);
  if (!psk.has_value() || psk->identity.size() >= max_identity_size ||
      psk->identity.find('\0') != std::string::npos) {
    return 0;
  }
  std::memcpy(identity, psk->identity.c_str(), psk->identity.size() + 1);
  return CopyKey(psk->key, key, max_key_size);
}

unsigned ServerPsk(SSL* ssl, const char* identity, uint8_t* key,
                   unsigned max_key_size) {
  const std::optional<PskIdentity> psk = Answer(ssl, identity);
  return psk.has_value() ? CopyKey(psk->key, key, max_key_size) : 0;
}

std::unique_ptr<PskLookahead> MakePskLookahead(const ContextOptions& options,
                                               SSL* ssl) {
  const bool asks = SSL_is_server(ssl) != 0 ? options.psk_server != nullptr ||
                                                  options.sni != nullptr
                                            : options.psk_client != nullptr;
  if (!asks) return nullptr;
  return std::make_unique<PskLookahead>(ssl, [ssl](absl::string_view question) {
    return AskAhead(ssl, question);
  });
}

}  // namespace airlock::ssl::internal
