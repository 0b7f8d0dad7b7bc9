// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/callbacks.h"

#include <openssl/mem.h>
#include <openssl/ssl.h>

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ssl/error.h"
#include "ssl/guarded.h"
#include "ssl/internal/alpn_callbacks.h"
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

using Bytes = absl::Span<const uint8_t>;

uint16_t NumberAt(Bytes bytes, size_t at) {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

// The extensions of a ClientHello that matter here.
struct Extensions {
  std::optional<Bytes> groups;
  std::optional<Bytes> session_ticket;
  bool pre_shared_key = false;
  bool psk_key_exchange_modes = false;
  bool supported_versions = false;
  bool outer_ech = false;  // Not the type of a message that was decrypted.
};

// One pass: BoringSSL would begin at the first for each. It has checked the
// form, and rejects a ClientHello that has an extension twice.
Extensions ExtensionsOf(const SSL_CLIENT_HELLO* hello) {
  Extensions found;
  Bytes rest(hello->extensions, hello->extensions_len);
  constexpr size_t kHeader = 4;  // The type, and the size of the data.
  while (rest.size() >= kHeader) {
    const uint16_t type = NumberAt(rest, 0);
    const size_t size = NumberAt(rest, 2);
    if (size > rest.size() - kHeader) break;
    const Bytes data = rest.subspan(kHeader, size);
    rest.remove_prefix(kHeader + size);
    switch (type) {
      case TLSEXT_TYPE_supported_groups:
        found.groups = data;
        break;
      case TLSEXT_TYPE_session_ticket:
        found.session_ticket = data;
        break;
      case TLSEXT_TYPE_pre_shared_key:
        found.pre_shared_key = true;
        break;
      case TLSEXT_TYPE_psk_key_exchange_modes:
        found.psk_key_exchange_modes = true;
        break;
      case TLSEXT_TYPE_supported_versions:
        found.supported_versions = true;
        break;
      case TLSEXT_TYPE_encrypted_client_hello:
        found.outer_ech = !data.empty() && data[0] == 0;
        break;
      default:
        break;
    }
  }
  return found;
}

// Records the groups in the data of the extension.
void SeeGroups(Bytes data, Socket::Impl* socket) {
  const ContextOptions& options = socket->initial_context->options();
  // The context that the sni callback chooses may have groups.
  const bool lists_groups =
      !options.verification.groups.empty() || options.sni != nullptr;
  socket->offered_curves = 0;
  // The size of the list is in front; BoringSSL rejects another size.
  for (size_t at = 2; at + 1 < data.size(); at += 2) {
    const uint16_t group = NumberAt(data, at);
    socket->offered_curves |= CurveBit(group);
    if (lists_groups && socket->offered_groups.size() < kMostOfferedGroups) {
      socket->offered_groups.push_back(group);
    }
  }
}

// Records what the client offers: BoringSSL drops it after the handshake.
ssl_select_cert_result_t SeeClientHello(const SSL_CLIENT_HELLO* hello) {
  Socket::Impl* socket = SocketOf(hello->ssl);
  const Bytes ciphers(hello->cipher_suites, hello->cipher_suites_len);
  auto& offered = socket->offered_ciphers;
  offered.resize(ciphers.size() / 2);
  for (size_t i = 0; i < offered.size(); ++i) {
    offered[i] = NumberAt(ciphers, 2 * i);
  }
  const Extensions extensions = ExtensionsOf(hello);
  socket->offered_ech = extensions.outer_ech;
  socket->offered_groups.clear();
  if (extensions.groups.has_value()) SeeGroups(*extensions.groups, socket);
  ClientTickets client;
  client.offers =
      extensions.pre_shared_key || (extensions.session_ticket.has_value() &&
                                    !extensions.session_ticket->empty());
  client.takes_tls1_2 = extensions.session_ticket.has_value();
  client.takes_tls1_3 = extensions.psk_key_exchange_modes;
  // TLS 1.3 clients send a session identifier without meaning.
  socket->offered_session = client.offers || (hello->session_id_len > 0 &&
                                              !extensions.supported_versions);
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
