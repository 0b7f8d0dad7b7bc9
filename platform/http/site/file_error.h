// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What a client learns about a failed file operation.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_FILE_ERROR_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_FILE_ERROR_H_

#include "absl/status/status.h"

namespace airlock::http {

// The status for errno's value after opening or reading a file: kNotFound,
// kPermissionDenied (unreadable, or a symbolic link), kResourceExhausted
// (descriptors or memory), otherwise kInternal. Does not name the file.
absl::Status FileError(int error);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_FILE_ERROR_H_
