// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The one way to make a client that does not verify its server. The visibility
// of //ssl:insecure says who may.
#ifndef AIRLOCK_SSL_INSECURE_H_
#define AIRLOCK_SSL_INSECURE_H_

#include "ssl/unverified_clients_token.h"

namespace airlock::ssl {

// Allows client sockets with VerifyMode::kNone. An attacker on the network can
// then read and change everything.
UnverifiedClientsToken InsecureAllowUnverifiedClients();

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INSECURE_H_
