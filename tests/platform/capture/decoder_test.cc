// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/capture/decoder.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/engine.h"
#include "ssl/wire/key_log.h"
#include "tests/support/recording.h"

namespace airlock::capture {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::IpPacket;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Recording;
using ::testing::StartsWith;
using testing::TcpSegment;

class Lines : public DecoderOutput {
 public:
  void Found(const ConnectionFacts& connection) override {
    lines.push_back(absl::StrCat(connection.number, " ",
                                 EndpointText(connection.client), " to ",
                                 EndpointText(connection.server)));
  }
  void Happened(const ConnectionFacts& connection, absl::Time /*time*/,
                const ssl::wire::Event& event) override {
    if (event.kind == ssl::wire::EventKind::kRecord) return;
    lines.push_back(absl::StrCat(connection.number, " ",
                                 event.from_client ? "client " : "server ",
                                 event.field.name, ": ", event.field.value,
                                 IsMalformed(event.field) ? " !" : ""));
  }

  std::vector<std::string> lines;
};

Recording Example() {
  ssl::ContextOptions client = testing::ClientOptions();
  ssl::ContextOptions server = testing::ServerOptions("server_rsa");
  return testing::Record(std::move(client), std::move(server), "GET / HTTP/1.1\r\n\r\n",
                std::string(3000, 'x'));
}

std::vector<std::string> Decode(const std::vector<TcpSegment>& segments,
                                const ssl::wire::KeyLog* keys,
                                DecoderCounts* counts = nullptr) {
  Lines output;
  Decoder decoder(keys, &output);
  absl::Time time = absl::UnixEpoch();
  for (const TcpSegment& segment : segments) {
    time += absl::Milliseconds(1);
    decoder.Add(time, 12, IpPacket(segment));
  }
  decoder.Finish();
  if (counts != nullptr) *counts = decoder.counts();
  return output.lines;
}

ssl::wire::KeyLog Keys(const Recording& recording) {
  std::vector<ssl::wire::KeyLog::BadLine> bad;
  return ssl::wire::KeyLog::Parse(recording.key_log, &bad);
}

TEST(DecoderTest, DecodesAConnection) {
  const Recording recording = Example();
  ASSERT_TRUE(recording.ok);
  const auto keys = Keys(recording);
  const auto lines = Decode(SegmentsOf(recording.pieces), &keys);
  EXPECT_EQ(lines[0], "1 127.0.0.1:40000 to 127.0.0.2:443");
  EXPECT_THAT(lines, Contains("1 server Data: 3000 bytes"));
  EXPECT_THAT(lines, Contains("1 client Data: 18 bytes: GET / HTTP/1.1"));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("!"))));
}

TEST(DecoderTest, OrderAndRepetitionDoNotMatter) {
  const Recording recording = Example();
  const auto keys = Keys(recording);
  const std::vector<TcpSegment> segments = SegmentsOf(recording.pieces);
  const auto lines = Decode(segments, &keys);
  // Neighbours of the same direction swap, and all come twice.
  std::vector<TcpSegment> swapped = segments;
  for (size_t i = 3; i + 1 < swapped.size(); ++i) {
    if (swapped[i].from_client == swapped[i + 1].from_client &&
        !swapped[i + 1].payload.empty()) {
      std::swap(swapped[i], swapped[i + 1]);
      ++i;
    }
  }
  std::vector<TcpSegment> twice;
  for (const TcpSegment& segment : swapped) {
    twice.push_back(segment);
    twice.push_back(segment);
  }
  EXPECT_EQ(Decode(twice, &keys), lines);
}

// A capture may have an answer before its question, or data before the SYN:
// with several queues or interfaces, each direction is recorded on its own.
TEST(DecoderTest, TheOrderOfDirectionsDoesNotMatter) {
  const Recording recording = Example();
  const auto keys = Keys(recording);
  const std::vector<TcpSegment> segments = SegmentsOf(recording.pieces);
  const auto sorted = [](std::vector<std::string> lines) {
    std::sort(lines.begin(), lines.end());
    return lines;
  };
  const auto lines = sorted(Decode(segments, &keys));
  EXPECT_THAT(lines, Contains("1 server Data: 3000 bytes"));
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    std::vector<TcpSegment> shuffled = segments;
    for (size_t i = 0; i + 4 <= shuffled.size(); i += 4) {
      std::shuffle(shuffled.begin() + static_cast<long>(i),
                   shuffled.begin() + static_cast<long>(i) + 4, random);
    }
    EXPECT_EQ(sorted(Decode(shuffled, &keys)), lines) << round;
  }
}

