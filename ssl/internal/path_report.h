// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Says in words which paths were tried and what stopped them.
#ifndef AIRLOCK_SSL_INTERNAL_PATH_REPORT_H_
#define AIRLOCK_SSL_INTERNAL_PATH_REPORT_H_

#include <openssl/base.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ssl/internal/finding.h"

namespace airlock::ssl::internal {

using Path = std::vector<bssl::UniquePtr<X509>>;

// A path that was tried, as far as it came, and what stopped it.
struct Attempt {
  Path path;
  Finding finding;
  bssl::UniquePtr<X509> certificate;  // At fault; may be null.
};

std::vector<X509*> Raw(const Path& path);

// The finding in OpenSSL's words; in ours where it has none.
absl::string_view WordsOf(const Finding& finding);

// The finding with its rule: "certificate has expired (RFC 5280, ...)".
std::string FindingText(const Finding& finding);

// The paths that were tried, if they are more than one, in a few lines; and
// whether the budget ended the search. Ends a line if it has several.
std::string PathsText(absl::Span<const Attempt> attempts, bool is_spent);

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_PATH_REPORT_H_
