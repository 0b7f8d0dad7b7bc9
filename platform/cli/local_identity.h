// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A server at localhost, for development.
#ifndef AIRLOCK_PLATFORM_CLI_LOCAL_IDENTITY_H_
#define AIRLOCK_PLATFORM_CLI_LOCAL_IDENTITY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/cli/local_ca.h"

namespace airlock::cli {

struct LocalIdentity {
  std::string ca;  // What a client has to trust: a certificate, PEM.
  Leaf leaf;       // For localhost, 127.0.0.1 and ::1.
};

// Makes a CA named `name`, which can vouch for no name but localhost and those
// below it, and one certificate of it; its key is gone by then, so that there
// will never be another. Both hold for a week from `now`. Errors as LocalCa's.
absl::StatusOr<LocalIdentity> MakeLocalIdentity(const std::string& name,
                                                absl::Time now);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_LOCAL_IDENTITY_H_
