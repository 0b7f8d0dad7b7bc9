// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/http1_transfer.h"

#include <sys/epoll.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "platform/http/error.h"
#include "ssl/error.h"
#include "ssl/io_result.h"

namespace airlock::http::internal {
namespace {

// How often Advance reads and writes before it lets other work go first.
constexpr int kTurns = 16;
// 1xx before the final response.
constexpr int kMaxInterimResponses = 16;

absl::Span<const uint8_t> Bytes(absl::string_view text) {
  return absl::MakeSpan(reinterpret_cast<const uint8_t*>(text.data()),
                        text.size());
}

// A stream that ended without close_notify, or with an error.
absl::Status ReadFailed(absl::Status status) {
  const ssl::ErrorKind kind = ssl::GetErrorKind(status);
  if (kind == ssl::ErrorKind::kUnexpectedEof ||
      kind == ssl::ErrorKind::kTransport) {
    return WithFailure(std::move(status), Failure::kTruncated);
  }
  return status;
}

}  // namespace

Http1Transfer::Http1Transfer(ssl::Transport* stream, ExchangeOptions options)
    : stream_(stream),
      options_(std::move(options)),
      head_(SerializeHead(options_.method, options_.target, options_.fields)),
      chunked_(options_.body != nullptr && !options_.body->size().has_value()),
      sending_(head_) {
  NewParser();
}

void Http1Transfer::NewParser() {
  parser_ = std::make_unique<ResponseParser>(
      options_.no_body, options_.max_header, options_.on_body);
}

absl::StatusOr<Http1Transfer::Progress> Http1Transfer::Advance() {
  for (int turn = 0; turn < kTurns; ++turn) {
    bool sent = false;
    bool received = false;
    wants_write_ = false;
    absl::Status status = Send(&sent);
    if (status.ok()) status = Receive(&received);
    if (!status.ok()) return status;
    if (complete()) return Progress::kDone;
    if (!received && (!sent || sent_all_)) return Progress::kWaiting;
  }
  return Progress::kBusy;
}

uint32_t Http1Transfer::events() const {
  return wants_write_ ? EPOLLIN | EPOLLOUT : EPOLLIN;
}

bool Http1Transfer::reusable() const {
  return sent_all_ && send_failure_.ok() && received_.empty() &&
         parser_->keep_alive();
}

absl::Status Http1Transfer::Refill() {
  if (options_.body == nullptr || options_.body->ended()) {
    sent_all_ = true;
    return absl::OkStatus();
  }
  const absl::StatusOr<absl::string_view> next = options_.body->Next();
  if (!next.ok()) return next.status();
  sending_ = *next;
  if (chunked_) {
    chunk_ = SerializeChunk(*next);
    sending_ = chunk_;
  }
  sent_all_ = sending_.empty();
  return absl::OkStatus();
}

absl::Status Http1Transfer::Send(bool* moved) {
  if (sent_all_ || !send_failure_.ok()) return absl::OkStatus();
  const ssl::IoResult result = stream_->Write(Bytes(sending_));
  if (result.done()) {
    sending_.remove_prefix(result.bytes());
    *moved = true;
    // Now, so that sent_all_ is up to date when the response arrives.
    if (sending_.empty()) return Refill();
  } else if (result.want_write()) {
    wants_write_ = true;
  } else if (!result.want_read()) {
    // The server may have answered before it stopped reading.
    send_failure_ = result.status();
  }
  return absl::OkStatus();
}

absl::Status Http1Transfer::Receive(bool* moved) {
  std::array<uint8_t, 16 << 10> part;
  const ssl::IoResult result = stream_->Read(absl::MakeSpan(part));
  if (result.done()) {
    *moved = true;
    answered_ = true;
    received_.append(reinterpret_cast<const char*>(part.data()),
                     result.bytes());
    return Parse();
  }
  if (result.want_write()) wants_write_ = true;
  if (result.want_write() || result.want_read()) return absl::OkStatus();
  if (!result.closed()) return ReadFailed(result.status());
  absl::Status status = parser_->PutEof();
  // A failure to send says more than a missing response.
  if (!status.ok() && !answered_ && !send_failure_.ok()) return send_failure_;
  return status;
}

absl::Status Http1Transfer::Parse() {
  size_t offset = 0;
  while (offset < received_.size() && !complete()) {
    const absl::StatusOr<size_t> used =
        parser_->Put(absl::string_view(received_).substr(offset));
    if (!used.ok()) return used.status();
    offset += *used;
    if (parser_->head_done() && !announced_) {
      const int code = parser_->head().status;
      if (code == 101) {
        return MakeFailure(Failure::kProtocol,
                           "the server switches to another protocol, which "
                           "was not asked for");
      }
      if (code < 200) {
        if (++interim_responses_ > kMaxInterimResponses) {
          return MakeFailure(
              Failure::kProtocol,
              absl::StrCat("the server sent more than ", kMaxInterimResponses,
                           " interim (1xx) responses"));
        }
        NewParser();
        continue;
      }
      announced_ = true;
      if (options_.on_head != nullptr) {
        const absl::Status status = options_.on_head(parser_->head());
        if (!status.ok()) return status;
      }
    } else if (*used == 0) {
      break;
    }
  }
  received_.erase(0, offset);
  return absl::OkStatus();
}

}  // namespace airlock::http::internal
