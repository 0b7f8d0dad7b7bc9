// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/context.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <utility>

#include "ssl/credential_source.h"
#include "ssl/internal/call_scope.h"
#include "ssl/internal/callbacks.h"
#include "ssl/internal/check_credentials.h"
#include "ssl/internal/cipher_info.h"
#include "ssl/internal/cipher_string.h"
#include "ssl/internal/compression_callbacks.h"
#include "ssl/internal/context_impl.h"
#include "ssl/internal/context_options.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/sign_callbacks.h"
#include "ssl/internal/ssl_ctx.h"
#include "ssl/internal/ticket_method.h"
#include "ssl/internal/verified_chains.h"
#include "ssl/ticket_keyring.h"
#include "ssl/trust_source.h"

namespace airlock::ssl {

namespace {

constexpr absl::Duration kOwnKeyPeriod = absl::Hours(48);

// The keyring of `options`, or one of the Context's own. It is made at once: a
// server that forks needs it before, so that its children accept each other's
// tickets.
absl::StatusOr<std::shared_ptr<TicketKeyring>> KeyringFor(
    const ContextOptions& options) {
  const bool serves = internal::PresentsCredentials(options) ||
                      options.sni != nullptr || options.psk_server != nullptr;
  if (!options.session_tickets || !options.ticket_keys.empty() || !serves) {
    return std::shared_ptr<TicketKeyring>();
  }
  if (options.ticket_keyring != nullptr) return options.ticket_keyring;
  TicketKeyringOptions own;
  own.lifetime = options.session_timeout;
  internal::CallClock clock;
  clock.clock = &options.clock;
  const internal::ClockScope scope(clock);
  return TicketKeyring::CreateOwn(kOwnKeyPeriod, std::move(own),
                                  internal::ClockScope::Now());
}

}  // namespace

Context::Context(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Context::~Context() = default;

absl::StatusOr<std::shared_ptr<const Context>> Context::Create(
    ContextOptions options) {
  const absl::StatusOr<internal::CipherString> ciphers =
      internal::ParseCipherString(options.ciphers);
  if (!ciphers.ok()) return ciphers.status();
  const absl::Status levels = internal::CheckSecurityLevels(options);
  if (!levels.ok()) return levels;
  options.verification.security_level = std::max(
      ciphers->security_level.value_or(options.verification.security_level),
      options.verification.minimum_security_level);
  const absl::Status status = internal::CheckContextOptions(options);
  if (!status.ok()) return status;
  const absl::StatusOr<internal::VersionRange> versions =
      internal::ResolveVersions(options);
  if (!versions.ok()) return versions.status();
  absl::StatusOr<bssl::UniquePtr<SSL_CTX>> ctx = internal::NewSslCtx(
      options, *versions, ciphers->list, internal::SigningMethod());
  if (!ctx.ok()) return ctx.status();
  internal::InstallCallbacks(options, ctx->get());
  if (!internal::InstallCompression(options, ctx->get())) {
    return internal::OutOfMemoryError();
  }
  absl::StatusOr<std::shared_ptr<TicketKeyring>> keyring = KeyringFor(options);
  if (!keyring.ok()) return keyring.status();
  if (*keyring != nullptr) internal::InstallTicketMethod(ctx->get());
  if (options.credential_source != nullptr) {
    absl::Status required =
        options.credential_source->Require(options.verification.security_level);
    if (!required.ok()) return required;
  }

  const absl::Status fits =
      internal::CheckVersionFits(options.credential_source == nullptr
                                     ? options.credentials
                                     : *options.credential_source->current(),
                                 versions->maximum);
  if (!fits.ok()) return fits;

  auto impl = std::make_unique<Impl>();
  impl->ticket_keyring = *std::move(keyring);
  impl->options = std::move(options);
  impl->options.verification.minimum_version = versions->minimum;
  impl->options.verification.maximum_version = versions->maximum;
  if (impl->options.verification.mode != VerifyMode::kNone &&
      impl->options.trust_source == nullptr) {
    impl->verified_chains = internal::VerifiedChainsOf(
        impl->options.trust_store.get(), impl->options.verification);
  }
  impl->minimum_version = versions->minimum;
  impl->maximum_version = versions->maximum;
  impl->ctx = *std::move(ctx);
  return std::shared_ptr<const Context>(new Context(std::move(impl)));
}

std::shared_ptr<const internal::TrustInForce> Context::Impl::TakeTrust() const {
  if (options.trust_source == nullptr ||
      options.verification.mode == VerifyMode::kNone) {
    return nullptr;
  }
  std::shared_ptr<const TrustStore> store = options.trust_source->Take();
  const absl::MutexLock lock(&trust_mutex);
  if (last_trust == nullptr || last_trust->store != store) {
    auto made = std::make_shared<internal::TrustInForce>();
    made->verified_chains =
        internal::VerifiedChainsOf(store.get(), options.verification);
    made->session_id_context = internal::SessionIdContext(options, store.get());
    made->store = std::move(store);
    last_trust = std::move(made);
  }
  return last_trust;
}

std::shared_ptr<internal::VerifiedChains> Context::Impl::Chains() const {
  if (options.trust_source == nullptr) return verified_chains;
  const absl::MutexLock lock(&trust_mutex);
  return last_trust == nullptr ? nullptr : last_trust->verified_chains;
}

const ContextOptions& Context::options() const { return impl_->options; }
TlsVersion Context::minimum_version() const { return impl_->minimum_version; }
TlsVersion Context::maximum_version() const { return impl_->maximum_version; }

std::vector<CipherInfo> Context::Ciphers() const {
  std::vector<CipherInfo> result;
  if (impl_->maximum_version >= TlsVersion::kTls1_3) {
    // BoringSSL always enables these and leaves them out of its list.
    constexpr uint16_t kTls13[] = {0x1301, 0x1302, 0x1303};
    for (const uint16_t value : kTls13) {
      if (const SSL_CIPHER* cipher = SSL_get_cipher_by_value(value)) {
        result.push_back(internal::DescribeCipher(cipher));
      }
    }
  }
  for (const SSL_CIPHER* cipher : SSL_CTX_get_ciphers(impl_->ctx.get())) {
    result.push_back(internal::DescribeCipher(cipher));
  }
  return result;
}

SessionStatistics Context::session_statistics() const {
  SessionStatistics result = impl_->counters.Read();
  result.number = SSL_CTX_sess_number(impl_->ctx.get());
  return result;
}

SessionStatistics SessionCounters::Read() const {
  SessionStatistics result;
  result.connect = connect;
  result.connect_good = connect_good;
  result.accept = accept;
  result.accept_good = accept_good;
  result.hits = hits;
  result.misses = misses;
  return result;
}

}  // namespace airlock::ssl
