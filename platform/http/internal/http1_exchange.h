// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// An exchange that has an HTTP/1.1 connection for itself.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP1_EXCHANGE_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP1_EXCHANGE_H_

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "platform/http/event_loop.h"
#include "platform/http/internal/connection.h"
#include "platform/http/internal/connection_pool.h"
#include "platform/http/internal/exchange.h"
#include "platform/http/internal/http1_transfer.h"

namespace airlock::http::internal {

// Gives the connection to `home` when the response is complete, if it can be
// used again. For the thread of `loop`.
class Http1Exchange final : public Exchange,
                            public std::enable_shared_from_this<Http1Exchange> {
 public:
  Http1Exchange(EventLoop* loop, std::unique_ptr<Connection> connection,
                ConnectionHome home);
  ~Http1Exchange() override;

  void Begin(ExchangeOptions options, Done done) override;
  ConnectionFacts facts() const override;
  bool answered() const override { return transfer_->answered(); }

 private:
  void Advance();
  void OnReady();
  void Finish(absl::Status status);

  EventLoop* const loop_;
  const ConnectionHome home_;
  std::unique_ptr<Connection> connection_;  // Null when it is done.
  const bool reused_;
  Done done_;
  std::optional<Http1Transfer> transfer_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP1_EXCHANGE_H_
