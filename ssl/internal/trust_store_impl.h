// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parsed form of ssl/trust_store.h.
#ifndef AIRLOCK_SSL_INTERNAL_TRUST_STORE_IMPL_H_
#define AIRLOCK_SSL_INTERNAL_TRUST_STORE_IMPL_H_

#include <openssl/base.h>
#include <openssl/x509.h>

#include <string>
#include <vector>

#include "ssl/certificate.h"
#include "ssl/crl.h"
#include "ssl/trust_store.h"

namespace airlock::ssl {

struct TrustStore::Impl {
  struct Setting {
    Certificate certificate;
    TrustSettings settings;
  };

  std::vector<Certificate> certificates;
  // Those that have trust settings.
  std::vector<Setting> settings;
  std::vector<Crl> crls;
  std::string content_hash;
  // All of the above, for verification. It never changes after construction, so
  // any number of threads may use it.
  bssl::UniquePtr<X509_STORE> store;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_TRUST_STORE_IMPL_H_
