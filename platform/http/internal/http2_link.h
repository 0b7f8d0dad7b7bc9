// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// An HTTP/2 connection that the calls of one event loop share.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP2_LINK_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP2_LINK_H_

#include <memory>

#include "absl/status/status.h"
#include "platform/http/event_loop.h"
#include "platform/http/internal/connection.h"
#include "platform/http/internal/connection_pool.h"
#include "platform/http/internal/exchange.h"
#include "platform/http/internal/http2_stream.h"

namespace airlock::http::internal {

// Drives the session of a connection while exchanges use it. Its exchanges own
// it; after the last one, the connection goes to `home`, where another loop can
// find it. For the thread of `loop`.
class Http2Link : public std::enable_shared_from_this<Http2Link> {
 public:
  // `connection` speaks HTTP/2.
  Http2Link(EventLoop* loop, std::unique_ptr<Connection> connection,
            ConnectionHome home);
  ~Http2Link();
  Http2Link(const Http2Link&) = delete;
  Http2Link& operator=(const Http2Link&) = delete;

  // Whether another request can be sent.
  bool accepts() const { return connection_->http2()->accepts(); }

  std::shared_ptr<Exchange> NewExchange();

 private:
  class StreamExchange;

  // Advances soon, so that requests that begin together are sent together.
  void Wake();
  void Advance();

  EventLoop* const loop_;
  const ConnectionHome home_;
  std::unique_ptr<Connection> connection_;
  bool woken_ = false;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP2_LINK_H_
