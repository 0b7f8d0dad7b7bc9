// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/capture/stream.h"

#include <algorithm>
#include <utility>

namespace airlock::capture {
namespace {

// Positions begin here, so that a segment from before the start has one, too.
constexpr uint64_t kStart = uint64_t{1} << 32;
// A segment may be recorded after its acknowledgement, but not long after.
constexpr int kAcknowledgementsOfLoss = 16;

}  // namespace

void Stream::Add(const Segment& segment, StreamSink* sink) {
  if (ended_) return;
  uint32_t sequence = segment.sequence;
  if (segment.syn) {
    ++sequence;  // The SYN takes one number.
  }
  if (!next_.has_value()) {
    first_ = sequence - 1;
    // The lower half of a position is the sequence number.
    next_ = kStart + sequence;
    if (!segment.syn) sink->Lost();
  }
  const auto distance =
      static_cast<int32_t>(sequence - static_cast<uint32_t>(*next_));
  const uint64_t position = *next_ + static_cast<int64_t>(distance);
  if (segment.fin && !fin_.has_value()) {
    fin_ = position + segment.payload_size;
  }
  if (segment.payload_size > 0) {
    if (distance <= 0) {
      Take(position, segment.payload, segment.payload_size, sink);
      TakeWaiting(sink);
    } else {
      auto [piece, added] = pieces_.try_emplace(position);
      // Of two at the same place, the longer one has more.
      if (added || piece->second.bytes.size() < segment.payload.size()) {
        waiting_ += segment.payload.size() - piece->second.bytes.size();
        piece->second.bytes.append(
            segment.payload.substr(piece->second.bytes.size()));
      }
      piece->second.size = std::max(piece->second.size, segment.payload_size);
      while (waiting_ > kMaxWaiting || pieces_.size() > kMaxPieces) {
        SkipGap(sink);
      }
    }
  }
  EndIfDone(sink);
  if (segment.rst) Finish(sink);
}

void Stream::Acknowledged(uint32_t sequence, StreamSink* sink) {
  if (ended_ || pieces_.empty()) return;
  const auto distance =
      static_cast<int32_t>(sequence - static_cast<uint32_t>(*next_));
  if (distance <= 0) return;
  if (++acknowledgements_ < kAcknowledgementsOfLoss) return;
  SkipGap(sink);
  EndIfDone(sink);
}

void Stream::Finish(StreamSink* sink) {
  if (ended_) return;
  while (!pieces_.empty()) SkipGap(sink);
  ended_ = true;
  sink->End();
}

void Stream::Take(uint64_t position, absl::string_view bytes, size_t size,
                  StreamSink* sink) {
  const uint64_t known = *next_ - position;
  if (known >= size) return;
  next_ = position + size;
  acknowledgements_ = 0;
  if (known < bytes.size()) sink->Data(bytes.substr(known));
  // A byte that neither this nor an earlier segment has.
  if (bytes.size() < size) sink->Lost();
}

void Stream::TakeWaiting(StreamSink* sink) {
  while (!pieces_.empty() && pieces_.begin()->first <= *next_) {
    const auto first = pieces_.begin();
    const uint64_t position = first->first;
    const Piece piece = std::move(first->second);
    pieces_.erase(first);
    waiting_ -= piece.bytes.size();
    Take(position, piece.bytes, piece.size, sink);
  }
}

bool Stream::HasAll(uint32_t sequence) const {
  return ended_ || !next_.has_value() ||
         static_cast<int32_t>(sequence - static_cast<uint32_t>(*next_)) <= 0;
}

void Stream::SkipGap(StreamSink* sink) {
  if (pieces_.empty()) return;
  if (pieces_.begin()->first > *next_) {
    sink->Lost();
    next_ = pieces_.begin()->first;
    acknowledgements_ = 0;
  }
  TakeWaiting(sink);
}

void Stream::EndIfDone(StreamSink* sink) {
  if (ended_ || !fin_.has_value() || *next_ < *fin_) return;
  pieces_.clear();
  waiting_ = 0;
  ended_ = true;
  sink->End();
}

}  // namespace airlock::capture
