// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/session.h"

#include <openssl/bytestring.h>
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

namespace {

// In front of a session that says what it was made with: identity and trust,
// each after its length of one byte. BoringSSL's encoding, which follows,
// begins with another byte.
constexpr absl::string_view kMadeWith = "airlock session 1\n";

struct MadeWith {
  std::string identity;
  std::string trust;
};

// Takes what is in front of BoringSSL's encoding. False if it is damaged.
bool TakeMadeWith(CBS* bytes, MadeWith* made_with) {
  if (CBS_len(bytes) < kMadeWith.size() ||
      absl::string_view(reinterpret_cast<const char*>(CBS_data(bytes)),
                        kMadeWith.size()) != kMadeWith) {
    return true;
  }
  CBS_skip(bytes, kMadeWith.size());
  for (std::string* field : {&made_with->identity, &made_with->trust}) {
    CBS value;
    if (!CBS_get_u8_length_prefixed(bytes, &value)) return false;
    field->assign(reinterpret_cast<const char*>(CBS_data(&value)),
                  CBS_len(&value));
  }
  return true;
}

bool AddField(const std::string& field, CBB* out) {
  CBB value;
  return CBB_add_u8_length_prefixed(out, &value) &&
         CBB_add_bytes(&value, reinterpret_cast<const uint8_t*>(field.data()),
                       field.size()) &&
         CBB_flush(out);
}

}  // namespace

Session::Session(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;

absl::StatusOr<std::shared_ptr<const Session>> Session::Deserialize(
    absl::string_view bytes) {
  const internal::ErrorQueueScope errors;
  CBS input;
  CBS_init(&input, reinterpret_cast<const uint8_t*>(bytes.data()),
           bytes.size());
  MadeWith made_with;
  const bool whole = TakeMadeWith(&input, &made_with);
  // BoringSSL needs a context to parse a session; any context works.
  const bssl::UniquePtr<SSL_CTX> ctx(whole ? SSL_CTX_new(TLS_method())
                                           : nullptr);
  bssl::UniquePtr<SSL_SESSION> session(
      ctx == nullptr ? nullptr
                     : SSL_SESSION_from_bytes(CBS_data(&input), CBS_len(&input),
                                              ctx.get()));
  if (session == nullptr) {
    return internal::DrainToStatus(ErrorKind::kInvalidArgument,
                                   "This is not a serialised session; pass the "
                                   "bytes from Session::Serialize.");
  }
  return internal::WrapSession(std::move(session),
                               std::move(made_with.identity),
                               std::move(made_with.trust));
}

absl::StatusOr<Secret> Session::Serialize() const {
  const internal::ErrorQueueScope errors;
  const auto failed = [] {
    return internal::DrainToStatus(ErrorKind::kInternal,
                                   "The session cannot be serialised.");
  };
  uint8_t* data = nullptr;
  size_t size = 0;
  if (!SSL_SESSION_to_bytes(impl_->session.get(), &data, &size)) {
    return failed();
  }
  // OPENSSL_free and CBB wipe what they free.
  const bssl::UniquePtr<uint8_t> owned(data);
  if (impl_->identity.empty() && impl_->trust.empty()) {
    return Secret(absl::string_view(reinterpret_cast<const char*>(data), size));
  }
  bssl::ScopedCBB all;
  if (!CBB_init(all.get(), size + 128) ||
      !CBB_add_bytes(all.get(),
                     reinterpret_cast<const uint8_t*>(kMadeWith.data()),
                     kMadeWith.size()) ||
      !AddField(impl_->identity, all.get()) ||
      !AddField(impl_->trust, all.get()) ||
      !CBB_add_bytes(all.get(), data, size) || !CBB_flush(all.get())) {
    return failed();
  }
  return Secret(absl::string_view(
      reinterpret_cast<const char*>(CBB_data(all.get())), CBB_len(all.get())));
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
