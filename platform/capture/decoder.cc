// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/capture/decoder.h"

#include <utility>

namespace airlock::capture {
namespace {

// So many segments of a connection wait for what they acknowledge. It may be
// recorded after them, but not long after.
constexpr size_t kMaxHeld = 16;

}  // namespace

// Hands one stream of a connection to its TLS decoder.
class Decoder::Sink : public StreamSink {
 public:
  Sink(Decoder* decoder, Tracked* tracked, bool from_initiator)
      : decoder_(decoder), tracked_(tracked), from_initiator_(from_initiator) {}

  void Data(absl::string_view bytes) override {
    std::vector<ssl::wire::Event> events;
    tracked_->tls.Feed(from_initiator_, bytes, &events);
    decoder_->Report(tracked_, events);
  }
  void Lost() override {
    std::vector<ssl::wire::Event> events;
    tracked_->tls.Lost(from_initiator_, &events);
    decoder_->Report(tracked_, events);
  }
  void End() override {
    std::vector<ssl::wire::Event> events;
    tracked_->tls.End(from_initiator_, &events);
    decoder_->Report(tracked_, events);
  }

 private:
  Decoder* const decoder_;
  Tracked* const tracked_;
  const bool from_initiator_;
};

void Decoder::Add(absl::Time time, int link_type, absl::string_view packet) {
  ++counts_.packets;
  now_ = time;
  Segment segment;
  switch (ParsePacket(link_type, packet, &segment)) {
    case PacketKind::kTcp:
      break;
    case PacketKind::kFragment:
      ++counts_.fragments;
      return;
    case PacketKind::kMalformed:
      ++counts_.malformed;
      return;
    case PacketKind::kOther:
      return;
  }
  bool from_initiator = true;
  Tracked* const tracked = Find(segment, time, &from_initiator);
  if (tracked == nullptr) return;
  if (segment.rst) Release(tracked, /*all=*/true);
  const Stream& other = tracked->streams[from_initiator ? 1 : 0];
  if (segment.payload_size > 0 && segment.ack &&
      !other.HasAll(segment.acknowledged)) {
    Hold(tracked, segment, from_initiator);
  } else {
    Take(tracked, segment, from_initiator);
  }
  Release(tracked, /*all=*/false);
}

void Decoder::Hold(Tracked* tracked, const Segment& segment,
                   bool from_initiator) {
  Held held;
  held.time = now_;
  held.segment = segment;
  held.payload = std::string(segment.payload);
  held.from_initiator = from_initiator;
  waiting_ += held.payload.size();
  tracked->held_bytes += held.payload.size();
  tracked->held.push_back(std::move(held));
}

void Decoder::Release(Tracked* tracked, bool all) {
  const absl::Time now = now_;
  auto next = tracked->held.begin();
  while (next != tracked->held.end()) {
    const bool at_once = all || tracked->held.size() > kMaxHeld ||
                         tracked->held_bytes > Stream::kMaxWaiting ||
                         waiting_ > kMaxWaiting;
    const Stream& other = tracked->streams[next->from_initiator ? 1 : 0];
    if (!at_once && !other.HasAll(next->segment.acknowledged)) {
      ++next;
      continue;
    }
    Held held = std::move(*next);
    tracked->held.erase(next);
    waiting_ -= held.payload.size();
    tracked->held_bytes -= held.payload.size();
    held.segment.payload = held.payload;
    now_ = held.time;
    Take(tracked, held.segment, held.from_initiator);
    next = tracked->held.begin();
  }
  now_ = now;
}

void Decoder::Take(Tracked* tracked, const Segment& segment,
                   bool from_initiator) {
  Stream& stream = tracked->streams[from_initiator ? 0 : 1];
  Stream& other = tracked->streams[from_initiator ? 1 : 0];
  Sink sink(this, tracked, from_initiator);
  Sink other_sink(this, tracked, !from_initiator);
  waiting_ -= stream.waiting() + other.waiting();
  stream.Add(segment, &sink);
  if (segment.ack && other.started()) {
    other.Acknowledged(segment.acknowledged, &other_sink);
  }
  if (segment.rst) other.Finish(&other_sink);
  while (waiting_ + stream.waiting() + other.waiting() > kMaxWaiting &&
         stream.waiting() > 0) {
    stream.SkipGap(&sink);
  }
  waiting_ += stream.waiting() + other.waiting();
}

void Decoder::Finish() {
  // In the order in which they began to be followed.
  while (!connections_.empty()) Close(&connections_.back());
}

Decoder::Tracked* Decoder::Find(const Segment& segment, absl::Time time,
                                bool* from_initiator) {
  const bool in_order = segment.source < segment.destination;
  const Key key = in_order ? Key(segment.source, segment.destination)
                           : Key(segment.destination, segment.source);
  auto found = index_.find(key);
  if (found != index_.end() && segment.syn && !segment.ack) {
    // Both ports are used again, for another connection.
    Tracked& old = *found->second;
    const Stream& stream = old.streams[old.initiator == segment.source ? 0 : 1];
    if (stream.started() && !stream.IsSameStart(segment.sequence)) {
      Close(&old);
      found = index_.end();
    }
  }
  if (found == index_.end()) {
    if (!segment.syn && segment.payload_size == 0) return nullptr;
    if (connections_.size() == kMaxConnections) {
      ++counts_.evicted;
      Close(&connections_.back());
    }
    connections_.emplace_front(keys_);
    Tracked& made = connections_.front();
    made.key = key;
    made.began = time;
    // Who connected; without a SYN, ports of servers are usually lower.
    const bool is_initiator =
        segment.syn ? !segment.ack
                    : segment.source.port >= segment.destination.port;
    made.initiator = is_initiator ? segment.source : segment.destination;
    made.responder = is_initiator ? segment.destination : segment.source;
    found = index_.emplace(key, connections_.begin()).first;
  }
  connections_.splice(connections_.begin(), connections_, found->second);
  *from_initiator = found->second->initiator == segment.source;
  return &*found->second;
}

void Decoder::Close(Tracked* tracked) {
  Release(tracked, /*all=*/true);
  for (const bool from_initiator : {true, false}) {
    Stream& stream = tracked->streams[from_initiator ? 0 : 1];
    waiting_ -= stream.waiting();
    Sink sink(this, tracked, from_initiator);
    stream.Finish(&sink);
  }
  const auto found = index_.find(tracked->key);
  const auto place = found->second;
  index_.erase(found);
  connections_.erase(place);
}

void Decoder::Report(Tracked* tracked,
                     const std::vector<ssl::wire::Event>& events) {
  if (events.empty()) return;
  ConnectionFacts& facts = tracked->facts;
  if (facts.number == 0) {
    facts.number = static_cast<int>(++counts_.connections);
    facts.began = tracked->began;
    const bool as_guessed = tracked->tls.initiator_is_client();
    facts.client = as_guessed ? tracked->initiator : tracked->responder;
    facts.server = as_guessed ? tracked->responder : tracked->initiator;
    output_->Found(facts);
  }
  for (const ssl::wire::Event& event : events) {
    output_->Happened(facts, now_, event);
  }
}

}  // namespace airlock::capture
