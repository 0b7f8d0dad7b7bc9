// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/capture/packet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace airlock::capture {
namespace {

constexpr uint16_t kEtherIpv4 = 0x0800;
constexpr uint16_t kEtherIpv6 = 0x86dd;
constexpr uint16_t kEtherVlan = 0x8100;
constexpr uint16_t kEtherServiceVlan = 0x88a8;
constexpr uint8_t kTcp = 6;

// Reads what is there: out of range is zero, which callers exclude by size.
uint8_t ByteAt(absl::string_view bytes, size_t index) {
  return index < bytes.size() ? static_cast<uint8_t>(bytes[index]) : 0;
}
uint16_t Number16(absl::string_view bytes, size_t index) {
  return static_cast<uint16_t>(ByteAt(bytes, index) << 8 |
                               ByteAt(bytes, index + 1));
}
uint32_t Number32(absl::string_view bytes, size_t index) {
  return static_cast<uint32_t>(Number16(bytes, index)) << 16 |
         Number16(bytes, index + 2);
}

PacketKind ParseTcp(absl::string_view bytes, size_t size, Segment* segment) {
  constexpr size_t kLeast = 20;
  if (bytes.size() < kLeast) return PacketKind::kMalformed;
  const size_t header = size_t{ByteAt(bytes, 12)} >> 4 << 2;
  if (header < kLeast || header > size || header > bytes.size()) {
    return PacketKind::kMalformed;
  }
  segment->source.port = Number16(bytes, 0);
  segment->destination.port = Number16(bytes, 2);
  segment->sequence = Number32(bytes, 4);
  segment->acknowledged = Number32(bytes, 8);
  const uint8_t flags = ByteAt(bytes, 13);
  segment->fin = (flags & 0x01) != 0;
  segment->syn = (flags & 0x02) != 0;
  segment->rst = (flags & 0x04) != 0;
  segment->ack = (flags & 0x10) != 0;
  segment->payload_size = size - header;
  // Ethernet pads short packets.
  segment->payload = bytes.substr(header, segment->payload_size);
  return PacketKind::kTcp;
}

PacketKind ParseIpv4(absl::string_view bytes, Segment* segment) {
  constexpr size_t kLeast = 20;
  if (bytes.size() < kLeast || ByteAt(bytes, 0) >> 4 != 4) {
    return PacketKind::kMalformed;
  }
  const size_t header = size_t{ByteAt(bytes, 0) & 0x0fu} * 4;
  size_t total = Number16(bytes, 2);
  // The network card fills in the length of what it splits itself.
  if (total == 0) total = bytes.size();
  if (header < kLeast || header > total || header > bytes.size()) {
    return PacketKind::kMalformed;
  }
  // More fragments, or an offset.
  if ((Number16(bytes, 6) & 0x3fff) != 0) return PacketKind::kFragment;
  if (ByteAt(bytes, 9) != kTcp) return PacketKind::kOther;
  segment->source.address = std::string(bytes.substr(12, 4));
  segment->destination.address = std::string(bytes.substr(16, 4));
  return ParseTcp(bytes.substr(header), total - header, segment);
}

PacketKind ParseIpv6(absl::string_view bytes, Segment* segment) {
  constexpr size_t kHeader = 40;
  constexpr int kMaxExtensions = 16;
  if (bytes.size() < kHeader || ByteAt(bytes, 0) >> 4 != 6) {
    return PacketKind::kMalformed;
  }
  size_t size = Number16(bytes, 4);
  uint8_t next = ByteAt(bytes, 6);
  segment->source.address = std::string(bytes.substr(8, 16));
  segment->destination.address = std::string(bytes.substr(24, 16));
  bytes.remove_prefix(kHeader);
  if (size == 0) size = bytes.size();
  for (int i = 0; i < kMaxExtensions; ++i) {
    if (next == kTcp) return ParseTcp(bytes, size, segment);
    if (next == 44) return PacketKind::kFragment;
    size_t length = 0;
    if (next == 0 || next == 43 || next == 60) {
      length = (size_t{ByteAt(bytes, 1)} + 1) * 8;
    } else if (next == 51) {  // Authentication header.
      length = (size_t{ByteAt(bytes, 1)} + 2) * 4;
    } else {
      return PacketKind::kOther;
    }
    if (length > bytes.size() || length > size) return PacketKind::kMalformed;
    next = ByteAt(bytes, 0);
    bytes.remove_prefix(length);
    size -= length;
  }
  return PacketKind::kMalformed;
}

PacketKind ParseIp(absl::string_view bytes, Segment* segment) {
  switch (ByteAt(bytes, 0) >> 4) {
    case 4:
      return ParseIpv4(bytes, segment);
    case 6:
      return ParseIpv6(bytes, segment);
    default:
      return bytes.empty() ? PacketKind::kMalformed : PacketKind::kOther;
  }
}

// `type` is an EtherType, and `bytes` begin after it.
PacketKind ParseEther(uint16_t type, absl::string_view bytes,
                      Segment* segment) {
  constexpr int kMaxTags = 4;
  for (int i = 0; i < kMaxTags; ++i) {
    if (type != kEtherVlan && type != kEtherServiceVlan) break;
    if (bytes.size() < 4) return PacketKind::kMalformed;
    type = Number16(bytes, 2);
    bytes.remove_prefix(4);
  }
  if (type == kEtherIpv4) return ParseIpv4(bytes, segment);
  if (type == kEtherIpv6) return ParseIpv6(bytes, segment);
  return PacketKind::kOther;
}

}  // namespace

std::string EndpointText(const Endpoint& endpoint) {
  char text[INET6_ADDRSTRLEN] = "?";
  const bool ipv4 = endpoint.address.size() == 4;
  if (ipv4 || endpoint.address.size() == 16) {
    inet_ntop(ipv4 ? AF_INET : AF_INET6, endpoint.address.data(), text,
              sizeof(text));
  }
  return ipv4 ? absl::StrCat(text, ":", endpoint.port)
              : absl::StrCat("[", text, "]:", endpoint.port);
}

bool IsKnownLinkType(int link_type) {
  switch (static_cast<LinkType>(link_type)) {
    case LinkType::kNull:
    case LinkType::kEthernet:
    case LinkType::kRaw:
    case LinkType::kLoop:
    case LinkType::kLinuxCooked:
    case LinkType::kIpv4:
    case LinkType::kIpv6:
    case LinkType::kLinuxCooked2:
      return true;
  }
  return false;
}

PacketKind ParsePacket(int link_type, absl::string_view packet,
                       Segment* segment) {
  *segment = Segment();
  // The size of the header, and where it has an EtherType.
  size_t header = 0;
  size_t ether_type = 0;
  switch (static_cast<LinkType>(link_type)) {
    case LinkType::kEthernet:
      header = 14;
      ether_type = 12;
      break;
    case LinkType::kLinuxCooked:
      header = 16;
      ether_type = 14;
      break;
    case LinkType::kLinuxCooked2:
      header = 20;
      break;
    case LinkType::kNull:
    case LinkType::kLoop:
      // An address family, whose number and byte order depend on the system.
      if (packet.size() < 4) return PacketKind::kMalformed;
      return ParseIp(packet.substr(4), segment);
    case LinkType::kRaw:
    case LinkType::kIpv4:
    case LinkType::kIpv6:
      return ParseIp(packet, segment);
    default:
      return PacketKind::kOther;
  }
  if (packet.size() < header) return PacketKind::kMalformed;
  return ParseEther(Number16(packet, ether_type), packet.substr(header),
                    segment);
}

}  // namespace airlock::capture
