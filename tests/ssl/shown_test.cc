// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Messages quote only a part of a long input.

#include "ssl/shown.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ssl/context.h"
#include "ssl/credentials.h"
#include "ssl/error.h"
#include "ssl/hostname.h"
#include "ssl/options.h"
#include "ssl/trust_store.h"
#include "tests/support/handshake.h"
#include "tests/support/mint.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::ServerOptions;

const size_t kHuge = 1 << 20;

void ExpectShort(const absl::Status& status) {
  EXPECT_FALSE(status.ok());
  EXPECT_LT(status.message().size(), 2000u) << status.message().substr(0, 300);
}

TEST(ShownTest, KeepsShortTexts) {
  EXPECT_EQ(Shown(""), "");
  EXPECT_EQ(Shown("a/b \"c\""), "a/b \\\"c\\\"");
  EXPECT_EQ(Shown(std::string("\0\x1B[1m\n", 6)), "\\x00\\x1b[1m\\n");
  EXPECT_EQ(Shown("b\xC3\xBC"), "b\\xc3\\xbc");
  EXPECT_EQ(Shown("b\xC3\xBC", kMaxShown, true), "b\xC3\xBC");
  EXPECT_EQ(Shown(std::string(kMaxShown, 'x')), std::string(kMaxShown, 'x'));
}

// A peer's name must neither move a terminal's cursor nor reorder what is
// printed after it.
TEST(ShownTest, EscapesHiddenCharacters) {
  for (const char* text :
       {"\xC2\x9B\x31m", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x80\x8B",
        "\xE2\x80\xA8", "\xEF\xBB\xBF", "\xF3\xA0\x81\x81", "\xC2\xAD"}) {
    const std::string shown = Shown(text, kMaxShown, /*utf8=*/true);
    EXPECT_TRUE(absl::StartsWith(shown, "\\x")) << shown;
    EXPECT_FALSE(absl::StrContains(shown, text)) << shown;
  }
  // Malformed: overlong, a surrogate, cut off, beyond Unicode.
  for (const char* text : {"\xC0\xAF", "\xE0\x80\x9B", "\xED\xA0\x80",
                           "\xE2\x82", "\xF4\x90\x80\x80", "\xFF", "\x9B"}) {
    for (const char c : Shown(text, kMaxShown, /*utf8=*/true)) {
      EXPECT_TRUE(absl::ascii_isprint(static_cast<unsigned char>(c))) << text;
    }
  }
  for (const char* text : {"\xE6\x97\xA5\xE6\x9C\xAC", "\xF0\x9F\x94\x92"}) {
    EXPECT_EQ(Shown(text, kMaxShown, /*utf8=*/true), text);
  }
}

TEST(ShownTest, CutsLongTexts) {
  const std::string text =
      absl::StrCat("begin", std::string(kHuge, 'x'), "the end");
  const std::string shown = Shown(text);
  EXPECT_LT(shown.size(), kMaxShown + 30);
  EXPECT_TRUE(absl::StartsWith(shown, "begin"));
  EXPECT_TRUE(absl::StrContains(shown, "the end"));
  EXPECT_TRUE(absl::StrContains(shown, absl::StrCat(text.size())));
  // Never half a character.
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\xC3\xBC";
  for (size_t most = 20; most < 30; ++most) {
    const std::string cut = Shown(umlauts, most, true);
    EXPECT_FALSE(absl::StrContains(cut, "\\x")) << cut;
    EXPECT_FALSE(absl::StrContains(cut, "\xBC\xBC")) << cut;
    EXPECT_FALSE(absl::StrContains(cut, ".\xBC")) << cut;
    EXPECT_FALSE(absl::StrContains(cut, "\xC3.")) << cut;
  }
}

