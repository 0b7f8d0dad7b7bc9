// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the runner can ask of BoringSSL and Airlock has no interface for.
#ifndef AIRLOCK_TESTS_CONFORMANCE_BOGO_UNIMPLEMENTED_H_
#define AIRLOCK_TESTS_CONFORMANCE_BOGO_UNIMPLEMENTED_H_

#include "absl/strings/string_view.h"

namespace airlock::bogo {

// Why the shim does not have the flag (without its dash); empty for a flag that
// is not in the list.
absl::string_view WhyUnimplemented(absl::string_view flag);

}  // namespace airlock::bogo

#endif  // AIRLOCK_TESTS_CONFORMANCE_BOGO_UNIMPLEMENTED_H_
