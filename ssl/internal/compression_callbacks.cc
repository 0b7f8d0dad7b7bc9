// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/compression_callbacks.h"

#include <openssl/bytestring.h>
#include <openssl/pool.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "ssl/guarded.h"
#include "ssl/internal/certificate_compression.h"
#include "ssl/internal/credentials_impl.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/sign_callbacks.h"
#include "ssl/internal/socket_impl.h"

namespace airlock::ssl::internal {
namespace {

// Ends the handshake with `why`, and with its alert rather than BoringSSL's.
int Refuse(SSL* ssl, absl::Status why, uint8_t alert) {
  Socket::Impl::Of(ssl)->callback_error = std::move(why);
  SSL_send_fatal_alert(ssl, alert);
  return 0;
}

int Compress(SSL* ssl, CBB* out, const uint8_t* in, size_t in_size) {
  Socket::Impl* socket = Socket::Impl::Of(ssl);
  const Credentials* credentials = CredentialsInUse(ssl);
  std::shared_ptr<const std::string> compressed;
  // Memory may run out.
  Guarded("compression", [&] {
    const auto message = absl::MakeConstSpan(in, in_size);
    compressed = credentials == nullptr
                     ? CompressMessage(message)
                     : credentials->impl().compressed.Of(message);
    return absl::OkStatus();
  }).IgnoreError();
  if (compressed == nullptr) {
    return Refuse(ssl, OutOfMemoryError(), SSL_AD_INTERNAL_ERROR);
  }
  socket->certificate_compressed = true;
  return CBB_add_bytes(out,
                       reinterpret_cast<const uint8_t*>(compressed->data()),
                       compressed->size());
}

int Decompress(SSL* ssl, CRYPTO_BUFFER** out, size_t size, const uint8_t* in,
               size_t in_size) {
  uint8_t* data = nullptr;
  // BoringSSL has checked `size`: it is at most that of the largest chain that
  // is accepted uncompressed.
  bssl::UniquePtr<CRYPTO_BUFFER> message(CRYPTO_BUFFER_alloc(&data, size));
  if (message == nullptr) {
    return Refuse(ssl, OutOfMemoryError(), SSL_AD_INTERNAL_ERROR);
  }
  absl::Status status = DecompressMessage(absl::MakeConstSpan(in, in_size),
                                          absl::MakeSpan(data, size));
  if (!status.ok()) {
    const uint8_t alert = absl::IsInternal(status) ? SSL_AD_INTERNAL_ERROR
                                                   : SSL_AD_BAD_CERTIFICATE;
    return Refuse(ssl, std::move(status), alert);
  }
  Socket::Impl::Of(ssl)->certificate_compressed = true;
  *out = message.release();
  return 1;
}

}  // namespace

bool InstallCompression(const ContextOptions& options, SSL_CTX* ctx) {
  return SSL_CTX_add_cert_compression_alg(
             ctx, kZlibAlgorithm, Compress,
             options.accept_compressed_certificates ? Decompress : nullptr) !=
         0;
}

}  // namespace airlock::ssl::internal
