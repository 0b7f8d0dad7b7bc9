// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Caches Contexts by their options.
#ifndef AIRLOCK_PLATFORM_INTERNAL_CONTEXT_CACHE_H_
#define AIRLOCK_PLATFORM_INTERNAL_CONTEXT_CACHE_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "platform/internal/shared_cache.h"
#include "platform/wrap_options.h"
#include "ssl/context.h"
#include "ssl/credentials.h"
#include "ssl/options.h"

namespace airlock::platform::internal {

// The key and chain from WrapOptions.
struct CredentialsInput {
  ssl::CredentialsOptions options;
  // Identifies key, chain and password, without revealing them; 32 bytes.
  // Empty: unknown.
  std::string digest;
};

// Takes keyfile, certfile and password out of `options`, calling their readers.
// Unset if none is set. Errors: kCredentials for a key without a
// certificate; a reader's own.
absl::StatusOr<absl::optional<CredentialsInput>> TakeCredentials(
    WrapOptions* options);

// Thread-safe.
class ContextCache {
 public:
  ContextCache(size_t max_contexts, size_t max_credentials)
      : contexts_(max_contexts), credentials_(max_credentials) {}

  // A Context for `options` with `credentials`. The cache key consists of the
  // options that WrapOptions and the policy set; of `keylog`, whether it is
  // set. `complete` sets the others, such as callbacks, if the Context is made;
  // all callbacks must be equivalent each time.
  absl::StatusOr<std::shared_ptr<const ssl::Context>> Find(
      ssl::Side side, ssl::ContextOptions options,
      absl::optional<CredentialsInput> credentials,
      absl::FunctionRef<void(ssl::ContextOptions*)> complete);

  // Clears the cache.
  void Clear();

 private:
  SharedCache<const ssl::Context> contexts_;
  SharedCache<const ssl::Credentials> credentials_;
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_CONTEXT_CACHE_H_
