// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which proxy a client uses for which host.
#ifndef AIRLOCK_PLATFORM_HTTP_PROXY_H_
#define AIRLOCK_PLATFORM_HTTP_PROXY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/environment.h"
#include "ssl/secret.h"

namespace airlock::http {

// An HTTP proxy that tunnels by CONNECT (RFC 9110, section 9.3.6). It sees the
// name and port of the server, and encrypted bytes.
struct Proxy {
  std::string host;
  uint16_t port = 0;
  // The value of Proxy-Authorization; empty: not sent.
  ssl::Secret authorization;

  // "proxy.example:3128".
  std::string host_and_port() const;
};

// A proxy, and the hosts that are reached without it. Immutable, so
// thread-safe.
class ProxyRules {
 public:
  // No proxy.
  ProxyRules() = default;

  // `proxy` is "http://[USER:PASSWORD@]HOST[:PORT]", or the same without
  // "http://"; the port is 80 if it is missing. Empty: no proxy. `no_proxy`
  // lists hosts that are reached directly, separated by commas or spaces: a
  // name stands for itself and all names below it (a leading dot or "*." is
  // ignored), an address for itself, "10.0.0.0/8" for a network, "*" for all
  // hosts; each but "*" may end with ":PORT". Errors (Failure::kProxy) for
  // other schemes and malformed values; never shows the password.
  static absl::StatusOr<ProxyRules> Create(absl::string_view proxy,
                                           absl::string_view no_proxy);

  // From HTTPS_PROXY and NO_PROXY, or the same in lower case, which take
  // precedence. Errors name the variable.
  static absl::StatusOr<ProxyRules> FromEnvironment(
      const config::EnvironmentMap& variables);

  // The proxy for this host, a name in lower case or an address; null: connect
  // directly.
  std::shared_ptr<const Proxy> For(absl::string_view host, uint16_t port) const;

 private:
  struct Exception {
    std::string name;     // Empty: see `network`.
    std::string network;  // The bytes of an address, 4 or 16.
    int prefix = 0;       // How many of its bits matter.
    uint16_t port = 0;    // 0: any.
  };

  static absl::StatusOr<Exception> ParseException(absl::string_view text);
  static bool Matches(const Exception& exception, absl::string_view host,
                      uint16_t port);

  std::shared_ptr<const Proxy> proxy_;
  bool never_ = false;
  std::vector<Exception> exceptions_;
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_PROXY_H_
