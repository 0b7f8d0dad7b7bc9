// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What a connection to an origin must be, decided before it is made.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_PLAN_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_PLAN_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "platform/http/message.h"
#include "platform/http/proxy.h"
#include "platform/http/url.h"
#include "platform/runtime.h"
#include "platform/wrap_options.h"
#include "ssl/socket.h"
#include "ssl/verification.h"

namespace airlock::http::internal {

struct ConnectionPlan {
  // Whether `socket`, made with `options`, verifies what `key` says. False if
  // the policy or the CAs were reloaded in between: then the connection must
  // not be kept under that key.
  bool Describes(const ssl::Socket& socket) const;

  // Requests share a connection and its sessions only if this is equal: origin,
  // proxy and its credentials, the client's certificate and key, the CAs, and
  // everything else that decides about trust after the policy was applied, and
  // the ECH configurations.
  // Secrets are in it as digests only.
  std::string key;
  // The parts of `key` that decide about trust.
  ssl::Verification verification;
  std::string trust;
  // For Runtime::WrapSocket; without session.
  platform::WrapOptions options;
};

// Plans a connection to the host of `url`, which offers `versions`. `identify`:
// the client's certificate of `tls` may be presented. `hide`: the ECH
// configurations of `tls` are those of this host. Errors: those of
// Runtime::WrapSocket that need no connection, such as ssl::ErrorKind::kPolicy;
// they are audited. Thread-safe.
absl::StatusOr<ConnectionPlan> PlanConnection(
    platform::Runtime* runtime, const Url& url, const Proxy* proxy,
    const TlsOptions& tls, const HttpVersions& versions, bool identify,
    bool hide, const std::string& call_site);

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_CONNECTION_PLAN_H_