// What answers a segment that was not captured does not wait for it.
TEST(DecoderTest, WhatIsMissingHoldsUpNothing) {
  const Recording recording = Example();
  const auto keys = Keys(recording);
  const std::vector<TcpSegment> segments = SegmentsOf(recording.pieces);
  // Nothing can be decrypted without the ClientHello, which is the fourth
  // segment, and with X25519MLKEM768 the fifth, too.
  const size_t first = ssl::HasPostQuantumGroup() ? 5 : 4;
  for (size_t missing = first; missing < segments.size(); ++missing) {
    if (!segments[missing].from_client) continue;
    std::vector<TcpSegment> rest = segments;
    rest.erase(rest.begin() + static_cast<long>(missing));
    EXPECT_THAT(Decode(rest, &keys), Contains("1 server Data: 3000 bytes"));
  }
}

TEST(DecoderTest, BeginsInTheMiddle) {
  const Recording recording = Example();
  const auto keys = Keys(recording);
  const std::vector<TcpSegment> segments = SegmentsOf(recording.pieces);
  for (size_t first = 4; first + 4 < segments.size(); ++first) {
    const auto lines = Decode(
        {segments.begin() + static_cast<long>(first), segments.end()}, &keys);
    for (const std::string& line : lines) {
      if (absl::StrContains(line, " to ")) {
        EXPECT_EQ(line, "1 127.0.0.1:40000 to 127.0.0.2:443");
      }
    }
  }
}

TEST(DecoderTest, ConnectionsDoNotMix) {
  const Recording one = Example();
  const Recording two = Example();
  const auto first = SegmentsOf(one.pieces, 40001);
  const auto second = SegmentsOf(two.pieces, 40002);
  std::vector<TcpSegment> mixed;
  for (size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) mixed.push_back(first[i]);
    if (i < second.size()) mixed.push_back(second[i]);
  }
  const std::string key_log = one.key_log + two.key_log;
  std::vector<ssl::wire::KeyLog::BadLine> bad;
  const auto keys = ssl::wire::KeyLog::Parse(key_log, &bad);
  const auto lines = Decode(mixed, &keys);
  EXPECT_THAT(lines, Contains("1 server Data: 3000 bytes"));
  EXPECT_THAT(lines, Contains("2 server Data: 3000 bytes"));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("!"))));
}

TEST(DecoderTest, PortsAreUsedAgain) {
  const Recording recording = Example();
  std::vector<TcpSegment> segments = SegmentsOf(recording.pieces);
  std::vector<TcpSegment> again = SegmentsOf(recording.pieces);
  for (TcpSegment& segment : again) {
    segment.sequence += 5000;
    segment.acknowledged += 5000;
  }
  segments.insert(segments.end(), again.begin(), again.end());
  DecoderCounts counts;
  const auto lines = Decode(segments, nullptr, &counts);
  EXPECT_EQ(counts.connections, 2u);
  EXPECT_THAT(lines, Contains(StartsWith("2 client ClientHello")));
}

TEST(DecoderTest, CountsWhatItCannotDecode) {
  Lines output;
  Decoder decoder(nullptr, &output);
  TcpSegment segment;
  std::string fragment = IpPacket(segment);
  fragment[6] = 0x20;
  decoder.Add(absl::UnixEpoch(), 12, fragment);
  decoder.Add(absl::UnixEpoch(), 12, "E");
  decoder.Finish();
  EXPECT_EQ(decoder.counts().packets, 2u);
  EXPECT_EQ(decoder.counts().fragments, 1u);
  EXPECT_EQ(decoder.counts().malformed, 1u);
  EXPECT_EQ(decoder.counts().connections, 0u);
  EXPECT_THAT(output.lines, IsEmpty());
}

// A scan of ports does not take memory without end.
TEST(DecoderTest, FollowsALimitedNumber) {
  Lines output;
  Decoder decoder(nullptr, &output);
  for (uint32_t i = 0; i < Decoder::kMaxConnections + 100; ++i) {
    TcpSegment segment;
    segment.flags = "S";
    segment.client_port = static_cast<uint16_t>(i);
    segment.server_port = static_cast<uint16_t>(i >> 16 | 0x8000);
    decoder.Add(absl::UnixEpoch(), 12, IpPacket(segment));
  }
  EXPECT_EQ(decoder.counts().evicted, 100u);
}

TEST(DecoderTest, SurvivesAnyPackets) {
  std::mt19937 random(3);  // Always the same.
  const Recording recording = Example();
  const auto keys = Keys(recording);
  for (int round = 0; round < 100; ++round) {
    Lines output;
    Decoder decoder(&keys, &output);
    std::vector<TcpSegment> segments = SegmentsOf(recording.pieces);
    for (int i = 0; i < 5; ++i) {
      std::swap(segments[random() % segments.size()],
                segments[random() % segments.size()]);
      segments[random() % segments.size()].sequence +=
          static_cast<uint32_t>(random() % 100);
    }
    for (const TcpSegment& segment : segments) {
      std::string packet = IpPacket(segment);
      if (random() % 4 == 0) {
        packet[random() % packet.size()] = static_cast<char>(random());
      }
      decoder.Add(absl::UnixEpoch(), 12, packet);
    }
    decoder.Finish();
    EXPECT_LT(output.lines.size(), 20000u);
  }
}

}  // namespace
}  // namespace airlock::capture
