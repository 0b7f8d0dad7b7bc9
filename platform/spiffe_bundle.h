// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// SPIFFE IDs that a program allows, from the forms in which bundles come.
#ifndef AIRLOCK_PLATFORM_SPIFFE_BUNDLE_H_
#define AIRLOCK_PLATFORM_SPIFFE_BUNDLE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ssl/spiffe_peers.h"

namespace airlock::platform {

// The bundle of `trust_domain`. `content` is PEM, DER, or SPIFFE's own format,
// a JWK set (config/spiffe_bundle.h); `name` is what errors call it. Errors
// have kind kTrustStore (kInternal: out of memory). Thread-safe.
absl::StatusOr<ssl::SpiffeBundle> MakeSpiffeBundle(std::string trust_domain,
                                                   absl::string_view content,
                                                   absl::string_view name);

// ssl::SpiffePeers::Create, with errors of kind kInvalidArgument. Thread-safe.
absl::StatusOr<std::shared_ptr<const ssl::SpiffePeers>> MakeSpiffePeers(
    const std::vector<ssl::SpiffeBundle>& bundles,
    const std::vector<std::string>& allowed);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_SPIFFE_BUNDLE_H_
