// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/capture/stream.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace airlock::capture {
namespace {

// Notes what comes, as text: "data", "<lost>", "<end>".
class Text : public StreamSink {
 public:
  void Data(absl::string_view bytes) override { absl::StrAppend(&text, bytes); }
  void Lost() override { absl::StrAppend(&text, "<lost>"); }
  void End() override { absl::StrAppend(&text, "<end>"); }

  std::string text;
};

Segment Syn(uint32_t sequence) {
  Segment segment;
  segment.sequence = sequence;
  segment.syn = true;
  return segment;
}

Segment Data(uint32_t sequence, absl::string_view bytes, size_t size = 0) {
  Segment segment;
  segment.sequence = sequence;
  segment.payload = bytes;
  segment.payload_size = std::max(size, bytes.size());
  return segment;
}

Segment Fin(uint32_t sequence, absl::string_view bytes = "") {
  Segment segment = Data(sequence, bytes);
  segment.fin = true;
  return segment;
}

std::string Reassemble(const std::vector<Segment>& segments,
                       bool finish = true) {
  Stream stream;
  Text sink;
  for (const Segment& segment : segments) stream.Add(segment, &sink);
  if (finish) stream.Finish(&sink);
  return sink.text;
}

TEST(StreamTest, InOrder) {
  EXPECT_EQ(Reassemble({Syn(0), Data(1, "ab"), Data(3, "c"), Fin(4)}, false),
            "abc<end>");
  EXPECT_EQ(Reassemble({Syn(0), Fin(1, "ab")}, false), "ab<end>");
}

TEST(StreamTest, OutOfOrder) {
  EXPECT_EQ(
      Reassemble({Syn(0), Data(4, "d"), Data(3, "c"), Data(1, "ab"), Fin(5)},
                 false),
      "abcd<end>");
  // The FIN, too.
  EXPECT_EQ(Reassemble({Syn(0), Fin(4, "d"), Data(1, "abc")}, false),
            "abcd<end>");
}

TEST(StreamTest, RetransmittedAndOverlapping) {
  EXPECT_EQ(Reassemble({Syn(0), Syn(0), Data(1, "abc"), Data(1, "abc"),
                        Data(2, "bcde"), Data(1, "x"), Fin(6), Fin(6)},
                       false),
            "abcde<end>");
  // What comes first stays: a later packet cannot change it.
  EXPECT_EQ(Reassemble({Syn(0), Data(3, "cd"), Data(3, "XX"), Data(1, "ab"),
                        Data(1, "YYYY"), Fin(5)},
                       false),
            "abcd<end>");
  // Early ones that overlap each other.
  EXPECT_EQ(Reassemble({Syn(0), Data(3, "cd"), Data(4, "def"), Data(3, "cdefg"),
                        Data(1, "ab"), Fin(8)},
                       false),
            "abcdefg<end>");
}

TEST(StreamTest, SequenceNumbersWrap) {
  EXPECT_EQ(Reassemble({Syn(0xfffffffd), Data(0xfffffffe, "abc"), Data(1, "d"),
                        Fin(2)},
                       false),
            "abcd<end>");
  EXPECT_EQ(Reassemble({Syn(0xfffffffd), Data(1, "d"), Data(0xfffffffe, "abc"),
                        Fin(2)},
                       false),
            "abcd<end>");
}

TEST(StreamTest, BeginsInTheMiddle) {
  EXPECT_EQ(Reassemble({Data(1000, "ab"), Data(1002, "c"), Fin(1003)}, false),
            "<lost>abc<end>");
}

TEST(StreamTest, EndsWithoutAnEnd) {
  EXPECT_EQ(Reassemble({Syn(0), Data(1, "ab")}), "ab<end>");
  EXPECT_EQ(Reassemble({Syn(0), Data(1, "ab"), Data(5, "e")}),
            "ab<lost>e<end>");
  Segment reset = Data(3, "");
  reset.rst = true;
  EXPECT_EQ(Reassemble({Syn(0), Data(1, "ab"), reset, Data(3, "c")}, false),
            "ab<end>");
}

TEST(StreamTest, PacketsThatTheCaptureCutOff) {
  EXPECT_EQ(Reassemble({Syn(0), Data(1, "ab", 4), Data(5, "e"), Fin(6)}, false),
            "ab<lost>e<end>");
  EXPECT_EQ(Reassemble({Syn(0), Data(5, "e"), Data(1, "ab", 4), Fin(6)}, false),
            "ab<lost>e<end>");
}

// The other end has it, so it was sent, but the capture does not have it.
TEST(StreamTest, AcknowledgedBytesThatAreMissingAreLost) {
  Stream stream;
  Text sink;
  stream.Add(Syn(0), &sink);
  stream.Add(Data(1, "ab"), &sink);
  stream.Add(Data(5, "e"), &sink);
  for (int i = 0; i < 100; ++i) stream.Acknowledged(3, &sink);
  EXPECT_EQ(sink.text, "ab");
  for (int i = 0; i < 100; ++i) stream.Acknowledged(6, &sink);
  EXPECT_EQ(sink.text, "ab<lost>e");
}

TEST(StreamTest, WhatWaitsIsBounded) {
  Stream stream;
  Text sink;
  stream.Add(Syn(0), &sink);
  const std::string block(1000, 'x');
  for (uint32_t i = 1; i < 2000; ++i) {
    stream.Add(Data(i * 1001, block), &sink);  // Each with a gap before.
    EXPECT_LE(stream.waiting(), Stream::kMaxWaiting);
  }
  EXPECT_GT(sink.text.size(), 1000000u);
  Stream tiny;
  for (uint32_t i = 1; i < 5000; ++i) tiny.Add(Data(i * 2, "x"), &sink);
  EXPECT_LE(tiny.waiting(), Stream::kMaxPieces);
}

// Any order and cut of the same bytes gives the same bytes.
TEST(StreamTest, AnyOrder) {
  std::mt19937 random(7);  // Always the same.
  std::string all;
  for (int i = 0; i < 500; ++i) all.push_back(static_cast<char>('a' + i % 26));
  for (int round = 0; round < 300; ++round) {
    const auto start = static_cast<uint32_t>(random());
    std::vector<Segment> segments;
    for (size_t i = 0; i < all.size();) {
      const size_t size = std::min<size_t>(1 + random() % 20, all.size() - i);
      // Some reach further than the next one's beginning.
      segments.push_back(
          Data(start + 1 + static_cast<uint32_t>(i),
               absl::string_view(all).substr(i, size + random() % 5)));
      if (random() % 4 == 0) segments.push_back(segments.back());
      i += size;
    }
    segments.push_back(Fin(start + 1 + static_cast<uint32_t>(all.size())));
    std::shuffle(segments.begin(), segments.end(), random);
    segments.insert(segments.begin(), Syn(start));
    EXPECT_EQ(Reassemble(segments, false), all + "<end>");
  }
}

}  // namespace
}  // namespace airlock::capture
