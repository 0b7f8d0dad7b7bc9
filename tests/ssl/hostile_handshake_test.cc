// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Peers that send slowly, without end, or more than is good instead of a
// handshake: memory and time stay bounded.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "tests/ssl/hostile_peer.h"
#include "tests/support/error_matchers.h"

namespace airlock::ssl {
namespace {

class HostileHandshakeTest : public HostilePeerTest {};

INSTANTIATE_TEST_SUITE_P(All, HostileHandshakeTest,
                         ::testing::Values(Side::kClient, Side::kServer),
                         SideName);

TEST_P(HostileHandshakeTest, SendsNothing) {
  Peer peer;
  peer.pause = absl::Seconds(1);
  peer.deadline = absl::Seconds(10);
  const auto socket = Wrap(GetParam(), context_, &peer);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(socket->Handshake().want_read());
  EXPECT_THAT(socket->Handshake().status(), KindIs(ErrorKind::kTimeout));
  EXPECT_FALSE(socket->handshake_done());
}

TEST_P(HostileHandshakeTest, SendsAByteASecond) {
  Peer peer;
  peer.bytes =
      Record(kHandshake, Message(FirstMessage(), std::string(5000, 0)));
  peer.at_once = 1;
  peer.pause = absl::Seconds(1);
  peer.deadline = absl::Seconds(30);
  const Ending ending = Meet(&peer);
  EXPECT_THAT(ending.status, KindIs(ErrorKind::kTimeout));
  EXPECT_EQ(peer.delivered, 30u);
  EXPECT_LT(ending.most_bytes, kLittle);
}

// A message may be as long as it likes, up to a limit; a record of each byte.
TEST_P(HostileHandshakeTest, SendsEndlessFragments) {
  Peer peer;
  const std::string message =
      Message(FirstMessage(), std::string(kMostRecord, 0));
  for (const char c : message) {
    peer.bytes += Record(kHandshake, absl::string_view(&c, 1));
  }
  const Ending ending = Meet(&peer);
  EXPECT_THAT(ending.status, KindIs(ErrorKind::kProtocol));
  EXPECT_LT(ending.most_bytes, kLittle);
  EXPECT_LT(ending.seconds, kSoon);
}

TEST_P(HostileHandshakeTest, AnnouncesMoreThanAllowed) {
  Peer peer;
  peer.bytes = Record(
      kHandshake, absl::StrCat(Number(FirstMessage(), 1), Number(0xffffff, 3)));
  peer.bytes += Record(kHandshake, std::string(kMostRecord, 0));
  const size_t header = 9;
  const Ending ending = Meet(&peer);
  EXPECT_THAT(ending.status, KindIs(ErrorKind::kProtocol));
  EXPECT_LE(peer.delivered, header + peer.at_once);
  EXPECT_LT(ending.most_bytes, kLittle);
}

TEST_P(HostileHandshakeTest, SendsEmptyRecordsAndWarningsWithoutEnd) {
  constexpr absl::string_view kWarning("\x01\x5a", 2);  // user_canceled
  for (const std::string& record :
       {Record(kHandshake, ""), Record(kAlert, kWarning), Record(kAlert, ""),
        Record(kApplicationData, "")}) {
    Peer peer;
    peer.bytes = record;
    peer.endless = true;
    const Ending ending = Meet(&peer);
    EXPECT_THAT(ending.status, KindIs(ErrorKind::kProtocol));
    EXPECT_LT(peer.delivered, 1000u);
    EXPECT_LT(ending.most_bytes, kLittle);
  }
}

}  // namespace
}  // namespace airlock::ssl
