// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/alpn_callbacks.h"

#include <openssl/bytestring.h>
#include <openssl/ssl.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/guarded.h"
#include "ssl/internal/choose_callbacks.h"
#include "ssl/internal/socket_impl.h"

namespace airlock::ssl::internal {
namespace {

const ContextOptions& OptionsOf(const SSL* ssl) {
  return Socket::Impl::Of(ssl)->context->options();
}

// A server's choice by the application's callback.
int AskAlpn(SSL* ssl, const uint8_t** out, uint8_t* out_size, const uint8_t* in,
            unsigned in_size) {
  Socket::Impl* socket = Socket::Impl::Of(ssl);
  const ContextOptions& options = OptionsOf(ssl);
  std::vector<absl::string_view> names;
  CBS offered;
  CBS name;
  CBS_init(&offered, in, in_size);
  while (CBS_get_u8_length_prefixed(&offered, &name)) {
    names.emplace_back(reinterpret_cast<const char*>(CBS_data(&name)),
                       CBS_len(&name));
  }
  absl::StatusOr<std::optional<size_t>> chosen = Guarded(
      "alpn callback", [&] { return options.alpn(*socket->owner, names); });
  if (chosen.ok() && chosen->has_value() && **chosen >= names.size()) {
    chosen = absl::OutOfRangeError(
        "it chose a protocol that the client did not offer.");
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

}  // namespace

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
  // The API lacks a const; BoringSSL does not write through it.
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

}  // namespace airlock::ssl::internal
