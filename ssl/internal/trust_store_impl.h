// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parsed form of ssl/trust_store.h.
#ifndef AIRLOCK_SSL_INTERNAL_TRUST_STORE_IMPL_H_
#define AIRLOCK_SSL_INTERNAL_TRUST_STORE_IMPL_H_

#include <openssl/base.h>
#include <openssl/x509.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ssl/certificate.h"
#include "ssl/crl.h"
#include "ssl/trust_store.h"

namespace airlock::ssl {

namespace internal {

class ChainsByVerification;

}  // namespace internal

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
  // Of verified_chains.h, which makes it when it is first needed. It depends on
  // this class, so it is incomplete here.
  mutable std::once_flag chains_made;
  mutable std::shared_ptr<internal::ChainsByVerification> chains;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_TRUST_STORE_IMPL_H_
