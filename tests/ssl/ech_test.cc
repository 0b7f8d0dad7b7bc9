// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Configurations and keys of Encrypted Client Hello, without a connection.

#include "ssl/ech.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/engine.h"
#include "ssl/error.h"
#include "ssl/internal/ech_config.h"
#include "tests/support/error_matchers.h"

namespace airlock::ssl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Prefixed(size_t bytes, const std::string& content) {
  std::string text;
  for (size_t i = bytes; i > 0; --i) {
    text.push_back(static_cast<char>(content.size() >> (8 * (i - 1)) & 0xff));
  }
  return text + content;
}

std::string Bytes(absl::string_view hex) {
  std::string bytes;
  EXPECT_TRUE(absl::HexStringToBytes(hex, &bytes));
  return bytes;
}

// The parts of an ECHConfig; the public key is X25519's base point.
struct Parts {
  std::string version = Bytes("fe0d");
  std::string kem = Bytes("0020");
  std::string public_key = std::string(1, 9) + std::string(31, '\0');
  std::string suites = Bytes("00010001");
  std::string name = "public.test";
  std::string extensions;
};

std::string Config(const Parts& parts) {
  return parts.version +
         Prefixed(2, Bytes("07") + parts.kem + Prefixed(2, parts.public_key) +
                         Prefixed(2, parts.suites) + Bytes("40") +
                         Prefixed(1, parts.name) +
                         Prefixed(2, parts.extensions));
}

std::string List(const std::string& configs) { return Prefixed(2, configs); }

absl::string_view Raw(const Secret& secret) { return secret.view(); }

class EchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!HasEch()) GTEST_SKIP() << EchNeed();
  }

  static EchKey New(const std::string& name = "public.test", uint8_t id = 1) {
    EchKeyRequest request;
    request.public_name = name;
    request.config_id = id;
    return *NewEchKey(request);
  }
};

TEST(EchEngineTest, EachUseNamesTheEngineThatItNeeds) {
  if (HasEch()) GTEST_SKIP();
  const auto needs = AllOf(KindIs(ErrorKind::kInvalidArgument), HasAdvice(),
                           Quotes("--config=upstream"),
                           Quotes(absl::StrCat(BoringSslApiVersion())));
  EXPECT_THAT(EchConfigs::Parse(List(Config({}))), needs);
  EchKeyRequest request;
  request.public_name = "public.test";
  EXPECT_THAT(NewEchKey(request), needs);
  EXPECT_THAT(EchKeys::Create({}), needs);
  EXPECT_THAT(EchKeys::FromPem("x"), needs);
}

TEST_F(EchTest, ReadsBytesBase64AndPem) {
  const std::string list = List(Config({}));
  const std::string base64 = absl::Base64Escape(list);
  const std::string pem = absl::StrCat("-----BEGIN ECHCONFIG-----\n", base64,
                                       "\n-----END ECHCONFIG-----\n");
  for (const std::string& input :
       {list, base64, absl::StrCat(" ", base64, "\n"), pem,
        absl::StrCat("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE "
                     "KEY-----\n",
                     pem)}) {
    const auto configs = EchConfigs::Parse(input);
    ASSERT_TRUE(configs.ok()) << configs.status();
    EXPECT_EQ((*configs)->public_name(), "public.test");
    EXPECT_EQ((*configs)->bytes(), list);
  }
  EXPECT_THAT(EchConfigs::Parse(pem + pem),
              KindIs(ErrorKind::kInvalidArgument));
  EXPECT_THAT(EchConfigs::Parse("-----BEGIN X-----\nAAAA\n-----END X-----\n"),
              KindIs(ErrorKind::kInvalidArgument));
  EXPECT_THAT(EchConfigs::Parse(pem.substr(0, pem.size() - 10)),
              KindIs(ErrorKind::kInvalidArgument));
}

TEST_F(EchTest, WhatIsCutOffOrTooLongIsRefused) {
  const std::string list = List(Config({}) + Config({}));
  for (size_t size = 0; size < list.size(); ++size) {
    EXPECT_THAT(EchConfigs::Parse(list.substr(0, size)),
                AllOf(KindIs(ErrorKind::kInvalidArgument),
                      WhereIs("ech_configs"), HasAdvice()))
        << size;
  }
  EXPECT_THAT(EchConfigs::Parse(list + "x"),
              KindIs(ErrorKind::kInvalidArgument));
  EXPECT_THAT(EchConfigs::Parse(List("")), KindIs(ErrorKind::kInvalidArgument));
  // Each part is complete, whatever the list's own size says.
  const std::string config = Config({});
  for (size_t size = 1; size < config.size(); ++size) {
    EXPECT_THAT(EchConfigs::Parse(List(config.substr(0, size))),
                KindIs(ErrorKind::kInvalidArgument))
        << size;
  }
  Parts empty_key;
  empty_key.public_key = "";
  Parts odd_suites;
  odd_suites.suites = "abcde";
  Parts no_suite;
  no_suite.suites = "";
  Parts no_name;
  no_name.name = "";
  Parts damaged_extension;
  damaged_extension.extensions = Bytes("000100");
  for (const Parts& parts :
       {empty_key, odd_suites, no_suite, no_name, damaged_extension}) {
    // A good one beside it does not help.
    EXPECT_THAT(EchConfigs::Parse(List(Config({}) + Config(parts))),
                KindIs(ErrorKind::kInvalidArgument));
  }
}

