// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which key of which token: pkcs11: URIs (RFC 7512).
#ifndef AIRLOCK_CONFIG_PKCS11_URI_H_
#define AIRLOCK_CONFIG_PKCS11_URI_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::config {

// A private key of a token. What is unset matches any.
struct Pkcs11Uri {
  std::string text;  // As it was given.
  std::optional<std::string> token;
  std::optional<std::string> manufacturer;
  std::optional<std::string> model;
  std::optional<std::string> serial;
  std::optional<uint64_t> slot_id;
  // At least one of these is set.
  std::optional<std::string> object;
  std::optional<std::string> id;  // Bytes.
};

// Whether `text` is meant as a URI of this scheme: it begins with "pkcs11:".
bool IsPkcs11Uri(absl::string_view text);

// Parses a URI that names a private key. Errors (kInvalidArgument) say what is
// wrong: an attribute that is unknown, given twice or empty, a "%" without two
// hexadecimal digits, no object and no id, a type other than "private", and a
// query ("?pin-value="): the PIN and the module have keys of their own in the
// configuration. The query is not quoted, since it may have a PIN. Pure and
// thread-safe.
absl::StatusOr<Pkcs11Uri> ParsePkcs11Uri(absl::string_view text);

}  // namespace airlock::config

#endif  // AIRLOCK_CONFIG_PKCS11_URI_H_
