// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What happens on a TLS connection, as plain data.
#ifndef AIRLOCK_SSL_WIRE_EVENT_H_
#define AIRLOCK_SSL_WIRE_EVENT_H_

#include "absl/strings/string_view.h"
#include "ssl/wire/field.h"

namespace airlock::ssl::wire {

enum class EventKind {
  // A record; what it holds follows as events of its own.
  kRecord,
  // A handshake message.
  kHandshake,
  kAlert,
  kChangeCipherSpec,
  // Application data, by size.
  kData,
  // Anything else, such as bytes that are missing.
  kNote,
};

// "record", "handshake", "alert", "change_cipher_spec", "data", "note".
absl::string_view EventKindName(EventKind kind);

struct Event {
  EventKind kind = EventKind::kNote;
  bool from_client = false;
  // It was encrypted on the wire.
  bool encrypted = false;
  // Name and value are one line; the fields are the details.
  Field field;
};

}  // namespace airlock::ssl::wire

#endif  // AIRLOCK_SSL_WIRE_EVENT_H_
