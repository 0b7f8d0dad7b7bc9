// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// HTTP/2 (RFC 9113) on one connection of a server.
#ifndef AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_HTTP2_CONNECTION_H_
#define AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_HTTP2_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "platform/http/headers.h"
#include "platform/http/internal/flood_guard.h"
#include "platform/http/internal/http2_frame_scanner.h"
#include "platform/http/server/handler.h"
#include "platform/http/server/internal/connection_protocol.h"
#include "platform/http/server/internal/http2_request_head.h"
#include "platform/http/server/internal/http2_response_body.h"
#include "platform/http/server/internal/stream_order.h"

struct nghttp2_session;

namespace airlock::http::internal {

// Answers up to kMaxStreams requests at once. A client that floods it (with
// resets, SETTINGS, PING, CONTINUATION, expanding headers, empty frames) gets
// GOAWAY with ENHANCE_YOUR_CALM, and its connection ends. For the loop's
// thread.
class Http2Connection final : public ConnectionProtocol {
 public:
  static constexpr uint32_t kMaxStreams = 100;

  explicit Http2Connection(ProtocolHost& host);
  ~Http2Connection() override;

  void OnInput(absl::string_view data) override;
  void OnInputEnd() override;
  void AppendOutput(size_t size, std::string* out) override;
  bool wants_input() const override;
  bool idle() const override;
  bool done() const override;
  Time deadline() const override;
  void OnDeadline() override;
  void Stop() override;

 private:
  struct Callbacks;
  friend struct Callbacks;
  class Reply;

  // One request and its response.
  struct Stream {
    Stream(int32_t number, size_t max_head) : id(number), head(max_head) {}

    const int32_t id;
    Http2RequestHead head;
    std::unique_ptr<BodySink> sink;  // Null: the body is discarded.
    Reply* reply = nullptr;          // While the handler keeps it.
    bool input_ended = false;
    uint64_t received = 0;  // Bytes of the body.
    bool responded = false;
    bool sent = false;  // The whole response.
    Http2ResponseBody body;
    // Until the client sends more of the request, or takes more of the
    // response; Time::max(): it need not.
    Time deadline = Time::max();
    size_t progress = 0;  // Bytes since the deadline was set.
  };

  // False: out of memory.
  bool CreateSession();
  bool SubmitResponse(int32_t id, const Headers& fields, bool has_body);
  // The stream with that number, or null.
  Stream* Find(int32_t id) const;

  // The head is complete; `ended`: no body follows.
  void StartRequest(Stream* stream, bool ended);
  void OnBody(Stream* stream, absl::string_view data);
  void EndInput(Stream* stream);
  // Answers instead of the handler, unless there is a response.
  void Refuse(Stream* stream, ServerResponse response);
  void Respond(Stream* stream, ServerResponse response);
  // Whether its body may wait in memory beside those of other streams.
  bool HasRoomFor(const ServerResponse& response) const;
  // Notes that the client has taken or sent `size` bytes.
  void NoteProgress(Stream* stream, size_t size, absl::Duration timeout);
  // Resets a stream, and forgets it.
  void Reset(Stream* stream, uint32_t code);
  void Drop(int32_t id);
  // Ends the connection, whose client broke a rule.
  void Terminate(uint32_t code, absl::string_view why);
  // Notes that a stream ended before its response did.
  void ChargeReset();
  // Ends the connection if the input has frames that nghttp2 ignores but should
  // not.
  void Inspect(absl::string_view data);
  // A frame was sent.
  void OnSent(uint8_t type, int32_t id, size_t size, bool end_stream);
  // nghttp2 has ended the connection.
  void OnViolation(uint32_t code);
  void End(absl::string_view why);
  void SendLastGoaway();
  Time HeadDeadline() const;
  bool has_output() const;

  ProtocolHost& host_;
  nghttp2_session* session_ = nullptr;
  std::map<int32_t, std::unique_ptr<Stream>> streams_;
  Http2FrameScanner scanner_;
  uint32_t last_head_ = 0;  // The latest stream that scanner_ has seen begin.
  StreamOrder order_;
  FloodGuard frames_;
  FloodGuard resets_;

  // The client's preface, or the fields of a head or trailers, are incomplete
  // until then.
  bool preface_done_ = false;
  bool in_head_ = false;
  Time head_deadline_;

  enum class Stopping { kNo, kNotice, kLast };
  Stopping stopping_ = Stopping::kNo;
  Time stop_deadline_ = Time::max();
  bool input_ended_ = false;
  bool terminated_ = false;
  bool in_call_ = false;  // The host looks afterwards anyway.
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_SERVER_INTERNAL_HTTP2_CONNECTION_H_
