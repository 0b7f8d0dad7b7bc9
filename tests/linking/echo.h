// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// One connection through whichever libairlock this is linked with.
#ifndef AIRLOCK_TESTS_LINKING_ECHO_H_
#define AIRLOCK_TESTS_LINKING_ECHO_H_

#include <string>

namespace airlock::testing {

// Shakes hands over memory, both sides verified, and sends a greeting each way.
// Then checks that an untrusted server is refused with an error of Airlock's.
// The empty string if all of that went well, otherwise what did not.
std::string Echo();

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_LINKING_ECHO_H_
