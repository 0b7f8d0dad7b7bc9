// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/http2_session.h"

#include <nghttp2/nghttp2.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "platform/http/error.h"
#include "ssl/error.h"
#include "ssl/io_result.h"
#include "ssl/shown.h"

namespace airlock::http::internal {
namespace {

// How often Advance reads and writes before it lets other work go first.
constexpr int kTurns = 16;
// The same for IsIdle: more than the window of a stream that was cancelled.
constexpr int kIdleTurns = 256;
constexpr size_t kPart = 16 << 10;  // A TLS record.
// Of a request's fields.
constexpr size_t kMaxRequestFields = 1 << 20;
// Frames that carry nothing: at once, and per second.
constexpr double kFrameBurst = 1000;
constexpr double kFramesPerSecond = 200;

std::chrono::steady_clock::time_point Now() {
  return std::chrono::steady_clock::now();
}

absl::Span<const uint8_t> Bytes(absl::string_view text) {
  return absl::MakeSpan(reinterpret_cast<const uint8_t*>(text.data()),
                        text.size());
}

// Without the fields that belong to an HTTP/1.1 connection (RFC 9113, section
// 8.2.2), with names in lower case.
Headers RequestFields(const ExchangeOptions& options) {
  Headers fields = {
      {":method", options.method},
      {":scheme", "https"},
      {":authority", std::string(options.fields.Get("Host").value_or(""))},
      {":path", options.target}};
  for (const Header& field : options.fields) {
    if (absl::EqualsIgnoreCase(field.name, "Host") ||
        absl::EqualsIgnoreCase(field.name, "Transfer-Encoding")) {
      continue;
    }
    fields.Add(absl::AsciiStrToLower(field.name),
               absl::StripAsciiWhitespace(field.value));
  }
  return fields;
}

}  // namespace

Http2Session::Http2Session(ssl::Transport* stream)
    : stream_(stream), frames_(kFrameBurst, kFramesPerSecond) {}

Http2Session::~Http2Session() { nghttp2_session_del(session_); }

absl::StatusOr<std::unique_ptr<Http2Session>> Http2Session::Create(
    ssl::Transport* stream) {
  // Not make_unique: the constructor is private.
  std::unique_ptr<Http2Session> session(new Http2Session(stream));
  if (!session->CreateSession()) {
    return absl::ResourceExhaustedError("out of memory, to speak HTTP/2");
  }
  return session;
}

Http2Stream* Http2Session::Find(int32_t id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second;
}

absl::Status Http2Session::Submit(Http2Stream* stream) {
  const ExchangeOptions& options = stream->options();
  const Headers fields = RequestFields(options);
  size_t size = 0;
  for (const Header& field : fields) {
    size += field.name.size() + field.value.size();
  }
  if (size > kMaxRequestFields) {
    return MakeFailure(
        Failure::kInvalidRequest,
        absl::StrCat("the request's headers have ", size, " bytes; at most ",
                     kMaxRequestFields, " can be sent"));
  }
  const int32_t id = SubmitFields(fields, options.body != nullptr);
  if (id < 0) {
    stream->set_unprocessed();
    return MakeFailure(Failure::kOther, absl::StrCat("cannot send a request: ",
                                                     nghttp2_strerror(id)));
  }
  stream->set_id(id);
  streams_.emplace(id, stream);
  return absl::OkStatus();
}

void Http2Session::Cancel(Http2Stream* stream) {
  if (stream->ended()) {
    ended_.erase(std::remove(ended_.begin(), ended_.end(), stream),
                 ended_.end());
    return;
  }
  if (streams_.erase(stream->id()) == 0) return;
  (void)nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream->id(),
                                  NGHTTP2_CANCEL);
}

void Http2Session::End(Http2Stream* stream, absl::Status result) {
  streams_.erase(stream->id());
  stream->End(std::move(result));
  ended_.push_back(stream);
}

void Http2Session::Fail(Http2Stream* stream, absl::Status status) {
  (void)nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream->id(),
                                  NGHTTP2_CANCEL);
  End(stream, std::move(status));
}

void Http2Session::EndAll(
    absl::FunctionRef<absl::Status(const Http2Stream&)> result) {
  while (!streams_.empty()) {
    Http2Stream* const stream = streams_.begin()->second;
    End(stream, result(*stream));
  }
}

Http2Stream* Http2Session::NextEnded() {
  if (ended_.empty()) return nullptr;
  Http2Stream* const stream = ended_.front();
  ended_.pop_front();
  return stream;
}

bool Http2Session::IsFlood(absl::string_view bytes) {
  bool flood = false;
  scanner_.Scan(bytes, [&](const Http2FrameHeader& frame) {
    const bool useful =
        frame.type == NGHTTP2_DATA
            ? !frame.IsEmptyData()
            : frame.type == NGHTTP2_HEADERS && Find(frame.stream) != nullptr;
    if (!useful && !frames_.Allow(Now())) flood = true;
  });
  return flood;
}

