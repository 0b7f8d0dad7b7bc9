// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The connection in memory that all contestants of a benchmark use, so that
// only their own work differs.
#ifndef AIRLOCK_TESTS_BENCH_WIRE_H_
#define AIRLOCK_TESTS_BENCH_WIRE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace airlock::bench {

// One direction. Bounded only by memory: the figures read what they write.
class BytePipe {
 public:
  void Write(const uint8_t* from, size_t size) {
    if (start_ == bytes_.size()) Clear();
    bytes_.insert(bytes_.end(), from, from + size);
  }

  // Returns how many bytes it moved; 0 if there are none.
  size_t Read(uint8_t* into, size_t size) {
    const size_t moved = std::min(size, bytes_.size() - start_);
    if (moved > 0) std::memcpy(into, bytes_.data() + start_, moved);
    start_ += moved;
    return moved;
  }

  bool empty() const { return start_ == bytes_.size(); }

  // Drops the content and its memory.
  void Release() { std::vector<uint8_t>().swap(bytes_), start_ = 0; }
  // Drops the content and keeps the memory, for the next connection.
  void Clear() { bytes_.clear(), start_ = 0; }

 private:
  std::vector<uint8_t> bytes_;
  size_t start_ = 0;
};

struct Wire {
  BytePipe to_server;
  BytePipe to_client;

  void Clear() { to_server.Clear(), to_client.Clear(); }
  void Release() { to_server.Release(), to_client.Release(); }
};

}  // namespace airlock::bench

#endif  // AIRLOCK_TESTS_BENCH_WIRE_H_
