// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/internal/http2_connection.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/http/server/internal/response_head.h"
#include "platform/http/server/internal/time_after.h"
#include "ssl/error.h"
#include "ssl/guarded.h"

namespace airlock::http::internal {
namespace {

constexpr size_t kPrefaceSize = 24;
// Frames that carry nothing, and streams that end before their response: at
// once, and per second.
constexpr double kFrameBurst = 1000;
constexpr double kFramesPerSecond = 200;
constexpr double kResetBurst = 200;
constexpr double kResetsPerSecond = 20;
// What a response earns its client, and a frame of its body that is not tiny.
constexpr double kEarnedByResponse = 10;
constexpr double kEarnedByData = 2;
constexpr size_t kTinyFrame = 256;
// How much of a request's body is read and dropped after its response.
constexpr uint64_t kMaxDrained = 64 << 10;
// A body that may always wait in memory.
constexpr size_t kSmallBody = 16 << 10;
// A client that sends or takes less than this before a deadline is too slow.
constexpr size_t kProgress = 1024;
// Output that waits in nghttp2, such as acknowledgements, in frames.
constexpr size_t kMaxQueued = 500;
// How long a client may take to see that the server stops.
constexpr absl::Duration kNotice = absl::Seconds(1);

// Sets a flag while it exists.
class Within {
 public:
  explicit Within(bool* flag) : flag_(flag), before_(*flag) { *flag = true; }
  ~Within() { *flag_ = before_; }
  Within(const Within&) = delete;
  Within& operator=(const Within&) = delete;

 private:
  bool* const flag_;
  const bool before_;
};

// Whether HTTP/2 forbids a field (RFC 9113, section 8.2.2), or the server sends
// its own.
bool IsLeftOut(absl::string_view name) {
  return IsServersField(name) || absl::EqualsIgnoreCase(name, "te") ||
         absl::EqualsIgnoreCase(name, "proxy-connection") ||
         absl::EqualsIgnoreCase(name, "http2-settings");
}

}  // namespace

// Answers one request, if its stream still exists then.
class Http2Connection::Reply final : public Responder {
 public:
  Reply(Http2Connection* connection, int32_t id)
      : connection_(connection), id_(id) {}
  ~Reply() override {
    if (connection_ == nullptr) return;
    Respond(ErrorResponse(absl::InternalError("the handler did not answer")));
  }

  void Respond(ServerResponse response) override {
    Http2Connection* const connection = std::exchange(connection_, nullptr);
    if (connection == nullptr) return;
    Stream* const stream = connection->Find(id_);
    stream->reply = nullptr;
    connection->Respond(stream, std::move(response));
  }

  bool wanted() const override { return connection_ != nullptr; }

  void Detach() { connection_ = nullptr; }

 private:
  Http2Connection* connection_;
  const int32_t id_;
};

Http2Connection::Http2Connection(ProtocolHost& host)
    : host_(host),
      scanner_(kPrefaceSize),
      frames_(kFrameBurst, kFramesPerSecond),
      resets_(kResetBurst, kResetsPerSecond),
      head_deadline_(HeadDeadline()) {
  if (!CreateSession()) terminated_ = true;
}

Http2Connection::~Http2Connection() {
  while (!streams_.empty()) Drop(streams_.begin()->first);
  nghttp2_session_del(session_);
}

Http2Connection::Stream* Http2Connection::Find(int32_t id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

void Http2Connection::Drop(int32_t id) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  // The sink's destructor may use its responder.
  const std::unique_ptr<Stream> dropped = std::move(found->second);
  streams_.erase(found);
  if (dropped->reply != nullptr) dropped->reply->Detach();
}

void Http2Connection::Reset(Stream* stream, uint32_t code) {
  const int32_t id = stream->id;
  (void)nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, code);
  Drop(id);
}

void Http2Connection::Terminate(uint32_t code, absl::string_view why) {
  if (terminated_) return;
  (void)nghttp2_session_terminate_session(session_, code);
  End(why);
}

void Http2Connection::OnViolation(uint32_t code) {
  if (terminated_) return;
  End(absl::StrCat("the client violated HTTP/2: ",
                   nghttp2_http2_strerror(code)));
}

void Http2Connection::End(absl::string_view why) {
  terminated_ = true;
  host_.stats().connections_refused.fetch_add(1, std::memory_order_relaxed);
  host_.LogFailure(ssl::MakeStatus(ssl::ErrorKind::kProtocol, why));
  while (!streams_.empty()) Drop(streams_.begin()->first);
}

