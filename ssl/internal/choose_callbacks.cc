// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/choose_callbacks.h"

#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/pool.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/guarded.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/cipher_info.h"
#include "ssl/internal/credentials_impl.h"
#include "ssl/internal/engine_differences.h"
#include "ssl/internal/sign_callbacks.h"
#include "ssl/internal/signature_algorithms.h"
#include "ssl/internal/socket_impl.h"
#include "ssl/internal/ssl_ctx.h"
#include "ssl/later.h"
#include "ssl/shown.h"

namespace airlock::ssl::internal {
namespace {

Socket::Impl* SocketOf(const SSL* ssl) { return Socket::Impl::Of(ssl); }

const ContextOptions& OptionsOf(const SSL* ssl) {
  return SocketOf(ssl)->context->options();
}

enum class Answer { kGoOn, kLater, kFailed };

// Asks the application for the context to serve the client. On failure, sets
// `alert` to the alert to send, and the socket's `callback_error`.
Answer DecideContext(SSL* ssl, uint8_t* alert) {
  Socket::Impl* socket = SocketOf(ssl);
  // A copy: the callback may replace the context that owns it.
  const auto callback = OptionsOf(ssl).sni;
  const std::shared_ptr<const Context> asked = socket->context;
  std::optional<std::string> name;
  if (const char* sent = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) {
    name = sent;
  }
  // The client can send any bytes.
  const std::string shown = Shown(name.value_or(""));
  *alert = SSL_AD_INTERNAL_ERROR;
  socket->in_sni_callback = true;
  absl::StatusOr<SniDecision> decision =
      Guarded("sni callback", [&] { return callback(*socket->owner, name); });
  absl::Status status = decision.status();
  if (status.ok() && !decision->alert.has_value() &&
      decision->context != nullptr) {
    status = socket->owner->SwitchContext(std::move(decision->context));
  }
  socket->in_sni_callback = false;
  // The next context would not ask again.
  if (IsLater(status) && socket->context != asked) {
    status = absl::InvalidArgumentError(
        "it replaced the context and returned Later(); replace the context "
        "when the answer is there.");
  }
  if (IsLater(status)) {
    socket->waits_for = LateCallback::kSni;
    return Answer::kLater;
  }
  if (!status.ok()) {
    socket->callback_error = CallbackError("sni", status);
    return Answer::kFailed;
  }
  if (decision->alert.has_value()) {
    *alert = *decision->alert;
    Error error;
    error.kind = ErrorKind::kCallback;
    error.alert = decision->alert;
    error.message =
        absl::StrCat("The sni callback refused the name \"", shown,
                     "\" with alert ", AlertName(*decision->alert), ".");
    socket->callback_error = MakeStatus(error);
    return Answer::kFailed;
  }
  const ContextOptions& chosen = socket->context->options();
  if (!PresentsCredentials(chosen) && chosen.psk_server == nullptr) {
    *alert = SSL_AD_HANDSHAKE_FAILURE;
    Error error;
    error.kind = ErrorKind::kCredentials;
    error.alert = *alert;
    SetMessage(JoinText(Named("A server needs {certfile} and {keyfile}: the "
                              "context for the name \""),
                        shown, "\" has neither."),
               &error);
    socket->callback_error = MakeStatus(error);
    return Answer::kFailed;
  }
  // The version was chosen by the first context.
  const auto version = static_cast<TlsVersion>(SSL_version(ssl));
  if (version >= socket->context->minimum_version() &&
      version <= socket->context->maximum_version()) {
    return Answer::kGoOn;
  }
  *alert = SSL_AD_PROTOCOL_VERSION;
  Error error;
  error.kind = ErrorKind::kProtocol;
  error.alert = *alert;
  error.message = absl::StrCat(
      "The client uses ", TlsVersionName(version),
      ", which the context for the name \"", shown,
      "\" does not allow: widen its versions, or narrow those of the first "
      "context.");
  socket->callback_error = MakeStatus(error);
  return Answer::kFailed;
}

// The group of an ECDSA key, or 0.
uint16_t GroupOf(const Credentials& credentials) {
  if (credentials.key_type() != KeyType::kEcdsa) return 0;
  const bssl::UniquePtr<EVP_PKEY> key(
      X509_get_pubkey(credentials.chain()[0].impl().x509.get()));
  const EC_KEY* ec = key == nullptr ? nullptr : EVP_PKEY_get0_EC_KEY(key.get());
  switch (ec == nullptr ? NID_undef
                        : EC_GROUP_get_curve_name(EC_KEY_get0_group(ec))) {
    case NID_X9_62_prime256v1:
      return SSL_CURVE_SECP256R1;
    case NID_secp384r1:
      return SSL_CURVE_SECP384R1;
    case NID_secp521r1:
      return SSL_CURVE_SECP521R1;
    default:
      return 0;
  }
}

// The only group of an algorithm's keys, or 0: in TLS 1.3, algorithms for ECDSA
// name the curve (RFC 8446, section 4.2.3).
uint16_t GroupOfAlgorithm(uint16_t algorithm) {
  switch (algorithm) {
    case SSL_SIGN_ECDSA_SECP256R1_SHA256:
      return SSL_CURVE_SECP256R1;
    case SSL_SIGN_ECDSA_SECP384R1_SHA384:
      return SSL_CURVE_SECP384R1;
    case SSL_SIGN_ECDSA_SECP521R1_SHA512:
      return SSL_CURVE_SECP521R1;
    default:
      return 0;
  }
}

// The only algorithm of a type of ML-DSA key, or 0.
uint16_t MlDsaScheme(KeyType type) {
  switch (type) {
    case KeyType::kMlDsa44:
      return kMlDsaSchemes[0];
    case KeyType::kMlDsa65:
      return kMlDsaSchemes[1];
    case KeyType::kMlDsa87:
      return kMlDsaSchemes[2];
    default:
      return 0;
  }
}

// Whether a key of this type, and of this group if it is not 0, can sign with
// the algorithm in the connection's version.
bool AlgorithmFits(SSL* ssl, uint16_t algorithm, KeyType type, uint16_t group) {
  // PKCS #1 padding, and SHA-1, end with TLS 1.2.
  const bool is_tls13 = SSL_version(ssl) >= TLS1_3_VERSION;
  switch (SSL_get_signature_algorithm_key_type(algorithm)) {
    case EVP_PKEY_RSA:
      // This one stands for TLS 1.1's signatures, which no algorithm names.
      return type == KeyType::kRsa &&
             algorithm != SSL_SIGN_RSA_PKCS1_MD5_SHA1 &&
             (!is_tls13 || SSL_is_signature_algorithm_rsa_pss(algorithm) != 0);
    case EVP_PKEY_EC:
      return type == KeyType::kEcdsa &&
             (!is_tls13 ||
              (GroupOfAlgorithm(algorithm) != 0 &&
               (group == 0 || GroupOfAlgorithm(algorithm) == group)));
    case EVP_PKEY_ED25519:
      return type == KeyType::kEd25519;
    default:
      return is_tls13 && algorithm == MlDsaScheme(type);
  }
}

// Whether the client, or the server in its CertificateRequest, can use a key of
// this type, and of this group if it is not 0, and we may sign with it.
bool PeerCanUse(SSL* ssl, KeyType type, uint16_t group = 0) {
  const Socket::Impl* socket = SocketOf(ssl);
  const uint16_t* algorithms = nullptr;
  const size_t count = SSL_get0_peer_verify_algorithms(ssl, &algorithms);
  bool signs = false;
  for (size_t i = 0; i < count && !signs; ++i) {
    signs = MaySignWith(OptionsOf(ssl), algorithms[i]) &&
            AlgorithmFits(ssl, algorithms[i], type, group);
  }
  // Without a list, SHA-1 is meant (RFC 5246, section 7.4.1.4.1). Before
  // TLS 1.2 there is no list.
  if (count == 0) {
    const auto signs_sha1 = [&](uint16_t algorithm) {
      return SSL_version(ssl) < TLS1_2_VERSION ||
             MaySignWith(OptionsOf(ssl), algorithm);
    };
    signs = (type == KeyType::kRsa && signs_sha1(SSL_SIGN_RSA_PKCS1_SHA1)) ||
            (type == KeyType::kEcdsa && signs_sha1(SSL_SIGN_ECDSA_SHA1));
  }
  if (!signs || SSL_is_server(ssl) == 0) return signs;
  // Before TLS 1.3, the client's groups are those of ECDSA keys, too.
  if (group != 0 && SSL_version(ssl) < TLS1_3_VERSION &&
      (socket->offered_curves & CurveBit(group)) == 0) {
    return false;
  }
  return std::any_of(
      socket->offered_ciphers.begin(), socket->offered_ciphers.end(),
      [&](uint16_t value) {
        const SSL_CIPHER* cipher = SSL_get_cipher_by_value(value);
        return cipher != nullptr && CipherFitsKey(cipher, type) &&
               SSL_CIPHER_get_min_version(cipher) <= SSL_version(ssl) &&
               SSL_CIPHER_get_max_version(cipher) >= SSL_version(ssl);
      });
}

// Whether the server names an issuer of the chain, or names no CAs at all (RFC
// 8446, section 4.2.4).
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

// BoringSSL signs with SHA-1 if the peer names nothing else that fits the key.
// If it may not, gives this connection a list of its own, which others do not
// need. False if out of memory.
bool ForbidSha1(SSL* ssl, KeyType type) {
  const ContextOptions& options = OptionsOf(ssl);
  if (SSL_version(ssl) != TLS1_2_VERSION ||
      MaySignWith(options, SSL_SIGN_RSA_PKCS1_SHA1)) {
    return true;
  }
  const uint16_t* algorithms = nullptr;
  const size_t count = SSL_get0_peer_verify_algorithms(ssl, &algorithms);
  for (size_t i = 0; i < count; ++i) {
    if (!UsesSha1(algorithms[i]) &&
        AlgorithmFits(ssl, algorithms[i], type, /*group=*/0)) {
      return true;
    }
  }
  const std::vector<uint16_t> ours = SigningAlgorithms(options);
  return SSL_set_signing_algorithm_prefs(ssl, ours.data(), ours.size()) != 0;
}

// Presents `credentials`, and keeps them alive while they may have to sign.
bool Present(SSL* ssl, std::shared_ptr<const Credentials> credentials) {
  if (!UseCredentials(ssl, *credentials, SigningMethod()) ||
      !ForbidSha1(ssl, credentials->key_type())) {
    return false;
  }
  Socket::Impl* socket = SocketOf(ssl);
  if (OptionsOf(ssl).credential_source != nullptr) {
    socket->presented_live = credentials->chain().front();
  }
  socket->chosen = std::move(credentials);
  return true;
}

CertificateRequest DescribeRequest(SSL* ssl) {
  CertificateRequest request;
  const STACK_OF(CRYPTO_BUFFER)* names = SSL_get0_server_requested_CAs(ssl);
  for (size_t i = 0; i < sk_CRYPTO_BUFFER_num(names); ++i) {
    const CRYPTO_BUFFER* der = sk_CRYPTO_BUFFER_value(names, i);
    const uint8_t* data = CRYPTO_BUFFER_data(der);
    const size_t size = CRYPTO_BUFFER_len(der);
    request.authorities_der.emplace_back(reinterpret_cast<const char*>(data),
                                         size);
    const bssl::UniquePtr<X509_NAME> name(
        d2i_X509_NAME(nullptr, &data, static_cast<long>(size)));
    request.authorities.push_back(name == nullptr ? std::string()
                                                  : NameToString(name.get()));
  }
  for (const KeyType type :
       {KeyType::kEcdsa, KeyType::kRsa, KeyType::kEd25519, KeyType::kMlDsa44,
        KeyType::kMlDsa65, KeyType::kMlDsa87}) {
    if (PeerCanUse(ssl, type)) request.key_types.push_back(type);
  }
  return request;
}

// A client's choice by the application's callback; returns what
// SSL_CTX_set_cert_cb expects.
int AskCredentials(SSL* ssl) {
  Socket::Impl* socket = SocketOf(ssl);
  absl::StatusOr<std::shared_ptr<const Credentials>> answer =
      Guarded("client_credentials callback", [&] {
        return OptionsOf(ssl).client_credentials(*socket->owner,
                                                 DescribeRequest(ssl));
      });
  if (IsLater(answer.status())) {
    socket->waits_for = LateCallback::kClientCredentials;
    return -1;
  }
  if (!answer.ok()) {
    socket->callback_error =
        CallbackError("client_credentials", answer.status());
    return 0;
  }
  if (*answer == nullptr) {
    SSL_certs_clear(ssl);
    return 1;
  }
  return Present(ssl, *std::move(answer)) ? 1 : 0;
}

}  // namespace

uint8_t CurveBit(uint16_t group) {
  switch (group) {
    case SSL_CURVE_SECP256R1:
      return 1;
    case SSL_CURVE_SECP384R1:
      return 2;
    case SSL_CURVE_SECP521R1:
      return 4;
    default:
      return 0;
  }
}

absl::Status CallbackError(absl::string_view which, const absl::Status& said) {
  const std::optional<Error> error = GetError(said);
  // An error from Guarded is complete.
  if (error.has_value() && error->kind == ErrorKind::kCallback) return said;
  return MakeStatus(
      ErrorKind::kCallback,
      absl::StrCat("The ", which, " callback failed: ", said.message()));
}

int ChooseContext(SSL* ssl, int* out_alert, void* /*arg*/) {
  uint8_t alert = 0;
  switch (DecideContext(ssl, &alert)) {
    case Answer::kGoOn:
      break;
    case Answer::kLater:
      // BoringSSL does not call this callback again; ChooseCredentials, which
      // runs next, asks again.
      SocketOf(ssl)->sni_undecided = true;
      break;
    case Answer::kFailed:
      *out_alert = alert;
      return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  return SSL_TLSEXT_ERR_OK;
}

int ChooseCredentials(SSL* ssl, void* /*arg*/) {
  Socket::Impl* socket = SocketOf(ssl);
  if (socket->sni_undecided) {
    // ChooseContext has already asked during this operation.
    if (socket->waits_for == LateCallback::kSni) return -1;
    uint8_t alert = 0;
    switch (DecideContext(ssl, &alert)) {
      case Answer::kGoOn:
        socket->sni_undecided = false;
        break;
      case Answer::kLater:
        return -1;
      case Answer::kFailed:
        SSL_send_fatal_alert(ssl, alert);
        return 0;
    }
  }
  const ContextOptions& options = OptionsOf(ssl);
  if (socket->options.side == Side::kClient &&
      options.client_credentials != nullptr) {
    return AskCredentials(ssl);
  }
  std::shared_ptr<const CredentialSource::Set> live;
  if (options.credential_source != nullptr) {
    live = options.credential_source->Take();
  }
  const auto& all = live != nullptr ? *live : options.credentials;
  const bool is_client = socket->options.side == Side::kClient;
  // A server's only credentials are the SSL_CTX's; BoringSSL reports best what
  // the peers do not have in common.
  if (all.empty()) return 1;
  if (!is_client && !ChoosesCredentials(options)) {
    return ForbidSha1(ssl, all[0]->key_type()) ? 1 : 0;
  }
  if (!is_client && all.size() == 1) return Present(ssl, all[0]) ? 1 : 0;
  for (const bool of_known_issuer : {true, false}) {
    for (const auto& credentials : all) {
      if (!PeerCanUse(ssl, credentials->key_type(), GroupOf(*credentials)) ||
          (of_known_issuer && !PeerKnowsIssuer(ssl, *credentials))) {
        continue;
      }
      if (!ChoosesCredentials(options)) return 1;
      return Present(ssl, credentials) ? 1 : 0;
    }
  }
  if (is_client) {
    SSL_certs_clear(ssl);
    return 1;
  }
  return Present(ssl, all[0]) ? 1 : 0;
}

}  // namespace airlock::ssl::internal
