// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The page that shows a directory.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_LISTING_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_LISTING_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/http/site/file_site.h"

namespace airlock::http {

// The page says so if there is more.
struct ListingLimits {
  size_t entries = 5000;   // That are read.
  size_t bytes = 4 << 20;  // Of the rows.
};

// The files and directories in `entry`, a directory: directories first, then by
// name; a whole document for html.h's PageHeaders. Any file name is shown
// safely. Leaves out symbolic links and special files, which are not served.
// `footer`: HTML below the table. Errors: kResourceExhausted, kInternal.
absl::StatusOr<std::string> ListingPage(const SiteEntry& entry,
                                        absl::string_view footer = "",
                                        const ListingLimits& limits = {});

// "512 B", "1.4 KiB", "20 MiB".
std::string FormatSize(uint64_t size);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_LISTING_H_
