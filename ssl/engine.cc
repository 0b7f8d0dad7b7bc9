// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/engine.h"

#include <openssl/base.h>

namespace airlock::ssl {

int BoringSslApiVersion() { return BORINGSSL_API_VERSION; }

}  // namespace airlock::ssl
