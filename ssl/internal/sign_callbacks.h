// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// BoringSSL's callbacks that sign with the credentials of a signer.
#ifndef AIRLOCK_SSL_INTERNAL_SIGN_CALLBACKS_H_
#define AIRLOCK_SSL_INTERNAL_SIGN_CALLBACKS_H_

#include <openssl/base.h>

#include "ssl/credentials.h"

namespace airlock::ssl::internal {

// The Credentials that a connection presents; null if it has not chosen any.
const Credentials* CredentialsInUse(const SSL* ssl);

// For UseCredentials. A signer that answers later is asked again with the next
// call of the connection.
const SSL_PRIVATE_KEY_METHOD* SigningMethod();

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_SIGN_CALLBACKS_H_
