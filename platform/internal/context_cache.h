// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Caches Contexts by their options.
#ifndef AIRLOCK_PLATFORM_INTERNAL_CONTEXT_CACHE_H_
#define AIRLOCK_PLATFORM_INTERNAL_CONTEXT_CACHE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/internal/shared_cache.h"
#include "platform/wrap_options.h"
#include "ssl/context.h"
#include "ssl/credential_source.h"
#include "ssl/credentials.h"
#include "ssl/ech.h"
#include "ssl/keyed_digest.h"
#include "ssl/options.h"
#include "ssl/trust_store.h"
#include "ssl/verification.h"

namespace airlock::platform::internal {

// The key and chain from WrapOptions, or their source.
struct CredentialsInput {
  // Digests of chain and key by the cache's KeyedDigest.
  using Digest = absl::InlinedVector<char, 40>;

  ssl::CredentialsOptions options;
  // Instead of `options`. A Context in the cache keeps it, so its address
  // identifies it.
  std::shared_ptr<ssl::CredentialSource> source;
  // Identifies key, chain and password, without revealing them. Empty: unknown.
  Digest digest;
};

// What decides about a Context besides trust store and credentials: everything
// that WrapOptions and the policy set. Refers to its values.
struct ContextSettings {
  ssl::Side side;
  const ssl::Verification& verification;
  const std::string& ciphers;
  const std::vector<std::string>& alpn_protocols;
  bool alpn_required;
  bool accept_compressed_certificates;
  // Whether there is a key log; a policy that is reloaded may forbid it.
  bool key_log;
};

// Thread-safe.
class ContextCache {
 public:
  ContextCache(size_t max_contexts, size_t max_credentials)
      : contexts_(max_contexts), credentials_(max_credentials) {}

  // Takes credential_source, or keyfile, certfile and password out of
  // `options`, calling their readers. Unset if none is set. Errors:
  // kInvalidArgument for both; kCredentials for a key without a certificate; a
  // reader's own.
  absl::StatusOr<std::optional<CredentialsInput>> TakeCredentials(
      WrapOptions* options) const;

  // Differs if anything in `settings` does.
  static std::string SettingsKey(const ContextSettings& settings);

  // A Context for the settings of `settings_key`, with `trust_store` and
  // `ech_keys`, which may be null, and `credentials`. If it has to be made,
  // `options` returns its options but for the credentials and keys: those of
  // the settings, and others that are equivalent each time, such as callbacks.
  absl::StatusOr<std::shared_ptr<const ssl::Context>> Find(
      absl::string_view settings_key, const ssl::TrustStore* trust_store,
      const std::shared_ptr<const ssl::EchKeys>& ech_keys,
      std::optional<CredentialsInput> credentials,
      absl::FunctionRef<ssl::ContextOptions()> options);

  // Clears the cache.
  void Clear();

 private:
  // Key and chain are recognized by a digest under a key of this cache: callers
  // choose them, but never see a digest.
  const ssl::KeyedDigest digests_;
  SharedCache<const ssl::Context> contexts_;
  SharedCache<const ssl::Credentials> credentials_;
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_CONTEXT_CACHE_H_
