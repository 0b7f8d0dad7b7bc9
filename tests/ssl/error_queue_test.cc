// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/error_queue.h"

#include <openssl/cipher.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/internal/memory_watch.h"

namespace airlock::ssl::internal {
namespace {

TEST(ErrorQueueTest, AScopeEmptiesTheQueueTwice) {
  OPENSSL_PUT_ERROR(X509, X509_R_KEY_VALUES_MISMATCH);
  {
    const ErrorQueueScope scope;
    EXPECT_EQ(ERR_peek_error(), 0u);
    OPENSSL_PUT_ERROR(X509, X509_R_KEY_VALUES_MISMATCH);
  }
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(ErrorQueueTest, DrainsToTheFirstError) {
  EXPECT_EQ(DrainErrorQueue(), 0u);
  OPENSSL_PUT_ERROR(SSL, SSL_R_WRONG_VERSION_NUMBER);
  OPENSSL_PUT_ERROR(X509, X509_R_KEY_VALUES_MISMATCH);
  EXPECT_EQ(DrainErrorQueue(),
            ERR_PACK(ERR_LIB_SSL, SSL_R_WRONG_VERSION_NUMBER));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

// However the queue is emptied; before and after do not count.
TEST(ErrorQueueTest, AWatchNoticesALackOfMemory) {
  OPENSSL_PUT_ERROR(X509, ERR_R_MALLOC_FAILURE);
  DrainErrorQueue();
  const auto notices = [](void (*empty)()) {
    const MemoryWatch watch;
    OPENSSL_PUT_ERROR(SSL, SSL_R_WRONG_VERSION_NUMBER);
    empty();
    EXPECT_FALSE(watch.ran_out());
    OPENSSL_PUT_ERROR(SSL, SSL_R_WRONG_VERSION_NUMBER);
    OPENSSL_PUT_ERROR(X509, ERR_R_MALLOC_FAILURE);
    OPENSSL_PUT_ERROR(SSL, SSL_R_WRONG_VERSION_NUMBER);
    empty();
    EXPECT_EQ(ERR_peek_error(), 0u);
    return watch.ran_out();
  };
  EXPECT_TRUE(notices([] { const ErrorQueueScope scope; }));
  EXPECT_TRUE(notices([] { const ErrorQueueExit exit; }));
  EXPECT_TRUE(notices([] { DrainErrorQueue(); }));
  EXPECT_TRUE(notices([] { DrainErrorQueueForTls(); }));
}

TEST(ErrorQueueTest, OfAConnectionTheFirstErrorOfTlsCounts) {
  EXPECT_EQ(DrainErrorQueueForTls(), 0u);
  OPENSSL_PUT_ERROR(CIPHER, CIPHER_R_BAD_DECRYPT);
  OPENSSL_PUT_ERROR(SSL, SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC);
  OPENSSL_PUT_ERROR(SSL, SSL_R_WRONG_VERSION_NUMBER);
  EXPECT_EQ(DrainErrorQueueForTls(),
            ERR_PACK(ERR_LIB_SSL, SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC));
  EXPECT_EQ(ERR_peek_error(), 0u);
  OPENSSL_PUT_ERROR(CIPHER, CIPHER_R_BAD_DECRYPT);
  OPENSSL_PUT_ERROR(X509, X509_R_KEY_VALUES_MISMATCH);
  EXPECT_EQ(DrainErrorQueueForTls(),
            ERR_PACK(ERR_LIB_CIPHER, CIPHER_R_BAD_DECRYPT));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(ErrorQueueTest, NamesAreThoseOfPythonsErrors) {
  OPENSSL_PUT_ERROR(SSL, SSL_R_WRONG_VERSION_NUMBER);
  const absl::Status status = DrainToStatus(ErrorKind::kProtocol, "no luck");
  const Error error = *GetError(status);
  EXPECT_EQ(error.kind, ErrorKind::kProtocol);
  EXPECT_EQ(error.library, "SSL");
  EXPECT_EQ(error.reason, "WRONG_VERSION_NUMBER");
  EXPECT_EQ(error.detail, "wrong version number");
  EXPECT_EQ(error.what, "no luck");
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(ErrorQueueTest, WithoutAnErrorThereIsNoReason) {
  const Error error = *GetError(DrainToStatus(ErrorKind::kInternal, "why"));
  EXPECT_EQ(error.what, "why");
  EXPECT_EQ(error.reason, "");
  EXPECT_EQ(error.library, "");
}

}  // namespace
}  // namespace airlock::ssl::internal
