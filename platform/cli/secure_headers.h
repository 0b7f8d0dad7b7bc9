// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The fields that browsers want from a site that is served over HTTPS only.
#ifndef AIRLOCK_PLATFORM_CLI_SECURE_HEADERS_H_
#define AIRLOCK_PLATFORM_CLI_SECURE_HEADERS_H_

#include <memory>
#include <utility>

#include "platform/http/server/handler.h"

namespace airlock::cli {

// Adds Strict-Transport-Security (RFC 6797) and X-Content-Type-Options to the
// responses of another handler, unless they have them.
class SecureHeaders final : public http::Handler {
 public:
  explicit SecureHeaders(std::shared_ptr<http::Handler> handler)
      : handler_(std::move(handler)) {}

  std::unique_ptr<http::BodySink> OnRequest(
      const http::ServerRequest& request, http::ServerConnection& connection,
      std::shared_ptr<http::Responder> responder) override;

 private:
  const std::shared_ptr<http::Handler> handler_;
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_SECURE_HEADERS_H_
