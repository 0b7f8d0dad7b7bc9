// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A second implementation of name constraints (RFC 5280, section 4.2.1.10) for
// DNS names, IP addresses, e-mail addresses and URIs. It shares no code with
// the product's.
#ifndef AIRLOCK_TESTS_FUZZ_CONSTRAINT_ORACLE_H_
#define AIRLOCK_TESTS_FUZZ_CONSTRAINT_ORACLE_H_

#include <vector>

#include "ssl/certificate.h"

namespace airlock::fuzz {

// Whether each issuer of `path`, leaf first, allows the subject alternative
// names of those below it.
bool ConstraintsAllow(const std::vector<ssl::Certificate>& path);

}  // namespace airlock::fuzz

#endif  // AIRLOCK_TESTS_FUZZ_CONSTRAINT_ORACLE_H_
