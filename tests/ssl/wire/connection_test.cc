// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/wire/connection.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/wire/key_log.h"
#include "tests/support/recording.h"

namespace airlock::ssl::wire {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Only;
using testing::Piece;
using testing::Record;
using testing::Recording;
using ::testing::StartsWith;

struct Case {
  TlsVersion version;
  std::string ciphers;
};

Recording RecordCase(const Case& wanted) {
  ContextOptions client = testing::ClientOptions();
  ContextOptions server = testing::ServerOptions("server_rsa");
  for (ContextOptions* options : {&client, &server}) {
    Only(wanted.version, options);
    options->ciphers = wanted.ciphers;
    options->verification.security_level = 0;
  }
  return Record(std::move(client), std::move(server), "GET / HTTP/1.1\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\n");
}

KeyLog Keys(const Recording& recording) {
  std::vector<KeyLog::BadLine> bad;
  KeyLog keys = KeyLog::Parse(recording.key_log, &bad);
  EXPECT_THAT(bad, IsEmpty());
  return keys;
}

std::vector<Event> Decode(const std::vector<Piece>& pieces,
                          const KeyLog* keys) {
  Connection connection(keys);
  std::vector<Event> events;
  for (const Piece& piece : pieces) {
    connection.Feed(piece.from_client, piece.bytes, &events);
  }
  connection.End(true, &events);
  connection.End(false, &events);
  return events;
}

// "client Finished: 12 bytes".
std::vector<std::string> Lines(const std::vector<Event>& events,
                               bool records = false) {
  std::vector<std::string> lines;
  for (const Event& event : events) {
    if (event.kind == EventKind::kRecord && !records) continue;
    lines.push_back(absl::StrCat(event.from_client ? "client " : "server ",
                                 event.field.name, ": ", event.field.value,
                                 IsMalformed(event.field) ? " !" : ""));
  }
  return lines;
}

// In pieces of `size` bytes.
std::vector<Piece> Cut(const std::vector<Piece>& pieces, size_t size) {
  std::vector<Piece> cut;
  for (const Piece& piece : pieces) {
    for (size_t i = 0; i < piece.bytes.size(); i += size) {
      cut.push_back({piece.from_client, piece.bytes.substr(i, size)});
    }
  }
  return cut;
}

class CaseTest : public ::testing::TestWithParam<Case> {};

TEST_P(CaseTest, IsDecryptedWithKeys) {
  const Recording recording = RecordCase(GetParam());
  ASSERT_TRUE(recording.ok);
  const KeyLog keys = Keys(recording);
  const std::vector<std::string> lines = Lines(Decode(recording.pieces, &keys));
  EXPECT_THAT(lines, Contains(StartsWith("client ClientHello: ")));
  EXPECT_THAT(lines, Contains(StartsWith("client Finished: ")));
  EXPECT_THAT(lines, Contains(StartsWith("server Finished: ")));
  // TLS 1.0 sends the first byte by itself, against BEAST.
  EXPECT_THAT(lines, Contains(GetParam().version == TlsVersion::kTls1_0
                                  ? "server Data: 18 bytes"
                                  : "server Data: 19 bytes: HTTP/1.1 200 OK"));
  EXPECT_THAT(lines, Contains("client Alert: warning close_notify (0)"));
  EXPECT_THAT(lines, Contains("server Alert: warning close_notify (0)"));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("!"))));
  // However it is cut.
  EXPECT_EQ(Lines(Decode(Cut(recording.pieces, 1), &keys)), lines);
  EXPECT_EQ(Lines(Decode(Cut(recording.pieces, 7), &keys)), lines);
}

TEST_P(CaseTest, IsFollowedWithoutKeys) {
  const Recording recording = RecordCase(GetParam());
  for (const bool other_keys : {false, true}) {
    const KeyLog keys = Keys(RecordCase(GetParam()));
    const std::vector<Event> events =
        Decode(recording.pieces, other_keys ? &keys : nullptr);
    EXPECT_THAT(Lines(events), Contains(StartsWith("server ServerHello: ")));
    EXPECT_THAT(Lines(events), Not(Contains(HasSubstr("Finished"))));
    EXPECT_THAT(Lines(events), Not(Contains(HasSubstr("Data"))));
    EXPECT_THAT(Lines(events), Not(Contains(HasSubstr("!"))));
    EXPECT_THAT(Lines(events, /*records=*/true),
                Contains(HasSubstr(", encrypted")));
  }
}

