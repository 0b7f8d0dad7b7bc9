// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What `airlock serve` serves over HTTP, from its flags.
#ifndef AIRLOCK_PLATFORM_CLI_SERVE_SITE_H_
#define AIRLOCK_PLATFORM_CLI_SERVE_SITE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "platform/host.h"
#include "platform/http/server/handler.h"
#include "platform/http/site/stats_handler.h"
#include "platform/http/site/upload_handler.h"

namespace airlock::cli {

// Whether the flags ask for an HTTP server (--root or --upload). Otherwise the
// server echoes every byte.
bool ServesHttp();

// "serving DIR at https://localhost:9443/, uploads to DIR2", or "echoing".
std::string DescribeSite(uint16_t port);

// The handler; null unless ServesHttp. `max_file`: the most bytes of one
// upload. `log` may be null. Errors: what is wrong
// with a flag or its directory.
absl::StatusOr<std::shared_ptr<http::Handler>> SiteFromFlags(
    std::shared_ptr<platform::Host> host, http::StatsSources stats,
    uint64_t max_file, http::UploadLog log);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SERVE_SITE_H_
