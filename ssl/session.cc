// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/session.h"

#include <openssl/mem.h>
#include <openssl/ssl.h>

#include <utility>

#include "ssl/error.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/session_impl.h"

namespace airlock::ssl {

namespace internal {

std::shared_ptr<const Session> WrapSession(bssl::UniquePtr<SSL_SESSION> session,
                                           std::string identity,
                                           std::string trust) {
  auto impl = std::make_unique<Session::Impl>();
  unsigned size = 0;
  const uint8_t* id = SSL_SESSION_get_id(session.get(), &size);
  impl->id.assign(reinterpret_cast<const char*>(id), size);
  impl->session = std::move(session);
  impl->identity = std::move(identity);
  impl->trust = std::move(trust);
  return std::make_shared<const Session>(std::move(impl));
}

}  // namespace internal

Session::Session(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

absl::StatusOr<std::shared_ptr<const Session>> Session::Deserialize(
    absl::string_view bytes) {
  const internal::ErrorQueueScope errors;
  // BoringSSL needs a context to parse a session; any context works.
  const bssl::UniquePtr<SSL_CTX> ctx(SSL_CTX_new(TLS_method()));
  bssl::UniquePtr<SSL_SESSION> session(
      ctx == nullptr ? nullptr
                     : SSL_SESSION_from_bytes(
                           reinterpret_cast<const uint8_t*>(bytes.data()),
                           bytes.size(), ctx.get()));
  if (session == nullptr) {
    return internal::DrainToStatus(ErrorKind::kInvalidArgument,
                                   "This is not a serialised session; pass the "
                                   "bytes from Session::Serialize.");
  }
  return internal::WrapSession(std::move(session));
}

absl::StatusOr<Secret> Session::Serialize() const {
  const internal::ErrorQueueScope errors;
  uint8_t* data = nullptr;
  size_t size = 0;
  if (!SSL_SESSION_to_bytes(impl_->session.get(), &data, &size)) {
    return internal::DrainToStatus(ErrorKind::kInternal,
                                   "The session cannot be serialised.");
  }
  // OPENSSL_free wipes what it frees.
  const bssl::UniquePtr<uint8_t> owned(data);
  return Secret(absl::string_view(reinterpret_cast<const char*>(data), size));
}

const std::string& Session::id() const { return impl_->id; }

absl::Time Session::time() const {
  return absl::FromUnixSeconds(
      static_cast<int64_t>(SSL_SESSION_get_time(impl_->session.get())));
}

absl::Duration Session::timeout() const {
  return absl::Seconds(SSL_SESSION_get_timeout(impl_->session.get()));
}

absl::Duration Session::ticket_lifetime_hint() const {
  const SSL_SESSION* session = impl_->session.get();
  // With TLS 1.3, BoringSSL stores ticket_lifetime (RFC 8446, section 4.6.1) as
  // the session's timeout.
  if (SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION) {
    return absl::Seconds(SSL_SESSION_get_timeout(session));
  }
  return absl::Seconds(SSL_SESSION_get_ticket_lifetime_hint(session));
}

bool Session::has_ticket() const {
  return SSL_SESSION_has_ticket(impl_->session.get()) != 0;
}

}  // namespace airlock::ssl
