// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// OpenSSL of the system, in a program of its own.

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/worker.h"

namespace airlock::bench {
namespace {

// With a cache, OpenSSL lets a client use each session only once.
constexpr int kClientCacheMode = SSL_SESS_CACHE_OFF;

// The choices that BoringSSL makes by itself.
bool SetCiphers(SSL_CTX* ctx, const std::string& cipher) {
  SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE);
  return SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256") != 0 &&
         SSL_CTX_set1_groups_list(ctx, "X25519:P-256") != 0 &&
         (cipher.empty() || SSL_CTX_set_cipher_list(ctx, cipher.c_str()) != 0);
}

}  // namespace
}  // namespace airlock::bench

#include "tests/bench/libssl_contestant.inc"

int main(int argc, char** argv) {
  using namespace airlock::bench;
  return WorkerMain(argc, argv,
                    {{"openssl", [](const Setting& setting) {
                        return std::make_unique<LibsslContestant>(setting);
                      }}});
}
