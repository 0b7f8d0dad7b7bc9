// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parsed form of ssl/crl.h.
#ifndef AIRLOCK_SSL_INTERNAL_CRL_IMPL_H_
#define AIRLOCK_SSL_INTERNAL_CRL_IMPL_H_

#include <openssl/base.h>
#include <openssl/x509.h>

#include "ssl/crl.h"

namespace airlock::ssl {

struct Crl::Impl {
  bssl::UniquePtr<X509_CRL> crl;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_CRL_IMPL_H_
