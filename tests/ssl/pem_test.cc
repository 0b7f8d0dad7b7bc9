// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/pem.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/secret.h"

namespace airlock::ssl::internal {
namespace {

using ::testing::HasSubstr;

constexpr absl::string_view kTwo =
    "some text\n"
    "-----BEGIN A-----\n"
    "aGVsbG8=\n"
    "-----END A-----\n"
    "\n"
    "-----BEGIN TWO WORDS-----\n"
    "d29y\n"
    "bGQ=\n"
    "-----END TWO WORDS-----\n"
    "more text\n";

std::string Decoded(const PemBlock& block) {
  const absl::StatusOr<Secret> bytes = DecodePem(block);
  return bytes.ok() ? std::string(bytes->view()) : bytes.status().ToString();
}

void ExpectTwo(absl::string_view text) {
  EXPECT_TRUE(HasPemMarker(text));
  const std::vector<PemBlock> blocks = SplitPem(text);
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_TRUE(blocks[0].status.ok()) << blocks[0].status;
  EXPECT_EQ(blocks[0].label, "A");
  EXPECT_EQ(blocks[0].number, 1);
  EXPECT_EQ(blocks[0].line, 2);
  EXPECT_EQ(Decoded(blocks[0]), "hello");
  EXPECT_TRUE(blocks[1].status.ok()) << blocks[1].status;
  EXPECT_EQ(blocks[1].label, "TWO WORDS");
  EXPECT_EQ(blocks[1].number, 2);
  EXPECT_EQ(blocks[1].line, 6);
  EXPECT_EQ(Decoded(blocks[1]), "world");
}

// Expects the only damaged block in `text` at `line`.
void ExpectDamaged(absl::string_view text, int line, absl::string_view words) {
  int damaged = 0;
  for (const PemBlock& block : SplitPem(text)) {
    if (block.status.ok()) continue;
    ++damaged;
    EXPECT_EQ(block.line, line) << text;
    EXPECT_EQ(block.body, "") << text;
    EXPECT_THAT(std::string(block.status.message()),
                HasSubstr(std::string(words)));
  }
  EXPECT_EQ(damaged, 1) << text;
}

TEST(PemTest, LinesMayEndInAnyWay) {
  ExpectTwo(kTwo);
  ExpectTwo(absl::StrReplaceAll(kTwo, {{"\n", "\r\n"}}));
  ExpectTwo(absl::StrReplaceAll(kTwo, {{"\n", "\r"}}));
  ExpectTwo(absl::StrReplaceAll(kTwo, {{"\n", " \t\n\t "}}));
  ExpectTwo(kTwo.substr(0, kTwo.rfind("\nmore")));
}

// DecodePublicPem agrees with DecodePem wherever it decodes at all.
bool PublicAgrees(absl::string_view body) {
  PemBlock block;
  block.body = body;
  std::string decoded;
  if (!DecodePublicPem(block, &decoded)) return false;
  EXPECT_EQ(decoded, Decoded(block)) << body;
  return true;
}

TEST(PemTest, PublicBlocks) {
  for (const absl::string_view usual :
       {"aGVsbG8=\n", "aGVsbG8=", "aGVs\nbG8=\n", "aGVs\r\nbG8h\r\n", "aGVs",
        "aA==\n", "aGVs\n\nbG8h\n", "+/+/\n"}) {
    EXPECT_TRUE(PublicAgrees(usual)) << usual;
  }
  for (const absl::string_view unusual :
       {"", "\n", "a", "aGVsb\nG8=\n", "aGVs bG8=", " aGVs", "aGVs\rbG8h",
        "aGVsbG9=\n", "aB==", "aG=s", "====", "a===", "aA==aA==", "aA==\nx",
        "aGVs\n\n\n\nb", "aGVs-G8=", "aGV\xc3", "Proc-Type: 4\n\naGVs"}) {
    EXPECT_FALSE(PublicAgrees(unusual)) << unusual;
  }
  // Each byte anywhere in a block.
  for (int c = 0; c < 256; ++c) {
    for (size_t i = 0; i < 9; ++i) {
      std::string body = "aGVsbG8=\n";
      body[i] = static_cast<char>(c);
      PublicAgrees(body);
    }
  }
}

TEST(PemTest, UsualAndUnusualBodiesAreSplitAlike) {
  const std::string begin = "-----BEGIN A-----\n";
  const std::string end = "-----END A-----";
  for (const std::string& rest :
       {absl::StrCat("YWE=\n", end, "\n"), absl::StrCat("YWE=\n", end),
        absl::StrCat("YWE=\n", end, " \n"), absl::StrCat("YWE=\n ", end, "\n"),
        absl::StrCat("YWE=\r\n", end, "\r\n"),
        absl::StrCat("\nYWE=\n\n", end, "\n")}) {
    const std::string text = absl::StrCat(begin, rest, "\n", begin, rest);
    const std::vector<PemBlock> blocks = SplitPem(text);
    ASSERT_EQ(blocks.size(), 2u) << text;
    for (const PemBlock& block : blocks) {
      EXPECT_TRUE(block.status.ok()) << text;
      EXPECT_EQ(Decoded(block), "aa") << text;
    }
    const size_t second = text.rfind(begin);
    EXPECT_EQ(blocks[1].line,
              1 + std::count(text.begin(),
                             text.begin() + static_cast<long>(second), '\n'))
        << text;
  }
}

TEST(PemTest, ByteOrderMarks) {
  EXPECT_EQ(SplitPem(absl::StrCat("\xEF\xBB\xBF", kTwo.substr(10),
                                  "\xEF\xBB\xBF", kTwo.substr(10)))
                .size(),
            4u);
}

TEST(PemTest, TextWithoutBlocks) {
  for (absl::string_view text :
       {"", "\n", "text", "----- BEGIN A-----", "# -----BEGIN A-----\n",
        "-----END A-----\n", "-----BEGIN\ntext", "-----"}) {
    EXPECT_FALSE(HasPemMarker(text)) << text;
    EXPECT_TRUE(SplitPem(text).empty()) << text;
  }
}

TEST(PemTest, DamagedEndLines) {
  ExpectDamaged("-----BEGIN A-----\nAAAA\n", 1, "has no END line");
  ExpectDamaged("-----BEGIN A-----", 1, "has no END line");
  ExpectDamaged("-----BEGIN A-----\nAAAA\n-----END B-----\n", 1, "at line 3");
  ExpectDamaged("-----BEGIN A-----\nAAAA\n-----END A----\n", 1, "at line 3");
  ExpectDamaged("-----BEGIN A-----\nAAAA\n-----END A----------BEGIN B-----\n",
                1, "at line 3");
}

TEST(PemTest, DamagedBeginLines) {
  ExpectDamaged("\n-----BEGIN A---\n", 2, "should be a PEM BEGIN line");
  ExpectDamaged("-----BEGIN", 1, "should be a PEM BEGIN line");
  ExpectDamaged("-----B", 1, "should be a PEM BEGIN line");
  ExpectDamaged("-----BEGIN -----\n", 1, "should be a PEM BEGIN line");
  ExpectDamaged("-----BEGIN A----- AAAA -----END A-----", 1, "put line breaks");
  ExpectDamaged("-----BEGIN A-----\\nAAAA\\n-----END A-----", 1,
                "the two characters \\n");
}

// The reader continues after each of them, and keeps counting.
TEST(PemTest, BlocksAfterADamagedOne) {
  for (absl::string_view damaged :
       {"-----BEGIN A-----\nAAAA\n", "-----BEGIN A-----\n-----END B-----\n",
        "-----BEGIN A---\nAAAAAAAAAAAAAAAA\n"}) {
    const std::string text = absl::StrCat(damaged, kTwo);
    const std::vector<PemBlock> blocks = SplitPem(text);
    ASSERT_EQ(blocks.size(), 3u) << damaged;
    EXPECT_FALSE(blocks[0].status.ok()) << damaged;
    EXPECT_EQ(blocks[1].number, 2) << damaged;
    EXPECT_EQ(blocks[1].line, 4) << damaged;
    EXPECT_EQ(Decoded(blocks[1]), "hello") << damaged;
    EXPECT_EQ(Decoded(blocks[2]), "world") << damaged;
  }
}

// OpenSSL ignores them, too.
TEST(PemTest, CommentsThatMentionBegin) {
  for (absl::string_view comment :
       {"-----BEGIN of the list of our CAs",
        "-----BEGIN CERTIFICATE----- is next", "----BEGIN CERTIFICATE----",
        "-----BEGIN our CAs\n\nwords, and more",
        "# -----BEGIN A-----\nAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    const std::vector<PemBlock> blocks =
        SplitPem(absl::StrCat(comment, "\n\n", kTwo));
    ASSERT_EQ(blocks.size(), 2u) << comment;
    EXPECT_TRUE(blocks[0].status.ok()) << comment << blocks[0].status;
  }
}

// But damaged blocks are errors.
TEST(PemTest, DamagedBeginLinesOfBlocks) {
  for (absl::string_view begin :
       {"----BEGIN A----", "------BEGIN A------", "-----BEGIN A----",
        "-----BEGIN A", "----- BEGIN A -----", "-----BEGIN A----- x"}) {
    ExpectDamaged(absl::StrCat(kTwo, begin,
                               "\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
                               "-----END A-----\n"),
                  11, "should be a PEM BEGIN line");
  }
}

// Syntax around a value in other formats.
TEST(PemTest, EmbeddedBeginLinesOfBlocks) {
  for (absl::string_view before :
       {"\"", "'", "b'", "key: ", "KEY=", "<key>", "[\"", "(", "{"}) {
    ExpectDamaged(absl::StrCat(kTwo, before,
                               "-----BEGIN A-----\n"
                               "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
                               "-----END A-----\n"),
                  11, "has a quote or other text before -----BEGIN");
    // But not one that text only mentions.
    const auto blocks =
        SplitPem(absl::StrCat(before, "-----BEGIN A-----\nends them.\n", kTwo));
    ASSERT_EQ(blocks.size(), 2u) << before;
    EXPECT_TRUE(blocks[0].status.ok()) << before << blocks[0].status;
  }
}

TEST(PemTest, SaysWhatItMayBeInstead) {
  const std::string pem =
      "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n"
      "-----END PRIVATE KEY-----\n";
  const std::string escaped = absl::StrReplaceAll(pem, {{"\n", "\\n"}});
  std::string base64;
  absl::Base64Escape(pem, &base64);
  for (const auto& [text, words] :
       std::vector<std::pair<std::string, std::string>>{
           {"", "is empty"},
           {"/etc/ssl/cert.pem", "looks like a path"},
           {absl::StrCat("{\"key\": \"", escaped, "\"}"),
            "JSON that contains PEM"},
           {absl::StrCat("\"", escaped, "\""), "within quotes"},
           {absl::StrCat("'", pem, "'"), "within quotes"},
           {absl::StrCat("key: ", pem), "within quotes"},
           {absl::StrCat("b'", escaped, "'"), "within quotes"},
           {absl::StrReplaceAll(pem, {{"-----", "----"}}), "five dashes"},
           {absl::StrReplaceAll(pem, {{"-----", "\xE2\x80\x94"}}),
            "five dashes"},
           {base64, "base64-encoded PEM"},
           {absl::StrCat("\n", base64, "\n"), "base64-encoded PEM"},
           {std::string(100, 'A') + "/" + std::string(27, 'b'),
            "without BEGIN"},
           {"{\"kty\": \"RSA\", \"n\": \"a/b\"}", "JSON"},
           {"<RSAKeyValue><Modulus>a/b</Modulus></RSAKeyValue>", "XML"},
           {"ssh-rsa AAAAB3NzaC1yc2E/ me@host", "SSH"},
           {"https://example.com/cert.pem", "URL"},
           {"3082" + std::string(200, 'a'), "hexadecimal"},
           {"hello", "contains no PEM block"}}) {
    EXPECT_THAT(DescribeUnknown(text), HasSubstr(words)) << text;
  }
}

TEST(PemTest, DamagedBase64) {
  const auto decode = [](absl::string_view body) {
    return Decoded(SplitPem(absl::StrCat("-----BEGIN A-----\n", body,
                                         "\n-----END A-----\n"))
                       .front());
  };
  EXPECT_EQ(decode("aGVs\nbG8="), "hello");
  EXPECT_EQ(decode("\naGVs\n\nbG8="), "hello");
  EXPECT_THAT(decode("aGVs\nb!8="), HasSubstr("line 3"));
  EXPECT_THAT(decode("aG Vs"), HasSubstr("line 2"));
  EXPECT_THAT(decode("aGVsb"), HasSubstr("incomplete"));
  EXPECT_THAT(decode("aGVsbG8"), HasSubstr("incomplete"));
  EXPECT_THAT(decode("aG=sbG8="), HasSubstr("incomplete"));
  EXPECT_THAT(decode(""), HasSubstr("is empty"));
  // The error does not quote what may be a key.
  EXPECT_THAT(decode("c2Vj!mV0"), ::testing::Not(HasSubstr("c2Vj")));
}

TEST(PemTest, Headers) {
  const std::vector<PemBlock> blocks = SplitPem(
      " -----BEGIN A-----\r\n Proc-Type: 4,ENCRYPTED\r\n\r\nAAAA\r\n"
      "-----END A-----");
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_TRUE(HasPemHeaders(blocks.front()));
  EXPECT_EQ(NormalizePem(blocks.front()).view(),
            "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n"
            "-----END A-----\n");
  EXPECT_FALSE(HasPemHeaders(SplitPem(kTwo).front()));
}

}  // namespace
}  // namespace airlock::ssl::internal
