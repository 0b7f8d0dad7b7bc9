// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// BoringSSL alone, with everything made once: what Airlock is compared with.
#ifndef AIRLOCK_TESTS_BENCH_RAW_TLS_H_
#define AIRLOCK_TESTS_BENCH_RAW_TLS_H_

#include <openssl/ssl.h>

#include <string>

#include "absl/types/span.h"

namespace airlock::bench {

// A client and a server context: the server presents a chain, the client trusts
// a bundle and verifies chain and name.
struct RawContexts {
  bssl::UniquePtr<SSL_CTX> client;
  bssl::UniquePtr<SSL_CTX> server;
};

// PEM texts, which must be good.
RawContexts MakeRawContexts(const std::string& chain, const std::string& key,
                            const std::string& bundle);

// Two ends over memory.
struct RawPair {
  bssl::UniquePtr<SSL> client;
  bssl::UniquePtr<SSL> server;
};

// Shakes hands for `host`, resuming `session` unless that is null. Ends the
// program where it fails.
RawPair RawHandshake(const RawContexts& contexts, const char* host,
                     SSL_SESSION* session);

// Shakes hands once and gives the session, to be resumed.
bssl::UniquePtr<SSL_SESSION> RawSession(const RawContexts& contexts,
                                        const char* host);

// Writes `data` on the client's side and reads all of it on the server's.
void RawTransfer(RawPair* pair, absl::Span<const uint8_t> data,
                 absl::Span<uint8_t> into);

}  // namespace airlock::bench

#endif  // AIRLOCK_TESTS_BENCH_RAW_TLS_H_
