// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// All that `airlock serve` serves, as one handler.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_SITE_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_SITE_H_

#include <functional>
#include <memory>
#include <optional>

#include "absl/time/time.h"
#include "platform/http/server/handler.h"
#include "platform/http/site/file_site.h"
#include "platform/http/site/stats_handler.h"
#include "platform/http/site/upload_directory.h"
#include "platform/http/site/upload_handler.h"

namespace airlock::http {

struct SiteOptions {
  // Served at "/". Unset: "/" leads to "/_tls".
  std::optional<FileSite> files;
  // Takes files at "/_upload/"; null: no uploads.
  std::unique_ptr<UploadDirectory> uploads;
  StatsAccess stats_access = StatsAccess::kLoopback;
  StatsSources stats;
  // The time; must be set.
  std::function<absl::Time()> now;
  UploadLog log;  // May be null.
};

// "/_tls" (TlsHandler), "/_tls/stats" and "/_tls/metrics" (StatsHandler),
// "/_echo" (EchoHandler), "/_upload/" (UploadHandler) and the files
// (FileHandler), behind a Router. Files of these names are hidden.
std::unique_ptr<Handler> MakeSite(SiteOptions options);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_SITE_H_
