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
  std::string trusted;  // The certificate that a client has to trust, PEM.
  ssl::Leaf leaf;       // For localhost, 127.0.0.1 and ::1.
};

// Makes a certificate that is trusted directly: it is self-signed and not a CA,
// so that trusting it does not vouch for any other name, address or
// certificate, however a verifier handles name constraints. It is valid for a
// week from `now`. Errors as in MakeSelfSigned.
absl::StatusOr<LocalIdentity> MakeLocalIdentity(absl::Time now);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_LOCAL_IDENTITY_H_
