// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Finds the TLS connections in a sequence of packets, and decodes them.
#ifndef AIRLOCK_PLATFORM_CAPTURE_DECODER_H_
#define AIRLOCK_PLATFORM_CAPTURE_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/capture/packet.h"
#include "platform/capture/stream.h"
#include "ssl/wire/connection.h"
#include "ssl/wire/event.h"
#include "ssl/wire/key_log.h"

namespace airlock::capture {

// A TLS connection of a capture.
struct ConnectionFacts {
  int number = 0;  // From 1, in the order in which TLS was found.
  Endpoint client;
  Endpoint server;
  absl::Time began;  // Its first packet.
};

class DecoderOutput {
 public:
  virtual ~DecoderOutput() = default;
  // A connection has TLS; before its first event.
  virtual void Found(const ConnectionFacts& connection) = 0;
  virtual void Happened(const ConnectionFacts& connection, absl::Time time,
                        const ssl::wire::Event& event) = 0;
};

// How many packets were not decoded.
struct DecoderCounts {
  uint64_t packets = 0;
  uint64_t fragments = 0;
  uint64_t malformed = 0;
  uint64_t connections = 0;  // With TLS.
  uint64_t evicted = 0;      // Followed no more, because others were newer.
};

// Follows a limited number of connections at once, with limited memory.
// Thread-compatible.
class Decoder {
 public:
  // A new connection takes the place of the one that was idle longest.
  static constexpr size_t kMaxConnections = 8192;
  // Of bytes that wait for others, in all connections.
  static constexpr size_t kMaxWaiting = 64 << 20;

  // `keys` may be null. Both must outlive this.
  Decoder(const ssl::wire::KeyLog* keys, DecoderOutput* output)
      : keys_(keys), output_(output) {}

  // The next packet, in the order of the capture.
  void Add(absl::Time time, int link_type, absl::string_view packet);
  // The capture ends.
  void Finish();

  const DecoderCounts& counts() const { return counts_; }

 private:
  using Key = std::pair<Endpoint, Endpoint>;
  struct Tracked;
  class Sink;

  // A segment that acknowledges bytes which the capture has later, if at all.
  struct Held {
    absl::Time time;
    Segment segment;
    std::string payload;
    bool from_initiator = false;
  };

  Tracked* Find(const Segment& segment, absl::Time time, bool* from_initiator);
  void Take(Tracked* tracked, const Segment& segment, bool from_initiator);
  void Hold(Tracked* tracked, const Segment& segment, bool from_initiator);
  // Takes what has waited long enough; everything if `all`.
  void Release(Tracked* tracked, bool all);
  void Close(Tracked* tracked);
  void Report(Tracked* tracked, const std::vector<ssl::wire::Event>& events);

  const ssl::wire::KeyLog* const keys_;
  DecoderOutput* const output_;
  // The most recently used first.
  std::list<Tracked> connections_;
  std::map<Key, std::list<Tracked>::iterator> index_;
  size_t waiting_ = 0;
  absl::Time now_;
  DecoderCounts counts_;
};

// A connection that is followed.
struct Decoder::Tracked {
  explicit Tracked(const ssl::wire::KeyLog* keys) : tls(keys) {}

  Key key;
  Endpoint initiator;
  Endpoint responder;
  absl::Time began;
  Stream streams[2];     // The initiator's first.
  std::list<Held> held;  // As they came.
  size_t held_bytes = 0;
  ssl::wire::Connection tls;
  ConnectionFacts facts;
};

}  // namespace airlock::capture

#endif  // AIRLOCK_PLATFORM_CAPTURE_DECODER_H_
