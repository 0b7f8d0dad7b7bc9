// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Describes the certificates and names in TLS messages.
#ifndef AIRLOCK_SSL_WIRE_CERTIFICATES_H_
#define AIRLOCK_SSL_WIRE_CERTIFICATES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "ssl/wire/field.h"

namespace airlock::ssl::wire {

// A certificate from its DER: the subject as the value, the rest as fields. Not
// verified. Thread-safe.
Field DescribeCertificate(absl::string_view der);

// A distinguished name from its DER, as RFC 4514 writes it, in printable ASCII;
// empty if it is malformed. Thread-safe.
std::string DescribeName(absl::string_view der);

}  // namespace airlock::ssl::wire

#endif  // AIRLOCK_SSL_WIRE_CERTIFICATES_H_
