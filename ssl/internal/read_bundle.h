// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// ReadBundle for those who decode certificates later.
#ifndef AIRLOCK_SSL_INTERNAL_READ_BUNDLE_H_
#define AIRLOCK_SSL_INTERNAL_READ_BUNDLE_H_

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "ssl/bundle.h"

namespace airlock::ssl::internal {

// Is given a part that should be a certificate, without trust settings, and its
// DER, which is not checked yet. If it takes the part, the part is left as it
// is: intact, without a Certificate. Otherwise the DER is parsed.
using TakeCertificate =
    absl::FunctionRef<bool(const BundlePart& part, absl::string_view der)>;

// ReadBundle, except for what `take` takes.
Bundle ReadBundle(absl::string_view bytes, TakeCertificate take);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_READ_BUNDLE_H_
