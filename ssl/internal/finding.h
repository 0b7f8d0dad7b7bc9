// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A failed check of one certificate of a path.
#ifndef AIRLOCK_SSL_INTERNAL_FINDING_H_
#define AIRLOCK_SSL_INTERNAL_FINDING_H_

#include <openssl/ssl.h>

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace airlock::ssl::internal {

struct Finding {
  int code = 0;  // See ssl/verify_code.h; 0: no fault.
  int depth = 0;
  std::string more = "";  // Detail beyond the code's own text.
  // The alert that BoringSSL would send.
  int alert = SSL_AD_BAD_CERTIFICATE;
  // The rule, if it is not the code's own (RuleOfVerifyCode).
  absl::string_view rule = "";
  // Of names and constraints, even if they found nothing.
  size_t comparisons = 0;
  // What to do, if it is not the code's own (VerifyCodeAdvice).
  absl::string_view advice = "";
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_FINDING_H_
