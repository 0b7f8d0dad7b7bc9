// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Turns the plain content of one connection's records into events.
#ifndef AIRLOCK_SSL_WIRE_CONVERSATION_H_
#define AIRLOCK_SSL_WIRE_CONVERSATION_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "ssl/options.h"
#include "ssl/wire/event.h"
#include "ssl/wire/handshake.h"

namespace airlock::ssl::wire {

// What both ends have agreed on so far. Thread-compatible.
class Conversation {
 public:
  // Decodes the next handshake message, and remembers what later ones depend
  // on.
  Event Handshake(bool from_client, uint8_t type, absl::string_view body);

  const HandshakeContext& context() const { return context_; }
  bool tls13() const { return context_.version >= 0x0304; }

 private:
  HandshakeContext context_;
};

// The other kinds of event. `type` and `version` are a record's, and `size` is
// that of its fragment.
Event RecordEvent(bool from_client, uint8_t type, uint16_t version,
                  size_t size);
Event AlertEvent(bool from_client, absl::string_view body);
Event ChangeCipherSpecEvent(bool from_client, absl::string_view body);
Event NoteEvent(bool from_client, absl::string_view text);

// Turns what ContextOptions::message gets into events, in order. One for each
// Socket. Thread-compatible.
class LiveTrace {
 public:
  explicit LiveTrace(Side side) : side_(side) {}

  // No event for what says nothing new.
  std::vector<Event> See(const TlsMessage& message);

 private:
  const Side side_;
  Conversation conversation_;
  // The client's and the server's ChangeCipherSpec were seen (TLS 1.2).
  bool encrypted_[2] = {false, false};
};

}  // namespace airlock::ssl::wire

#endif  // AIRLOCK_SSL_WIRE_CONVERSATION_H_
