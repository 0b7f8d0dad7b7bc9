// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/http2_stream.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "platform/http/error.h"

namespace airlock::http::internal {
namespace {

// 1xx before the final response.
constexpr int kMaxInterimResponses = 16;
// What a field takes in HTTP/1.1 besides its name and value: ": " and CRLF.
constexpr size_t kFieldOverhead = 4;

}  // namespace

void Http2Stream::BeginFields() {
  answered_ = true;
  field_bytes_ = 0;
  if (announced_) return;
  head_ = ResponseHead();
  head_.version = Version::kHttp2;
}

absl::Status Http2Stream::OnField(absl::string_view name,
                                  absl::string_view value) {
  field_bytes_ += name.size() + value.size() + kFieldOverhead;
  if (field_bytes_ > options_.max_header) {
    return MakeFailure(Failure::kTooLarge,
                       absl::StrCat("the response's headers are larger than ",
                                    options_.max_header, " bytes"));
  }
  if (announced_) return absl::OkStatus();  // Trailers are not used.
  if (name == ":status") {
    if (!absl::SimpleAtoi(value, &head_.status) || head_.status < 100) {
      return MakeFailure(Failure::kProtocol,
                         "the response is not valid HTTP: its status is not a "
                         "number from 100");
    }
    return absl::OkStatus();
  }
  uint64_t length = 0;
  if (name == "content-length" && absl::SimpleAtoi(value, &length)) {
    head_.content_length = length;
  }
  head_.headers.Add(name, value);
  return absl::OkStatus();
}

absl::Status Http2Stream::OnFieldsEnd() {
  if (announced_) return absl::OkStatus();
  if (head_.status == 101) {
    return MakeFailure(Failure::kProtocol,
                       "the server switches to another protocol, which was "
                       "not asked for");
  }
  if (head_.status < 200) {
    if (++interim_responses_ <= kMaxInterimResponses) return absl::OkStatus();
    return MakeFailure(
        Failure::kProtocol,
        absl::StrCat("the server sent more than ", kMaxInterimResponses,
                     " interim (1xx) responses"));
  }
  announced_ = true;
  return options_.on_head == nullptr ? absl::OkStatus()
                                     : options_.on_head(head_);
}

absl::StatusOr<bool> Http2Stream::OnData(absl::string_view data) {
  if (options_.no_body) {
    return MakeFailure(Failure::kProtocol,
                       "the response is not valid HTTP: it has a body, which "
                       "its request excludes");
  }
  return options_.on_body(data);
}

absl::StatusOr<size_t> Http2Stream::ReadBody(absl::Span<uint8_t> into,
                                             bool* last) {
  RequestBody& body = *options_.body;
  if (sending_.empty() && !body.ended()) {
    const absl::StatusOr<absl::string_view> next = body.Next();
    if (!next.ok()) return next.status();
    sending_ = *next;
  }
  const size_t size = std::min(into.size(), sending_.size());
  std::copy_n(sending_.begin(), size, into.begin());
  sending_.remove_prefix(size);
  *last = sending_.empty() && body.ended();
  return size;
}

absl::Status Http2Stream::OnReset(uint32_t code) {
  // A response that has begun contradicts these two, and sending the request
  // again would give its callbacks two responses.
  if (code == NGHTTP2_REFUSED_STREAM && !announced_) {
    unprocessed_ = true;
    return MakeFailure(Failure::kTruncated,
                       "the server refused the request before it acted on it "
                       "(REFUSED_STREAM, or GOAWAY)");
  }
  if (code == NGHTTP2_HTTP_1_1_REQUIRED && !announced_) {
    requires_http1_ = true;
    return MakeFailure(Failure::kProtocol,
                       "the server requires HTTP/1.1 for this request "
                       "(HTTP_1_1_REQUIRED); allow that version");
  }
  return MakeFailure(
      Failure::kTruncated,
      absl::StrCat("the server ended the request before the response was "
                   "complete (RST_STREAM, ",
                   Http2ErrorName(code), ")"));
}

absl::Status Http2Stream::Truncated(absl::string_view detail) const {
  return MakeFailure(
      Failure::kTruncated,
      absl::StrCat(announced_ ? "the connection ended in the middle of the "
                                "response's body"
                              : "the connection ended before a response",
                   detail));
}

void Http2Stream::End(absl::Status result) {
  ended_ = true;
  result_ = std::move(result);
}

void Http2Stream::Finish() {
  const OnEnd on_end = std::exchange(on_end_, nullptr);
  if (on_end != nullptr) on_end(std::move(result_));
}

absl::string_view Http2ErrorName(uint32_t code) {
  return nghttp2_http2_strerror(code);
}

}  // namespace airlock::http::internal
