// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The client's end of an HTTP/2 connection (RFC 9113).
#ifndef AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP2_SESSION_H_
#define AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP2_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "platform/http/internal/flood_guard.h"
#include "platform/http/internal/http2_frame_scanner.h"
#include "platform/http/internal/http2_stream.h"
#include "ssl/transport.h"

struct nghttp2_session;

namespace airlock::http::internal {

// Sends many requests at once over one stream of bytes, which does not block.
// Requests beyond the server's limit of streams wait. A slow callback of a
// response slows the server down. Refuses pushed responses. Thread-compatible.
class Http2Session {
 public:
  enum class Progress {
    kWaiting,  // Call Advance again when the descriptor is ready: see events().
    kBusy,     // Call Advance again soon; other work may go first.
  };

  // `stream` must outlive this. Errors: out of memory.
  static absl::StatusOr<std::unique_ptr<Http2Session>> Create(
      ssl::Transport* stream);

  ~Http2Session();
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  // Queues a request, which Advance sends. `stream` must live until it has
  // ended, or was cancelled.
  absl::Status Submit(Http2Stream* stream);
  // Forgets `stream`, and tells the server.
  void Cancel(Http2Stream* stream);

  // Does what is possible now. An error is that of the connection; it is final,
  // and ends all streams.
  absl::StatusOr<Progress> Advance();
  // Ends the session with an error of its user: Advance returns it.
  void Break(absl::Status status) { failure_ = std::move(status); }
  // What to wait for, as epoll's events.
  uint32_t events() const;

  // Each stream that has ended, once; then null.
  Http2Stream* NextEnded();

  // Whether another request can be sent.
  bool accepts() const;
  size_t streams() const { return streams_.size(); }

  // Reads and writes what it can. Whether the connection is idle and another
  // request can be sent.
  bool IsIdle();
  // Sends GOAWAY if that needs no wait.
  void Close();

 private:
  struct Callbacks;
  friend struct Callbacks;

  explicit Http2Session(ssl::Transport* stream);

  // False: out of memory.
  bool CreateSession();
  // The number of the stream, or an error of nghttp2.
  int32_t SubmitFields(const Headers& fields, bool has_body);
  // These set `moved` if they got further.
  absl::Status Send(bool* moved);
  absl::Status Receive(bool* moved);
  // The error of the connection after the server broke a rule.
  absl::Status Violation() const;
  // What the server's GOAWAY said, for an error; empty if it named no error.
  std::string GoawayDetail() const;
  // The stream with that number, or null.
  Http2Stream* Find(int32_t id) const;
  // Takes it out of streams_; it waits for NextEnded.
  void End(Http2Stream* stream, absl::Status result);
  void EndAll(absl::FunctionRef<absl::Status(const Http2Stream&)> result);
  // Ends it with `status`, and resets it.
  void Fail(Http2Stream* stream, absl::Status status);
  // Whether these bytes bring too many frames that carry nothing.
  bool IsFlood(absl::string_view bytes);

  ssl::Transport* const stream_;
  nghttp2_session* session_ = nullptr;
  std::map<int32_t, Http2Stream*> streams_;
  std::deque<Http2Stream*> ended_;

  std::string sending_;
  absl::Status send_failure_;
  bool wants_write_ = false;
  absl::Status failure_;  // Of the connection.

  Http2FrameScanner scanner_;
  FloodGuard frames_;
  // The errors that each end has sent with GOAWAY.
  uint32_t sent_error_ = 0;
  std::string detail_;
  bool goaway_received_ = false;
  uint32_t received_error_ = 0;
  std::string debug_data_;
};

}  // namespace airlock::http::internal

#endif  // AIRLOCK_PLATFORM_HTTP_INTERNAL_HTTP2_SESSION_H_
