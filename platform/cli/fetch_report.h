// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Reports the result of `airlock fetch`.
#ifndef AIRLOCK_PLATFORM_CLI_FETCH_REPORT_H_
#define AIRLOCK_PLATFORM_CLI_FETCH_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/http/message.h"

namespace airlock::cli {

// The exit statuses of `airlock fetch`, in addition to ExitCode.
enum FetchExit : int {
  kExitConnect = 3,       // No connection: the name, the address or the proxy.
  kExitTls = 4,           // The server is not trusted, or TLS or policy failed.
  kExitTimeout = 5,       // --timeout has passed.
  kExitResponse = 6,      // The response is invalid, cut off or too large.
  kExitRedirect = 7,      // A redirect was not followed.
  kExitClientStatus = 8,  // The server answered with 400 to 499,
  kExitServerStatus = 9,  // or with 500 to 599.
};

// The exit status for a failed call, and for a response.
int ExitOf(const absl::Status& failure);
int ExitOf(const http::Response& response);

// The status line and the headers, printable, a line each.
std::string HeadText(const http::Response& response);

// Everything about a response, as JSON: status, headers, timing, the connection
// and, unless `has_body` is false, the body.
std::string ResponseJson(const http::Response& response, bool has_body,
                         absl::Time now);
// The same for a failure.
std::string FailureJson(absl::string_view url, const absl::Status& failure);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_FETCH_REPORT_H_
