// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/local_identity.h"

#include <utility>

namespace airlock::cli {

absl::StatusOr<LocalIdentity> MakeLocalIdentity(const std::string& name,
                                                absl::Time now) {
  LocalCaOptions ca_options;
  ca_options.common_name = name;
  ca_options.not_before = now - absl::Hours(1);
  ca_options.not_after = now + absl::Hours(24 * 7);
  ca_options.permitted_dns_names = {"localhost"};
  const auto ca = LocalCa::Create(ca_options);
  if (!ca.ok()) return ca.status();
  LeafOptions leaf_options;
  leaf_options.common_name = "localhost";
  leaf_options.dns_names = {"localhost"};
  leaf_options.ip_addresses = {"127.0.0.1", "::1"};
  leaf_options.not_before = ca_options.not_before;
  leaf_options.not_after = ca_options.not_after;
  absl::StatusOr<Leaf> leaf = (*ca)->Issue(leaf_options);
  if (!leaf.ok()) return leaf.status();
  return LocalIdentity{(*ca)->certificate(), *std::move(leaf)};
}

}  // namespace airlock::cli
