// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/setting.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "config/internal/text.h"

namespace airlock::config {

Origin Origin::At(Source source, const Position& position) {
  return {source, position.file == nullptr ? "" : *position.file, "",
          position.line, position.column};
}

std::string Origin::ToString() const {
  switch (source) {
    case Source::kBuiltIn:
      break;
    case Source::kEnvironment:
      return absl::StrCat(name, "=", internal::Shown(value));
    case Source::kPolicyFile:
    case Source::kStricterFile:
    case Source::kAppYaml: {
      const Position place = {std::make_shared<const std::string>(name), line,
                              column};
      return value.empty() ? place.ToString()
                           : absl::StrCat(place.ToString(), " (",
                                          internal::Shown(value), ")");
    }
  }
  return "built in";
}

}  // namespace airlock::config
