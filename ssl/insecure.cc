// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/insecure.h"

namespace airlock::ssl {

UnverifiedClientsToken InsecureAllowUnverifiedClients() { return {}; }

}  // namespace airlock::ssl