// The end is missing, after any number of bytes.
TEST_P(CaseTest, MayEndAnywhere) {
  const Recording recording = RecordCase(GetParam());
  const KeyLog keys = Keys(recording);
  for (size_t last = 0; last < recording.pieces.size(); ++last) {
    std::vector<Piece> pieces(recording.pieces.begin(),
                              recording.pieces.begin() + last + 1);
    const std::string bytes = pieces.back().bytes;
    for (size_t size = 0; size < bytes.size(); size += 13) {
      pieces.back().bytes = bytes.substr(0, size);
      EXPECT_THAT(Lines(Decode(pieces, &keys)), Not(Contains(HasSubstr("!"))));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, CaseTest,
    ::testing::Values(Case{TlsVersion::kTls1_3, ""},
                      Case{TlsVersion::kTls1_2, "ECDHE-RSA-AES128-GCM-SHA256"},
                      Case{TlsVersion::kTls1_2, "ECDHE-RSA-AES256-GCM-SHA384"},
                      Case{TlsVersion::kTls1_2, "ECDHE-RSA-CHACHA20-POLY1305"},
                      Case{TlsVersion::kTls1_2, "ECDHE-RSA-AES128-SHA"},
                      Case{TlsVersion::kTls1_2, "AES256-SHA"},
                      Case{TlsVersion::kTls1_1, "ECDHE-RSA-AES256-SHA"},
                      Case{TlsVersion::kTls1_0, "ECDHE-RSA-AES128-SHA"}));

Recording Tls13() { return RecordCase({TlsVersion::kTls1_3, ""}); }

TEST(ConnectionTest, IgnoresWhatIsNotTls) {
  Connection connection(nullptr);
  std::vector<Event> events;
  connection.Feed(true, "GET / HTTP/1.0\r\n\r\n", &events);
  connection.Feed(false, "HTTP/1.0 200 OK\r\n\r\n", &events);
  connection.Feed(true, std::string("\x16\x03\x01", 3), &events);
  connection.Feed(true, "no", &events);
  connection.End(true, &events);
  EXPECT_THAT(events, IsEmpty());
  EXPECT_FALSE(connection.found());
}

// As STARTTLS and CONNECT do.
TEST(ConnectionTest, FindsTlsAfterPlainText) {
  std::vector<Piece> pieces = {{false, "220 ready\r\n"},
                               {true, "STARTTLS\r\n"},
                               {false, "220 go ahead\r\n"}};
  const Recording recording = Tls13();
  const KeyLog keys = Keys(recording);
  const auto lines = Lines(Decode(recording.pieces, &keys));
  pieces.insert(pieces.end(), recording.pieces.begin(), recording.pieces.end());
  EXPECT_EQ(Lines(Decode(pieces, &keys)), lines);
}

TEST(ConnectionTest, TheHellosSayWhoIsTheClient) {
  const Recording recording = Tls13();
  Connection connection(nullptr);
  std::vector<Event> events;
  for (const Piece& piece : recording.pieces) {
    connection.Feed(!piece.from_client, piece.bytes, &events);
  }
  EXPECT_FALSE(connection.initiator_is_client());
  EXPECT_EQ(Lines(events), Lines(Decode(recording.pieces, nullptr)));
}

// The capture begins in the middle.
TEST(ConnectionTest, MayBeginAnywhere) {
  const Recording recording = Tls13();
  for (size_t first = 1; first < recording.pieces.size(); ++first) {
    Connection connection(nullptr);
    std::vector<Event> events;
    connection.Lost(true, &events);
    connection.Lost(false, &events);
    for (size_t i = first; i < recording.pieces.size(); ++i) {
      connection.Feed(recording.pieces[i].from_client,
                      recording.pieces[i].bytes, &events);
    }
    EXPECT_TRUE(connection.found()) << first;
    EXPECT_THAT(Lines(events, /*records=*/true),
                Contains(HasSubstr("Record: application_data")));
  }
}

// Decryption goes on after records that are missing.
TEST(ConnectionTest, GoesOnAfterALoss) {
  for (const Case& wanted :
       {Case{TlsVersion::kTls1_3, ""},
        Case{TlsVersion::kTls1_2, "ECDHE-RSA-AES128-GCM-SHA256"},
        Case{TlsVersion::kTls1_2, "ECDHE-RSA-AES128-SHA"}}) {
    const Recording recording = RecordCase(wanted);
    const KeyLog keys = Keys(recording);
    Connection connection(&keys);
    std::vector<Event> events;
    // The server's data is missing; its close_notify comes after.
    std::vector<size_t> servers;
    for (size_t i = 0; i < recording.pieces.size(); ++i) {
      if (!recording.pieces[i].from_client) servers.push_back(i);
    }
    for (size_t i = 0; i < recording.pieces.size(); ++i) {
      if (i == servers[servers.size() - 2]) {
        connection.Lost(false, &events);
      } else {
        connection.Feed(recording.pieces[i].from_client,
                        recording.pieces[i].bytes, &events);
      }
    }
    EXPECT_THAT(Lines(events),
                Contains(StartsWith("server Note: bytes are missing")));
    EXPECT_THAT(Lines(events),
                Contains("server Alert: warning close_notify (0)"));
  }
}

TEST(ConnectionTest, SaysWhereTlsEnds) {
  Recording recording = Tls13();
  recording.pieces.push_back({true, "plain text again"});
  EXPECT_THAT(Lines(Decode(recording.pieces, nullptr)),
              Contains("client Note: what follows is not TLS !"));
}

TEST(ConnectionTest, NamesMessagesThatAreTooLong) {
  std::vector<Piece> pieces = {Tls13().pieces[0]};
  // A Certificate of 16 MiB, of which 2 MiB come.
  std::string first("\x16\x03\x03\x40\x00\x0b\xff\xff\xff", 9);
  first.append(0x4000 - 4, 'x');
  std::string next("\x16\x03\x03\x40\x00", 5);
  next.append(0x4000, '\x0b');
  pieces.push_back(
      {false, std::string("\x16\x03\x03\x00\x2a\x02\x00\x00\x26", 9)});
  pieces.back().bytes +=
      absl::StrCat(std::string("\x03\x03", 2), std::string(32, 'r'),
                   std::string("\0\xc0\x2f\0", 4));
  pieces.push_back({false, first});
  for (int i = 0; i < 128; ++i) pieces.push_back({false, next});
  const auto lines = Lines(Decode(pieces, nullptr));
  EXPECT_THAT(lines, Contains("server Certificate: 16777215 bytes, too long to "
                              "be decoded"));
  EXPECT_EQ(lines.size(), 3u);
}

TEST(ConnectionTest, MarksAHeartbeatThatAsksForTooMuch) {
  std::vector<Piece> pieces = {Tls13().pieces[0]};
  pieces.push_back({true, std::string("\x18\x03\x03\x00\x03\x01\x40\x00", 8)});
  EXPECT_THAT(Lines(Decode(pieces, nullptr)),
              Contains("client Heartbeat: request, payload of 16384 bytes !"));
}

// Bytes changed at random: no crash, and events in proportion to the bytes.
TEST(ConnectionTest, SurvivesAnyBytes) {
  std::mt19937 random(12);  // Always the same.
  std::vector<Recording> recordings;
  for (const Case& wanted :
       {Case{TlsVersion::kTls1_3, ""},
        Case{TlsVersion::kTls1_2, "ECDHE-RSA-AES128-GCM-SHA256"},
        Case{TlsVersion::kTls1_0, "AES128-SHA"}}) {
    recordings.push_back(RecordCase(wanted));
  }
  for (int i = 0; i < 500; ++i) {
    const Recording& recording = recordings[random() % recordings.size()];
    const KeyLog keys = Keys(recording);
    std::vector<Piece> pieces = recording.pieces;
    for (int changes = 0; changes < 6; ++changes) {
      std::string& bytes = pieces[random() % pieces.size()].bytes;
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    size_t size = 0;
    Connection connection(&keys);
    std::vector<Event> events;
    for (const Piece& piece : pieces) {
      if (random() % 8 == 0) connection.Lost(piece.from_client, &events);
      connection.Feed(piece.from_client, piece.bytes, &events);
      size += piece.bytes.size();
    }
    EXPECT_LT(events.size(), size);
  }
}

}  // namespace
}  // namespace airlock::ssl::wire
