// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/connection.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ssl/shown.h"
#include "ssl/wire/names.h"

namespace airlock::ssl::wire {
namespace {

constexpr size_t kMessageHeader = 4;
// How many records may be missing in a gap, for decryption to go on after it.
constexpr int kMaxMissing = 64;

size_t LengthOf(absl::string_view header) {
  return static_cast<size_t>(static_cast<uint8_t>(header[1])) << 16 |
         static_cast<size_t>(static_cast<uint8_t>(header[2])) << 8 |
         static_cast<uint8_t>(header[3]);
}

// The first line of an HTTP message; empty for other content.
std::string StartLine(absl::string_view content) {
  const absl::string_view line = content.substr(0, content.find('\r'));
  constexpr size_t kMost = 2000;
  const bool http =
      line.size() < std::min(content.size(), kMost) &&
      (absl::StartsWith(line, "HTTP/1.") || absl::EndsWith(line, " HTTP/1.1") ||
       absl::EndsWith(line, " HTTP/1.0") || line == "PRI * HTTP/2.0");
  return http ? Shown(line) : "";
}

Event DataEvent(bool from_client, absl::string_view content) {
  Event event;
  event.kind = EventKind::kData;
  event.from_client = from_client;
  event.field = Words("Data", Count(content.size(), "byte"));
  const std::string line = StartLine(content);
  if (!line.empty()) absl::StrAppend(&event.field.value, ": ", line);
  return event;
}

// RFC 6520. The length of the payload may lie, to get more back (Heartbleed).
Event HeartbeatEvent(bool from_client, absl::string_view content) {
  Event event = NoteEvent(from_client, "");
  event.field = Words("Heartbeat", Count(content.size(), "byte"));
  if (content.size() < 3) {
    event.field.problem = "too short";
    return event;
  }
  const size_t claimed = static_cast<size_t>(static_cast<uint8_t>(content[1]))
                             << 8 |
                         static_cast<uint8_t>(content[2]);
  event.field.value = absl::StrCat(content[0] == 1   ? "request"
                                   : content[0] == 2 ? "response"
                                                     : "unknown type",
                                   ", payload of ", Count(claimed, "byte"));
  if (claimed > content.size() - 3) {
    event.field.problem =
        absl::StrCat("only ", Count(content.size() - 3, "byte"), " follow");
  }
  return event;
}

}  // namespace

absl::string_view Connection::SecretOf(absl::string_view label) const {
  return keys_ == nullptr ? "" : keys_->Find(label, client_random_);
}

bool Connection::Begins(bool from_initiator, absl::string_view bytes,
                        bool after_loss) {
  if (LooksLikeHello(bytes, /*server=*/false)) {
    initiator_is_client_ = from_initiator;
    return true;
  }
  if (LooksLikeHello(bytes, /*server=*/true)) {
    initiator_is_client_ = !from_initiator;
    return true;
  }
  // Without a hello: in a connection that has TLS, or that began before the
  // capture, anything that is a record.
  if (!found() && !after_loss) return false;
  RecordReader reader;
  reader.Feed(bytes);
  Record record;
  return reader.Read(&record) == RecordReader::Next::kRecord &&
         (found() || reader.pending() == 0 ||
          reader.Read(&record) != RecordReader::Next::kNotTls);
}

void Connection::Feed(bool from_initiator, absl::string_view bytes,
                      std::vector<Event>* events) {
  Stream& stream = streams_[from_initiator ? 0 : 1];
  if (stream.ended || bytes.empty()) return;
  if (!stream.started) {
    stream.first.append(bytes);
    // A hello may come in small pieces.
    if (stream.first.size() <= kRecordHeader && LooksLikeRecord(stream.first)) {
      return;
    }
    std::string first = std::move(stream.first);
    stream.first.clear();
    if (!Begins(from_initiator, first, stream.lost)) return;
    stream.started = true;
    stream.records.Feed(first);
  } else {
    stream.records.Feed(bytes);
  }
  ReadRecords(&stream, from_initiator == initiator_is_client_, events);
}

void Connection::Lost(bool from_initiator, std::vector<Event>* events) {
  Stream& stream = streams_[from_initiator ? 0 : 1];
  stream.lost = true;
  stream.first.clear();
  if (!stream.started || stream.ended) return;
  const bool from_client = from_initiator == initiator_is_client_;
  const size_t dropped = stream.records.Clear() + stream.handshake.size();
  stream.handshake.clear();
  stream.skip = 0;
  events->push_back(NoteEvent(
      from_client,
      dropped == 0
          ? "bytes are missing here"
          : absl::StrCat("bytes are missing here, and the ",
                         Count(dropped, "byte"), " before belong to them")));
}

void Connection::End(bool from_initiator, std::vector<Event>* events) {
  Stream& stream = streams_[from_initiator ? 0 : 1];
  if (!stream.started || stream.ended) return;
  stream.ended = true;
  const size_t left = stream.records.Clear();
  const bool from_client = from_initiator == initiator_is_client_;
  if (left > 0) {
    events->push_back(
        NoteEvent(from_client, absl::StrCat("ends inside a record, after ",
                                            Count(left, "byte"), " of it")));
  }
  if (!stream.handshake.empty()) {
    events->push_back(NoteEvent(
        from_client,
        absl::StrCat("ends inside a handshake message, after ",
                     Count(stream.handshake.size(), "byte"), " of it")));
  }
  stream.handshake.clear();
}

void Connection::ReadRecords(Stream* stream, bool from_client,
                             std::vector<Event>* events) {
  while (!stream->ended) {
    Record record;
    switch (stream->records.Read(&record)) {
      case RecordReader::Next::kNeedMore:
        return;
      case RecordReader::Next::kRecord:
        SeeRecord(stream, from_client, record, events);
        break;
      case RecordReader::Next::kNotTls: {
        Event note = NoteEvent(from_client, "");
        if (stream->lost) {
          const size_t skipped = stream->records.Skip();
          note.field.value = absl::StrCat(Count(skipped, "byte"),
                                          " skipped, up to the next record");
          events->push_back(std::move(note));
          if (stream->records.pending() == 0) return;
          break;
        }
        note.field.value = "what follows is not TLS";
        note.field.problem = "no record begins here";
        events->push_back(std::move(note));
        stream->ended = true;
        stream->records.Clear();
        return;
      }
    }
  }
}

bool Connection::IsEncrypted(const Stream& stream, const Record& record) const {
  if (record.type == kApplicationData) return true;
  // In TLS 1.3 all that is encrypted looks like data.
  if (conversation_.tls13()) return false;
  return stream.encrypted;
}

bool Connection::Open(Stream* stream, const Record& record,
                      std::string* content, uint8_t* type) {
  const int may_skip = stream->lost ? kMaxMissing : 0;
  if (stream->protection != nullptr &&
      stream->protection->Open(record, may_skip, content, type)) {
    stream->lost = false;
    return true;
  }
  if (stream->after_early_data != nullptr &&
      stream->after_early_data->Open(record, may_skip, content, type)) {
    stream->protection = std::move(stream->after_early_data);
    stream->lost = false;
    return true;
  }
  return false;
}

void Connection::SeeRecord(Stream* stream, bool from_client,
                           const Record& record, std::vector<Event>* events) {
  Event event = RecordEvent(from_client, record.type, record.version,
                            record.fragment.size());
  if (!IsEncrypted(*stream, record)) {
    events->push_back(std::move(event));
    SeeContent(stream, from_client, /*encrypted=*/false, record.type,
               record.fragment, events);
    return;
  }
  event.encrypted = true;
  std::string content;
  uint8_t type = record.type;
  const bool has_keys = stream->protection != nullptr;
  if (!Open(stream, record, &content, &type)) {
    absl::StrAppend(&event.field.value, ", encrypted");
    if (has_keys) {
      absl::StrAppend(&event.field.value,
                      ", and the keys given do not decrypt it");
    }
    events->push_back(std::move(event));
    // A change of keys that cannot be seen.
    if (record.type == kChangeCipherSpec) ChangeCipher(stream, from_client);
    return;
  }
  absl::StrAppend(&event.field.value, ", decrypted");
  events->push_back(std::move(event));
  SeeContent(stream, from_client, /*encrypted=*/true, type, content, events);
}

void Connection::SeeContent(Stream* stream, bool from_client, bool encrypted,
                            uint8_t type, absl::string_view content,
                            std::vector<Event>* events) {
  if (type == kHandshake) {
    return SeeHandshake(stream, from_client, encrypted, content, events);
  }
  if (!stream->handshake.empty()) {
    Event note = NoteEvent(from_client, "a handshake message is interrupted");
    note.field.problem = "another type of record follows its beginning";
    events->push_back(std::move(note));
    stream->handshake.clear();
  }
  Event event;
  switch (type) {
    case kAlert:
      event = AlertEvent(from_client, content);
      break;
    case kChangeCipherSpec:
      event = ChangeCipherSpecEvent(from_client, content);
      ChangeCipher(stream, from_client);
      break;
    case kApplicationData:
      event = DataEvent(from_client, content);
      break;
    case kHeartbeat:
      event = HeartbeatEvent(from_client, content);
      break;
    default:
      event =
          NoteEvent(from_client, absl::StrCat("content of type ", type, ", ",
                                              Count(content.size(), "byte")));
      event.field.problem = "unknown type";
      break;
  }
  event.encrypted = encrypted;
  events->push_back(std::move(event));
}

void Connection::SeeHandshake(Stream* stream, bool from_client, bool encrypted,
                              absl::string_view content,
                              std::vector<Event>* events) {
  const size_t skipped = std::min(stream->skip, content.size());
  stream->skip -= skipped;
  content.remove_prefix(skipped);
  stream->handshake.append(content);
  size_t done = 0;
  while (stream->handshake.size() - done >= kMessageHeader) {
    const absl::string_view rest =
        absl::string_view(stream->handshake).substr(done);
    const size_t length = LengthOf(rest);
    const auto type = static_cast<uint8_t>(rest[0]);
    if (length > kMaxHandshakeMessage) {
      Event event;
      event.kind = EventKind::kHandshake;
      event.from_client = from_client;
      event.encrypted = encrypted;
      event.field = Words(
          HandshakeTypeName(type).empty() ? "Handshake message"
                                          : HandshakeTypeName(type),
          absl::StrCat(Count(length, "byte"), ", too long to be decoded"));
      events->push_back(std::move(event));
      const size_t here = std::min(rest.size(), kMessageHeader + length);
      stream->skip = kMessageHeader + length - here;
      done += here;
      continue;
    }
    if (rest.size() < kMessageHeader + length) break;
    const absl::string_view body = rest.substr(kMessageHeader, length);
    Event event = conversation_.Handshake(from_client, type, body);
    event.encrypted = encrypted;
    events->push_back(std::move(event));
    SeeMessage(stream, from_client, type, body);
    done += kMessageHeader + length;
  }
  stream->handshake.erase(0, done);
}

void Connection::SeeMessage(Stream* stream, bool from_client, uint8_t type,
                            absl::string_view body) {
  if (type == kClientHello || type == kServerHello) {
    const std::optional<Hello> hello = ReadHello(type, body);
    if (hello.has_value()) SeeHello(*hello, type == kClientHello);
    return;
  }
  if (!conversation_.tls13()) return;
  if (type == kFinished) {
    stream->protection =
        Protection::ForTls13(conversation_.context().suite,
                             SecretOf(from_client ? "CLIENT_TRAFFIC_SECRET_0"
                                                  : "SERVER_TRAFFIC_SECRET_0"));
    stream->after_early_data = nullptr;
  } else if (type == kEndOfEarlyData && stream->after_early_data != nullptr) {
    stream->protection = std::move(stream->after_early_data);
  } else if (type == kKeyUpdate && stream->protection != nullptr) {
    if (!stream->protection->Update()) stream->protection = nullptr;
  }
}

void Connection::SeeHello(const Hello& hello, bool from_client) {
  Stream& client = StreamOf(/*from_client=*/true);
  Stream& server = StreamOf(/*from_client=*/false);
  if (from_client) {
    client_hello_ = true;
    server_hello_ = false;
    client_random_ = hello.random;
    if (!hello.early_data) return;
    // It does not say which of its suites the session has.
    const absl::string_view early = SecretOf("CLIENT_EARLY_TRAFFIC_SECRET");
    for (const uint16_t suite : hello.suites) {
      if (suite >> 8 != 0x13 || early.empty()) continue;
      client.protection = Protection::ForTls13(suite, early);
      if (client.protection != nullptr) break;
    }
    return;
  }
  if (hello.retry) {
    client.protection = nullptr;  // Early data is rejected.
    return;
  }
  server_hello_ = true;
  server_random_ = hello.random;
  encrypt_then_mac_ = hello.encrypt_then_mac;
  if (!conversation_.tls13()) return;
  const uint16_t suite = conversation_.context().suite;
  server.protection =
      Protection::ForTls13(suite, SecretOf("SERVER_HANDSHAKE_TRAFFIC_SECRET"));
  std::unique_ptr<Protection> handshake =
      Protection::ForTls13(suite, SecretOf("CLIENT_HANDSHAKE_TRAFFIC_SECRET"));
  if (client.protection != nullptr) {
    client.after_early_data = std::move(handshake);
  } else {
    client.protection = std::move(handshake);
  }
}

void Connection::ChangeCipher(Stream* stream, bool from_client) {
  // TLS 1.3 sends it only to look like TLS 1.2 (RFC 8446, appendix D.4).
  if (conversation_.tls13() || (client_hello_ && !server_hello_)) return;
  stream->encrypted = true;
  Protection::Tls12Keys keys;
  keys.version = conversation_.context().version;
  keys.suite = conversation_.context().suite;
  keys.master_secret = SecretOf("CLIENT_RANDOM");
  keys.client_random = client_random_;
  keys.server_random = server_random_;
  keys.encrypt_then_mac = encrypt_then_mac_;
  stream->protection = Protection::ForTls12(keys, from_client);
}

}  // namespace airlock::ssl::wire
