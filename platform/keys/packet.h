// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Packets over the key service's sockets, which never wait.
#ifndef AIRLOCK_PLATFORM_KEYS_PACKET_H_
#define AIRLOCK_PLATFORM_KEYS_PACKET_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/internal/unique_fd.h"

namespace airlock::keys {

// A packet, and the descriptor that came with it.
struct Packet {
  std::string bytes;
  platform::internal::UniqueFd fd;
  // More than that: a packet over kMaxMessage, or several descriptors. `bytes`
  // is then not whole, and further descriptors are closed.
  bool too_much = false;
};

// The next packet from `fd`. Errors: kUnavailable if there is none yet;
// kOutOfRange if the other end is closed; kInternal.
absl::StatusOr<Packet> ReceivePacket(int fd);

// Sends a packet, with the descriptor `passed` unless it is negative. Errors:
// kUnavailable if there is no room yet; kOutOfRange if the other end is closed;
// kInternal.
absl::Status SendPacket(int fd, absl::string_view bytes, int passed = -1);

// Whether `fd` is a Unix socket of type SOCK_SEQPACKET.
bool IsPacketSocket(int fd);

// Two connected sockets that are closed on exec.
absl::StatusOr<
    std::pair<platform::internal::UniqueFd, platform::internal::UniqueFd>>
MakePacketPair();

}  // namespace airlock::keys

#endif  // AIRLOCK_PLATFORM_KEYS_PACKET_H_
