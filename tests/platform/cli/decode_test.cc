// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock decode`: its input, its output and its errors.

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/interop/peers.h"
#include "tests/platform/cli/decode_run.h"
#include "tests/support/handshake.h"
#include "tests/support/recording.h"

namespace airlock::interop {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Recording;

Recording Example() {
  return testing::Record(testing::ClientOptions(),
                         testing::ServerOptions("server_rsa"),
                         "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n");
}

TEST(DecodeCommandTest, ShowsHeadsOfHttp) {
  const Recording recording = Example();
  const Outcome outcome =
      Airlock({"decode", WriteCapture(testing::SegmentsOf(recording.pieces)),
               "--keylog", WriteKeys(recording)});
  EXPECT_THAT(outcome.output,
              HasSubstr("client    Data: 18 bytes: GET / HTTP/1.1"));
  EXPECT_THAT(outcome.output,
              HasSubstr("server    Data: 19 bytes: HTTP/1.1 200 OK"));
  EXPECT_THAT(outcome.output,
              HasSubstr("connection 1: client 127.0.0.1:40000, server "
                        "127.0.0.2:443, began 2027-01-15T08:00:00.000000Z"));
}

TEST(DecodeCommandTest, ReadsPcapngAndStandardInput) {
  const Recording recording = Example();
  const std::string capture =
      WriteCapture(testing::SegmentsOf(recording.pieces));
  const std::string pcapng = ScratchPath("capture.pcapng");
  ASSERT_EQ(
      Tool("tshark", {"-r", capture, "-F", "pcapng", "-w", pcapng}).status, 0);
  ASSERT_THAT(FileContent(pcapng), HasSubstr("\x0a\x0d\x0d\x0a"));
  const Outcome outcome = Airlock({"decode", capture});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(Airlock({"decode", pcapng}).output, outcome.output);
}

TEST(DecodeCommandTest, RefusesWhatIsNoCapture) {
  for (const std::string& content :
       {std::string(), std::string("not a capture, but some text"),
        std::string("\xd4\xc3\xb2\xa1", 4)}) {
    const auto path = ScratchFile("file", content);
    ASSERT_TRUE(path.ok());
    const Outcome outcome = Airlock({"decode", *path});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.errors, HasSubstr("is not a pcap or pcapng capture"));
  }
  EXPECT_THAT(Airlock({"decode", "/nonexistent"}).errors,
              HasSubstr("cannot open /nonexistent"));
  EXPECT_THAT(Airlock({"decode", "/"}).errors, HasSubstr("is a directory"));
  // IEEE 802.11.
  const auto wlan = ScratchFile("file", testing::PcapFile({}, 105));
  ASSERT_TRUE(wlan.ok());
  EXPECT_THAT(Airlock({"decode", *wlan}).errors,
              HasSubstr("link type 105 (IEEE802_11)"));
}

TEST(DecodeCommandTest, SaysWhatItCannotDecode) {
  const auto empty = ScratchFile("file", testing::PcapFile({}));
  ASSERT_TRUE(empty.ok());
  const Outcome nothing = Airlock({"decode", *empty});
  EXPECT_EQ(nothing.status, 0);
  EXPECT_THAT(nothing.errors, HasSubstr("no TLS found in 0 packets"));
  // A file that is cut off: what comes before is good.
  const std::string capture =
      WriteCapture(testing::SegmentsOf(Example().pieces));
  const std::string content = FileContent(capture);
  const auto cut = ScratchFile("file", content.substr(0, content.size() - 3));
  ASSERT_TRUE(cut.ok());
  const Outcome outcome = Airlock({"decode", *cut});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("ServerHello: TLS 1.3"));
  EXPECT_THAT(outcome.errors, HasSubstr("is damaged or cut off"));
}

// tcpdump -s 200: the ends of larger packets are missing.
TEST(DecodeCommandTest, PacketsMayBeCutOff) {
  const Outcome outcome = Airlock(
      {"decode", WriteCapture(testing::SegmentsOf(Example().pieces), 200)});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("bytes are missing here"));
}

TEST(DecodeCommandTest, BadKeysAreNamedAndNotShown) {
  const std::string capture =
      WriteCapture(testing::SegmentsOf(Example().pieces));
  const auto none = ScratchFile("keys", "# nothing\n");
  ASSERT_TRUE(none.ok());
  const Outcome without = Airlock({"decode", capture, "--keylog", *none});
  EXPECT_EQ(without.status, 2);
  EXPECT_THAT(without.errors, HasSubstr("--keylog has no keys"));
  const auto broken =
      ScratchFile("keys", absl::StrCat("CLIENT_RANDOM ", std::string(64, 'a'),
                                       " ", std::string(96, '7'),
                                       "\nCLIENT_RANDOM ", std::string(64, 'a'),
                                       " ", std::string(90, '7'), "\n"));
  ASSERT_TRUE(broken.ok());
  const Outcome with = Airlock({"decode", capture, "--keylog", *broken});
  EXPECT_EQ(with.status, 0);
  EXPECT_THAT(with.errors, HasSubstr("line 2 is left out"));
  EXPECT_THAT(with.errors, Not(HasSubstr("7777")));
}

// The decoder cannot open anything, once it has the capture.
TEST(DecodeCommandTest, IsConfined) {
  const std::string capture =
      WriteCapture(testing::SegmentsOf(Example().pieces));
  const Outcome outcome = Tool("strace", {"-f", "-o", ScratchPath("trace"),
                                          AirlockPath(), "decode", capture});
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer needs more calls";
#endif
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const std::string trace = FileContent(ScratchPath("trace"));
  const size_t confined = trace.find("SECCOMP_SET_MODE_FILTER, 0");
  const size_t opened = trace.rfind("capture.pcap");
  ASSERT_NE(confined, std::string::npos) << trace;
  ASSERT_NE(opened, std::string::npos);
  EXPECT_LT(opened, confined);
  EXPECT_THAT(trace.substr(confined), HasSubstr("write(1"));
  EXPECT_THAT(trace.substr(confined), Not(HasSubstr("open")));
}

// Its libraries cost memory.
TEST(DecodeCommandTest, OtherCommandsDoNotLoadLibpcap) {
  const Outcome linked = Tool("ldd", {AirlockPath()});
  ASSERT_EQ(linked.status, 0) << linked.errors;
  EXPECT_THAT(linked.output, HasSubstr("libc.so"));
  EXPECT_THAT(linked.output, Not(HasSubstr("pcap")));
}

}  // namespace
}  // namespace airlock::interop
