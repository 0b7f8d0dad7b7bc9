// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What was given in place of a key, a certificate or a path.
#ifndef AIRLOCK_SSL_INPUT_FORM_H_
#define AIRLOCK_SSL_INPUT_FORM_H_

#include <string>

#include "absl/strings/string_view.h"

namespace airlock::ssl {

// What `bytes` are that hold neither PEM nor DER, and what to do about it, for
// the end of a sentence: "is base64 of PEM text; decode it once, and give the
// PEM text". Empty where that cannot be told. Never shows any of `bytes`.
// Thread-safe.
std::string DescribeInputForm(absl::string_view bytes);

// Whether `text`, given where a path may stand, could be a key or hold one, in
// whatever form: then no message or log shows it. False for text that is more
// likely a path. Thread-safe.
bool MayHoldKey(absl::string_view text);

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INPUT_FORM_H_