void Http2Connection::ChargeReset() {
  if (resets_.Allow(host_.now())) return;
  Terminate(NGHTTP2_ENHANCE_YOUR_CALM,
            "too many of the client's requests end before their response");
}

void Http2Connection::Inspect(absl::string_view data) {
  scanner_.Scan(data, [&](const Http2FrameHeader& frame) {
    bool useful = frame.type == NGHTTP2_DATA && !frame.IsEmptyData();
    if (frame.type == NGHTTP2_HEADERS) {
      // nghttp2 ignores those of streams that have ended.
      useful = frame.stream > last_head_ ||
               Find(static_cast<int32_t>(frame.stream)) != nullptr;
      last_head_ = std::max(last_head_, frame.stream);
    }
    if (!useful && !frames_.Allow(host_.now())) {
      Terminate(NGHTTP2_ENHANCE_YOUR_CALM,
                "the client sends too many frames that carry nothing");
    }
    switch (order_.Check(frame)) {
      case StreamOrder::Fault::kNone:
        break;
      case StreamOrder::Fault::kEnded:
        Terminate(NGHTTP2_STREAM_CLOSED,
                  "the client uses a stream that it has ended");
        break;
      case StreamOrder::Fault::kOutOfOrder:
        Terminate(NGHTTP2_PROTOCOL_ERROR,
                  "the client opens a stream after a later one");
        break;
    }
  });
}

void Http2Connection::OnInput(absl::string_view data) {
  const Within within(&in_call_);
  if (terminated_) return;
  Inspect(data);
  if (terminated_) return;
  const ssize_t used = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const uint8_t*>(data.data()), data.size());
  if (used >= 0) return;
  const bool flood =
      used == NGHTTP2_ERR_FLOODED || used == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS;
  Terminate(flood ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR,
            nghttp2_strerror(static_cast<int>(used)));
}

void Http2Connection::OnInputEnd() {
  const Within within(&in_call_);
  input_ended_ = true;
  std::vector<int32_t> incomplete;
  for (const auto& stream : streams_) {
    if (!stream.second->input_ended) incomplete.push_back(stream.first);
  }
  for (const int32_t id : incomplete) {
    Stream* const stream = Find(id);
    if (stream != nullptr) Reset(stream, NGHTTP2_CANCEL);
  }
}

void Http2Connection::StartRequest(Stream* stream, bool ended) {
  const int32_t id = stream->id;
  std::optional<ServerResponse> refusal = stream->head.Finish(ended);
  if (refusal.has_value()) return Refuse(stream, *std::move(refusal));
  const ServerRequest& request = stream->head.request();
  const ServerLimits& limits = host_.limits();
  if (!ended) stream->deadline = TimeAfter(host_.now(), limits.body_timeout);
  host_.CountRequest();
  host_.stats().requests_http2.fetch_add(1, std::memory_order_relaxed);
  if (limits.max_requests != 0 &&
      host_.connection().requests() >= limits.max_requests) {
    Stop();
  }
  if (request.content_length.value_or(0) > limits.max_body_bytes) {
    return Refuse(stream, TextResponse(413, "the request's body is too large"));
  }
  auto reply = std::make_shared<Reply>(this, id);
  stream->reply = reply.get();
  std::unique_ptr<BodySink> sink;
  // If it throws, the reply is dropped, which answers 500.
  ssl::Guarded("handler", [&] {
    sink = host_.handler().OnRequest(request, host_.connection(),
                                     std::move(reply));
    return absl::OkStatus();
  }).IgnoreError();
  stream = Find(id);
  if (stream == nullptr || (stream->responded && !ended)) return;
  stream->sink = std::move(sink);
  if (ended || stream->responded || !stream->head.expects_continue()) return;
  std::string name = ":status";
  std::string status = "100";
  nghttp2_nv field = {};
  field.name = reinterpret_cast<uint8_t*>(&name[0]);
  field.namelen = name.size();
  field.value = reinterpret_cast<uint8_t*>(&status[0]);
  field.valuelen = status.size();
  (void)nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, id, nullptr, &field,
                               1, nullptr);
}

void Http2Connection::NoteProgress(Stream* stream, size_t size,
                                   absl::Duration timeout) {
  stream->progress += size;
  if (stream->progress < kProgress) return;
  stream->progress = 0;
  stream->deadline = TimeAfter(host_.now(), timeout);
}

