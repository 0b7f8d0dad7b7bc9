// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/c/internal/spiffe.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "platform/c/internal/guard.h"
#include "platform/c/internal/values.h"
#include "platform/spiffe_bundle.h"

namespace airlock::c::internal {

absl::StatusOr<std::shared_ptr<const ssl::SpiffePeers>> GivenSpiffe(
    const airlock_spiffe_bundle* bundles, size_t bundles_count,
    const airlock_bytes* ids, size_t ids_count) {
  const absl::Status list = CheckList(bundles, bundles_count, "spiffe_bundles");
  if (!list.ok()) return list;
  const auto allowed = Texts(ids, ids_count, "spiffe_ids");
  if (!allowed.ok()) return allowed.status();
  if (bundles_count == 0 && ids_count == 0) return nullptr;
  std::vector<ssl::SpiffeBundle> given;
  for (size_t i = 0; i < bundles_count; ++i) {
    const std::string name = absl::StrCat("spiffe_bundles[", i, "]");
    auto domain =
        Text(bundles[i].trust_domain, absl::StrCat(name, ".trust_domain"));
    if (!domain.ok()) return domain.status();
    const auto content =
        Given(bundles[i].bundle, absl::StrCat(name, ".bundle"));
    if (!content.ok()) return content.status();
    auto bundle = platform::MakeSpiffeBundle(
        *std::move(domain), content->value_or(absl::string_view()),
        absl::StrCat(name, ".bundle"));
    if (!bundle.ok()) return bundle.status();
    given.push_back(*std::move(bundle));
  }
  return platform::MakeSpiffePeers(given, *allowed);
}

}  // namespace airlock::c::internal
