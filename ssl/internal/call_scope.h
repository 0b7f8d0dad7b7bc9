// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What holds around every call into BoringSSL that a Socket makes.
#ifndef AIRLOCK_SSL_INTERNAL_CALL_SCOPE_H_
#define AIRLOCK_SSL_INTERNAL_CALL_SCOPE_H_

#include <openssl/base.h>

#include <functional>

#include "absl/time/time.h"
#include "ssl/internal/error_queue.h"

namespace airlock::ssl::internal {

// Keeps the error queue clean, and tells BoringSSL the time by `clock` on this
// thread: its own time callback is given no connection to find the clock by.
// Scopes nest, as when a callback uses another connection. `clock` must outlive
// the scope.
class CallScope {
 public:
  explicit CallScope(const std::function<absl::Time()>& clock);
  ~CallScope();
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  // Makes `ctx` ask the scope in force for the time.
  static void Install(SSL_CTX* ctx);

 private:
  ErrorQueueScope errors_;
  const std::function<absl::Time()>* previous_;
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CALL_SCOPE_H_
