// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/callbacks.h"

#include <openssl/bytestring.h>
#include <openssl/mem.h>
#include <openssl/ssl.h>

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "ssl/error.h"
#include "ssl/guarded.h"
#include "ssl/internal/choose_callbacks.h"
#include "ssl/internal/context_impl.h"
#include "ssl/internal/psk_callbacks.h"
#include "ssl/internal/session_impl.h"
#include "ssl/internal/socket_impl.h"
#include "ssl/internal/ssl_ctx.h"
#include "ssl/internal/ticket_keys.h"
#include "ssl/internal/ticket_method.h"
#include "ssl/later.h"

namespace airlock::ssl::internal {
namespace {

// Few clients offer more; a larger number has no use in an error.
constexpr size_t kMostOfferedGroups = 32;

Socket::Impl* SocketOf(const SSL* ssl) { return Socket::Impl::Of(ssl); }

// Stops a connection after a failed callback whose result BoringSSL ignores.
void Halt(Socket::Impl* socket, absl::string_view which,
          const absl::Status& said) {
  if (said.ok()) return;
  socket->callback_error.Update(CallbackError(which, said));
  socket->bio.halted = true;
}

ssl_verify_result_t Verify(SSL* ssl, uint8_t* out_alert) {
  Socket::Impl* socket = SocketOf(ssl);
  absl::Status status = socket->CollectPresented();
  *out_alert = SSL_AD_BAD_CERTIFICATE;
  if (status.ok()) status = socket->VerifyPresented(out_alert);
  if (status.ok()) return ssl_verify_ok;
  if (IsLater(status)) {
    socket->waits_for = LateCallback::kVerify;
    return ssl_verify_retry;
  }
  socket->callback_error = std::move(status);
  return ssl_verify_invalid;
}

// Records what the client offers: BoringSSL drops it after the handshake.
ssl_select_cert_result_t SeeClientHello(const SSL_CLIENT_HELLO* hello) {
  Socket::Impl* socket = SocketOf(hello->ssl);
  CBS ciphers;
  CBS_init(&ciphers, hello->cipher_suites, hello->cipher_suites_len);
  uint16_t value = 0;
  socket->offered_ciphers.clear();
  socket->offered_ciphers.reserve(hello->cipher_suites_len / sizeof(value));
  while (CBS_get_u16(&ciphers, &value)) {
    socket->offered_ciphers.push_back(value);
  }
  const uint8_t* data = nullptr;
  size_t size = 0;
  const auto has = [&](uint16_t extension) {
    return SSL_early_callback_ctx_extension_get(hello, extension, &data,
                                                &size) != 0;
  };
  const bool lists_groups =
      !socket->initial_context->options().verification.groups.empty();
  socket->offered_groups.clear();
  if (has(TLSEXT_TYPE_supported_groups)) {
    CBS extension;
    CBS groups;
    CBS_init(&extension, data, size);
    socket->offered_curves = 0;
    if (CBS_get_u16_length_prefixed(&extension, &groups)) {
      while (CBS_get_u16(&groups, &value)) {
        socket->offered_curves |= CurveBit(value);
        if (lists_groups &&
            socket->offered_groups.size() < kMostOfferedGroups) {
          socket->offered_groups.push_back(value);
        }
      }
    }
  }
  const bool offers_ticket = has(TLSEXT_TYPE_pre_shared_key) ||
                             (has(TLSEXT_TYPE_session_ticket) && size > 0);
  // TLS 1.3 clients send a session identifier without meaning.
  socket->offered_session =
      offers_ticket ||
      (hello->session_id_len > 0 && !has(TLSEXT_TYPE_supported_versions));
  ClientTickets client;
  client.offers = offers_ticket;
  client.takes_tls1_2 = has(TLSEXT_TYPE_session_ticket);
  client.takes_tls1_3 = has(TLSEXT_TYPE_psk_key_exchange_modes);
  return ExpectTicket(hello->ssl, client) ? ssl_select_cert_success
                                          : ssl_select_cert_retry;
}

int TicketKey(SSL* ssl, uint8_t* key_name, uint8_t* iv, EVP_CIPHER_CTX* cipher,
              HMAC_CTX* hmac, int encrypt) {
  return TicketKeyCallback(
      SocketOf(ssl)->initial_context->options().ticket_keys, key_name, iv,
      cipher, hmac, encrypt != 0);
}

int KeepSession(SSL* ssl, SSL_SESSION* session) {
  Socket::Impl* socket = SocketOf(ssl);
  socket->new_session.reset(session);
  socket->session = nullptr;
  const auto& callback = socket->context->options().new_session;
  if (callback != nullptr && socket->options.side == Side::kClient) {
    socket->session = socket->Wrap(std::move(socket->new_session));
    Halt(socket, "new_session", Guarded("new_session callback", [&] {
           callback(*socket->owner, socket->session);
           return absl::OkStatus();
         }));
  }
  return 1;
}

void SeeAlert(const SSL* ssl, int type, int value) {
  const auto alert = static_cast<uint8_t>(value & 0xff);
  if (type == SSL_CB_READ_ALERT) SocketOf(ssl)->received_alert = alert;
  if (type == SSL_CB_WRITE_ALERT) SocketOf(ssl)->sent_alert = alert;
}

void SeeMessage(int is_write, int version, int content_type, const void* data,
                size_t size, SSL* ssl, void* /*arg*/) {
  TlsMessage message;
  message.sent = is_write != 0;
  message.version = static_cast<uint16_t>(version);
  message.content_type = content_type;
  message.bytes = absl::MakeConstSpan(static_cast<const uint8_t*>(data), size);
  Socket::Impl* socket = SocketOf(ssl);
  const auto& callback = socket->context->options().message;
  if (callback == nullptr || socket->bio.halted) return;
  Halt(socket, "message", Guarded("message callback", [&] {
         return callback(*socket->owner, message);
       }));
}

void LogKey(const SSL* ssl, const char* line) {
  Socket::Impl* socket = SocketOf(ssl);
  const auto& callback = socket->context->options().keylog;
  if (callback == nullptr) return;
  Halt(socket, "keylog", Guarded("keylog callback", [&] {
         callback(*socket->owner, line);
         return absl::OkStatus();
       }));
}

int VerifyBits(VerifyMode mode) {
  switch (mode) {
    case VerifyMode::kNone:
      return SSL_VERIFY_NONE;
    case VerifyMode::kOptional:
      return SSL_VERIFY_PEER;
    case VerifyMode::kRequired:
      break;
  }
  return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
}

}  // namespace

void InstallVerify(const ContextOptions& options, SSL* ssl) {
  SSL_set_custom_verify(ssl, VerifyBits(options.verification.mode), Verify);
}

bool InstallPsk(const ContextOptions& options, SSL* ssl) {
  SSL_set_psk_server_callback(
      ssl, options.psk_server != nullptr ? ServerPsk : nullptr);
  const std::string& hint = options.psk_identity_hint;
  return SSL_use_psk_identity_hint(ssl,
                                   hint.empty() ? nullptr : hint.c_str()) != 0;
}

void InstallCallbacks(const ContextOptions& options, SSL_CTX* ctx) {
  SSL_CTX_set_custom_verify(ctx, VerifyBits(options.verification.mode), Verify);
  SSL_CTX_set_select_certificate_cb(ctx, SeeClientHello);
  SSL_CTX_set_info_callback(ctx, SeeAlert);
  SSL_CTX_sess_set_new_cb(ctx, KeepSession);
  if (options.sni != nullptr) {
    SSL_CTX_set_tlsext_servername_callback(ctx, ChooseContext);
  }
  if (!options.alpn_protocols.empty() || options.alpn != nullptr) {
    SSL_CTX_set_alpn_select_cb(ctx, SelectAlpn, nullptr);
  }
  if (!options.npn_protocols.empty()) {
    SSL_CTX_set_next_proto_select_cb(ctx, SelectNpn, nullptr);
    SSL_CTX_set_next_protos_advertised_cb(ctx, AdvertiseNpn, nullptr);
  }
  if (PresentsCredentials(options) || ChoosesCredentials(options) ||
      options.sni != nullptr) {
    SSL_CTX_set_cert_cb(ctx, ChooseCredentials, nullptr);
  }
  if (!options.ticket_keys.empty()) {
    SSL_CTX_set_tlsext_ticket_key_cb(ctx, TicketKey);
  }
  if (options.keylog != nullptr) SSL_CTX_set_keylog_callback(ctx, LogKey);
  if (options.message != nullptr) SSL_CTX_set_msg_callback(ctx, SeeMessage);
  if (options.psk_client != nullptr) {
    SSL_CTX_set_psk_client_callback(ctx, ClientPsk);
  }
  if (options.psk_server != nullptr) {
    SSL_CTX_set_psk_server_callback(ctx, ServerPsk);
  }
}

}  // namespace airlock::ssl::internal
