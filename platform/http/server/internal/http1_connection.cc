// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/server/internal/http1_connection.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/types/span.h"
#include "platform/http/server/internal/time_after.h"
#include "ssl/error.h"
#include "ssl/guarded.h"

namespace airlock::http::internal {
namespace {

// How much of a refused body is read, so that the client can send it and then
// read the response; and how much is read to keep the connection.
constexpr uint64_t kMaxDrained = 256 << 10;
constexpr uint64_t kMaxSkipped = 64 << 10;

// A client that sends less than this in body_timeout is too slow.
constexpr size_t kBodyProgress = 1024;

// A chunk: four digits of its size, and two line ends.
constexpr size_t kChunkHead = 6;
constexpr size_t kChunkTail = 2;
constexpr size_t kMinChunkRoom = 64;

void WriteChunkHead(size_t size, char* out) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (int i = 3; i >= 0; --i) {
    out[i] = kDigits[size & 0xf];
    size >>= 4;
  }
  out[4] = '\r';
  out[5] = '\n';
}

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

}  // namespace

// Answers the current request, if the connection still exists then.
class Http1Connection::Reply final : public Responder {
 public:
  explicit Reply(Http1Connection* connection) : connection_(connection) {}
  ~Reply() override {
    if (connection_ == nullptr) return;
    Respond(ErrorResponse(absl::InternalError("the handler did not answer")));
  }

  void Respond(ServerResponse response) override {
    Http1Connection* const connection = std::exchange(connection_, nullptr);
    if (connection == nullptr) return;
    connection->exchange_->reply = nullptr;
    connection->Respond(std::move(response));
  }

  bool wanted() const override { return connection_ != nullptr; }

  void Detach() { connection_ = nullptr; }

 private:
  Http1Connection* connection_;
};

Http1Connection::Http1Connection(ProtocolHost& host) : host_(host) {}

Http1Connection::~Http1Connection() { DropExchange(); }

void Http1Connection::DropExchange() {
  if (exchange_ == nullptr) return;
  if (exchange_->reply != nullptr) exchange_->reply->Detach();
  // The sink's destructor may use its responder.
  const std::unique_ptr<Exchange> dropped = std::move(exchange_);
}

void Http1Connection::OnInput(absl::string_view data) {
  const Within within(&in_call_);
  std::string held;
  if (pending_.empty()) {
    input_ = data;
  } else {
    held = std::move(pending_);
    held.append(data.data(), data.size());
    input_ = held;
  }
  Advance();
  pending_ = std::string(std::exchange(input_, {}));
}

void Http1Connection::OnInputEnd() {
  const Within within(&in_call_);
  input_ended_ = true;
  AdvancePending();
}

void Http1Connection::AdvancePending() {
  const std::string held = std::exchange(pending_, {});
  input_ = held;
  Advance();
  pending_ = std::string(std::exchange(input_, {}));
}

void Http1Connection::Advance() {
  while (!done_) {
    if (exchange_ == nullptr) {
      deadline_ = Time::max();
      if (closing_ || (input_ended_ && input_.empty())) {
        done_ = true;
        return;
      }
      if (input_.empty()) return;
      exchange_ = std::make_unique<Exchange>(host_.limits());
      deadline_ = TimeAfter(host_.now(), host_.limits().header_timeout);
    }
    Exchange& exchange = *exchange_;
    if (closing_ && exchange.responded) {
      exchange.drained += input_.size();
      input_ = {};
      if (response_written()) done_ = true;
      return;
    }
    if (exchange.parser.done()) {
      if (!response_written()) return;
      DropExchange();
      continue;
    }
    if (!Parse()) return OnIncomplete();
  }
}

void Http1Connection::OnIncomplete() {
  if (!input_ended_) return;
  if (!exchange_->parser.head_done()) {
    done_ = true;
    return;
  }
  Refuse(TextResponse(400, "the request's body is incomplete"));
}

bool Http1Connection::Parse() {
  Exchange& exchange = *exchange_;
  const bool had_head = exchange.parser.head_done();
  const size_t used = exchange.parser.Put(
      input_, [this](absl::string_view data) { OnBody(data); });
  input_.remove_prefix(used);
  const Refusal& refusal = exchange.parser.refusal();
  if (refusal.status != 0) {
    host_.stats().connections_refused.fetch_add(1, std::memory_order_relaxed);
    Refuse(TextResponse(refusal.status, refusal.why));
    return true;
  }
  const bool begins = !had_head && exchange.parser.head_done();
  if (begins) StartRequest();
  if (exchange.parser.done()) {
    deadline_ = Time::max();
    if (exchange.sink != nullptr) {
      ssl::Guarded("BodySink", [&exchange] {
        exchange.sink->OnEnd();
        return absl::OkStatus();
      }).IgnoreError();
      exchange.sink.reset();
    }
  }
  return used > 0 || begins;
}