TEST_F(EchTest, AListWithoutAUsableConfigurationIsRefusedWithTheReason) {
  Parts version;
  version.version = Bytes("fe0a");
  Parts kem;
  kem.kem = Bytes("0010");
  Parts key;
  key.public_key = "short";
  Parts suites;
  suites.suites = Bytes(
      "00020001"
      "0001ffff");
  Parts name;
  name.name = "192.0.2.1";
  Parts extension;
  extension.extensions = Bytes("fff00000");
  const std::pair<Parts, const char*> kCases[] = {
      {version, "0xfe0a"}, {kem, "0x0010"},    {key, "5 bytes"},
      {suites, "suite"},   {name, "DNS name"}, {extension, "0xfff0"}};
  for (const auto& [parts, why] : kCases) {
    EXPECT_THAT(EchConfigs::Parse(List(Config(parts))),
                AllOf(KindIs(ErrorKind::kInvalidArgument), Quotes(why)));
    // One that can be used is enough, wherever it is.
    Parts good;
    good.name = "good.test";
    for (const std::string& both :
         {Config(parts) + Config(good), Config(good) + Config(parts)}) {
      const auto configs = EchConfigs::Parse(List(both));
      ASSERT_TRUE(configs.ok()) << configs.status();
      EXPECT_EQ((*configs)->public_name(), "good.test");
    }
  }
  Parts optional;
  optional.extensions = Bytes("7ff00001aa");
  EXPECT_TRUE(EchConfigs::Parse(List(Config(optional))).ok());
}

TEST(EchPublicNameTest, IsADnsName) {
  for (const char* name :
       {"a.test", "A-1.example", "xn--a.test", "a", "1a", "0xg", "a.0x1g"}) {
    EXPECT_TRUE(internal::IsEchPublicName(name)) << name;
  }
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".a"), std::string("a."),
        std::string("a..b"), std::string("-a"), std::string("a-"),
        std::string("a_b"), std::string("*.a"), std::string("a b"),
        std::string("a\0b", 3), std::string("127.0.0.1"), std::string("a.1"),
        std::string("1"), std::string("a.0x1f"), std::string("a.0X"),
        std::string(64, 'a'), std::string("\xc3\xa4.test")}) {
    EXPECT_FALSE(internal::IsEchPublicName(name)) << name;
  }
  EXPECT_TRUE(internal::IsEchPublicName(std::string(63, 'a') + ".test"));
}

TEST_F(EchTest, MakesKeys) {
  EchKeyRequest request;
  request.public_name = "public.test";
  request.config_id = 0x2a;
  request.max_name_length = 255;
  const auto key = NewEchKey(request);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->private_key.size(), 32);
  const auto keys = EchKeys::Create(std::vector<EchKey>(0));
  EXPECT_THAT(keys, KindIs(ErrorKind::kInvalidArgument));
  std::vector<EchKey> one;
  one.push_back(New());
  const std::string config = one[0].config;
  const auto made = EchKeys::Create(one);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ((*made)->config_list(), List(config));
  EXPECT_EQ((*EchConfigs::Parse((*made)->config_list()))->public_name(),
            "public.test");
  // Version, length, ID.
  EXPECT_EQ(key->config[4], 0x2a);
  EXPECT_NE(Raw(New().private_key), Raw(New().private_key));

  request.max_name_length = 256;
  EXPECT_THAT(NewEchKey(request), AllOf(KindIs(ErrorKind::kInvalidArgument),
                                        WhereIs("max_name_length")));
  request.max_name_length = 0;
  EXPECT_TRUE(NewEchKey(request).ok());
  for (const std::string& name :
       {std::string(), std::string("10.0.0.1"), std::string("a\0b", 3),
        absl::StrCat(std::string(63, 'a'), ".", std::string(63, 'b'), ".",
                     std::string(63, 'c'), ".", std::string(63, 'd'), ".e")}) {
    request.public_name = name;
    EXPECT_THAT(NewEchKey(request), AllOf(KindIs(ErrorKind::kInvalidArgument),
                                          WhereIs("public_name")));
  }
}

