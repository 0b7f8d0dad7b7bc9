// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/position.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace airlock::config {

std::string Position::ToString() const {
  return absl::StrCat(file == nullptr ? "" : absl::CHexEscape(*file), ":", line,
                      ":", column);
}

absl::Status ErrorAt(const Position& position, absl::string_view message) {
  return absl::InvalidArgumentError(
      absl::StrCat(position.ToString(), ": ", message));
}

}  // namespace airlock::config
