// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/key_references.h"

#include <optional>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "platform/keys/key_client.h"
#include "ssl/shown.h"

namespace airlock::launcher {

absl::Status CheckKeyReferences(const config::Variables& variables,
                                const std::vector<std::string>* keys) {
  for (const auto& [variable, setting] : variables) {
    const std::optional<std::string> name = keys::KeyReference(setting.value);
    if (!name.has_value() ||
        (keys != nullptr && absl::c_linear_search(*keys, *name))) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        setting.origin.ToString(), ": ", variable, " names the key \"",
        ssl::Shown(*name), "\" of the key service, ",
        keys == nullptr
            ? "which does not run; start it with --keys=FILE"
            : absl::StrCat("where this application has only ",
                           absl::StrJoin(*keys, ", "),
                           "; correct the name, or add the key to the "
                           "application in --keys")));
  }
  return absl::OkStatus();
}

}  // namespace airlock::launcher
