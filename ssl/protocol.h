// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Protocol versions, by Python's names and by their numbers on the wire.
#ifndef AIRLOCK_SSL_PROTOCOL_H_
#define AIRLOCK_SSL_PROTOCOL_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::ssl {

// Python's PROTOCOL_* names. kSslv23 negotiates the best version that both
// sides support, from TLS 1.0 to TLS 1.3; each of the others is one version
// only.
enum class Protocol { kSslv23, kTlsv1, kTlsv1_1, kTlsv1_2 };

// The numbers on the wire (RFC 8446, section 4.2.1).
enum class TlsVersion : uint16_t {
  kTls1_0 = 0x0301,
  kTls1_1 = 0x0302,
  kTls1_2 = 0x0303,
  kTls1_3 = 0x0304,
};

// Parses "SSLv23", "TLS", "TLSv1", "TLSv1_1", "TLSv1.1", "TLSv1_2", "TLSv1.2",
// each also with the prefix "PROTOCOL_"; case-sensitive. SSLv2, SSLv3 and
// anything else are an error (kInvalidArgument) that lists the accepted names.
absl::StatusOr<Protocol> ParseProtocol(absl::string_view name);

// The name as Python's SSLSocket.version() gives it: "TLSv1", "TLSv1.3".
absl::string_view TlsVersionName(TlsVersion version);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_PROTOCOL_H_
