// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/record.h"

#include "ssl/wire/names.h"

namespace airlock::ssl::wire {
namespace {

uint8_t ByteAt(absl::string_view bytes, size_t index) {
  return static_cast<uint8_t>(bytes[index]);
}

size_t LengthOf(absl::string_view header) {
  return static_cast<size_t>(ByteAt(header, 3)) << 8 | ByteAt(header, 4);
}

}  // namespace

bool LooksLikeRecord(absl::string_view bytes) {
  if (!bytes.empty() &&
      (ByteAt(bytes, 0) < kChangeCipherSpec || ByteAt(bytes, 0) > kHeartbeat)) {
    return false;
  }
  if (bytes.size() > 1 && bytes[1] != 3) return false;
  if (bytes.size() > 2 && ByteAt(bytes, 2) > 4) return false;
  return bytes.size() < kRecordHeader || LengthOf(bytes) <= kMaxFragment;
}

bool LooksLikeHello(absl::string_view bytes, bool server) {
  return bytes.size() > kRecordHeader && LooksLikeRecord(bytes) &&
         ByteAt(bytes, 0) == kHandshake && LengthOf(bytes) >= 4 &&
         ByteAt(bytes, 5) == (server ? kServerHello : kClientHello);
}

RecordReader::Next RecordReader::Read(Record* record) {
  Compact();
  const absl::string_view bytes = rest();
  if (!LooksLikeRecord(bytes)) return Next::kNotTls;
  if (bytes.size() < kRecordHeader) return Next::kNeedMore;
  const size_t length = LengthOf(bytes);
  if (bytes.size() < kRecordHeader + length) return Next::kNeedMore;
  record->type = ByteAt(bytes, 0);
  record->version =
      static_cast<uint16_t>(ByteAt(bytes, 1) << 8 | ByteAt(bytes, 2));
  record->header = bytes.substr(0, kRecordHeader);
  record->fragment = bytes.substr(kRecordHeader, length);
  used_ += kRecordHeader + length;
  return Next::kRecord;
}

size_t RecordReader::Skip() {
  Compact();
  const absl::string_view bytes = rest();
  for (size_t i = 1; i < bytes.size(); ++i) {
    const absl::string_view tail = bytes.substr(i);
    if (tail.size() < kRecordHeader || !LooksLikeRecord(tail)) continue;
    // Random bytes can look like a header. Its successor, too, if it is there,
    // is unlikely to.
    const size_t next = kRecordHeader + LengthOf(tail);
    if (next < tail.size() && !LooksLikeRecord(tail.substr(next))) continue;
    used_ += i;
    return i;
  }
  return Clear();
}

size_t RecordReader::Clear() {
  const size_t size = pending();
  buffer_.clear();
  used_ = 0;
  return size;
}

void RecordReader::Compact() {
  // Not for each record, which would be quadratic.
  if (used_ == 0 || (used_ < buffer_.size() && used_ < kMaxFragment)) return;
  buffer_.erase(0, used_);
  used_ = 0;
}

}  // namespace airlock::ssl::wire
