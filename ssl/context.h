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
#include "ssl/options.h"

namespace airlock::ssl {

// A cipher suite, as SSLContext.get_ciphers() tells of it.
struct CipherInfo {
  uint32_t id = 0;            // 0x03000000 | the number of the wire.
  std::string name;           // OpenSSL's: "ECDHE-RSA-AES128-GCM-SHA256".
  std::string standard_name;  // IANA's: "TLS_ECDHE_RSA_WITH_AES_128_GCM_...".
  std::string protocol;       // The first version that has it: "TLSv1.2".
  int strength_bits = 0;      // Of the key in use,
  int algorithm_bits = 0;     // and of the algorithm.
  bool aead = false;
  std::string symmetric;     // OpenSSL's short names, such as "aes-128-gcm",
  std::string digest;        // "sha256" or empty,
  std::string key_exchange;  // "kx-ecdhe",
  std::string auth;          // "auth-rsa".
};

// As SSLContext.session_stats() counts; all since the Context was made.
struct SessionStatistics {
  uint64_t number = 0;  // Sessions in the cache.
  uint64_t connect = 0;
  uint64_t connect_good = 0;
  uint64_t connect_renegotiate = 0;
  uint64_t accept = 0;
  uint64_t accept_good = 0;
  uint64_t accept_renegotiate = 0;
  uint64_t hits = 0;
  uint64_t misses = 0;
  uint64_t timeouts = 0;
  uint64_t cache_full = 0;
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
