// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "config/keys_file.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace airlock::config {
namespace {

constexpr char kWhole[] = R"(listen: /run/airlock/keys.sock
keys:
  payroll:
    certificate: /etc/airlock/payroll.pem
    key: credential:payroll.key
  both:
    certificate: credential:both.pem
  development:
    generate: [localhost, 127.0.0.1]
applications:
  payroll:
    user: 1001
    keys:
      payroll:
        purposes: [tls1.3-server, tls1.3-client]
        schemes: [ecdsa_secp256r1_sha256, rsa_pkcs1_sha512]
      both:
    limits:
      signatures_per_second: 50
      requests_under_way: 60
      channels: 7
  other:
    keys:
      development:
)";

TEST(KeysFileTest, ReadsEverything) {
  const absl::StatusOr<KeysFile> file = ParseKeysFile(kWhole, "keyd.yaml");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->listen, "/run/airlock/keys.sock");
  ASSERT_EQ(file->keys.size(), 3u);
  EXPECT_EQ(file->keys[0].name, "payroll");
  EXPECT_FALSE(file->keys[0].certificate->credential);
  EXPECT_EQ(file->keys[0].certificate->name, "/etc/airlock/payroll.pem");
  EXPECT_TRUE(file->keys[0].key->credential);
  EXPECT_EQ(file->keys[0].key->name, "payroll.key");
  EXPECT_EQ(file->keys[0].key->position.ToString(), "keyd.yaml:5:10");
  EXPECT_FALSE(file->keys[1].key.has_value());
  EXPECT_EQ(file->keys[2].generate,
            (std::vector<std::string>{"localhost", "127.0.0.1"}));
  ASSERT_EQ(file->applications.size(), 2u);
  const KeyUser& payroll = file->applications[0];
  EXPECT_EQ(payroll.uid, 1001u);
  ASSERT_EQ(payroll.grants.size(), 2u);
  EXPECT_EQ(payroll.grants[0].purposes,
            (std::vector<std::string>{"tls1.3-server", "tls1.3-client"}));
  EXPECT_EQ(payroll.grants[0].schemes, (std::vector<uint16_t>{0x0403, 0x0601}));
  EXPECT_EQ(payroll.grants[1].purposes,
            (std::vector<std::string>{"tls1.3-server", "tls1.2-server"}));
  EXPECT_TRUE(payroll.grants[1].schemes.empty());
  EXPECT_EQ(payroll.signatures_per_second, 50);
  EXPECT_EQ(payroll.requests_under_way, 60);
  EXPECT_EQ(payroll.channels, 7);
  EXPECT_FALSE(file->applications[1].uid.has_value());
  EXPECT_EQ(file->applications[1].channels, 256);
}

TEST(KeysFileTest, ReadsKeysOfTickets) {
  const absl::StatusOr<KeysFile> file = ParseKeysFile(R"(keys:
  made:
    tickets: generate
    rotation: 1h
    lifetime: 30m
  given:
    tickets: credential:tickets
applications:
  shop:
    keys:
      made:
      given:
        purposes: [ticket-unseal]
)",
                                                      "keyd.yaml");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE(file->keys[0].for_tickets);
  EXPECT_FALSE(file->keys[0].tickets.has_value());
  EXPECT_EQ(file->keys[0].rotation, absl::Hours(1));
  EXPECT_EQ(file->keys[0].lifetime, absl::Minutes(30));
  EXPECT_TRUE(file->keys[1].for_tickets);
  EXPECT_TRUE(file->keys[1].tickets->credential);
  EXPECT_EQ(file->keys[1].lifetime, absl::Hours(2));
  const std::vector<KeyGrant>& grants = file->applications[0].grants;
  EXPECT_EQ(grants[0].purposes,
            (std::vector<std::string>{"ticket-seal", "ticket-unseal"}));
  EXPECT_EQ(grants[1].purposes, std::vector<std::string>{"ticket-unseal"});
}

