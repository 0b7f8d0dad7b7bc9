// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/shared_contexts.h"

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/time/time.h"

namespace airlock::platform::internal {
namespace {

// Whether none of `callbacks` is set.
template <typename... Callbacks>
bool NoneIsSet(const Callbacks&... callbacks) {
  return ((callbacks == nullptr) && ...);
}

}  // namespace

bool WriteSharingKey(const ssl::ContextOptions& options, KeyWriter* key) {
  const auto& [verification, trust_store, trust_source, ciphers,
               signing_algorithms, peer_signing_algorithms, credentials,
               credential_source, hostname_missing, hostname_allowed,
               ech_refused, revocation, accept_unknown_revocation, verify,
               client_credentials, unverified_clients, clock, stopwatch,
               ech_keys, alpn_protocols, alpn_required, alpn, npn_protocols,
               sni, ocsp_response, sct_list, request_ocsp, request_sct,
               accept_compressed_certificates, session_cache_size,
               session_timeout, session_tickets, num_tickets, ticket_keys,
               ticket_keyring, session_id_context, new_session,
               max_renegotiations, cipher_server_preference, keylog, message,
               handshake_ended, psk_client, psk_server, psk_identity_hint] =
      options;
  if (trust_source != nullptr || !credentials.empty() ||
      credential_source != nullptr || !ticket_keys.empty() ||
      ticket_keyring != nullptr || ech_keys != nullptr) {
    return false;
  }
  if (!NoneIsSet(hostname_missing, hostname_allowed, ech_refused, revocation,
                 verify, client_credentials, clock, stopwatch, alpn, sni,
                 new_session, keylog, handshake_ended, psk_client,
                 psk_server)) {
    return false;
  }
  using MessageFunction =
      absl::Status (*)(const ssl::Socket&, const ssl::TlsMessage&);
  const MessageFunction* const function = message.target<MessageFunction>();
  if (message != nullptr && function == nullptr) return false;
  key->Add(message == nullptr ? 0 : reinterpret_cast<uintptr_t>(*function));
  key->Add(verification);
  key->Add(trust_store != nullptr);
  if (trust_store != nullptr) key->Add(trust_store->content_hash());
  key->Add(ciphers);
  key->Add(signing_algorithms);
  key->Add(peer_signing_algorithms);
  key->Add(accept_unknown_revocation);
  key->Add(unverified_clients.has_value());
  key->Add(alpn_protocols);
  key->Add(alpn_required);
  key->Add(npn_protocols);
  key->Add(ocsp_response);
  key->Add(sct_list);
  key->Add(request_ocsp);
  key->Add(request_sct);
  key->Add(accept_compressed_certificates);
  key->Add(session_cache_size);
  key->Add(absl::ToInt64Nanoseconds(session_timeout));
  key->Add(session_tickets);
  key->Add(num_tickets);
  key->Add(session_id_context);
  key->Add(max_renegotiations);
  key->Add(cipher_server_preference);
  key->Add(psk_identity_hint);
  return true;
}

std::shared_ptr<const ssl::Context> SharedContexts::Find(
    absl::string_view key) {
  std::shared_ptr<const ssl::Context> context;
  std::shared_ptr<const ssl::Context> dropped;
  const absl::MutexLock lock(&mutex_);
  const auto found = contexts_.find(key);
  if (found != contexts_.end()) context = found->second.lock();
  if (context != nullptr) dropped = Keep(context);
  return context;
}

std::shared_ptr<const ssl::Context> SharedContexts::Add(
    absl::string_view key, std::shared_ptr<const ssl::Context> context) {
  std::shared_ptr<const ssl::Context> dropped;
  const absl::MutexLock lock(&mutex_);
  const auto found = contexts_.find(key);
  if (found != contexts_.end()) {
    std::shared_ptr<const ssl::Context> other = found->second.lock();
    if (other != nullptr) return other;
    found->second = context;
  } else {
    if (contexts_.size() >= capacity_) MakeRoom();
    contexts_.emplace(key, context);
  }
  dropped = Keep(context);
  return context;
}

std::shared_ptr<const ssl::Context> SharedContexts::Keep(
    std::shared_ptr<const ssl::Context> context) {
  const ssl::Context* const first = context.get();
  for (auto& kept : kept_) {
    kept.swap(context);
    if (context.get() == first) break;
  }
  return context;
}

void SharedContexts::Clear() {
  std::array<std::shared_ptr<const ssl::Context>, kKept> dropped;
  const absl::MutexLock lock(&mutex_);
  contexts_.clear();
  dropped.swap(kept_);
}

size_t SharedContexts::size() const {
  const absl::MutexLock lock(&mutex_);
  return contexts_.size();
}

void SharedContexts::MakeRoom() {
  for (auto it = contexts_.begin(); it != contexts_.end();) {
    if (it->second.expired()) {
      it = contexts_.erase(it);
    } else {
      ++it;
    }
  }
  // All are in use; those that follow are still shared among themselves.
  if (contexts_.size() >= capacity_) contexts_.clear();
}

}  // namespace airlock::platform::internal
