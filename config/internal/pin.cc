// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/internal/pin.h"

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "config/internal/text.h"

namespace airlock::config::internal {
namespace {

constexpr size_t kHashSize = 32;

absl::Status Bad(absl::string_view text, absl::string_view complaint) {
  return absl::InvalidArgumentError(
      absl::StrCat("the pin \"", Shown(text), "\" ", complaint));
}

}  // namespace

absl::StatusOr<Pin> ParsePin(absl::string_view text) {
  absl::string_view base64 = text;
  if (!absl::ConsumePrefix(&base64, "sha256/")) {
    return Bad(text, "does not begin with \"sha256/\"");
  }
  Pin pin;
  // Abseil's decoder is lenient; a pin must be in canonical form.
  if (!absl::Base64Unescape(base64, &pin.sha256) ||
      absl::Base64Escape(pin.sha256) != base64) {
    return Bad(text, "is not valid base64 after \"sha256/\"");
  }
  if (pin.sha256.size() != kHashSize) {
    return Bad(text, absl::StrCat("has ", pin.sha256.size(),
                                  " bytes; a SHA-256 hash has ", kHashSize,
                                  ", 44 characters in base64"));
  }
  return pin;
}

}  // namespace airlock::config::internal
