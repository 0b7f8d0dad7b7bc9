// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A number for each distinguished name, to look certificates up by.
#ifndef AIRLOCK_SSL_INTERNAL_NAME_KEY_H_
#define AIRLOCK_SSL_INTERNAL_NAME_KEY_H_

#include <openssl/base.h>

#include <cstdint>

#include "absl/strings/string_view.h"

namespace airlock::ssl::internal {

// Equal for all names that X509_NAME_cmp calls equal; others may share it, so
// whoever finds a certificate by it has to compare the names.
//
// X509_NAME_cmp ignores the encoding of a string, the case of ASCII letters and
// extra white space. The key is made of less: of each attribute's type, and the
// ASCII letters and digits of its value in lower case, and it ignores the order
// of the attributes.
uint32_t NameKey(const X509_NAME* name);

// What one attribute adds to the key of its name, which is the sum. `oid` and
// `value` are contents, without tags; `value` is of a type with one byte for an
// ASCII character: UTF8String, PrintableString, IA5String.
uint32_t AttributeKey(absl::string_view oid, absl::string_view value);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_NAME_KEY_H_
