// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Looks through a certificate without decoding it.
#ifndef AIRLOCK_SSL_INTERNAL_CERTIFICATE_WALK_H_
#define AIRLOCK_SSL_INTERNAL_CERTIFICATE_WALK_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace airlock::ssl::internal {

// The NameKey of the subject, if `der` is a certificate that BoringSSL
// certainly parses (X509_parse_from_buffer); otherwise unset, which says
// nothing: only parsing it does. It allocates nothing and costs a hundredth.
//
// It is stricter than BoringSSL wherever that is simpler: DER only, each name
// not empty and of strings of the usual three types, no unique identifiers, at
// most 64 KiB. Nearly all certificates in use pass.
std::optional<uint32_t> WalkCertificate(absl::string_view der);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_CERTIFICATE_WALK_H_
