// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// CA bundles that a handshake looks at again.
#ifndef AIRLOCK_PLATFORM_INTERNAL_LIVE_TRUST_H_
#define AIRLOCK_PLATFORM_INTERNAL_LIVE_TRUST_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "config/policy.h"
#include "platform/host.h"
#include "platform/internal/trust_cache.h"
#include "platform/wrap_options.h"
#include "ssl/options.h"
#include "ssl/trust_source.h"

namespace airlock::platform::internal {

// Ok unless options of a Runtime's caller have a bundle that could not be live
// although it `is_live`, or a trust_source: the policy decides about bundles.
absl::Status CheckBundle(const ssl::ContextOptions& options, bool is_live);

// A source for the bundle at `ca_certs`, or if that is unset, for that of
// `policy`, or the system's. At most once a second, a handshake that begins
// looks for changed files, and takes what it finds if all of it can be read.
// Otherwise the old bundle stays in force; `host` logs the first error and each
// other one after it. A file that has just been written may be incomplete, so a
// look waits for the next one. Errors: those of TrustCache; kInvalidArgument if
// `ca_certs` is not a path.
absl::StatusOr<std::shared_ptr<ssl::TrustSource>> MakeLiveTrust(
    std::shared_ptr<Host> host, std::shared_ptr<TrustCache> cache,
    CaCerts ca_certs, const config::VerificationPolicy& policy);

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_LIVE_TRUST_H_
