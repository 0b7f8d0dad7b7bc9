// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// How a server's requests are answered, whatever version of HTTP they use.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_HANDLER_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_HANDLER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "platform/http/headers.h"
#include "platform/http/message.h"
#include "platform/http/version.h"
#include "ssl/socket.h"

namespace airlock::http {

// The head of a request. The server has checked its syntax: the method and the
// names of the fields are tokens, no value has a control character except tab,
// and the fields that delimit the body agree with each other.
struct ServerRequest {
  Version version = Version::kHttp1_1;
  std::string method;     // "GET"
  std::string target;     // "/a%20b?c", as sent; "*" for OPTIONS.
  std::string authority;  // Host or :authority: "example.com:9443".
  // Without pseudo-fields (RFC 9113, section 8.3).
  Headers headers;
  // Whether a body follows; its length if the client has stated it.
  bool has_body = false;
  std::optional<uint64_t> content_length;
};

struct ServerResponse {
  int status = 200;  // 200 to 599.
  // Date, Server, Connection, Transfer-Encoding and Content-Length are the
  // server's own. A Content-Length here is ignored, except in the response to
  // HEAD, which has no body: there it is sent.
  Headers headers;
  // The body: one of these. The server reads from `body_reader` when the
  // connection can take more, and on its thread: Read must not wait for another
  // client. A reader that knows its size and gives another number of bytes ends
  // the connection (HTTP/1) or the stream (HTTP/2), so that the client sees
  // that the body is incomplete.
  std::string body;
  std::unique_ptr<BodyReader> body_reader;
};

// A connection that requests arrive on, for handlers. For its loop's thread;
// valid until the last request on it is destroyed.
class ServerConnection {
 public:
  using Time = std::chrono::steady_clock::time_point;

  virtual ~ServerConnection() = default;

  // The TLS connection after the handshake, for what it negotiated. Handlers do
  // not read or write.
  virtual ssl::Socket& socket() = 0;
  virtual const std::string& peer() const = 0;  // "127.0.0.1:51234"
  virtual uint64_t id() const = 0;  // Counts from 1, unique in its Server.
  virtual uint64_t requests() const = 0;  // With this one.
  virtual Time accepted() const = 0;
  virtual Time handshake_ended() const = 0;

  // Sends what the Socket has queued, such as a key update, soon.
  virtual void Flush() = 0;
  // Ends the connection after the responses that are under way: HTTP/1 says
  // "Connection: close", HTTP/2 sends GOAWAY.
  virtual void CloseWhenIdle() = 0;
};

// Answers one request. For the loop's thread.
class Responder {
 public:
  virtual ~Responder() = default;
  // Sends the response; later calls are ignored, as is one whose client has
  // gone. If the body of the request has not arrived whole, the rest is
  // refused.
  virtual void Respond(ServerResponse response) = 0;
  // Whether the client still waits for the response.
  virtual bool wanted() const = 0;
};

// Receives the body of one request. Destroyed after OnEnd, or earlier without
// it if the client, a limit or a deadline ended the request: then what arrived
// is incomplete.
class BodySink {
 public:
  virtual ~BodySink() = default;
  // The next part, never empty. After an error nothing more arrives, and the
  // server responds if the handler has not: see ErrorResponse.
  virtual absl::Status OnData(absl::string_view data) = 0;
  // The body is complete.
  virtual void OnEnd() = 0;
};

// Answers the requests of a server. One handler serves all loops of a server at
// once, so that it must be thread-safe; the objects of one request stay on one
// thread.
class Handler {
 public:
  virtual ~Handler() = default;

  // Called once for each request, when its head has arrived. Calls
  // `responder->Respond` once, now or later; a responder that is dropped
  // without that answers 500. For a body, returns what receives it; null
  // discards it, up to the server's limit.
  virtual std::unique_ptr<BodySink> OnRequest(
      const ServerRequest& request, ServerConnection& connection,
      std::shared_ptr<Responder> responder) = 0;
};

// A response with `text` and a final newline as text/plain.
ServerResponse TextResponse(int status, absl::string_view text);

// The response for a failure: kInvalidArgument 400, kPermissionDenied 403,
// kNotFound 404, kDeadlineExceeded 408, kAlreadyExists 409, kOutOfRange 413,
// kResourceExhausted 503 with Retry-After, otherwise 500 without the message,
// which may describe the server's inside.
ServerResponse ErrorResponse(const absl::Status& status);

// The standard phrase: "Not Found"; empty for an unknown number.
absl::string_view ReasonPhrase(int status);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_HANDLER_H_
