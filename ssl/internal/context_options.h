// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Validates ContextOptions before a Context is created from them.
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

// The versions that protocol, minimum, maximum and disabled versions allow: the
// highest range without a gap. kInvalidArgument if it is empty.
absl::StatusOr<VersionRange> ResolveVersions(const ContextOptions& options);

// Checks security_level and minimum_security_level as given, before they are
// combined with each other and with the ciphers; errors as in Context::Create.
absl::Status CheckSecurityLevels(const ContextOptions& options);

// Checks everything else that does not need a SSL_CTX; errors as in
// Context::Create.
absl::Status CheckContextOptions(const ContextOptions& options);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CONTEXT_OPTIONS_H_
