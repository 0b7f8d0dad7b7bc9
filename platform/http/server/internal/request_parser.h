// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Parses HTTP/1 requests from clients that are not trusted.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_REQUEST_PARSER_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_REQUEST_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "platform/http/server/handler.h"

namespace airlock::http::internal {

// Why a request is not answered by a handler: the status of the response, and a
// sentence for its body. 0: no refusal.
struct Refusal {
  int status = 0;
  std::string why;
};

// Parses one request (RFC 9112). Stricter than the RFC has to be, so that no
// proxy in front of this server can see another boundary between requests
// (request smuggling): lines end with CR LF only, no line is folded, there is
// at most one Content-Length or Transfer-Encoding, never both, and "chunked" is
// the only coding. Thread-compatible.
class RequestParser {
 public:
  using OnBody = absl::FunctionRef<void(absl::string_view data)>;

  // `max_header` limits the head; the extensions of chunks and the trailers
  // together have the same limit. `max_body` limits the body.
  RequestParser(size_t max_header, uint64_t max_body);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Parses the beginning of `bytes`, and returns how many bytes it consumed.
  // The next call gets the others again, with those that follow. Stops after
  // the head, at the end of the request, and at a refusal. Gives parts of the
  // body, without their coding, to `on_body`.
  size_t Put(absl::string_view bytes, OnBody on_body);

  // Whether anything of the request has arrived, except empty lines.
  bool begun() const;
  bool head_done() const;
  // The whole request was parsed.
  bool done() const;
  // Then nothing more is parsed.
  const Refusal& refusal() const;

  // After head_done(); before that, what is known.
  const ServerRequest& request() const;
  // Whether the client wants another request on this connection.
  bool keep_alive() const;
  // Whether the client waits for "100 Continue" before it sends the body.
  bool expects_continue() const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_REQUEST_PARSER_H_