TEST(ShownTest, HidesAPrivateKey) {
  const std::string key(60, 'k');
  const std::string pem = absl::StrCat("-----BEGIN EC PRIVATE KEY-----\n", key,
                                       "\n-----END EC PRIVATE KEY-----\n");
  for (const std::string& text :
       {pem, absl::AsciiStrToLower(pem),
        absl::StrCat(std::string(80, ' '), pem),
        absl::StrCat(std::string(kHuge, 'c'), pem), pem.substr(0, 50),
        absl::StrCat(pem, std::string(kHuge, 'c')), pem.substr(40)}) {
    for (const size_t most : {kMaxShown, kMaxShownPath}) {
      EXPECT_EQ(Shown(text, most),
                absl::StrCat("a private key (", text.size(), " bytes)"));
    }
  }
  const std::string body(50, 'k');
  for (const absl::string_view begin :
       {absl::string_view("\x30\x2E\x02\x01\x00", 5),          // PKCS#8
        absl::string_view("\x30\x81\x87\x02\x01\x00", 6),      // PKCS#8
        absl::string_view("\x30\x82\x04\xA4\x02\x01\x00", 7),  // PKCS#1
        absl::string_view("\x30\x77\x02\x01\x01", 5)}) {       // SEC 1
    const std::string der = absl::StrCat(begin, body);
    EXPECT_EQ(Shown(der),
              absl::StrCat("a private key (", der.size(), " bytes)"));
  }
  EXPECT_EQ(Shown("0\x02"), "0\\x02");
  // Where nothing of the key is shown.
  const std::string within =
      absl::StrCat(std::string(kHuge, 'c'), pem, std::string(kHuge, 'c'));
  EXPECT_FALSE(absl::StrContains(Shown(within), "kkk"));
  EXPECT_TRUE(absl::StartsWith(Shown(within), "ccc"));
  for (const char* label : {"PUBLIC KEY", "RSA PRIVATE KEY", "PRIVATE KEY"}) {
    EXPECT_EQ(Shown(label), label);
  }
}

TEST(ShownTest, HidesAPathThatMayBeAKey) {
  const std::string key(60, 'k');
  for (const std::string& given :
       {key, absl::StrCat("-----BEGIN PRIVATE KEY-----\n", key),
        absl::StrCat("{\"d\": \"", key, "\"}"), absl::StrCat("/\n", key)}) {
    const std::string shown = ShownPath(given);
    EXPECT_FALSE(absl::StrContains(shown, "kkk")) << shown;
    EXPECT_TRUE(absl::StrContains(shown, absl::StrCat(given.size()))) << shown;
  }
  for (const std::string& path :
       {std::string("key.pem"), absl::StrCat("/nix/store/", key, "/ca.pem"),
        std::string("a/relative/path/of/some/length/to/ca-certificates.crt"),
        std::string(30, 'a')}) {
    EXPECT_EQ(ShownPath(path), path);
  }
}

TEST(ShownTest, InputsOfTheApplication) {
  const std::string huge(kHuge, 'x');
  ExpectShort(ParseHost(huge).status());
  ExpectShort(ParseProtocol(huge).status());
  ContextOptions options = ClientOptions();
  options.ciphers = huge;
  ExpectShort(Context::Create(std::move(options)).status());
  options = ClientOptions();
  options.verification.groups = huge;
  ExpectShort(Context::Create(std::move(options)).status());
  options = ClientOptions();
  options.ciphers = "@SECLEVEL=" + huge;
  ExpectShort(Context::Create(std::move(options)).status());
  for (const std::string& text :
       {huge, "-----BEGIN " + huge + "-----\nAAAA\n-----END " + huge + "-----",
        "-----BEGIN " + huge, "-----BEGIN " + huge + "-----\n",
        "-----BEGIN CERTIFICATE-----\n" + huge + "-----END CERTIFICATE-----"}) {
    ExpectShort(TrustStore::Create(text, huge).status());
    CredentialsOptions credentials;
    credentials.certfile = Secret(text);
    credentials.certfile_name = huge;
    ExpectShort(Credentials::Create(std::move(credentials)).status());
  }
  std::string others;
  for (int i = 0; i < 10000; ++i) {
    absl::StrAppend(&others, "-----BEGIN A", i, "-----\nAAAA\n-----END A", i,
                    "-----\n");
  }
  ExpectShort(TrustStore::Create(others, "x").status());
}

TEST(ShownTest, InputsOfThePeer) {
  const auto key = MintKey();
  MintOptions leaf;
  leaf.issuer = "nobody";
  leaf.name_type = MBSTRING_UTF8;
  // A common name has at most 64 characters, but there may be many.
  for (int i = 0; i < 500; ++i)
    leaf.common_names.push_back(std::string(60, 'x'));
  const Certificate certificate = Mint(leaf, key.get(), key.get());
  const absl::Status status = MatchHostname(certificate, "localhost");
  ExpectShort(status);
  EXPECT_EQ(GetError(status)->subject, certificate.subject());
  ContextOptions server = ServerOptions();
  server.sni =
      [](Socket&,
         const std::optional<std::string>&) -> absl::StatusOr<SniDecision> {
    SniDecision decision;
    decision.alert = 112;
    return decision;
  };
  SocketOptions options = LocalhostOptions();
  options.server_hostname = std::string(63, 'a') + "." + std::string(63, 'b') +
                            "." + std::string(63, 'c') + ".test";
  ExpectShort(Connect(MakeContext(ClientOptions()),
                      MakeContext(std::move(server)), options)
                  .server_status);
}

}  // namespace
}  // namespace airlock::ssl
