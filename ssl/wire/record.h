// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Finds TLS records in a stream of bytes (RFC 8446, section 5.1).
#ifndef AIRLOCK_SSL_WIRE_RECORD_H_
#define AIRLOCK_SSL_WIRE_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace airlock::ssl::wire {

constexpr size_t kRecordHeader = 5;
// The largest fragment: 16 KiB and the expansion that TLS 1.2 allows.
constexpr size_t kMaxFragment = (16 << 10) + 2048;

struct Record {
  uint8_t type = 0;
  uint16_t version = 0;
  absl::string_view header;    // All 5 bytes.
  absl::string_view fragment;  // Valid until the reader is called again.
};

// Whether `bytes` begin like a record: known type, version 3.x, allowed length.
// With fewer than 5 bytes, whether they could. Thread-safe.
bool LooksLikeRecord(absl::string_view bytes);

// Whether `bytes`, at least 6, begin with a record with a ClientHello or, if
// `server`, a ServerHello. Thread-safe.
bool LooksLikeHello(absl::string_view bytes, bool server);

// Splits the bytes of one direction into records; keeps at most one record and
// what was fed last. Thread-compatible.
class RecordReader {
 public:
  enum class Next { kRecord, kNeedMore, kNotTls };

  void Feed(absl::string_view bytes) { buffer_.append(bytes); }
  // kNotTls: what follows is not a record. It stays until Skip or Clear.
  Next Read(Record* record);

  // Drops bytes until what follows looks like a record, and returns how many;
  // all of them if nothing does.
  size_t Skip();
  // Drops all bytes, and returns how many they were.
  size_t Clear();

  // What has not been read.
  size_t pending() const { return buffer_.size() - used_; }

 private:
  absl::string_view rest() const {
    return absl::string_view(buffer_).substr(used_);
  }
  // Frees what was read.
  void Compact();

  std::string buffer_;
  size_t used_ = 0;
};

}  // namespace airlock::ssl::wire

#endif  // AIRLOCK_SSL_WIRE_RECORD_H_