TEST(KeysFileTest, ReadsKeysOfTokens) {
  const absl::StatusOr<KeysFile> file = ParseKeysFile(R"(keys:
  payroll:
    certificate: /etc/airlock/payroll.pem
    key: pkcs11:token=web;object=payroll
    module: /usr/lib/softhsm/libsofthsm2.so
    pin: credential:token.pin
    environment:
      SOFTHSM2_CONF: /etc/airlock/softhsm2.conf
    network: true
  plain:
    certificate: /etc/airlock/plain.pem
    key: pkcs11:id=%01
    module: /usr/lib/module.so
applications:
  shop:
    keys:
      payroll:
)",
                                                      "keyd.yaml");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_FALSE(file->keys[0].key.has_value());
  const TokenKeyEntry& token = *file->keys[0].token;
  EXPECT_EQ(token.uri.object, "payroll");
  EXPECT_EQ(token.position.ToString(), "keyd.yaml:4:10");
  EXPECT_EQ(token.module, "/usr/lib/softhsm/libsofthsm2.so");
  EXPECT_TRUE(token.pin->credential);
  EXPECT_EQ(token.environment.at("SOFTHSM2_CONF"),
            "/etc/airlock/softhsm2.conf");
  EXPECT_TRUE(token.network);
  EXPECT_FALSE(file->keys[1].token->pin.has_value());
  EXPECT_FALSE(file->keys[1].token->network);
}

