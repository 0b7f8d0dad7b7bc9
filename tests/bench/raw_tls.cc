// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/raw_tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>

namespace airlock::bench {
namespace {

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "raw BoringSSL: %s\n", what);
  ERR_print_errors_fp(stderr);
  std::abort();
}

bssl::UniquePtr<BIO> Text(const std::string& text) {
  return bssl::UniquePtr<BIO>(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// As Airlock has them, so that the same is negotiated.
bssl::UniquePtr<SSL_CTX> NewContext() {
  bssl::UniquePtr<SSL_CTX> ctx(SSL_CTX_new(TLS_method()));
  Require(ctx != nullptr &&
              SSL_CTX_set_min_proto_version(ctx.get(), TLS1_VERSION) &&
              SSL_CTX_set_max_proto_version(ctx.get(), TLS1_3_VERSION),
          "context");
  SSL_CTX_set_session_cache_mode(ctx.get(), SSL_SESS_CACHE_BOTH);
  return ctx;
}

// Where the client's new-session callback leaves a session.
thread_local bssl::UniquePtr<SSL_SESSION>* session_slot = nullptr;

int KeepSession(SSL* /*ssl*/, SSL_SESSION* session) {
  if (session_slot == nullptr) return 0;
  session_slot->reset(session);
  return 1;
}

void Pair(RawPair* pair) {
  BIO* client = nullptr;
  BIO* server = nullptr;
  constexpr size_t kBuffer = size_t{64} << 10;
  Require(BIO_new_bio_pair(&client, kBuffer, &server, kBuffer) == 1, "BIOs");
  SSL_set_bio(pair->client.get(), client, client);
  SSL_set_bio(pair->server.get(), server, server);
}

bool Step(SSL* ssl) {
  const int result = SSL_do_handshake(ssl);
  if (result == 1) return true;
  const int error = SSL_get_error(ssl, result);
  Require(error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE,
          "handshake");
  return false;
}

}  // namespace

RawContexts MakeRawContexts(const std::string& chain, const std::string& key,
                            const std::string& bundle) {
  RawContexts contexts{NewContext(), NewContext()};
  SSL_CTX* server = contexts.server.get();
  const bssl::UniquePtr<BIO> chain_text = Text(chain);
  bool leaf = true;
  while (X509* next =
             PEM_read_bio_X509(chain_text.get(), nullptr, nullptr, nullptr)) {
    const bssl::UniquePtr<X509> certificate(next);
    Require(leaf ? SSL_CTX_use_certificate(server, next)
                 : SSL_CTX_add1_chain_cert(server, next),
            "chain");
    leaf = false;
  }
  const bssl::UniquePtr<BIO> key_text = Text(key);
  const bssl::UniquePtr<EVP_PKEY> parsed(
      PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  Require(!leaf && parsed != nullptr &&
              SSL_CTX_use_PrivateKey(server, parsed.get()),
          "key");

  SSL_CTX* client = contexts.client.get();
  X509_STORE* store = SSL_CTX_get_cert_store(client);
  const bssl::UniquePtr<BIO> bundle_text = Text(bundle);
  while (X509* next =
             PEM_read_bio_X509(bundle_text.get(), nullptr, nullptr, nullptr)) {
    const bssl::UniquePtr<X509> certificate(next);
    Require(X509_STORE_add_cert(store, next), "bundle");
  }
  ERR_clear_error();  // The end of a text is an error to PEM_read_bio.
  SSL_CTX_set_verify(client, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_sess_set_new_cb(client, KeepSession);
  return contexts;
}

RawPair RawHandshake(const RawContexts& contexts, const char* host,
                     SSL_SESSION* session) {
  RawPair pair{bssl::UniquePtr<SSL>(SSL_new(contexts.client.get())),
               bssl::UniquePtr<SSL>(SSL_new(contexts.server.get()))};
  SSL* client = pair.client.get();
  Require(client != nullptr && pair.server != nullptr &&
              SSL_set_tlsext_host_name(client, host) &&
              SSL_set1_host(client, host) &&
              (session == nullptr || SSL_set_session(client, session)),
          "sockets");
  SSL_set_connect_state(client);
  SSL_set_accept_state(pair.server.get());
  Pair(&pair);
  bool client_done = false;
  bool server_done = false;
  while (!client_done || !server_done) {
    client_done = client_done || Step(client);
    server_done = server_done || Step(pair.server.get());
  }
  Require((SSL_session_reused(client) != 0) == (session != nullptr),
          "resumption");
  return pair;
}

bssl::UniquePtr<SSL_SESSION> RawSession(const RawContexts& contexts,
                                        const char* host) {
  bssl::UniquePtr<SSL_SESSION> session;
  session_slot = &session;
  const RawPair pair = RawHandshake(contexts, host, nullptr);
  // A server's tickets go out with its first data.
  uint8_t byte = 0;
  Require(SSL_write(pair.server.get(), &byte, 1) == 1 &&
              SSL_read(pair.client.get(), &byte, 1) == 1,
          "first data");
  session_slot = nullptr;
  Require(session != nullptr, "session");
  return session;
}

void RawTransfer(RawPair* pair, absl::Span<const uint8_t> data,
                 absl::Span<uint8_t> into) {
  Require(SSL_write(pair->client.get(), data.data(),
                    static_cast<int>(data.size())) ==
              static_cast<int>(data.size()),
          "write");
  size_t got = 0;
  while (got < data.size()) {
    const int size = SSL_read(pair->server.get(), into.data() + got,
                              static_cast<int>(into.size() - got));
    Require(size > 0, "read");
    got += static_cast<size_t>(size);
  }
}

}  // namespace airlock::bench