void Http2Connection::OnBody(Stream* stream, absl::string_view data) {
  stream->received += data.size();
  host_.stats().body_bytes_received.fetch_add(data.size(),
                                              std::memory_order_relaxed);
  if (stream->responded) {
    // The rest is not wanted (RFC 9113, section 8.1).
    if (stream->sent && stream->received > kMaxDrained) {
      Reset(stream, NGHTTP2_NO_ERROR);
    }
    return;
  }
  NoteProgress(stream, data.size(), host_.limits().body_timeout);
  if (stream->received > host_.limits().max_body_bytes) {
    return Refuse(stream, TextResponse(413, "the request's body is too large"));
  }
  if (stream->sink == nullptr || data.empty()) return;
  const int32_t id = stream->id;
  const absl::Status status =
      ssl::Guarded("BodySink", [&] { return stream->sink->OnData(data); });
  stream = Find(id);
  if (stream == nullptr) return;
  if (!status.ok()) return Refuse(stream, ErrorResponse(status));
  if (stream->responded) stream->sink.reset();
}

void Http2Connection::EndInput(Stream* stream) {
  stream->input_ended = true;
  if (!stream->responded) stream->deadline = Time::max();
  const std::unique_ptr<BodySink> sink = std::move(stream->sink);
  if (sink == nullptr) return;
  ssl::Guarded("BodySink", [&sink] {
    sink->OnEnd();
    return absl::OkStatus();
  }).IgnoreError();
}

void Http2Connection::Refuse(Stream* stream, ServerResponse response) {
  const int32_t id = stream->id;
  // First: the sink may own the responder.
  if (stream->reply != nullptr) {
    std::exchange(stream->reply, nullptr)->Detach();
  }
  stream->sink.reset();
  stream = Find(id);
  if (stream != nullptr && !stream->responded) {
    Respond(stream, std::move(response));
  }
}

bool Http2Connection::HasRoomFor(const ServerResponse& response) const {
  const BodyReader* const reader = response.body_reader.get();
  const size_t size =
      response.body.size() + (reader == nullptr ? 0 : reader->memory());
  if (size <= kSmallBody) return true;
  uint64_t waiting = 0;
  for (const auto& stream : streams_) waiting += stream.second->body.memory();
  return waiting <= host_.limits().max_waiting_bytes;
}

void Http2Connection::Respond(Stream* stream, ServerResponse response) {
  response = Sendable(std::move(response));
  stream->responded = true;
  const ServerRequest& request = stream->head.request();
  const bool head_only = request.method == "HEAD";
  if (!head_only && !HasRoomFor(response)) {
    response = ErrorResponse(absl::ResourceExhaustedError(
        "too much of other responses waits for this connection"));
  }
  host_.stats().responses[response.status / 100].fetch_add(
      1, std::memory_order_relaxed);
  host_.LogRequest(request.method, request.target, response.status);
  Headers fields = {{":status", absl::StrCat(response.status)},
                    {"server", "airlock"},
                    {"date", host_.date()}};
  for (const Header& field : response.headers) {
    if (IsLeftOut(field.name)) continue;
    fields.Add(absl::AsciiStrToLower(field.name),
               absl::StripAsciiWhitespace(field.value));
  }
  Http2ResponseBody body(std::move(response.body),
                         std::move(response.body_reader));
  const bool no_body = HasNoBody(response.status);
  std::optional<uint64_t> length = body.size();
  uint64_t stated = 0;
  if (head_only &&
      absl::SimpleAtoi(response.headers.Get("Content-Length").value_or(""),
                       &stated)) {
    length = stated;
  }
  if (!no_body && length.has_value()) {
    fields.Add("content-length", absl::StrCat(*length));
  }
  const bool sends_body = !head_only && !no_body && !body.empty();
  stream->deadline = Time::max();
  if (sends_body) {
    stream->body = std::move(body);
    stream->progress = 0;
    stream->deadline = TimeAfter(host_.now(), host_.limits().write_timeout);
  }
  if (!SubmitResponse(stream->id, fields, sends_body)) {
    Reset(stream, NGHTTP2_INTERNAL_ERROR);
  }
  if (!in_call_) host_.Wake();
}

