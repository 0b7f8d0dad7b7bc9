// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/call_scope.h"

#include <openssl/ssl.h>
#include <sys/time.h>

#include <algorithm>

#include "absl/status/status.h"
#include "ssl/guarded.h"

namespace airlock::ssl::internal {

void ClockScope::Install(SSL_CTX* ctx) {
  SSL_CTX_set_current_time_cb(ctx, [](const SSL* /*ssl*/, timeval* now) {
    // Outside of a scope, BoringSSL only frees memory and does not need the
    // time. It does not accept times before 1970.
    *now = timeval{};
    if (current_ == nullptr) return;
    Guarded("clock callback", [now] {
      *now = absl::ToTimeval(std::max((*current_)(), absl::UnixEpoch()));
      return absl::OkStatus();
    }).IgnoreError();
  });
}

}  // namespace airlock::ssl::internal
