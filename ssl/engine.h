// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The version of the linked BoringSSL.
#ifndef AIRLOCK_SSL_ENGINE_H_
#define AIRLOCK_SSL_ENGINE_H_

namespace airlock::ssl {

// BORINGSSL_API_VERSION of its headers, such as 19.
int BoringSslApiVersion();

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_ENGINE_H_
