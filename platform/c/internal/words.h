// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Translates names from C++ and Python to C.
#ifndef AIRLOCK_PLATFORM_C_INTERNAL_WORDS_H_
#define AIRLOCK_PLATFORM_C_INTERNAL_WORDS_H_

#include "absl/strings/string_view.h"

namespace airlock::c::internal {

// What airlock.h calls `name`, a name in the text of an error (see
// ssl/error_text.h): "AIRLOCK_CERT_NONE" for "CERT_NONE". Most names are the
// same, such as "cert_reqs": then `name`.
absl::string_view NameInC(absl::string_view name);

}  // namespace airlock::c::internal

#endif  // AIRLOCK_PLATFORM_C_INTERNAL_WORDS_H_