void Http1Connection::StartRequest() {
  Exchange& exchange = *exchange_;
  const ServerRequest& request = exchange.parser.request();
  exchange.awaits_continue = exchange.parser.expects_continue();
  body_progress_ = 0;
  deadline_ = TimeAfter(host_.now(), host_.limits().body_timeout);
  host_.CountRequest();
  host_.stats().requests_http1.fetch_add(1, std::memory_order_relaxed);
  auto reply = std::make_shared<Reply>(this);
  exchange.reply = reply.get();
  std::unique_ptr<BodySink> sink;
  // If it throws, the reply is dropped, which answers 500.
  ssl::Guarded("handler", [&] {
    sink = host_.handler().OnRequest(request, host_.connection(),
                                     std::move(reply));
    return absl::OkStatus();
  }).IgnoreError();
  if (exchange.responded && !exchange.parser.done()) return;
  exchange.sink = std::move(sink);
  if (!exchange.awaits_continue) return;
  exchange.awaits_continue = false;
  // A client that has begun with the body does not wait.
  if (input_.empty()) interim_ = "HTTP/1.1 100 Continue\r\n\r\n";
}

void Http1Connection::OnBody(absl::string_view data) {
  Exchange& exchange = *exchange_;
  exchange.received += data.size();
  host_.stats().body_bytes_received.fetch_add(data.size(),
                                              std::memory_order_relaxed);
  body_progress_ += data.size();
  if (body_progress_ >= kBodyProgress) {
    body_progress_ = 0;
    deadline_ = TimeAfter(host_.now(), host_.limits().body_timeout);
  }
  if (exchange.sink == nullptr) return;
  const absl::Status status =
      ssl::Guarded("BodySink", [&] { return exchange.sink->OnData(data); });
  if (status.ok() && !exchange.responded) return;
  if (exchange.responded) {
    exchange.sink.reset();
  } else {
    Refuse(ErrorResponse(status));
  }
}

void Http1Connection::Refuse(ServerResponse response) {
  closing_ = true;
  Exchange& exchange = *exchange_;
  // First: the sink may own the responder.
  if (exchange.reply != nullptr) {
    std::exchange(exchange.reply, nullptr)->Detach();
  }
  exchange.sink.reset();
  if (!exchange.responded) {
    Respond(std::move(response));
  } else if (response_written()) {
    done_ = true;
  }
}

void Http1Connection::Respond(ServerResponse response) {
  Exchange& exchange = *exchange_;
  response = Sendable(std::move(response));
  exchange.responded = true;
  const ServerRequest& request = exchange.parser.request();
  const bool refused = exchange.parser.refusal().status != 0;
  if (refused || !exchange.parser.head_done() ||
      (!exchange.parser.done() && !CanSkipBody()) ||
      !exchange.parser.keep_alive()) {
    closing_ = true;
  }
  const uint64_t max_requests = host_.limits().max_requests;
  if (max_requests != 0 && host_.connection().requests() >= max_requests) {
    closing_ = true;
  }
  host_.stats().responses[response.status / 100].fetch_add(
      1, std::memory_order_relaxed);
  host_.LogRequest(request.method, request.target, response.status);

  ResponseFraming framing;
  framing.version = request.version;
  const bool head_only = request.method == "HEAD";
  if (!HasNoBody(response.status)) {
    if (response.body_reader != nullptr) {
      framing.content_length = response.body_reader->size();
      framing.chunked = !framing.content_length.has_value() &&
                        framing.version == Version::kHttp1_1;
      // The end of the stream is the end of the body.
      if (!framing.chunked && !framing.content_length.has_value()) {
        closing_ = true;
      }
    } else {
      framing.content_length = response.body.size();
    }
    uint64_t stated = 0;
    const auto length = response.headers.Get("Content-Length");
    if (head_only && length.has_value() && absl::SimpleAtoi(*length, &stated)) {
      framing.content_length = stated;
      framing.chunked = false;
    }
  }
  framing.keep_alive = !closing_;
  if (closing_) deadline_ = Time::max();
  exchange.head = SerializeResponseHead(response, framing, host_.date());
  if (!head_only && !HasNoBody(response.status)) {
    exchange.chunked = framing.chunked;
    exchange.body = std::move(response.body);
    exchange.reader_left = framing.content_length;
    exchange.reader = std::move(response.body_reader);
    if (exchange.reader != nullptr) exchange.body.clear();
  }
  if (!in_call_) host_.Wake();
}

