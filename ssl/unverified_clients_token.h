// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef AIRLOCK_SSL_UNVERIFIED_CLIENTS_TOKEN_H_
#define AIRLOCK_SSL_UNVERIFIED_CLIENTS_TOKEN_H_

namespace airlock::ssl {

// Proof that code asked for unverified clients by name. Only ssl/insecure.h
// makes one.
class UnverifiedClientsToken {
 private:
  friend UnverifiedClientsToken InsecureAllowUnverifiedClients();
  UnverifiedClientsToken() = default;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_UNVERIFIED_CLIENTS_TOKEN_H_
