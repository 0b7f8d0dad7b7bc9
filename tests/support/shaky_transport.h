// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Transports that are slow, block, fail or lie.
#ifndef AIRLOCK_TESTS_SUPPORT_SHAKY_TRANSPORT_H_
#define AIRLOCK_TESTS_SUPPORT_SHAKY_TRANSPORT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "platform/memory_transport.h"
#include "ssl/transport.h"
#include "tests/support/handshake.h"

namespace airlock::testing {

// How a ShakyTransport differs from the transport inside it.
struct Shakiness {
  // The most that one call moves.
  size_t most_at_once = std::numeric_limits<size_t>::max();
  // Answers a call in place of the transport; nullopt passes it on. `call`
  // counts reads and writes together, from 0.
  std::function<std::optional<ssl::IoResult>(bool reading, size_t call)>
      instead;
};

class ShakyTransport final : public ssl::Transport {
 public:
  ShakyTransport(std::unique_ptr<ssl::Transport> inner, Shakiness shakiness);

  ssl::IoResult Read(absl::Span<uint8_t> into) override;
  ssl::IoResult Write(absl::Span<const uint8_t> from) override;

 private:
  const std::unique_ptr<ssl::Transport> inner_;
  const Shakiness shakiness_;
  size_t calls_ = 0;
};

// Like Wrap, over shaky transports, with separate settings for each end.
Connection WrapShaky(std::shared_ptr<const ssl::Context> client,
                     std::shared_ptr<const ssl::Context> server,
                     Shakiness client_shakiness, Shakiness server_shakiness,
                     const platform::MemoryTransportOptions& memory = {},
                     ssl::SocketOptions client_options = LocalhostOptions());

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_SUPPORT_SHAKY_TRANSPORT_H_
