// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Names that every OpenSSL has. Airlock's own BoringSSL must not end up here,
// nor must the linker see one name twice.

#include <cstdio>
#include <cstdlib>

#define OTHER_OPENSSL(name)                                      \
  extern "C" int name();                                         \
  int name() {                                                   \
    std::fputs(#name " is the program's own OpenSSL\n", stderr); \
    std::abort();                                                \
  }

OTHER_OPENSSL(BIO_new)
OTHER_OPENSSL(CRYPTO_free)
OTHER_OPENSSL(ERR_clear_error)
OTHER_OPENSSL(ERR_get_error)
OTHER_OPENSSL(EVP_PKEY_free)
OTHER_OPENSSL(OPENSSL_free)
OTHER_OPENSSL(OPENSSL_malloc)
OTHER_OPENSSL(RAND_bytes)
OTHER_OPENSSL(SSL_CTX_new)
OTHER_OPENSSL(SSL_do_handshake)
OTHER_OPENSSL(SSL_new)
OTHER_OPENSSL(SSL_read)
OTHER_OPENSSL(TLS_method)
OTHER_OPENSSL(X509_free)
OTHER_OPENSSL(X509_verify_cert)
