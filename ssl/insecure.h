// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The one way to make a client that verifies nobody.
#ifndef AIRLOCK_SSL_INSECURE_H_
#define AIRLOCK_SSL_INSECURE_H_

namespace airlock::ssl {

// Proof that code asked for unverified clients by name. A build rule's
// visibility says who may: see //ssl:insecure.
class UnverifiedClientsToken {
 private:
  friend UnverifiedClientsToken InsecureAllowUnverifiedClients();
  UnverifiedClientsToken() = default;
};

// Allows client sockets with VerifyMode::kNone. Whoever sits on the network can
// then read and change everything.
inline UnverifiedClientsToken InsecureAllowUnverifiedClients() { return {}; }

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INSECURE_H_
