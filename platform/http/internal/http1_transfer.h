// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The bytes of one request and its response in HTTP/1.1.
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP1_TRANSFER_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP1_TRANSFER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/http/internal/exchange.h"
#include "platform/http/internal/response_parser.h"
#include "ssl/transport.h"

namespace airlock::http::internal {

// Sends and receives at the same time, so that neither side waits for the
// other, and never blocks. Thread-compatible.
class Http1Transfer {
 public:
  enum class Progress {
    kDone,     // The response is complete.
    kWaiting,  // Call Advance again when the descriptor is ready: see events().
    kBusy,     // Call Advance again soon; other work may go first.
  };

  // `stream` must outlive this.
  Http1Transfer(ssl::Transport* stream, ExchangeOptions options);

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
  const std::string head_;
  const bool chunked_;

  std::string chunk_;
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

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP1_TRANSFER_H_
