// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/local_identity.h"

#include <string>
#include <utility>

namespace airlock::launcher {

absl::StatusOr<LocalIdentity> MakeLocalIdentity(absl::Time now) {
  ssl::LeafOptions options;
  options.common_name = "localhost";
  options.dns_names = {"localhost"};
  options.ip_addresses = {"127.0.0.1", "::1"};
  options.not_before = now - absl::Hours(1);
  options.not_after = now + absl::Hours(24 * 7);
  absl::StatusOr<ssl::Leaf> leaf = ssl::MakeSelfSigned(options);
  if (!leaf.ok()) return leaf.status();
  std::string certificate = leaf->certificate;
  return LocalIdentity{std::move(certificate), *std::move(leaf)};
}

}  // namespace airlock::launcher
