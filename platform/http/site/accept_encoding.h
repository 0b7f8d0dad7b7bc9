// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The codings that a client accepts (RFC 9110, section 12.5.3).
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_ACCEPT_ENCODING_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_ACCEPT_ENCODING_H_

#include "platform/http/headers.h"

namespace airlock::http {

// Whether the client accepts gzip and likes it no less than uncompressed
// content.
bool AcceptsGzip(const Headers& headers);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_ACCEPT_ENCODING_H_
