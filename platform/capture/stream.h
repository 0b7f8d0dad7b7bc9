// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Puts the bytes of one direction of a TCP connection in order.
#ifndef AIRLOCK_PLATFORM_CAPTURE_STREAM_H_
#define AIRLOCK_PLATFORM_CAPTURE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "platform/capture/packet.h"

namespace airlock::capture {

// What a stream hands on, in order.
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  virtual void Data(absl::string_view bytes) = 0;
  // Bytes are missing here.
  virtual void Lost() = 0;
  // The stream ends, or what follows will never come.
  virtual void End() = 0;
};

// Bytes that are retransmitted or overlap are handed on once, as they came
// first. Bytes that come too early wait, up to a limit; what is missing then is
// lost. Thread-compatible.
class Stream {
 public:
  // At most this many bytes wait, in at most this many pieces.
  static constexpr size_t kMaxWaiting = 256 << 10;
  static constexpr size_t kMaxPieces = 1024;

  // The next segment of this direction.
  void Add(const Segment& segment, StreamSink* sink);
  // The other end says that it has all bytes before `sequence`: what is missing
  // of them was sent, but not captured. Called for each of its segments.
  void Acknowledged(uint32_t sequence, StreamSink* sink);
  // Hands on what waits up to the next gap; the one before it is lost.
  void SkipGap(StreamSink* sink);
  // Hands on all that waits, with its gaps, and ends.
  void Finish(StreamSink* sink);

  // How many bytes wait.
  size_t waiting() const { return waiting_; }
  bool started() const { return next_.has_value(); }
  bool ended() const { return ended_; }
  // Whether all bytes before `sequence` were handed on. True, too, if it is not
  // known where the stream begins.
  bool HasAll(uint32_t sequence) const;
  // Whether a SYN with this sequence number belongs to the same stream.
  bool IsSameStart(uint32_t sequence) const {
    return first_.has_value() && *first_ == sequence;
  }

 private:
  // A segment that came too early.
  struct Piece {
    std::string bytes;
    size_t size = 0;  // With what the capture cut off.
  };

  // Hands on bytes that begin at or before the next one.
  void Take(uint64_t position, absl::string_view bytes, size_t size,
            StreamSink* sink);
  void TakeWaiting(StreamSink* sink);
  void EndIfDone(StreamSink* sink);

  // Positions do not wrap, unlike sequence numbers.
  std::optional<uint64_t> next_;
  std::optional<uint32_t> first_;  // The SYN's, or what it would have.
  std::optional<uint64_t> fin_;
  std::map<uint64_t, Piece> pieces_;
  size_t waiting_ = 0;
  // How often the other end has acknowledged what is missing.
  int acknowledgements_ = 0;
  bool ended_ = false;
};

}  // namespace airlock::capture

#endif  // AIRLOCK_PLATFORM_CAPTURE_STREAM_H_
