// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The addresses of a host, from getaddrinfo(3).
#ifndef AIRLOCK_PLATFORM_INTERNAL_ADDRESS_LOOKUP_H_
#define AIRLOCK_PLATFORM_INTERNAL_ADDRESS_LOOKUP_H_

#include <netdb.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace airlock::platform::internal {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, FreeAddresses>;

// Looks up `host`, a name or an address (empty: this machine), for TCP.
// `flags`: AI_PASSIVE and AI_NUMERICHOST of getaddrinfo. The message of an
// error is the reason only: kNotFound if the host does not exist,
// kResourceExhausted without a free descriptor (getaddrinfo says that the host
// is unknown), kUnavailable if name servers do not answer, and the system's own
// errors. Thread-safe.
absl::StatusOr<AddressList> LookUpAddresses(const std::string& host,
                                            uint16_t port, int flags);

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_ADDRESS_LOOKUP_H_
