// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The media types of files.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_CONTENT_TYPE_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_CONTENT_TYPE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace airlock::http {

// The type for the ending of a file's name, whatever its case:
// "text/html; charset=utf-8"; "application/octet-stream" for an unknown one.
std::string ContentType(absl::string_view name);

// Whether data of that type becomes much smaller by compression.
bool IsCompressible(absl::string_view content_type);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_CONTENT_TYPE_H_
