// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Holds ContextOptions to their word, before a Context is made of them.
#ifndef AIRLOCK_SSL_INTERNAL_CONTEXT_OPTIONS_H_
#define AIRLOCK_SSL_INTERNAL_CONTEXT_OPTIONS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ssl/options.h"

namespace airlock::ssl::internal {

struct VersionRange {
  TlsVersion minimum;
  TlsVersion maximum;
};

// The versions that protocol, minimum, maximum and disabled versions leave: the
// highest run without a hole. kInvalidArgument where that is none.
absl::StatusOr<VersionRange> ResolveVersions(const ContextOptions& options);

// Checks security_level and minimum_security_level as they were given, before
// ciphers and the one of them hide the other; errors as Context::Create has
// them.
absl::Status CheckSecurityLevels(const ContextOptions& options);

// Checks what else needs no SSL_CTX to be checked; errors as Context::Create
// has them.
absl::Status CheckContextOptions(const ContextOptions& options);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CONTEXT_OPTIONS_H_
