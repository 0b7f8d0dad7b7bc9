// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// HTTP/1.0 and 1.1 on one connection.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_HTTP1_CONNECTION_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_HTTP1_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "platform/http/server/handler.h"
#include "platform/http/server/internal/connection_protocol.h"
#include "platform/http/server/internal/request_parser.h"
#include "platform/http/server/internal/response_head.h"

namespace airlock::http::internal {

// Answers requests one after the other: while one is answered, the next ones
// wait, and at most one read of them is kept. For the loop's thread.
class Http1Connection final : public ConnectionProtocol {
 public:
  explicit Http1Connection(ProtocolHost& host);
  ~Http1Connection() override;

  void OnInput(absl::string_view data) override;
  void OnInputEnd() override;
  void AppendOutput(size_t size, std::string* out) override;
  bool wants_input() const override;
  bool idle() const override;
  bool disposable() const override;
  bool done() const override { return done_; }
  bool aborted() const override { return aborted_; }
  Time deadline() const override { return deadline_; }
  void OnDeadline() override;
  void Stop() override;

 private:
  class Reply;

  // One request and its response.
  struct Exchange {
    explicit Exchange(const ServerLimits& limits)
        : parser(limits.max_header_bytes, limits.max_body_bytes) {}

    RequestParser parser;
    std::unique_ptr<BodySink> sink;  // Null: the body is discarded.
    Reply* reply = nullptr;          // While the handler keeps it.
    bool awaits_continue = false;    // "100 Continue" was not sent.
    uint64_t received = 0;           // Bytes of the body.
    uint64_t drained = 0;            // Bytes after a refusal.

    // The response; of each part, what is not sent yet.
    bool responded = false;
    std::string head;
    std::string body;
    size_t body_sent = 0;
    std::unique_ptr<BodyReader> reader;
    std::optional<uint64_t> reader_left;  // Unset: its size is unknown.
    bool chunked = false;
  };

  // Works on input_, or pending_, as far as possible.
  void Advance();
  void AdvancePending();
  // False if more input is needed.
  bool Parse();
  void OnIncomplete();
  void StartRequest();
  void OnBody(absl::string_view data);
  // Answers instead of the handler, unless there is a response, and closes.
  void Refuse(ServerResponse response);
  void Respond(ServerResponse response);
  // Whether the rest of the request's body may be read and dropped, so that the
  // connection can be used for another request.
  bool CanSkipBody() const;
  bool response_written() const;
  void AppendBody(size_t size, std::string* out);
  void AppendFromReader(size_t size, std::string* out);
  // Ends the response incomplete, so that the client can tell.
  void Abort();
  void DropExchange();

  ProtocolHost& host_;
  std::unique_ptr<Exchange> exchange_;
  std::string pending_;      // Not parsed yet; between calls.
  absl::string_view input_;  // The same, during a call.
  std::string interim_;      // "100 Continue", to send.
  Time deadline_ = Time::max();
  size_t body_progress_ = 0;  // Since the deadline was set.
  bool input_ended_ = false;
  bool closing_ = false;  // After the current response.
  bool done_ = false;
  bool aborted_ = false;
  bool in_call_ = false;  // The host looks afterwards anyway.
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_HTTP1_CONNECTION_H_
