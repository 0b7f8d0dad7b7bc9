// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parts of OpenSSL's cipher list syntax that BoringSSL lacks.
#ifndef AIRLOCK_SSL_INTERNAL_CIPHER_STRING_H_
#define AIRLOCK_SSL_INTERNAL_CIPHER_STRING_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::ssl::internal {

struct CipherString {
  std::string list;  // For SSL_CTX_set_cipher_list.
  std::optional<int> security_level;
};

// Adds `rules`, such as ":!3DES", which exclude suites; not to preference
// groups in brackets, which allow no operators.
void Exclude(absl::string_view rules, std::string* list);

// Removes "@SECLEVEL=n" from `text` (the last one takes precedence), and
// excludes the suites that Airlock never uses. An empty `text`, or one with
// only a security level, means Airlock's default. Error kind: kInvalidArgument,
// for a level outside 0 to 5.
absl::StatusOr<CipherString> ParseCipherString(absl::string_view text);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CIPHER_STRING_H_
