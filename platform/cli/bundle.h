// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A CA bundle as a person wants to see it, the broken parts included.
#ifndef AIRLOCK_PLATFORM_CLI_BUNDLE_H_
#define AIRLOCK_PLATFORM_CLI_BUNDLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "ssl/certificate.h"

namespace airlock::cli {

// One block of a PEM bundle, or one element of a DER bundle, with what is to be
// said of it.
struct ExaminedPart {
  // "block 2, line 21" or "element 2, byte 1024".
  std::string where;
  std::string label;  // As ssl::BundlePart has it.
  // Set for an intact certificate.
  absl::optional<ssl::Certificate> certificate;
  // Why the part is broken; empty for an intact part, and for one that a trust
  // store passes over.
  std::string error;
  // Whether the certificate's trust settings reject it for servers.
  bool rejected_for_servers = false;
  // What is odd about an intact part: expired, duplicate, weak.
  std::vector<std::string> remarks;
};

// Takes `bytes` apart and goes on where ssl::TrustStore refuses. The remarks
// hold at the time `now`. Empty where `bytes` hold neither PEM nor DER.
std::vector<ExaminedPart> TakeBundleApart(absl::string_view bytes,
                                        absl::Time now);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_BUNDLE_H_
