// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/internal/read_ahead_transport.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace airlock::http::internal {

using ssl::IoResult;

ReadAheadTransport::ReadAheadTransport(
    std::unique_ptr<platform::PosixTransport> transport,
    absl::Span<uint8_t> buffer)
    : transport_(std::move(transport)), shares_buffer_(true), buffer_(buffer) {}

ReadAheadTransport::ReadAheadTransport(
    std::unique_ptr<platform::PosixTransport> transport)
    : transport_(std::move(transport)), shares_buffer_(false) {}

IoResult ReadAheadTransport::Read(absl::Span<uint8_t> into) {
  if (left_.empty()) {
    kept_ = {};
    if (drained_ && !ended_) return IoResult::WantRead();
    if (buffer_.empty()) {
      // Not make_unique, which would clear it.
      own_buffer_.reset(new uint8_t[kBufferSize]);
      buffer_ = absl::MakeSpan(own_buffer_.get(), kBufferSize);
    }
    const IoResult result = transport_->Read(buffer_);
    ended_ = ended_ || result.closed() || result.failed();
    drained_ = !result.done() || result.bytes() < buffer_.size();
    if (!result.done()) return result;
    left_ = buffer_.first(result.bytes());
  }
  const size_t n = std::min(into.size(), left_.size());
  std::memcpy(into.data(), left_.data(), n);
  left_.remove_prefix(n);
  return IoResult::Done(n);
}

IoResult ReadAheadTransport::Write(absl::Span<const uint8_t> from) {
  return transport_->Write(from);
}

void ReadAheadTransport::LeaveBuffer() {
  if (!shares_buffer_) {
    if (!left_.empty()) return;
    own_buffer_.reset();
    buffer_ = {};
    return;
  }
  if (left_.empty()) {
    kept_ = {};
    return;
  }
  if (!kept_.empty()) return;  // It is there already.
  kept_.assign(reinterpret_cast<const char*>(left_.data()), left_.size());
  left_ = {reinterpret_cast<const uint8_t*>(kept_.data()), kept_.size()};
}

}  // namespace airlock::http::internal
