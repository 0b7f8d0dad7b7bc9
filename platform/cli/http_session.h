// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Files over HTTP/1.1 on one connection.
#ifndef AIRLOCK_PLATFORM_CLI_HTTP_SESSION_H_
#define AIRLOCK_PLATFORM_CLI_HTTP_SESSION_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "platform/http/site/file_site.h"
#include "ssl/socket.h"

namespace airlock::cli {

struct HttpSessionOptions {
  // Called before waiting for a request, and before writing each part of a
  // response (with `in_request` set): the caller can set a new deadline on the
  // transport.
  std::function<void(bool in_request)> on_progress;
  // Gets a line for each request, printable: "GET /a.txt 200".
  std::function<void(absl::string_view)> log;
};

// Answers requests (GET and HEAD) from `site` until the client closes, asks to
// close, or sends something other than HTTP/1.x; `socket` has a transport that
// waits. Requests have no body and at most 16 KiB of headers. The error is the
// transport's; ok if the connection just ended.
absl::Status ServeHttp(const http::FileSite& site,
                       const HttpSessionOptions& options, ssl::Socket* socket);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_HTTP_SESSION_H_