void Http2Connection::OnSent(uint8_t type, int32_t id, size_t size,
                             bool end_stream) {
  if (type == NGHTTP2_GOAWAY && stopping_ == Stopping::kNotice) {
    // Its acknowledgement says that the client has seen the notice.
    (void)nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr);
  }
  if (type == NGHTTP2_DATA && size >= kTinyFrame) frames_.Earn(kEarnedByData);
  if (!end_stream || (type != NGHTTP2_DATA && type != NGHTTP2_HEADERS)) return;
  frames_.Earn(kEarnedByResponse);
  resets_.Earn(1);
  Stream* const stream = Find(id);
  if (stream == nullptr) return;
  stream->sent = true;
  stream->body = Http2ResponseBody();
  // Clients that send a body may miss a response that a reset follows at once,
  // so that the reset waits until they have sent more, or long enough.
  stream->received = 0;
  stream->deadline = stream->input_ended
                         ? Time::max()
                         : TimeAfter(host_.now(), host_.limits().body_timeout);
}

void Http2Connection::AppendOutput(size_t size, std::string* out) {
  const Within within(&in_call_);
  while (session_ != nullptr && out->size() < size) {
    const uint8_t* bytes = nullptr;
    const ssize_t sent = nghttp2_session_mem_send(session_, &bytes);
    if (sent < 0) terminated_ = true;
    if (sent <= 0) return;
    out->append(reinterpret_cast<const char*>(bytes),
                static_cast<size_t>(sent));
  }
}

bool Http2Connection::has_output() const {
  return nghttp2_session_want_write(session_) != 0;
}

bool Http2Connection::wants_input() const {
  return !terminated_ && !input_ended_ &&
         nghttp2_session_get_outbound_queue_size(session_) < kMaxQueued;
}

bool Http2Connection::idle() const {
  return !terminated_ && !input_ended_ && preface_done_ && !in_head_ &&
         stopping_ == Stopping::kNo && streams_.empty() && !has_output();
}

bool Http2Connection::done() const {
  if (terminated_) return true;
  return streams_.empty() && (stopping_ == Stopping::kLast || input_ended_);
}

Http2Connection::Time Http2Connection::HeadDeadline() const {
  return TimeAfter(host_.now(), host_.limits().header_timeout);
}

Http2Connection::Time Http2Connection::deadline() const {
  if (terminated_) return Time::max();
  Time first = Time::max();
  if (in_head_ || !preface_done_) first = head_deadline_;
  if (stopping_ == Stopping::kNotice) first = std::min(first, stop_deadline_);
  for (const auto& stream : streams_) {
    first = std::min(first, stream.second->deadline);
  }
  return first;
}

void Http2Connection::OnDeadline() {
  const Within within(&in_call_);
  const Time now = host_.now();
  if (stopping_ == Stopping::kNotice && stop_deadline_ <= now) SendLastGoaway();
  if ((in_head_ || !preface_done_) && head_deadline_ <= now) {
    return Terminate(NGHTTP2_NO_ERROR,
                     "the client did not send its request's headers in time");
  }
  std::vector<int32_t> late;
  for (const auto& stream : streams_) {
    if (stream.second->deadline <= now) late.push_back(stream.first);
  }
  for (const int32_t id : late) {
    Stream* const stream = Find(id);
    if (stream == nullptr) continue;
    const int32_t window =
        std::min(nghttp2_session_get_stream_remote_window_size(session_, id),
                 nghttp2_session_get_remote_window_size(session_));
    if (stream->sent) {
      Reset(stream, NGHTTP2_NO_ERROR);
    } else if (!stream->responded) {
      host_.LogFailure(ssl::MakeStatus(
          ssl::ErrorKind::kTimeout,
          "the client did not send its request's body in time"));
      Refuse(stream, ErrorResponse(absl::DeadlineExceededError(
                         "the request's body did not arrive in time")));
    } else if (window < static_cast<int32_t>(kProgress)) {
      host_.LogFailure(
          ssl::MakeStatus(ssl::ErrorKind::kTimeout,
                          "the client did not take the response in time"));
      Reset(stream, NGHTTP2_CANCEL);
    } else {
      // The connection is slow, or other streams go first.
      stream->deadline = TimeAfter(now, host_.limits().write_timeout);
    }
  }
}

void Http2Connection::Stop() {
  if (terminated_ || stopping_ != Stopping::kNo) return;
  if (!preface_done_ || input_ended_) return SendLastGoaway();
  // Requests that are on their way are answered as well.
  (void)nghttp2_submit_shutdown_notice(session_);
  stopping_ = Stopping::kNotice;
  stop_deadline_ = TimeAfter(host_.now(), kNotice);
}

void Http2Connection::SendLastGoaway() {
  (void)nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                              nghttp2_session_get_last_proc_stream_id(session_),
                              NGHTTP2_NO_ERROR, nullptr, 0);
  stopping_ = Stopping::kLast;
}

}  // namespace airlock::http::internal
