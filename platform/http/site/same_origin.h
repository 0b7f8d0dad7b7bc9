// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Keeps other sites from using a person's browser against this server.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_SAME_ORIGIN_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_SAME_ORIGIN_H_

#include "absl/status/status.h"
#include "platform/http/server/handler.h"

namespace airlock::http {

// Ok unless a page of another origin made the browser send `request`
// (kPermissionDenied), as Sec-Fetch-Site and Origin tell. Programs that are not
// browsers send neither, and are let through. For requests that change
// something.
absl::Status CheckSameOrigin(const ServerRequest& request);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_SAME_ORIGIN_H_
