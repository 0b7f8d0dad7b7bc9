// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Translates names from C++ and Python to C.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_WORDS_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_WORDS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace airlock::c::internal {

// An error's message with the names of airlock.h: "AIRLOCK_CERT_NONE" for
// "CERT_NONE". Replaces whole words only, and keeps names that are the same in
// all languages, such as "cert_reqs".
std::string InWordsOfC(absl::string_view message);

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_WORDS_H_
