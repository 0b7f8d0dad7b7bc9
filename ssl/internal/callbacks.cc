// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/callbacks.h"

#include <openssl/bytestring.h>
#include <openssl/mem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/cipher_info.h"
#include "ssl/internal/context_impl.h"
#include "ssl/internal/credentials_impl.h"
#include "ssl/internal/session_impl.h"
#include "ssl/internal/socket_impl.h"
#include "ssl/internal/ssl_ctx.h"
#include "ssl/internal/ticket_keys.h"
#include "ssl/shown.h"

namespace airlock::ssl::internal {
namespace {

Socket::Impl* SocketOf(const SSL* ssl) { return Socket::Impl::Of(ssl); }

const ContextOptions& OptionsOf(const SSL* ssl) {
  return SocketOf(ssl)->context->options();
}

// In it, and only in it, the Context may be replaced, however it is left.
class SniCallbackScope {
 public:
  explicit SniCallbackScope(Socket::Impl* socket) : socket_(socket) {
    socket_->in_sni_callback = true;
  }
  ~SniCallbackScope() { socket_->in_sni_callback = false; }
  SniCallbackScope(const SniCallbackScope&) = delete;
  SniCallbackScope& operator=(const SniCallbackScope&) = delete;

 private:
  Socket::Impl* const socket_;
};

// What a callback of the application's said, as an error of ours.
absl::Status CallbackError(absl::string_view which, const absl::Status& said) {
  return MakeStatus(
      ErrorKind::kCallback,
      absl::StrCat("The ", which, " callback failed: ", said.message()));
}

ssl_verify_result_t Verify(SSL* ssl, uint8_t* out_alert) {
  Socket::Impl* socket = SocketOf(ssl);
  absl::Status status = socket->CollectPresented();
  *out_alert = SSL_AD_BAD_CERTIFICATE;
  if (status.ok()) status = socket->VerifyPresented(out_alert);
  if (status.ok()) return ssl_verify_ok;
  socket->callback_error = std::move(status);
  return ssl_verify_invalid;
}

// Notes what the client offers: it is gone once the handshake is over.
ssl_select_cert_result_t SeeClientHello(const SSL_CLIENT_HELLO* hello) {
  Socket::Impl* socket = SocketOf(hello->ssl);
  CBS ciphers;
  CBS_init(&ciphers, hello->cipher_suites, hello->cipher_suites_len);
  uint16_t value = 0;
  socket->offered_ciphers.clear();
  while (CBS_get_u16(&ciphers, &value)) {
    socket->offered_ciphers.push_back(value);
  }
  const uint8_t* data = nullptr;
  size_t size = 0;
  const auto has = [&](uint16_t extension) {
    return SSL_early_callback_ctx_extension_get(hello, extension, &data,
                                                &size) != 0;
  };
  // TLS 1.3 clients send a session identifier that stands for nothing.
  socket->offered_session =
      has(TLSEXT_TYPE_pre_shared_key) ||
      (has(TLSEXT_TYPE_session_ticket) && size > 0) ||
      (hello->session_id_len > 0 && !has(TLSEXT_TYPE_supported_versions));
  return ssl_select_cert_success;
}

int ChooseContext(SSL* ssl, int* out_alert, void* /*arg*/) {
  Socket::Impl* socket = SocketOf(ssl);
  // By value: the callback may replace the context that holds it.
  const auto callback = OptionsOf(ssl).sni;
  absl::optional<std::string> name;
  if (const char* sent = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) {
    name = sent;
  }
  // The client's bytes, whatever they are.
  const std::string shown = Shown(name.value_or(""));
  const SniCallbackScope scope(socket);
  absl::StatusOr<SniDecision> decision = callback(*socket->owner, name);
  absl::Status status = decision.status();
  if (status.ok() && decision->alert.has_value()) {
    *out_alert = *decision->alert;
    Error error;
    error.kind = ErrorKind::kCallback;
    error.alert = decision->alert;
    error.message =
        absl::StrCat("The sni callback refused the name \"", shown,
                     "\" with alert ", AlertName(*decision->alert), ".");
    socket->callback_error = MakeStatus(error);
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  if (status.ok() && decision->context != nullptr) {
    status = socket->owner->SwitchContext(std::move(decision->context));
  }
  if (status.ok()) {
    // The version was chosen by the first context.
    const auto version = static_cast<TlsVersion>(SSL_version(ssl));
    if (version >= socket->context->minimum_version() &&
        version <= socket->context->maximum_version()) {
      return SSL_TLSEXT_ERR_OK;
    }
    *out_alert = SSL_AD_PROTOCOL_VERSION;
    Error error;
    error.kind = ErrorKind::kProtocol;
    error.alert = *out_alert;
    error.message =
        absl::StrCat("The client speaks ", TlsVersionName(version),
                     ", which the context of "
                     "the name \"",
                     shown,
                     "\" does not allow: widen its "
                     "versions, or narrow those of the first context.");
    socket->callback_error = MakeStatus(error);
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out_alert = SSL_AD_INTERNAL_ERROR;
  socket->callback_error = CallbackError("sni", status);
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

// A server's choice by the application's callback.
int AskAlpn(SSL* ssl, const uint8_t** out, uint8_t* out_size, const uint8_t* in,
            unsigned in_size) {
  Socket::Impl* socket = SocketOf(ssl);
  const ContextOptions& options = OptionsOf(ssl);
  std::vector<absl::string_view> names;
  CBS offered;
  CBS name;
  CBS_init(&offered, in, in_size);
  while (CBS_get_u8_length_prefixed(&offered, &name)) {
    names.emplace_back(reinterpret_cast<const char*>(CBS_data(&name)),
                       CBS_len(&name));
  }
  absl::StatusOr<absl::optional<size_t>> chosen =
      options.alpn(*socket->owner, names);
  if (chosen.ok() && chosen->has_value() && **chosen >= names.size()) {
    chosen = absl::OutOfRangeError("it chose what the client does not offer.");
  }
  if (!chosen.ok()) {
    socket->callback_error = CallbackError("alpn", chosen.status());
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  if (!chosen->has_value()) {
    return options.alpn_required ? SSL_TLSEXT_ERR_ALERT_FATAL
                                 : SSL_TLSEXT_ERR_NOACK;
  }
  const absl::string_view winner = names[**chosen];
  *out = reinterpret_cast<const uint8_t*>(winner.data());
  *out_size = static_cast<uint8_t>(winner.size());
  return SSL_TLSEXT_ERR_OK;
}

int SelectAlpn(SSL* ssl, const uint8_t** out, uint8_t* out_size,
               const uint8_t* in, unsigned in_size, void* /*arg*/) {
  const ContextOptions& options = OptionsOf(ssl);
  if (options.alpn != nullptr) {
    return AskAlpn(ssl, out, out_size, in, in_size);
  }
  for (const std::string& ours : options.alpn_protocols) {
    CBS offered;
    CBS name;
    CBS_init(&offered, in, in_size);
    while (CBS_get_u8_length_prefixed(&offered, &name)) {
      if (CBS_mem_equal(&name, reinterpret_cast<const uint8_t*>(ours.data()),
                        ours.size())) {
        *out = CBS_data(&name);
        *out_size = static_cast<uint8_t>(CBS_len(&name));
        return SSL_TLSEXT_ERR_OK;
      }
    }
  }
  return options.alpn_required ? SSL_TLSEXT_ERR_ALERT_FATAL
                               : SSL_TLSEXT_ERR_NOACK;
}

// A client's choice by NPN: the first of its own that the server has; none in
// common: its own first, as the draft wants it.
int SelectNpn(SSL* ssl, uint8_t** out, uint8_t* out_size, const uint8_t* in,
              unsigned in_size, void* /*arg*/) {
  const std::vector<std::string>& names = OptionsOf(ssl).npn_protocols;
  const std::string* chosen = &names[0];
  for (const std::string& ours : names) {
    CBS offered;
    CBS name;
    CBS_init(&offered, in, in_size);
    bool found = false;
    while (!found && CBS_get_u8_length_prefixed(&offered, &name)) {
      found =
          CBS_mem_equal(&name, reinterpret_cast<const uint8_t*>(ours.data()),
                        ours.size()) != 0;
    }
    if (found) {
      chosen = &ours;
      break;
    }
  }
  // The API forgot the const; nothing is written there.
  *out = reinterpret_cast<uint8_t*>(const_cast<char*>(chosen->data()));
  *out_size = static_cast<uint8_t>(chosen->size());
  return SSL_TLSEXT_ERR_OK;
}

int AdvertiseNpn(SSL* ssl, const uint8_t** out, unsigned* out_size,
                 void* /*arg*/) {
  thread_local std::string wire;
  wire.clear();
  for (const std::string& name : OptionsOf(ssl).npn_protocols) {
    wire.push_back(static_cast<char>(name.size()));
    wire += name;
  }
  *out = reinterpret_cast<const uint8_t*>(wire.data());
  *out_size = static_cast<unsigned>(wire.size());
  return SSL_TLSEXT_ERR_OK;
}

// Whether the client, or the server in its CertificateRequest, can use a key of
// this type.
bool PeerCanUse(SSL* ssl, KeyType type) {
  const Socket::Impl* socket = SocketOf(ssl);
  const uint16_t* algorithms = nullptr;
  const size_t count = SSL_get0_peer_verify_algorithms(ssl, &algorithms);
  // Before TLS 1.2 there is no such list, and a default stands for it.
  bool signs = count == 0 && type != KeyType::kEd25519;
  for (size_t i = 0; i < count; ++i) {
    const int key = SSL_get_signature_algorithm_key_type(algorithms[i]);
    signs = signs || (type == KeyType::kRsa && key == EVP_PKEY_RSA) ||
            (type == KeyType::kEcdsa && key == EVP_PKEY_EC) ||
            (type == KeyType::kEd25519 && key == EVP_PKEY_ED25519);
  }
  if (!signs || SSL_is_server(ssl) == 0) return signs;
  return std::any_of(
      socket->offered_ciphers.begin(), socket->offered_ciphers.end(),
      [&](uint16_t value) {
        const SSL_CIPHER* cipher = SSL_get_cipher_by_value(value);
        return cipher != nullptr && CipherFitsKey(cipher, type) &&
               SSL_CIPHER_get_min_version(cipher) <= SSL_version(ssl) &&
               SSL_CIPHER_get_max_version(cipher) >= SSL_version(ssl);
      });
}

// Whether the server says that it knows an issuer of the chain, or does not say
// (RFC 8446, section 4.2.4).
bool PeerKnowsIssuer(SSL* ssl, const Credentials& credentials) {
  if (SSL_is_server(ssl) != 0) return true;
  const STACK_OF(CRYPTO_BUFFER)* known = SSL_get0_server_requested_CAs(ssl);
  if (known == nullptr || sk_CRYPTO_BUFFER_num(known) == 0) return true;
  for (const Certificate& certificate : credentials.chain()) {
    const uint8_t* issuer = nullptr;
    size_t size = 0;
    if (!X509_NAME_get0_der(X509_get_issuer_name(certificate.impl().x509.get()),
                            &issuer, &size)) {
      continue;
    }
    for (size_t i = 0; i < sk_CRYPTO_BUFFER_num(known); ++i) {
      const CRYPTO_BUFFER* name = sk_CRYPTO_BUFFER_value(known, i);
      if (CRYPTO_BUFFER_len(name) == size &&
          std::equal(issuer, issuer + size, CRYPTO_BUFFER_data(name))) {
        return true;
      }
    }
  }
  return false;
}

int ChooseCredentials(SSL* ssl, void* /*arg*/) {
  const auto& all = OptionsOf(ssl).credentials;
  for (const bool of_known_issuer : {true, false}) {
    for (const auto& credentials : all) {
      if (PeerCanUse(ssl, credentials->key_type()) &&
          (!of_known_issuer || PeerKnowsIssuer(ssl, *credentials))) {
        return UseCredentials(ssl, *credentials, SigningMethod()) ? 1 : 0;
      }
    }
  }
  // BoringSSL says best what is not in common.
  return UseCredentials(ssl, *all[0], SigningMethod()) ? 1 : 0;
}

// The Credentials that a connection has chosen.
const Credentials* CredentialsInUse(SSL* ssl) {
  const X509* leaf = SSL_get_certificate(ssl);
  if (leaf == nullptr) return nullptr;
  for (const auto& credentials : OptionsOf(ssl).credentials) {
    if (X509_cmp(credentials->chain().front().impl().x509.get(), leaf) == 0) {
      return credentials.get();
    }
  }
  return nullptr;
}

// Says so to the peer, which BoringSSL leaves waiting.
ssl_private_key_result_t CannotSign(SSL* ssl, const absl::Status& why) {
  SocketOf(ssl)->callback_error = CallbackError("sign", why);
  SSL_send_fatal_alert(ssl, SSL_AD_INTERNAL_ERROR);
  return ssl_private_key_failure;
}

ssl_private_key_result_t Sign(SSL* ssl, uint8_t* out, size_t* out_size,
                              size_t max_size, uint16_t algorithm,
                              const uint8_t* in, size_t in_size) {
  const Credentials* credentials = CredentialsInUse(ssl);
  if (credentials == nullptr || credentials->impl().signer == nullptr) {
    return ssl_private_key_failure;
  }
  const absl::StatusOr<std::string> signature = credentials->impl().signer(
      algorithm, absl::string_view(reinterpret_cast<const char*>(in), in_size));
  if (!signature.ok()) {
    return CannotSign(ssl, signature.status());
  }
  if (signature->size() > max_size) {
    return CannotSign(
        ssl, absl::InvalidArgumentError(absl::StrCat(
                 "the signature has ", signature->size(),
                 " bytes; one of this key has ", max_size, " at most.")));
  }
  std::copy(signature->begin(), signature->end(), out);
  *out_size = signature->size();
  return ssl_private_key_success;
}

ssl_private_key_result_t Decrypt(SSL* ssl, uint8_t* /*out*/,
                                 size_t* /*out_size*/, size_t /*max_size*/,
                                 const uint8_t* /*in*/, size_t /*in_size*/) {
  return CannotSign(
      ssl, absl::InvalidArgumentError(
               "the peers agreed on RSA's key exchange, which decrypts with "
               "the key; leave such ciphers out."));
}

ssl_private_key_result_t Complete(SSL* /*ssl*/, uint8_t* /*out*/,
                                  size_t* /*out_size*/, size_t /*max_size*/) {
  return ssl_private_key_failure;  // Nothing is ever left to be completed.
}

int TicketKey(SSL* ssl, uint8_t* key_name, uint8_t* iv, EVP_CIPHER_CTX* cipher,
              HMAC_CTX* hmac, int encrypt) {
  return TicketKeyCallback(
      SocketOf(ssl)->initial_context->options().ticket_keys, key_name, iv,
      cipher, hmac, encrypt != 0);
}

int KeepSession(SSL* ssl, SSL_SESSION* session) {
  Socket::Impl* socket = SocketOf(ssl);
  socket->session = WrapSession(bssl::UniquePtr<SSL_SESSION>(session));
  const auto& callback = OptionsOf(ssl).new_session;
  if (callback != nullptr && SSL_is_server(ssl) == 0) {
    callback(*socket->owner, socket->session);
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
  const Socket::Impl* socket = SocketOf(ssl);
  if (const auto& callback = socket->context->options().message) {
    callback(*socket->owner, message);
  }
}

void LogKey(const SSL* ssl, const char* line) {
  const Socket::Impl* socket = SocketOf(ssl);
  if (const auto& callback = socket->context->options().keylog) {
    callback(*socket->owner, line);
  }
}

// Copies a pre-shared key to where BoringSSL wants it; 0 refuses it.
unsigned CopyPsk(const Secret& key, uint8_t* out, unsigned max_size) {
  if (key.empty() || key.size() > max_size) return 0;
  std::memcpy(out, key.view().data(), key.size());
  return static_cast<unsigned>(key.size());
}

unsigned ClientPsk(SSL* ssl, const char* hint, char* identity,
                   unsigned max_identity_size, uint8_t* key,
                   unsigned max_key_size) {
  const absl::optional<PskIdentity> psk =
      OptionsOf(ssl).psk_client(hint == nullptr ? "" : hint);
  if (!psk.has_value() || psk->identity.size() >= max_identity_size ||
      psk->identity.find('\0') != std::string::npos) {
    return 0;
  }
  std::memcpy(identity, psk->identity.c_str(), psk->identity.size() + 1);
  return CopyPsk(psk->key, key, max_key_size);
}

unsigned ServerPsk(SSL* ssl, const char* identity, uint8_t* key,
                   unsigned max_key_size) {
  const absl::optional<Secret> psk =
      OptionsOf(ssl).psk_server(identity == nullptr ? "" : identity);
  return psk.has_value() ? CopyPsk(*psk, key, max_key_size) : 0;
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
  SSL_set_custom_verify(ssl, VerifyBits(options.verify_mode), Verify);
}

bool InstallPsk(const ContextOptions& options, SSL* ssl) {
  SSL_set_psk_server_callback(
      ssl, options.psk_server != nullptr ? ServerPsk : nullptr);
  const std::string& hint = options.psk_identity_hint;
  return SSL_use_psk_identity_hint(ssl,
                                   hint.empty() ? nullptr : hint.c_str()) != 0;
}

const SSL_PRIVATE_KEY_METHOD* SigningMethod() {
  static constexpr SSL_PRIVATE_KEY_METHOD kMethod = {Sign, Decrypt, Complete};
  return &kMethod;
}

void InstallCallbacks(const ContextOptions& options, SSL_CTX* ctx) {
  SSL_CTX_set_custom_verify(ctx, VerifyBits(options.verify_mode), Verify);
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
  if (options.credentials.size() > 1) {
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
