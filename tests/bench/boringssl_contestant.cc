// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/boringssl_contestant.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace airlock::bench {
namespace {

constexpr int kClientCacheMode = SSL_SESS_CACHE_CLIENT;

bool SetCiphers(SSL_CTX* ctx, const std::string& cipher) {
  SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE);
  return cipher.empty() ||
         SSL_CTX_set_strict_cipher_list(ctx, cipher.c_str()) != 0;
}

}  // namespace
}  // namespace airlock::bench

#include "tests/bench/libssl_contestant.inc"

namespace airlock::bench {

std::unique_ptr<Contestant> MakeBoringSsl(const Setting& setting) {
  return std::make_unique<LibsslContestant>(setting);
}

}  // namespace airlock::bench
