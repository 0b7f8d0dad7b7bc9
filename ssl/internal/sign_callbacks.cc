// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/sign_callbacks.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "ssl/guarded.h"
#include "ssl/internal/choose_callbacks.h"
#include "ssl/internal/credentials_impl.h"
#include "ssl/internal/socket_impl.h"
#include "ssl/later.h"

namespace airlock::ssl::internal {
namespace {

// Sends an alert, since BoringSSL would leave the peer waiting.
ssl_private_key_result_t CannotSign(SSL* ssl, const absl::Status& why) {
  Socket::Impl::Of(ssl)->callback_error = CallbackError("sign", why);
  SSL_send_fatal_alert(ssl, SSL_AD_INTERNAL_ERROR);
  return ssl_private_key_failure;
}

ssl_private_key_result_t Sign(SSL* ssl, uint8_t* out, size_t* out_size,
                              size_t max_size) {
  Socket::Impl* socket = Socket::Impl::Of(ssl);
  const Credentials* credentials = CredentialsInUse(ssl);
  if (credentials == nullptr || credentials->impl().signer == nullptr) {
    return ssl_private_key_failure;
  }
  const absl::StatusOr<std::string> signature = Guarded("signer", [&] {
    return credentials->impl().signer(socket->sign_request->scheme,
                                      socket->sign_request->input);
  });
  if (IsLater(signature.status())) {
    socket->waits_for = LateCallback::kSign;
    return ssl_private_key_retry;
  }
  socket->sign_request = nullptr;
  if (!signature.ok()) return CannotSign(ssl, signature.status());
  if (signature->empty() || signature->size() > max_size) {
    return CannotSign(
        ssl, absl::InvalidArgumentError(absl::StrCat(
                 "the signature has ", signature->size(),
                 " bytes; a signature by this key has 1 to ", max_size, ".")));
  }
  std::copy(signature->begin(), signature->end(), out);
  *out_size = signature->size();
  return ssl_private_key_success;
}

ssl_private_key_result_t BeginSign(SSL* ssl, uint8_t* out, size_t* out_size,
                                   size_t max_size, uint16_t scheme,
                                   const uint8_t* in, size_t in_size) {
  Socket::Impl* socket = Socket::Impl::Of(ssl);
  socket->sign_request = std::make_unique<const SignRequest>(SignRequest{
      scheme, std::string(reinterpret_cast<const char*>(in), in_size)});
  return Sign(ssl, out, out_size, max_size);
}

// Contexts with a signer do not offer suites that decrypt, but credentials from
// a client's callback can come after such a suite was negotiated.
ssl_private_key_result_t Decrypt(SSL* ssl, uint8_t* /*out*/,
                                 size_t* /*out_size*/, size_t /*max_size*/,
                                 const uint8_t* /*in*/, size_t /*in_size*/) {
  return CannotSign(ssl, absl::InvalidArgumentError(
                             "the peers negotiated RSA key exchange, which "
                             "decrypts with the key; leave out such ciphers."));
}

}  // namespace

const Credentials* CredentialsInUse(const SSL* ssl) {
  const Socket::Impl* socket = Socket::Impl::Of(ssl);
  if (socket->chosen != nullptr) return socket->chosen.get();
  const auto& all = socket->context->options().credentials;
  return all.size() == 1 ? all[0].get() : nullptr;
}

const SSL_PRIVATE_KEY_METHOD* SigningMethod() {
  static constexpr SSL_PRIVATE_KEY_METHOD kMethod = {BeginSign, Decrypt, Sign};
  return &kMethod;
}

}  // namespace airlock::ssl::internal
