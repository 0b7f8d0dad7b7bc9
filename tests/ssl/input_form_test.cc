// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/input_form.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {
namespace {

using ::testing::HasSubstr;

std::string Key(absl::string_view name) {
  return airlock::testing::ReadTestdata(absl::StrCat("certs/", name));
}

// The text between the BEGIN and the END line, on one line.
std::string Body(const std::string& pem) {
  const size_t begin = pem.find('\n');
  const size_t end = pem.find("-----END");
  return absl::StrReplaceAll(pem.substr(begin, end - begin), {{"\n", ""}});
}

// Each byte of `text` as a unit of `width` bytes.
std::string Widened(const std::string& text, size_t width, bool big_endian) {
  std::string wide;
  for (const char c : text) {
    const std::string zeros(width - 1, '\0');
    wide += big_endian ? zeros + c : c + zeros;
  }
  return wide;
}

TEST(InputFormTest, IsNamedWithWhatToDo) {
  const std::string pem = Key("server_p256.key");
  std::string base64;
  absl::Base64Escape(pem, &base64);
  const std::string url_base64 = absl::WebSafeBase64Escape(pem + "\n???");
  std::string with_comment;
  absl::Base64Escape(absl::StrCat("Bag Attributes\n", pem), &with_comment);
  std::string der;
  ASSERT_TRUE(absl::Base64Unescape(Body(pem), &der));
  const std::string second_line = pem.substr(pem.find('\n') + 1);
  for (const auto& [text, words] :
       std::vector<std::pair<std::string, std::string>>{
           {"", "is empty"},
           {" \n\t", "is empty"},
           {base64, "base64-encoded PEM text; decode it once"},
           {absl::StrCat("\"", base64, "\""), "base64-encoded PEM text"},
           {url_base64, "base64-encoded PEM text; decode it once"},
           {with_comment, "base64-encoded PEM text; decode it once"},
           {Body(pem), "base64 without BEGIN and END lines"},
           {absl::StrReplaceAll(Body(pem), {{"+", "-"}, {"/", "_"}}),
            "base64 without BEGIN and END lines"},
           {absl::BytesToHexString(der), "DER in hexadecimal"},
           {absl::BytesToHexString(pem), "PEM text in hexadecimal"},
           {absl::StrCat("{\"key\": \"",
                         absl::StrReplaceAll(pem, {{"\n", "\\n"}}), "\"}"),
            "JSON that contains PEM text"},
           {"\xFF\xFE" + Widened(pem, 2, false), "UTF-16"},
           {"\xFE\xFF" + Widened(pem, 2, true), "UTF-16"},
           {Widened(pem, 2, false), "UTF-16"},
           {Widened(pem, 2, true), "UTF-16"},
           {Widened(pem, 4, false), "UTF-32"},
           {Widened(pem, 4, true), "UTF-32"},
           {std::string("\x1F\x8B\x08\0", 4) + "abc", "compressed"},
           {absl::StrCat("\"", pem, "\""), "within quotes"},
           {absl::StrCat("<key>", pem, "</key>"), "within quotes"},
           {absl::StrReplaceAll(pem, {{"-----", "----"}}), "five dashes"},
           {absl::StrReplaceAll(pem, {{"-----", "------"}}), "five dashes"},
           {absl::StrReplaceAll(pem, {{"-----", "\xE2\x80\x94"}}),
            "five dashes"},
           {absl::StrReplaceAll(pem, {{"BEGIN ", "BEGIN\xC2\xA0"}}),
            "plain spaces"},
           {absl::AsciiStrToLower(pem), "capitals"},
           {absl::StrReplaceAll(pem, {{" ", "%20"}, {"\n", "%0A"}}),
            "percent-encoded"},
           {absl::StrReplaceAll(pem, {{" ", "+"}, {"\n", "%0A"}}),
            "percent-encoded"},
           {second_line, "no BEGIN line"},
           {"{\"kty\": \"EC\"}", "JSON"},
           {"<html></html>", "XML or HTML"},
           {"ssh-ed25519 AAAA me@host", "SSH"},
           {"https://example.com/key.pem", "URL"},
       }) {
    EXPECT_THAT(DescribeInputForm(text), HasSubstr(words)) << text;
  }
  for (const char* text :
       {"hello", "/etc/ssl/key.pem", "$TLS_KEY", "key.pem"}) {
    EXPECT_EQ(DescribeInputForm(text), "") << text;
  }
}

TEST(InputFormTest, ShowsNoContent) {
  const std::string body = Body(Key("server_p256.key"));
  for (const std::string& text :
       {body, "'" + body, absl::StrCat("{\"d\":\"", body, "\"}")}) {
    for (size_t i = 0; i + 8 < body.size(); ++i) {
      EXPECT_FALSE(
          absl::StrContains(DescribeInputForm(text), body.substr(i, 8)));
    }
  }
}

// For each key type, in each one-line form.
TEST(InputFormTest, ALineThatMayHoldAKeyIsNotAPath) {
  for (const char* name :
       {"server_p256.key", "server_p384.key", "server_rsa.key",
        "server_ed25519.key", "client_ed25519.key", "server_p256_encrypted.key",
        "server_p256_traditional.key"}) {
    const std::string pem = Key(name);
    const std::string body = Body(pem);
    std::string base64;
    absl::Base64Escape(pem, &base64);
    std::string der;
    ASSERT_TRUE(absl::Base64Unescape(body, &der)) << name;
    for (const std::string& text :
         {pem, body, base64, absl::BytesToHexString(der),
          absl::WebSafeBase64Escape(der),
          absl::StrReplaceAll(pem, {{"\n", " "}, {"-----", "----"}}),
          absl::StrReplaceAll(pem, {{"\n", "\\n"}}),
          absl::StrCat("{\"kty\":\"EC\",\"d\":\"", body.substr(0, 20), "\"}"),
          der}) {
      EXPECT_TRUE(MayHoldKey(text)) << name << ": " << text;
    }
  }
  // Only a seed.
  EXPECT_TRUE(MayHoldKey(std::string(64, 'a')));
  EXPECT_TRUE(MayHoldKey("MC4CAQAwBQYDK2VwBCIEIDc/1+abcdefghi/jklmnopqrstu"));
}

TEST(InputFormTest, PathsMayBeShown) {
  for (const char* text :
       {"key.pem", "/etc/ssl/private/server.key", "$TLS_KEY", "${TLS_KEY}",
        "changeme",
        "/home/someone/projects/production/kubernetes/secrets/tls-key.pem",
        "certificates/production/kubernetes/server/key",
        "C:\\certificates\\server.key",
        "/nix/store/0123456789abcdefghijklmnopqrstuv-cacert/ca.crt",
        "../../../testdata/certs/server_p256.key"}) {
    EXPECT_FALSE(MayHoldKey(text)) << text;
  }
}

}  // namespace
}  // namespace airlock::ssl