bool Http1Connection::CanSkipBody() const {
  const Exchange& exchange = *exchange_;
  const auto& length = exchange.parser.request().content_length;
  return !exchange.awaits_continue && length.has_value() &&
         *length - exchange.received <= kMaxSkipped;
}

bool Http1Connection::response_written() const {
  return exchange_->responded && exchange_->head.empty() &&
         exchange_->body.empty() && exchange_->reader == nullptr;
}

void Http1Connection::AppendOutput(size_t size, std::string* out) {
  const Within within(&in_call_);
  while (!done_ && out->size() < size) {
    out->append(interim_);
    interim_.clear();
    if (exchange_ == nullptr || !exchange_->responded) return;
    out->append(exchange_->head);
    exchange_->head.clear();
    const size_t before = out->size();
    AppendBody(size, out);
    host_.stats().body_bytes_sent.fetch_add(out->size() - before,
                                            std::memory_order_relaxed);
    if (done_ || !response_written()) return;
    // The next request, unless the rest of this one has not arrived.
    AdvancePending();
    if (exchange_ != nullptr && response_written()) return;
  }
}

void Http1Connection::AppendBody(size_t size, std::string* out) {
  Exchange& exchange = *exchange_;
  if (exchange.reader != nullptr) return AppendFromReader(size, out);
  if (exchange.body.empty() || out->size() >= size) return;
  const size_t n =
      std::min(size - out->size(), exchange.body.size() - exchange.body_sent);
  out->append(exchange.body, exchange.body_sent, n);
  exchange.body_sent += n;
  if (exchange.body_sent == exchange.body.size()) exchange.body = {};
}

void Http1Connection::AppendFromReader(size_t size, std::string* out) {
  Exchange& exchange = *exchange_;
  const size_t head = exchange.chunked ? kChunkHead : 0;
  const size_t tail = exchange.chunked ? kChunkTail : 0;
  while (out->size() + kMinChunkRoom <= size) {
    if (exchange.reader_left.has_value() && *exchange.reader_left == 0) {
      exchange.reader.reset();
      return;
    }
    const size_t begin = out->size();
    size_t room = std::min<size_t>(size - begin - head - tail, 0xffff);
    if (exchange.reader_left.has_value()) {
      room = std::min<uint64_t>(room, *exchange.reader_left);
    }
    out->resize(begin + head + room + tail);
    const absl::StatusOr<size_t> read =
        ssl::Guarded("BodyReader", [&]() -> absl::StatusOr<size_t> {
          return exchange.reader->Read(
              absl::MakeSpan(&(*out)[begin + head], room));
        });
    if (!read.ok() || *read > room ||
        (*read == 0 && exchange.reader_left.has_value())) {
      out->resize(begin);
      return Abort();
    }
    if (*read == 0) {
      out->resize(begin);
      if (exchange.chunked) out->append("0\r\n\r\n");
      exchange.reader.reset();
      return;
    }
    out->resize(begin + head + *read + tail);
    if (exchange.reader_left.has_value()) *exchange.reader_left -= *read;
    if (!exchange.chunked) continue;
    WriteChunkHead(*read, &(*out)[begin]);
    out->replace(out->size() - kChunkTail, kChunkTail, "\r\n");
  }
}

void Http1Connection::Abort() {
  aborted_ = true;
  done_ = true;
}

bool Http1Connection::wants_input() const {
  if (done_ || input_ended_) return false;
  if (exchange_ == nullptr) return true;
  if (closing_ && exchange_->responded) {
    return exchange_->drained < kMaxDrained;
  }
  return !exchange_->parser.done();
}

bool Http1Connection::idle() const {
  return exchange_ == nullptr && !done_ && interim_.empty();
}

bool Http1Connection::disposable() const { return !input_ended_ && !closing_; }

void Http1Connection::OnDeadline() {
  const Within within(&in_call_);
  deadline_ = Time::max();
  if (exchange_ == nullptr) return;
  const bool head = !exchange_->parser.head_done();
  host_.LogFailure(ssl::MakeStatus(
      ssl::ErrorKind::kTimeout,
      head ? "the client did not send its request's headers in time"
           : "the client did not send its request's body in time"));
  if (!exchange_->parser.begun()) {
    done_ = true;
    return;
  }
  Refuse(ErrorResponse(absl::DeadlineExceededError(
      head ? "the request's headers did not arrive in time"
           : "the request's body did not arrive in time")));
}

void Http1Connection::Stop() {
  closing_ = true;
  if (exchange_ == nullptr) done_ = true;
}

}  // namespace airlock::http::internal
