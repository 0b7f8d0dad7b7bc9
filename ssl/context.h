// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A frozen set of choices that any number of Sockets share.
#ifndef AIRLOCK_SSL_CONTEXT_H_
#define AIRLOCK_SSL_CONTEXT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ssl/cipher.h"
#include "ssl/options.h"

namespace airlock::ssl {

// As SSLContext.session_stats() counts, since the Context was made. What it
// also has and BoringSSL does not tell (timeouts, cache_full) is left out, as
// is renegotiation, which there is none of.
struct SessionStatistics {
  uint64_t number = 0;        // Sessions in the cache.
  uint64_t connect = 0;       // A client's handshakes begun,
  uint64_t connect_good = 0;  // and finished.
  uint64_t accept = 0;        // A server's.
  uint64_t accept_good = 0;
  uint64_t hits = 0;    // Handshakes that resumed a session.
  uint64_t misses = 0;  // A server's, where the client offered one in vain.
};

// Immutable but for its session cache and counters; thread-safe. Lives until
// the last Socket that uses it is gone.
class Context {
 public:
  // Checks `options` whole and makes a Context. Errors, before anything could
  // be sent: kInvalidArgument names the field (an empty version range, no
  // cipher left, an unknown group, an ALPN name of no or too many bytes, no
  // clock, ...); kTrustStore where peers are verified and there is no trust
  // store; kCredentials where a key is too weak for the security level.
  static absl::StatusOr<std::shared_ptr<const Context>> Create(
      ContextOptions options);

  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // What it was made from. `security_level` and the versions are as resolved.
  const ContextOptions& options() const;

  // The range in force, after protocol, minimum, maximum and disabled.
  TlsVersion minimum_version() const;
  TlsVersion maximum_version() const;

  // The suites that are on, by preference, those of TLS 1.3 first.
  std::vector<CipherInfo> Ciphers() const;

  SessionStatistics session_statistics() const;

  // For //ssl only.
  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit Context(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_CONTEXT_H_
