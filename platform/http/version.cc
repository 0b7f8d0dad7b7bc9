// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/version.h"

namespace airlock::http {

absl::string_view VersionName(Version version) {
  switch (version) {
    case Version::kHttp1_0:
      return "HTTP/1.0";
    case Version::kHttp1_1:
      return "HTTP/1.1";
    case Version::kHttp2:
      return "HTTP/2";
  }
  return "";
}

}  // namespace airlock::http
