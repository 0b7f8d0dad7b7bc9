// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// One request and its response over HTTP/1.1.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP1_EXCHANGE_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP1_EXCHANGE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/http/internal/request_body.h"
#include "platform/http/internal/response_parser.h"
#include "ssl/transport.h"

namespace airlock::http::internal {

struct ExchangeOptions {
  std::string head;  // From SerializeHead.
  // Null: none.
  RequestBody* body = nullptr;
  // The response has no body, whatever its headers say.
  bool no_body = false;
  size_t max_header = 64 << 10;
  // Gets the final head, before the body.
  std::function<absl::Status(const ResponseHead&)> on_head;
  ResponseParser::OnBody on_body;
};

// Sends and receives at the same time, so that neither side waits for the
// other, and never blocks. Thread-compatible.
class Http1Exchange {
 public:
  enum class Progress {
    kDone,     // The response is complete.
    kWaiting,  // Call Advance again when the descriptor is ready: see events().
    kBusy,     // Call Advance again soon; other work may go first.
  };

  // `stream` must outlive this.
  Http1Exchange(ssl::Transport* stream, ExchangeOptions options);

  // Does what is possible now. Errors are final: those of the stream, of
  // ResponseParser and of the callbacks.
  absl::StatusOr<Progress> Advance();

  // What to wait for, as epoll's events.
  uint32_t events() const;

  // Whether any byte of a response has arrived.
  bool answered() const { return answered_; }
  // Whether the next request can use the connection. Requires kDone.
  bool reusable() const;
  // Whether bytes follow the response. Requires kDone.
  bool has_leftover() const { return !received_.empty(); }

 private:
  // These set `moved` if they got further.
  absl::Status Send(bool* moved);
  absl::Status Receive(bool* moved);
  // The next part of the request; sets sent_all_ after the last.
  absl::Status Refill();
  absl::Status Parse();
  void NewParser();
  bool complete() const { return parser_->done() || parser_->stopped(); }

  ssl::Transport* const stream_;
  const ExchangeOptions options_;

  absl::string_view sending_;
  bool sent_all_ = false;
  absl::Status send_failure_;
  bool wants_write_ = false;

  std::unique_ptr<ResponseParser> parser_;
  std::string received_;  // Not yet parsed.
  bool announced_ = false;
  bool answered_ = false;
  int interim_responses_ = 0;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP1_EXCHANGE_H_
