// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The scope around every call that a Socket makes into BoringSSL.
#ifndef AIRLOCK_SSL_INTERNAL_CALL_SCOPE_H_
#define AIRLOCK_SSL_INTERNAL_CALL_SCOPE_H_

#include <openssl/base.h>

#include <functional>

#include "absl/time/time.h"
#include "ssl/internal/error_queue.h"

namespace airlock::ssl::internal {

// Keeps the error queue clean, and sets the clock for BoringSSL on this thread:
// its time callback does not get the connection. Scopes nest, for callbacks
// that use another connection. `clock` must outlive the scope.
class CallScope {
 public:
  explicit CallScope(const std::function<absl::Time()>& clock);
  ~CallScope();
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  // Makes `ctx` get the time from the current scope.
  static void Install(SSL_CTX* ctx);

 private:
  ErrorQueueScope errors_;
  const std::function<absl::Time()>* previous_;
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CALL_SCOPE_H_
