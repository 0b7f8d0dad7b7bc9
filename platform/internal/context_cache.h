// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Contexts, made once for equal options.
#ifndef AIRLOCK_PLATFORM_INTERNAL_CONTEXT_CACHE_H_
#define AIRLOCK_PLATFORM_INTERNAL_CONTEXT_CACHE_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "platform/internal/shared_cache.h"
#include "platform/wrap_options.h"
#include "ssl/context.h"
#include "ssl/credentials.h"
#include "ssl/options.h"

namespace airlock::platform::internal {

// The key and chain of WrapOptions, read.
struct CredentialsInput {
  ssl::CredentialsOptions options;
  // The same for the same key, chain and password, and for nothing else; 32
  // bytes, from which none of them can be found. Empty: cannot be told.
  std::string digest;
};

// Takes keyfile, certfile and password out of `options`, calling their readers.
// Nothing where there are none; an error (kCredentials) for a key without
// certificate; a reader's own error.
absl::StatusOr<absl::optional<CredentialsInput>> TakeCredentials(
    WrapOptions* options);

// Thread-safe.
class ContextCache {
 public:
  ContextCache(size_t max_contexts, size_t max_credentials)
      : contexts_(max_contexts), credentials_(max_credentials) {}

  // A Context of `options` with `credentials`. Of the options only those count
  // that WrapOptions and the policy set; no callback but the clock, which is
  // taken to be the same each time.
  absl::StatusOr<std::shared_ptr<const ssl::Context>> Find(
      ssl::Side side, ssl::ContextOptions options,
      absl::optional<CredentialsInput> credentials);

  // Forgets everything.
  void Clear();

 private:
  SharedCache<const ssl::Context> contexts_;
  SharedCache<const ssl::Credentials> credentials_;
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_CONTEXT_CACHE_H_
