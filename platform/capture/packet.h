// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Finds the TCP segment in a captured packet.
#ifndef AIRLOCK_PLATFORM_CAPTURE_PACKET_H_
#define AIRLOCK_PLATFORM_CAPTURE_PACKET_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "absl/strings/string_view.h"

namespace airlock::capture {

// An address and port as on the wire: 4 or 16 bytes.
struct Endpoint {
  std::string address;
  uint16_t port = 0;

  friend bool operator<(const Endpoint& a, const Endpoint& b) {
    return std::tie(a.address, a.port) < std::tie(b.address, b.port);
  }
  friend bool operator==(const Endpoint& a, const Endpoint& b) {
    return a.port == b.port && a.address == b.address;
  }
};

// "127.0.0.1:443", "[::1]:443".
std::string EndpointText(const Endpoint& endpoint);

struct Segment {
  Endpoint source;
  Endpoint destination;
  uint32_t sequence = 0;
  uint32_t acknowledged = 0;  // If `ack`.
  bool syn = false;
  bool ack = false;
  bool fin = false;
  bool rst = false;
  // What was captured; valid as long as the packet.
  absl::string_view payload;
  // How many bytes of it were sent; more than `payload` if the capture cut the
  // packet off.
  size_t payload_size = 0;
};

// Link types, by libpcap's numbers for a capture that is open (DLT_*).
enum class LinkType {
  kNull = 0,
  kEthernet = 1,
  kRaw = 12,
  kLoop = 108,
  kLinuxCooked = 113,
  kIpv4 = 228,
  kIpv6 = 229,
  kLinuxCooked2 = 276,
};

// What a packet is.
enum class PacketKind {
  kTcp,
  kFragment,   // A part of a fragmented IP packet.
  kOther,      // Another protocol.
  kMalformed,  // Cut off in its headers, or inconsistent.
};

// Whether ParsePacket knows this link type. Thread-safe.
bool IsKnownLinkType(int link_type);

// Parses a packet; fills `segment` for kTcp. For any bytes. Thread-safe.
PacketKind ParsePacket(int link_type, absl::string_view packet,
                       Segment* segment);

}  // namespace airlock::capture

#endif  // AIRLOCK_PLATFORM_CAPTURE_PACKET_H_