absl::StatusOr<Http2Session::Progress> Http2Session::Advance() {
  for (int turn = 0; turn < kTurns && failure_.ok(); ++turn) {
    bool moved = false;
    wants_write_ = false;
    failure_ = Send(&moved);
    if (failure_.ok()) failure_ = Receive(&moved);
    if (failure_.ok() && !moved) return Progress::kWaiting;
  }
  if (failure_.ok()) return Progress::kBusy;
  EndAll([this](const Http2Stream&) { return failure_; });
  return failure_;
}

uint32_t Http2Session::events() const {
  return wants_write_ ? EPOLLIN | EPOLLOUT : EPOLLIN;
}

bool Http2Session::accepts() const {
  return failure_.ok() && send_failure_.ok() && sent_error_ == 0 &&
         nghttp2_session_check_request_allowed(session_) != 0;
}

absl::Status Http2Session::Send(bool* moved) {
  if (!send_failure_.ok()) return absl::OkStatus();
  while (sending_.size() < kPart) {
    const uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
    if (size < 0) {
      return MakeFailure(
          Failure::kOther,
          absl::StrCat("cannot send HTTP/2: ",
                       nghttp2_strerror(static_cast<int>(size))));
    }
    if (size == 0) break;
    sending_.append(reinterpret_cast<const char*>(bytes),
                    static_cast<size_t>(size));
  }
  if (!sending_.empty()) {
    const ssl::IoResult result = stream_->Write(Bytes(sending_));
    if (result.done()) {
      sending_.erase(0, result.bytes());
      *moved = true;
    } else if (result.want_write()) {
      wants_write_ = true;
    } else if (!result.want_read()) {
      // The server may have answered before it stopped reading.
      send_failure_ = result.status();
    }
  }
  return sent_error_ == 0 ? absl::OkStatus() : Violation();
}

absl::Status Http2Session::Receive(bool* moved) {
  std::array<uint8_t, kPart> part;
  const ssl::IoResult result = stream_->Read(absl::MakeSpan(part));
  if (result.done()) {
    *moved = true;
    const absl::string_view bytes(reinterpret_cast<const char*>(part.data()),
                                  result.bytes());
    const ssize_t used =
        IsFlood(bytes)
            ? ssize_t{NGHTTP2_ERR_FLOODED}
            : nghttp2_session_mem_recv(session_, part.data(), result.bytes());
    if (used >= 0) return absl::OkStatus();
    if (used == NGHTTP2_ERR_NOMEM) {
      return absl::ResourceExhaustedError("out of memory, to read HTTP/2");
    }
    detail_ = used == NGHTTP2_ERR_FLOODED
                  ? "it sends too many frames that carry nothing"
                  : nghttp2_strerror(static_cast<int>(used));
    (void)nghttp2_session_terminate_session(session_,
                                            NGHTTP2_ENHANCE_YOUR_CALM);
    bool ignored = false;
    (void)Send(&ignored);
    return Violation();
  }
  if (result.want_write()) wants_write_ = true;
  if (result.want_write() || result.want_read()) return absl::OkStatus();
  const std::string detail = GoawayDetail();
  if (result.closed()) {
    EndAll([&](const Http2Stream& stream) {
      // A failure to send says more than a missing response.
      return !stream.answered() && !send_failure_.ok()
                 ? send_failure_
                 : stream.Truncated(detail);
    });
    return MakeFailure(Failure::kTruncated,
                       absl::StrCat("the connection has ended", detail));
  }
  const ssl::ErrorKind kind = ssl::GetErrorKind(result.status());
  if (kind == ssl::ErrorKind::kUnexpectedEof ||
      kind == ssl::ErrorKind::kTransport) {
    return WithFailure(result.status(), Failure::kTruncated);
  }
  return result.status();
}

absl::Status Http2Session::Violation() const {
  const uint32_t code =
      sent_error_ == 0 ? uint32_t{NGHTTP2_ENHANCE_YOUR_CALM} : sent_error_;
  return MakeFailure(
      Failure::kProtocol,
      absl::StrCat("the server violated HTTP/2 (", Http2ErrorName(code), ")",
                   detail_.empty() ? "" : ": ", detail_));
}

std::string Http2Session::GoawayDetail() const {
  if (!goaway_received_ || received_error_ == NGHTTP2_NO_ERROR) return "";
  return absl::StrCat("; the server had sent GOAWAY (",
                      Http2ErrorName(received_error_),
                      debug_data_.empty() ? "" : ", \"", debug_data_,
                      debug_data_.empty() ? "" : "\"", ")");
}

bool Http2Session::IsIdle() {
  if (!streams_.empty()) return false;
  for (int turn = 0; turn < kIdleTurns && failure_.ok(); ++turn) {
    bool moved = false;
    wants_write_ = false;
    failure_ = Send(&moved);
    if (failure_.ok()) failure_ = Receive(&moved);
    if (!moved) return accepts() && sending_.empty();
  }
  return false;
}

void Http2Session::Close() {
  if (!failure_.ok()) return;
  (void)nghttp2_session_terminate_session(session_, NGHTTP2_NO_ERROR);
  bool ignored = false;
  (void)Send(&ignored);
}

}  // namespace airlock::http::internal
