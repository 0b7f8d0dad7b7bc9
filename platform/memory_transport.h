// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A pair of connected in-memory transports.
#ifndef AIRLOCK_PLATFORM_MEMORY_TRANSPORT_H_
#define AIRLOCK_PLATFORM_MEMORY_TRANSPORT_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "ssl/transport.h"

namespace airlock::platform {

struct MemoryTransportOptions {
  // How many bytes can be in transit in each direction; at least 1. Write waits
  // while the buffer is full.
  size_t capacity = std::numeric_limits<size_t>::max();
  // How long a Read or Write waits for the other end. Zero: it does not wait,
  // but returns kWantRead or kWantWrite. Infinite: without limit.
  absl::Duration timeout = absl::ZeroDuration();
};

// One end of the pair. Only one thread at a time may use an end; the two ends
// may be on different threads. Destroying an end closes it in both directions.
class MemoryTransport final : public ssl::Transport {
 public:
  ~MemoryTransport() override;

  // kClosed once the other end has closed and everything that it wrote was
  // read.
  ssl::IoResult Read(absl::Span<uint8_t> into) override;

  // An error (kUnavailable) once either end has closed this direction.
  ssl::IoResult Write(absl::Span<const uint8_t> from) override;

  // Closes this end for writing, like shutdown(SHUT_WR); it can still read.
  void CloseWrite();

  // How many bytes Read could return now.
  size_t readable() const;

 private:
  friend std::pair<std::unique_ptr<MemoryTransport>,
                   std::unique_ptr<MemoryTransport>>
  MakeMemoryTransports(const MemoryTransportOptions& options);

  class Pipe;
  MemoryTransport(std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out,
                  absl::Duration timeout);

  const std::shared_ptr<Pipe> in_;
  const std::shared_ptr<Pipe> out_;
  const absl::Duration timeout_;
};

// Makes a connected pair: each end reads what the other writes.
std::pair<std::unique_ptr<MemoryTransport>, std::unique_ptr<MemoryTransport>>
MakeMemoryTransports(const MemoryTransportOptions& options = {});

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_MEMORY_TRANSPORT_H_
