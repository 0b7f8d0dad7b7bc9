// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A frozen set of choices that any number of Sockets share.
#ifndef AIRLOCK_SSL_CONTEXT_H_
#define AIRLOCK_SSL_CONTEXT_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ssl/cipher.h"
#include "ssl/options.h"

namespace airlock::ssl {

// The counters of SSLContext.session_stats(), since the Context was created.
// Leaves out those that BoringSSL does not report (timeouts, cache_full) and
// those for renegotiation.
struct SessionStatistics {
  uint64_t number = 0;        // Sessions in the cache.
  uint64_t connect = 0;       // A client's handshakes begun,
  uint64_t connect_good = 0;  // and finished.
  uint64_t accept = 0;        // A server's.
  uint64_t accept_good = 0;
  uint64_t hits = 0;    // Handshakes that resumed a session.
  uint64_t misses = 0;  // Server: an offered session was not resumed.
};

// The fields of SessionStatistics that Sockets count. Thread-safe.
struct SessionCounters {
  std::atomic<uint64_t> connect{0};
  std::atomic<uint64_t> connect_good{0};
  std::atomic<uint64_t> accept{0};
  std::atomic<uint64_t> accept_good{0};
  std::atomic<uint64_t> hits{0};
  std::atomic<uint64_t> misses{0};

  // The values so far, with a `number` of 0.
  SessionStatistics Read() const;
};

// Immutable except its session cache and counters; thread-safe. Lives until the
// last Socket that uses it is destroyed.
class Context {
 public:
  // Checks all of `options` and creates a Context. Errors: kInvalidArgument
  // names the field (an empty version range, no cipher left, an unknown group,
  // an ALPN name that is empty or too long, no clock, ...); kTrustStore if
  // peers are verified and no trust store is set; kCredentials if a key is too
  // weak for the security level.
  static absl::StatusOr<std::shared_ptr<const Context>> Create(
      ContextOptions options);

  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // The options it was created from, with the resolved `security_level` and
  // versions.
  const ContextOptions& options() const;

  // The range in force, after protocol, minimum, maximum and disabled.
  TlsVersion minimum_version() const;
  TlsVersion maximum_version() const;

  // The enabled suites in order of preference, those of TLS 1.3 first.
  std::vector<CipherInfo> Ciphers() const;

  // Leaves out the sockets whose SocketOptions have counters of their own.
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
