// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A CA bundle for display, including its broken parts.
#ifndef AIRLOCK_PLATFORM_CLI_BUNDLE_H_
#define AIRLOCK_PLATFORM_CLI_BUNDLE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ssl/certificate.h"

namespace airlock::cli {

// One block of a PEM bundle, or one element of a DER bundle, with the findings.
struct ExaminedPart {
  // "block 2, line 21" or "element 2, byte 1024".
  std::string where;
  std::string label;  // As in ssl::BundlePart.
  // Set for an intact certificate.
  std::optional<ssl::Certificate> certificate;
  // Why the part is broken; empty if it is intact, or if a trust store ignores
  // it.
  std::string error;
  // Whether the certificate's trust settings reject it for servers.
  bool rejected_for_servers = false;
  // Findings about an intact part: expired, duplicate, weak.
  std::vector<std::string> remarks;
};

// Splits `bytes`, and continues where ssl::TrustStore refuses. The remarks
// apply at the time `now`. Empty if `bytes` contain neither PEM nor DER.
std::vector<ExaminedPart> TakeBundleApart(absl::string_view bytes,
                                          absl::Time now);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_BUNDLE_H_
