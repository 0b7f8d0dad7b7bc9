// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The versions of HTTP.
#ifndef AIRLOCK_PLATFORM_HTTP_VERSION_H_
#define AIRLOCK_PLATFORM_HTTP_VERSION_H_

#include "absl/strings/string_view.h"

namespace airlock::http {

enum class Version { kHttp1_0, kHttp1_1, kHttp2 };

// "HTTP/1.1", "HTTP/2". Pure and thread-safe.
absl::string_view VersionName(Version version);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_VERSION_H_
