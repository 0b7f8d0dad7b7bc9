// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/position.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "config/error_place.h"

namespace airlock::config {

std::string Position::ToString() const {
  return absl::StrCat(file == nullptr ? "" : absl::CHexEscape(*file), ":", line,
                      ":", column);
}

absl::Status ErrorAt(const Position& position, absl::string_view message) {
  const std::string place = position.ToString();
  return WithPlace(
      absl::InvalidArgumentError(absl::StrCat(place, ": ", message)), place);
}

}  // namespace airlock::config
