// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Numeric addresses in URLs and lists of hosts.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_ADDRESS_BYTES_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_ADDRESS_BYTES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace airlock::http::internal {

// The 4 or 16 bytes of an IPv4 or IPv6 address; empty if all of `text` is
// neither. A zone ("%eth0") is not part of an address.
std::string AddressBytes(absl::string_view text);

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_ADDRESS_BYTES_H_
