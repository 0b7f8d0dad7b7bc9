// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parsed form of EchKeys in ssl/ech.h.
#ifndef AIRLOCK_SSL_INTERNAL_ECH_IMPL_H_
#define AIRLOCK_SSL_INTERNAL_ECH_IMPL_H_

#include <openssl/ssl.h>

#include <string>

#include "ssl/ech.h"

namespace airlock::ssl {

struct EchKeys::Impl {
  // BoringSSL counts its references and never changes it.
  bssl::UniquePtr<SSL_ECH_KEYS> keys;
  std::string config_list;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_ECH_IMPL_H_
