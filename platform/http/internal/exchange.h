// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// One request and its response, whatever version of HTTP carries them.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_EXCHANGE_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_EXCHANGE_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "platform/http/headers.h"
#include "platform/http/internal/request_body.h"
#include "platform/http/internal/response_parser.h"
#include "platform/http/message.h"

namespace airlock::http::internal {

struct ExchangeOptions {
  std::string method;
  std::string target;  // "/a?b", or "host:port" for CONNECT.
  // As HTTP/1.1 sends them, Host first; see FieldsToSend. They were checked.
  Headers fields;
  // Null: the request has no body.
  RequestBody* body = nullptr;
  // The response has no body, whatever its headers say.
  bool no_body = false;
  size_t max_header = 64 << 10;
  // Called with the final head, before the body.
  std::function<absl::Status(const ResponseHead&)> on_head;
  ResponseParser::OnBody on_body;
};

// On a connection that a call may use. For the thread of the connection's loop.
// Destroying it ends the exchange.
class Exchange {
 public:
  // Ok: the response is complete.
  using Done = std::function<void(absl::Status)>;

  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  virtual ~Exchange() = default;

  // Sends and receives; both at the same time, so that neither side waits for
  // the other. Calls `done` once, perhaps within Begin; it may destroy this.
  // Errors: those of the connection, of the response, and of the callbacks.
  virtual void Begin(ExchangeOptions options, Done done) = 0;

  // `reused` tells whether another request was sent before.
  virtual ConnectionFacts facts() const = 0;

  // Whether anything of a response has arrived.
  virtual bool answered() const = 0;
  // After an error: whether the server has said that it did not act on the
  // request, so that any method can be sent again.
  virtual bool unprocessed() const { return false; }
  // After an error: whether the server wants HTTP/1.1 for this request.
  virtual bool requires_http1() const { return false; }
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_EXCHANGE_H_