TEST_F(EchTest, KeysThatDoNotFitAreRefused) {
  const auto refused = [](std::vector<EchKey> keys) {
    return EchKeys::Create(std::move(keys)).status();
  };
  const auto is_refused = AllOf(KindIs(ErrorKind::kInvalidArgument),
                                WhereIs("ech_keys"), HasAdvice());
  std::vector<EchKey> keys;
  keys.push_back(New());
  keys[0].private_key = New().private_key.Clone();
  EXPECT_THAT(refused(std::move(keys)), is_refused);

  keys.clear();
  keys.push_back(New());
  keys[0].private_key = Secret("short");
  EXPECT_THAT(refused(std::move(keys)), AllOf(is_refused, Quotes("5 bytes")));

  keys.clear();
  keys.push_back(New());
  keys[0].config.pop_back();
  EXPECT_THAT(refused(std::move(keys)), is_refused);

  // A server has to honour whatever it publishes.
  keys.clear();
  keys.push_back(New());
  Parts parts;
  parts.extensions = Bytes("00010000");
  keys[0].config = Config(parts);
  EXPECT_THAT(refused(std::move(keys)), is_refused);

  keys.clear();
  keys.push_back(New());
  keys.push_back(New("other.test"));
  keys.push_back(New());
  keys[2].config = keys[0].config;
  keys[2].private_key = keys[0].private_key.Clone();
  EXPECT_THAT(refused(std::move(keys)), is_refused);

  keys.clear();
  keys.push_back(New());
  keys[0].published = false;
  EXPECT_THAT(refused(std::move(keys)), is_refused);
}

TEST_F(EchTest, PemFilesInARowPublishTheFirst) {
  const EchKey now = New("now.test");
  const EchKey before = New("before.test");
  const std::string pem = absl::StrCat("# made today\n", Raw(*EchKeyToPem(now)),
                                       Raw(*EchKeyToPem(before)));
  const auto keys = EchKeys::FromPem(pem);
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ((*keys)->config_list(), List(now.config));
  // Another implementation of PKCS#8 and of RFC 9934 would read the same.
  EXPECT_THAT(std::string(Raw(*EchKeyToPem(now))),
              AllOf(HasSubstr("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vu"),
                    HasSubstr("-----BEGIN ECHCONFIG-----\n")));
  EchKey odd = New();
  odd.private_key = Secret("short");
  EXPECT_THAT(EchKeyToPem(odd), KindIs(ErrorKind::kInvalidArgument));
}

TEST_F(EchTest, PemFilesThatAreNotSuchAreRefused) {
  const EchKey key = New();
  const std::string pem(Raw(*EchKeyToPem(key)));
  const size_t middle = pem.find("-----BEGIN ECHCONFIG");
  const std::string key_block = pem.substr(0, middle);
  const std::string config_block = pem.substr(middle);
  const std::string certificate =
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const std::string ed25519 =
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
      "-----END PRIVATE KEY-----\n";
  for (const std::string& bad :
       {std::string(), std::string("/etc/ech.pem"), key_block, config_block,
        config_block + key_block, key_block + key_block + config_block,
        pem + config_block, pem + key_block, pem + certificate,
        certificate + pem, ed25519 + config_block, pem + pem,
        key_block + certificate, pem.substr(0, pem.size() - 12),
        absl::StrCat(key_block,
                     "-----BEGIN ECHCONFIG-----\nAAAA\n"
                     "-----END ECHCONFIG-----\n"),
        absl::StrCat("-----BEGIN PRIVATE KEY-----\nAAAA\n"
                     "-----END PRIVATE KEY-----\n",
                     config_block)}) {
    const auto keys = EchKeys::FromPem(bad);
    EXPECT_THAT(keys, AllOf(KindIs(ErrorKind::kInvalidArgument),
                            WhereIs(HasSubstr("ech_keys")), HasAdvice()))
        << bad;
    // No secret is in an error.
    if (keys.ok()) continue;
    EXPECT_THAT(std::string(keys.status().message()),
                Not(HasSubstr(pem.substr(30, 40))));
  }
}

TEST_F(EchTest, AKeyOfAListIsForEachOfItsConfigurations) {
  EchKey key = New();
  std::string renamed = key.config;
  renamed.replace(renamed.find("public.test"), 11, "second.test");
  const std::string pem(Raw(*EchKeyToPem(key)));
  const std::string both =
      absl::StrCat(pem.substr(0, pem.find("-----BEGIN ECHCONFIG")),
                   "-----BEGIN ECHCONFIG-----\n",
                   absl::Base64Escape(List(key.config + renamed)),
                   "\n-----END ECHCONFIG-----\n");
  const auto keys = EchKeys::FromPem(both);
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ((*keys)->config_list(), List(key.config + renamed));
}

TEST(EchStatusTest, EachHasAName) {
  EXPECT_EQ(EchStatusName(EchStatus::kNotOffered), "not offered");
  EXPECT_EQ(EchStatusName(EchStatus::kGrease), "grease");
  EXPECT_EQ(EchStatusName(EchStatus::kAccepted), "accepted");
  EXPECT_EQ(EchStatusName(EchStatus::kRejected), "rejected");
}

}  // namespace
}  // namespace airlock::ssl
