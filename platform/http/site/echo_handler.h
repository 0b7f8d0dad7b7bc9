// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Shows clients their own requests.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_ECHO_HANDLER_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_ECHO_HANDLER_H_

#include <atomic>
#include <cstddef>
#include <memory>

#include "platform/http/server/handler.h"

namespace airlock::http {

// Responds to POST with the request as text: the request line, the headers, an
// empty line and the body. Never compressed: see FileHandler.
class EchoHandler : public Handler {
 public:
  // The largest body; a larger one gets 413.
  static constexpr size_t kMostBytes = 1 << 20;
  // All bodies that are incomplete; beyond it, requests get 503.
  static constexpr size_t kMostIncompleteBytes = 64 << 20;

  std::unique_ptr<BodySink> OnRequest(
      const ServerRequest& request, ServerConnection& connection,
      std::shared_ptr<Responder> responder) override;

 private:
  const std::shared_ptr<std::atomic<size_t>> incomplete_ =
      std::make_shared<std::atomic<size_t>>(0);  // Bytes.
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_ECHO_HANDLER_H_
