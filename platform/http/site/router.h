// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Gives requests to handlers by their paths.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_ROUTER_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_ROUTER_H_

#include <memory>
#include <string>
#include <vector>

#include "platform/http/server/handler.h"

namespace airlock::http {

struct Route {
  std::string path;  // As in the target: not decoded.
  // Also for all paths that begin with it.
  bool prefix = false;
  std::shared_ptr<Handler> handler;
};

// Asks the first route that fits; 404 if none does. Adds to every response,
// unless the handler set them: X-Content-Type-Options: nosniff, and
// Strict-Transport-Security for a year (RFC 6797).
class Router : public Handler {
 public:
  explicit Router(std::vector<Route> routes);

  std::unique_ptr<BodySink> OnRequest(
      const ServerRequest& request, ServerConnection& connection,
      std::shared_ptr<Responder> responder) override;

 private:
  const std::vector<Route> routes_;
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_ROUTER_H_
