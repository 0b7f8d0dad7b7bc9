// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/conversation.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/wire/names.h"
#include "ssl/wire/record.h"

namespace airlock::ssl::wire {
namespace {

// TlsMessage::content_type of a record's header.
constexpr int kHeader = 256;
constexpr size_t kMessageHeader = 4;

absl::string_view View(absl::Span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

uint8_t ByteAt(absl::string_view bytes, size_t index) {
  return static_cast<uint8_t>(bytes[index]);
}

}  // namespace

absl::string_view EventKindName(EventKind kind) {
  switch (kind) {
    case EventKind::kRecord:
      return "record";
    case EventKind::kHandshake:
      return "handshake";
    case EventKind::kAlert:
      return "alert";
    case EventKind::kChangeCipherSpec:
      return "change_cipher_spec";
    case EventKind::kData:
      return "data";
    case EventKind::kNote:
      break;
  }
  return "note";
}

Event Conversation::Handshake(bool from_client, uint8_t type,
                              absl::string_view body) {
  const std::optional<Hello> hello = body.size() <= kMaxHandshakeMessage
                                         ? ReadHello(type, body)
                                         : std::nullopt;
  if (hello.has_value() && type == kServerHello) {
    context_.version = hello->version;
    context_.suite = hello->suites.empty() ? 0 : hello->suites[0];
  }
  Event event;
  event.kind = EventKind::kHandshake;
  event.from_client = from_client;
  event.field = DecodeHandshake(type, body, context_);
  return event;
}

Event RecordEvent(bool from_client, uint8_t type, uint16_t version,
                  size_t size) {
  Event event;
  event.kind = EventKind::kRecord;
  event.from_client = from_client;
  const absl::string_view type_name = ContentTypeName(type);
  const absl::string_view version_name = VersionName(version);
  event.field = Words(
      "Record",
      absl::StrCat(
          type_name.empty() ? absl::StrCat("type ", type) : type_name, ", ",
          version_name.empty() ? WithNumber("", version, 2) : version_name,
          ", ", Count(size, "byte")));
  return event;
}

Event AlertEvent(bool from_client, absl::string_view body) {
  Event event;
  event.kind = EventKind::kAlert;
  event.from_client = from_client;
  event.field = DecodeAlert(body);
  return event;
}

Event ChangeCipherSpecEvent(bool from_client, absl::string_view body) {
  Event event;
  event.kind = EventKind::kChangeCipherSpec;
  event.from_client = from_client;
  event.field = Words("ChangeCipherSpec", "");
  if (body != absl::string_view("\x01", 1)) {
    event.field = Bytes("ChangeCipherSpec", body);
    event.field.problem = "should be one byte, 1";
  }
  return event;
}

Event NoteEvent(bool from_client, absl::string_view text) {
  Event event;
  event.from_client = from_client;
  event.field = Words("Note", text);
  return event;
}

std::vector<Event> LiveTrace::See(const TlsMessage& message) {
  const bool from_client = message.sent == (side_ == Side::kClient);
  const absl::string_view bytes = View(message.bytes);
  bool& encrypted = encrypted_[from_client ? 0 : 1];
  std::vector<Event> events;
  if (message.content_type == kHeader) {
    if (bytes.size() == kRecordHeader) {
      const auto version =
          static_cast<uint16_t>(ByteAt(bytes, 1) << 8 | ByteAt(bytes, 2));
      events.push_back(RecordEvent(
          from_client, ByteAt(bytes, 0), version,
          static_cast<size_t>(ByteAt(bytes, 3)) << 8 | ByteAt(bytes, 4)));
      events.back().encrypted =
          ByteAt(bytes, 0) == kApplicationData ||
          (encrypted && ByteAt(bytes, 0) != kChangeCipherSpec);
    }
  } else if (message.content_type == kHandshake) {
    if (bytes.size() >= kMessageHeader) {
      const uint8_t type = ByteAt(bytes, 0);
      events.push_back(conversation_.Handshake(from_client, type,
                                               bytes.substr(kMessageHeader)));
      const bool hello = type == kClientHello || type == kServerHello;
      events.back().encrypted = encrypted || (conversation_.tls13() && !hello);
    }
  } else if (message.content_type == kAlert) {
    events.push_back(AlertEvent(from_client, bytes));
    events.back().encrypted = encrypted || conversation_.tls13();
  } else if (message.content_type == kChangeCipherSpec) {
    events.push_back(ChangeCipherSpecEvent(from_client, bytes));
    if (!conversation_.tls13()) encrypted = true;
  }
  return events;
}

}  // namespace airlock::ssl::wire
