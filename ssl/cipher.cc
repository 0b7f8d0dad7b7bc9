// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/cipher.h"

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "ssl/internal/cipher_string.h"

namespace airlock::ssl {

std::optional<int> StatedSecurityLevel(absl::string_view ciphers) {
  if (!absl::StrContains(ciphers, '@')) return std::nullopt;
  const absl::StatusOr<internal::CipherString> parsed =
      internal::ParseCipherString(ciphers);
  return parsed.ok() ? parsed->security_level : std::nullopt;
}

}  // namespace airlock::ssl
