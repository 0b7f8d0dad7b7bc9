// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/capture/packet.h"

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/recording.h"

namespace airlock::capture {
namespace {

using testing::FromHex;

std::string Tcp(bool ipv6 = false) {
  testing::TcpSegment segment;
  segment.sequence = 7;
  segment.acknowledged = 9;
  segment.flags = "FA";
  segment.payload = "hello";
  segment.ipv6 = ipv6;
  return testing::IpPacket(segment);
}

// The same packet with each link layer.
std::vector<std::pair<LinkType, std::string>> Framed(bool ipv6) {
  const std::string ip = Tcp(ipv6);
  const std::string type = FromHex(ipv6 ? "86dd" : "0800");
  const std::string macs(12, 'm');
  return {
      {LinkType::kRaw, ip},
      {ipv6 ? LinkType::kIpv6 : LinkType::kIpv4, ip},
      {LinkType::kEthernet, macs + type + ip},
      {LinkType::kEthernet, macs + FromHex("81000001") + type + ip},
      {LinkType::kEthernet, macs + FromHex("88a8000181000002") + type + ip},
      {LinkType::kLinuxCooked, std::string(14, 'c') + type + ip},
      {LinkType::kLinuxCooked2, type + std::string(18, 'c') + ip},
      {LinkType::kNull, FromHex("02000000") + ip},
      {LinkType::kLoop, FromHex("00000002") + ip},
  };
}

TEST(PacketTest, FindsTheSegment) {
  for (const bool ipv6 : {false, true}) {
    for (const auto& [type, packet] : Framed(ipv6)) {
      const int link = static_cast<int>(type);
      EXPECT_TRUE(IsKnownLinkType(link));
      Segment segment;
      ASSERT_EQ(ParsePacket(link, packet, &segment), PacketKind::kTcp) << link;
      EXPECT_EQ(EndpointText(segment.source),
                ipv6 ? "[::1]:40000" : "127.0.0.1:40000");
      EXPECT_EQ(EndpointText(segment.destination),
                ipv6 ? "[::1]:443" : "127.0.0.2:443");
      EXPECT_EQ(segment.sequence, 7u);
      EXPECT_EQ(segment.acknowledged, 9u);
      EXPECT_TRUE(segment.fin && segment.ack);
      EXPECT_FALSE(segment.syn || segment.rst);
      EXPECT_EQ(segment.payload, "hello");
      EXPECT_EQ(segment.payload_size, 5u);
    }
  }
}

TEST(PacketTest, MayBeCutOffAnywhere) {
  for (const bool ipv6 : {false, true}) {
    for (const auto& [type, packet] : Framed(ipv6)) {
      for (size_t size = 0; size < packet.size(); ++size) {
        Segment segment;
        const PacketKind kind =
            ParsePacket(static_cast<int>(type),
                        absl::string_view(packet).substr(0, size), &segment);
        if (packet.size() - size <= 5) {
          // Only the payload is short, and the segment says by how much.
          EXPECT_EQ(kind, PacketKind::kTcp);
          EXPECT_EQ(segment.payload_size, 5u);
          EXPECT_EQ(segment.payload.size(), 5 - (packet.size() - size));
        } else {
          EXPECT_NE(kind, PacketKind::kTcp);
        }
      }
    }
  }
}

TEST(PacketTest, PaddingIsNoPayload) {
  Segment segment;
  ASSERT_EQ(ParsePacket(12, Tcp() + std::string(20, '\0'), &segment),
            PacketKind::kTcp);
  EXPECT_EQ(segment.payload, "hello");
}

TEST(PacketTest, FragmentsAndOtherProtocolsAreTold) {
  Segment segment;
  std::string first = Tcp();
  first[6] = 0x20;  // More fragments.
  EXPECT_EQ(ParsePacket(12, first, &segment), PacketKind::kFragment);
  std::string later = Tcp();
  later[7] = 1;  // An offset.
  EXPECT_EQ(ParsePacket(12, later, &segment), PacketKind::kFragment);
  std::string ipv6 = Tcp(/*ipv6=*/true);
  ipv6[6] = 44;
  EXPECT_EQ(ParsePacket(12, ipv6, &segment), PacketKind::kFragment);
  std::string udp = Tcp();
  udp[9] = 17;
  EXPECT_EQ(ParsePacket(12, udp, &segment), PacketKind::kOther);
  EXPECT_EQ(
      ParsePacket(1, std::string(12, 'm') + FromHex("0806") + "arp", &segment),
      PacketKind::kOther);
  EXPECT_FALSE(IsKnownLinkType(105));
}

TEST(PacketTest, Ipv6MayHaveExtensions) {
  std::string packet = Tcp(/*ipv6=*/true);
  const std::string tcp = packet.substr(40);
  packet = packet.substr(0, 40);
  packet[6] = 0;  // Hop-by-hop, then destination options, then TCP.
  packet[5] = static_cast<char>(tcp.size() + 24);
  packet += FromHex("3c00000000000000") +
            FromHex("06010000000000000000000000000000") + tcp;
  Segment segment;
  ASSERT_EQ(ParsePacket(12, packet, &segment), PacketKind::kTcp);
  EXPECT_EQ(segment.payload, "hello");
}

TEST(PacketTest, InconsistentHeadersAreMalformed) {
  Segment segment;
  for (const auto& [index, value] : std::vector<std::pair<size_t, char>>{
           {0, 0x44},     // An IP header of 16 bytes.
           {0, 0x4f},     // One that reaches into TCP's.
           {3, 10},       // Less in all than its header.
           {20 + 12, 0},  // A TCP header of no bytes.
       }) {
    std::string packet = Tcp();
    packet[index] = value;
    if (ParsePacket(12, packet, &segment) == PacketKind::kTcp) {
      EXPECT_LE(segment.payload.size(), packet.size());
    }
  }
  std::string none = Tcp();
  none[20 + 12] = 0;
  EXPECT_EQ(ParsePacket(12, none, &segment), PacketKind::kMalformed);
  std::string reaching = Tcp();
  reaching[20 + 12] = static_cast<char>(0xf0);
  EXPECT_EQ(ParsePacket(12, reaching, &segment), PacketKind::kMalformed);
}

TEST(PacketTest, SurvivesAnyBytes) {
  std::mt19937 random(5);  // Always the same.
  for (int i = 0; i < 20000; ++i) {
    const auto frames = Framed(random() % 2 == 0);
    auto [type, packet] = frames[random() % frames.size()];
    for (int changes = 0; changes < 4; ++changes) {
      packet[random() % packet.size()] = static_cast<char>(random());
    }
    packet.resize(random() % (packet.size() + 1));
    Segment segment;
    if (ParsePacket(static_cast<int>(type), packet, &segment) ==
        PacketKind::kTcp) {
      EXPECT_LE(segment.payload.size(), packet.size());
      EXPECT_LE(segment.payload.size(), segment.payload_size);
    }
  }
}

}  // namespace
}  // namespace airlock::capture
