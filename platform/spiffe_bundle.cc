// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/spiffe_bundle.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "config/spiffe_bundle.h"
#include "ssl/error.h"
#include "ssl/trust_store.h"

namespace airlock::platform {

absl::StatusOr<ssl::SpiffeBundle> MakeSpiffeBundle(std::string trust_domain,
                                                   absl::string_view content,
                                                   absl::string_view name) {
  const absl::StatusOr<std::string> pem = config::SpiffeBundleToPem(content);
  if (!pem.ok()) {
    return ssl::MakeStatus(ssl::ErrorKind::kTrustStore,
                           absl::StrCat(name, ": ", pem.status().message()));
  }
  auto store = ssl::TrustStore::Create(*pem, name);
  if (!store.ok()) return store.status();
  return ssl::SpiffeBundle{std::move(trust_domain), *std::move(store)};
}

absl::StatusOr<std::shared_ptr<const ssl::SpiffePeers>> MakeSpiffePeers(
    const std::vector<ssl::SpiffeBundle>& bundles,
    const std::vector<std::string>& allowed) {
  auto peers = ssl::SpiffePeers::Create(bundles, allowed);
  if (peers.ok() || ssl::GetError(peers.status()).has_value()) return peers;
  return ssl::MakeStatus(absl::IsInvalidArgument(peers.status())
                             ? ssl::ErrorKind::kInvalidArgument
                             : ssl::ErrorKind::kInternal,
                         std::string(peers.status().message()));
}

}  // namespace airlock::platform
