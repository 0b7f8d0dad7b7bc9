// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Recognizes input that is not the expected key, certificate or path.
#ifndef AIRLOCK_SSL_INPUT_FORM_H_
#define AIRLOCK_SSL_INPUT_FORM_H_

#include <string>

#include "absl/strings/string_view.h"

namespace airlock::ssl {

// What `bytes` that are neither PEM nor DER look like, and what to do about it,
// as the end of a sentence: "is base64 of PEM text; decode it once, and give
// the PEM text". Empty if unknown. Never quotes `bytes`. Thread-safe.
std::string DescribeInputForm(absl::string_view bytes);

// Whether `text`, given where a path is allowed, may be or contain a key in any
// form; if so, no message or log may show it. False for text that is more
// likely a path. Thread-safe.
bool MayHoldKey(absl::string_view text);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INPUT_FORM_H_
