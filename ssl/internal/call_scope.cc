// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/call_scope.h"

#include <openssl/ssl.h>
#include <sys/time.h>

#include <algorithm>

#include "absl/status/status.h"
#include "ssl/guarded.h"

namespace airlock::ssl::internal {

absl::Time ClockScope::Now() {
  absl::Time now = absl::UnixEpoch();
  if (current_ == nullptr) return now;
  CallClock& current = *current_;
  if (current.now.has_value()) return *current.now;
  Guarded("clock callback", [&] {
    // BoringSSL does not accept times before 1970.
    now = std::max((*current.clock)(), absl::UnixEpoch());
    if (current.keeps) current.now = now;
    return absl::OkStatus();
  }).IgnoreError();
  return now;
}

void ClockScope::Install(SSL_CTX* ctx) {
  // Outside of a scope, BoringSSL only frees memory and does not need the time.
  SSL_CTX_set_current_time_cb(ctx, [](const SSL* /*ssl*/, timeval* now) {
    *now = absl::ToTimeval(Now());
  });
}

}  // namespace airlock::ssl::internal
