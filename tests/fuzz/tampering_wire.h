// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A connection with somebody on it who changes TLS records.
#ifndef AIRLOCK_TESTS_FUZZ_TAMPERING_WIRE_H_
#define AIRLOCK_TESTS_FUZZ_TAMPERING_WIRE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ssl/transport.h"
#include "tests/fuzz/fuzz.h"

namespace airlock::fuzz {

enum WireEnd { kClient = 0, kServer = 1 };

class TamperingWire {
 public:
  // Reads the changes from `input`, up to eight.
  explicit TamperingWire(Input* input);

  // A transport that never waits; the wire must outlive it.
  std::unique_ptr<ssl::Transport> MakeEnd(WireEnd end);

  // Moves what both ends have written, record by record.
  void Deliver();

  bool has_changes() const { return !changes_.empty(); }

 private:
  // What can be done to a record.
  enum class Kind {
    kFlip,      // Changes one byte, also of the header.
    kTruncate,  // Its content ends there.
    kDrop,
    kRepeat,
    kInsert,  // Another record before it.
    kSwap,    // Comes after the next one.
    kEnd,     // And all that follows is cut off.
    kSplit,   // Becomes two, which TLS allows.
    kRemoveByte,
    kInsertByte,
    kJoin,  // Its content begins with that of the record before.
  };
  struct Change {
    WireEnd from = kClient;
    Kind kind = Kind::kFlip;
    size_t record = 0;  // Counted from 0, for each direction.
    size_t offset = 0;  // Beyond the end: taken modulo the size.
    uint8_t value = 0;
  };
  // One direction.
  struct Pipe {
    std::string written;   // Not delivered yet.
    std::string readable;  // Delivered.
    std::string held;      // Comes after the next record.
    std::string last;      // The record that was delivered last.
    size_t records = 0;
    bool ended = false;
  };
  class End;

  void DeliverRecord(WireEnd from, std::string record);
  std::string Apply(const Change& change, std::string record, Pipe* pipe);

  std::vector<Change> changes_;
  std::array<Pipe, 2> pipes_;  // By the end that writes.
};

}  // namespace airlock::fuzz

#endif  // AIRLOCK_TESTS_FUZZ_TAMPERING_WIRE_H_