// kWhole with `to` in place of `from`.
std::string With(const std::string& from, const std::string& to) {
  std::string text = kWhole;
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(KeysFileTest, RefusesWithThePlace) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "keyd.yaml:1:1: "},
      {"keys: {}\n", "keyd.yaml:1:7: "},
      {With("listen: /run", "listn: /run"),
       "keyd.yaml:1:1: unknown key \"listn\"; did you mean \"listen\"?"},
      {With("/run/airlock/keys.sock", "keys.sock"), "keyd.yaml:1:9: "},
      {With("    certificate: /etc/airlock/payroll.pem\n", ""),
       "keyd.yaml:3:3: the key payroll needs"},
      {With("generate: [localhost, 127.0.0.1]", "generate: []"),
       "keyd.yaml:9:15: "},
      {With("[localhost, 127.0.0.1]", "[localhost, localhost]"),
       "keyd.yaml:9:27: "},
      {With("    generate: [localhost, 127.0.0.1]",
            "    generate: [localhost]\n    certificate: /x"),
       "keyd.yaml:8:3: "},
      {With("/etc/airlock/payroll.pem", "payroll.pem"), "keyd.yaml:4:18: "},
      {With("credential:payroll.key", "credential:../payroll.key"),
       "keyd.yaml:5:10: "},
      {With("credential:payroll.key", "\"credential:\""), "keyd.yaml:5:10: "},
      {With("    user: 1001", "    user: payroll"), "keyd.yaml:12:11: "},
      {With("    user: 1001", "    user: 4294967295"), "keyd.yaml:12:11: "},
      {With("      both:\n", "      neither:\n"),
       "keyd.yaml:17:7: \"neither\" is not a key of this file"},
      {With("tls1.3-client", "tls1.4-client"), "keyd.yaml:15:35: "},
      {With("tls1.3-client", "tls1.3-server"), "keyd.yaml:15:35: "},
      {With("[tls1.3-server, tls1.3-client]", "server"), "keyd.yaml:15:19: "},
      {With("rsa_pkcs1_sha512", "rsa_pkcs1_sha1"), "keyd.yaml:16:43: "},
      {With("signatures_per_second: 50", "signatures_per_second: 0"),
       "keyd.yaml:19:30: "},
      {With("channels: 7", "channels: many"), "keyd.yaml:21:17: "},
      {With("  other:\n    keys:\n      development:\n", "  other: {}\n"),
       "keyd.yaml:22:3: the application other has no \"keys\""},
      {With("  other:\n", "  other:\n    user: 1001\n"),
       "keyd.yaml:22:3: the applications payroll and other have the same"},
      {With("listen: /run/airlock/keys.sock\n", ""),
       "keyd.yaml:10:3: the application payroll has a \"user\""},
      {With("  payroll:\n    user", "  pay roll:\n    user"),
       "keyd.yaml:11:3: "},
      {With("    generate: [localhost, 127.0.0.1]",
            "    generate: [localhost]\n    tickets: generate"),
       "keyd.yaml:8:3: "},
      {With("generate: [localhost, 127.0.0.1]", "tickets: keys.txt"),
       "keyd.yaml:9:14: "},
      {With("    generate: [localhost, 127.0.0.1]",
            "    tickets: generate\n    key: /x"),
       "keyd.yaml:8:3: "},
      {With("    generate: [localhost, 127.0.0.1]",
            "    tickets: /x\n    rotation: 1h"),
       "keyd.yaml:10:15: rotation is for"},
      {With("    generate: [localhost, 127.0.0.1]",
            "    tickets: generate\n    rotation: 169h"),
       "keyd.yaml:10:15: rotation is \"169h\""},
      {With("    generate: [localhost, 127.0.0.1]",
            "    tickets: generate\n    lifetime: 2"),
       "keyd.yaml:10:15: lifetime is \"2\""},
      {With("    generate: [localhost, 127.0.0.1]",
            "    generate: [localhost]\n    lifetime: 2h"),
       "keyd.yaml:10:15: lifetime is for a key with"},
      {With("tls1.3-client", "ticket-seal"),
       "keyd.yaml:15:35: \"ticket-seal\" does not fit the key payroll, which "
       "signs"},
      {With("    generate: [localhost, 127.0.0.1]", "    tickets: generate") +
           "        purposes: [tls1.3-server]\n",
       "keyd.yaml:25:20: \"tls1.3-server\" does not fit the key development, "
       "which is for tickets"},
      {With("    generate: [localhost, 127.0.0.1]", "    tickets: generate") +
           "        schemes: [ed25519]\n",
       "keyd.yaml:25:18: the key development is for tickets"},
      {With("    limits:", "    limit:"), "keyd.yaml:18:5: unknown key"},
      {With("credential:payroll.key", "pkcs11:object=a"),
       "keyd.yaml:5:10: the key of a token needs \"module\""},
      {With("credential:payroll.key", "pkcs11:object=a\n    module: a.so"),
       "keyd.yaml:6:13: module is \"a.so\""},
      {With("credential:payroll.key", "pkcs11:token=a\n    module: /a.so"),
       "keyd.yaml:5:10: \"pkcs11:token=a\": it has no object"},
      {With("credential:payroll.key", "/key\n    module: /a.so"),
       "keyd.yaml:6:13: module is for a \"key\" that is the pkcs11:"},
      {With("    generate: [localhost, 127.0.0.1]",
            "    generate: [localhost]\n    pin: /pin"),
       "keyd.yaml:10:10: pin is for"},
      {With("    generate: [localhost, 127.0.0.1]",
            "    tickets: generate\n    network: true"),
       "keyd.yaml:10:14: network is for"},
      {With("credential:payroll.key",
            "pkcs11:object=a\n    module: /a.so\n    pin: 123456"),
       "keyd.yaml:7:10: pin must be the absolute path"},
      {With("credential:payroll.key",
            "pkcs11:object=a\n    module: /a.so\n    network: yes"),
       "keyd.yaml:7:14: network is "},
      {With("credential:payroll.key",
            "pkcs11:object=a\n    module: /a.so\n    environment: {1A: b}"),
       "keyd.yaml:7:19: \"1A\" is not the name of a variable"},
  };
  for (const auto& [text, message] : cases) {
    const absl::StatusOr<KeysFile> file = ParseKeysFile(text, "keyd.yaml");
    ASSERT_FALSE(file.ok()) << text;
    EXPECT_TRUE(absl::StartsWith(file.status().message(), message))
        << file.status().message() << "\nwanted: " << message;
  }
}

}  // namespace
}  // namespace airlock::config
