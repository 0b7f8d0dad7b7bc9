// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A server at localhost, for development.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_LOCAL_IDENTITY_H_
#define AIRLOCK_PLATFORM_LAUNCHER_LOCAL_IDENTITY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ssl/local_ca.h"

namespace airlock::launcher {

struct LocalIdentity {
  std::string trusted;  // What a client has to trust: a certificate, PEM.
  ssl::Leaf leaf;       // For localhost, 127.0.0.1 and ::1.
};

// Makes a certificate that is trusted as it is: it signed itself
// and is not a CA, so that trusting it vouches for no other name, address or
// certificate, whatever a verifier makes of name constraints. It holds for a
// week from `now`. Errors as MakeSelfSigned's.
absl::StatusOr<LocalIdentity> MakeLocalIdentity(absl::Time now);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_LOCAL_IDENTITY_H_
