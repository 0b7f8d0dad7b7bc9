// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Converts BoringSSL's numbers of verification failures to ssl/verify_code.h's.
#ifndef AIRLOCK_SSL_INTERNAL_VERIFY_CODE_MAP_H_
#define AIRLOCK_SSL_INTERNAL_VERIFY_CODE_MAP_H_

namespace airlock::ssl::internal {

// OpenSSL's number for BoringSSL's X509_V_ERR_* `code`. They are the same
// except INVALID_CA, INVALID_CALL, STORE_LOOKUP and BoringSSL's own codes.
int FromBoringVerifyCode(int code);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_VERIFY_CODE_MAP_H_
