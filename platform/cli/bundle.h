// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A CA bundle taken apart, the broken pieces too.
#ifndef AIRLOCK_PLATFORM_CLI_BUNDLE_H_
#define AIRLOCK_PLATFORM_CLI_BUNDLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "ssl/certificate.h"

namespace airlock::cli {

// One block of a PEM bundle, or one element of a DER bundle.
struct BundlePart {
  // "block 2, line 21" or "element 2, byte 1024".
  std::string where;
  std::string label;  // "CERTIFICATE"; empty for DER.
  // Either this, for a certificate that could be read,
  absl::optional<ssl::Certificate> certificate;
  // or why the part is broken; both empty for a good CRL and for what a trust
  // store passes over.
  std::string error;
  // Whether the certificate's trust settings reject it for servers.
  bool rejected_for_servers = false;
  // What is to be said of a part that could be read: expired, duplicate, weak.
  std::vector<std::string> remarks;
};

// Takes `bytes` apart, as ssl::TrustStore would, but goes on where that
// refuses. The remarks hold at the time `now`. Empty where nothing is in it
// that looks like PEM or DER.
std::vector<BundlePart> TakeBundleApart(absl::string_view bytes,
                                        absl::Time now);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_BUNDLE_H_
