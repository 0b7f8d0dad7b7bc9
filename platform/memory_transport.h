// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Two transports that are each other's peer, in memory.
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
  // How many bytes may be under way in each direction; at least 1. A full
  // buffer is what makes a Write wait.
  size_t capacity = std::numeric_limits<size_t>::max();
  // How long a Read or Write waits for the other end. Zero: not at all; it
  // answers kWantRead or kWantWrite. Infinite: as long as it takes.
  absl::Duration timeout = absl::ZeroDuration();
};

// One end. Each end is for one thread at a time; the two may be on different
// threads. Destroying an end closes it in both directions.
class MemoryTransport final : public ssl::Transport {
 public:
  ~MemoryTransport() override;

  // kClosed once the other end has closed and all that it wrote was read.
  ssl::IoResult Read(absl::Span<uint8_t> into) override;

  // An error (kUnavailable) once either end has closed this direction.
  ssl::IoResult Write(absl::Span<const uint8_t> from) override;

  // Ends what this end writes, as shutdown(SHUT_WR) does; it may still read.
  void CloseWrite();

  // How many bytes a Read could give now.
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

// Makes two ends: what one writes, the other reads.
std::pair<std::unique_ptr<MemoryTransport>, std::unique_ptr<MemoryTransport>>
MakeMemoryTransports(const MemoryTransportOptions& options = {});

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_MEMORY_TRANSPORT_H_
