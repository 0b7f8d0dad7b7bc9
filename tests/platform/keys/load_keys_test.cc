// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/load_keys.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "config/keys_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "ssl/certificate.h"
#include "ssl/credentials.h"
#include "ssl/hostname.h"
#include "ssl/ticket_keyring.h"
#include "tests/support/testdata.h"

namespace airlock::keys {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kUse[] = "applications:\n  shop:\n    keys:\n      web:\n";

class LoadKeysTest : public ::testing::Test {
 protected:
  LoadKeysTest() {
    for (const char* name :
         {"server_p256_chain.pem", "server_p256.key", "server_rsa.key"}) {
      host_.SetFile(
          absl::StrCat("/etc/", name),
          airlock::testing::ReadTestdata(absl::StrCat("certs/", name)));
    }
    host_.SetFile("/etc/both.pem", absl::StrCat(Read("server_p256.key"),
                                                Read("server_p256_chain.pem")));
  }

  static std::string Read(absl::string_view name) {
    return airlock::testing::ReadTestdata(absl::StrCat("certs/", name));
  }

  absl::StatusOr<LoadedKeys> Load(const std::string& keys,
                                  const std::string& rest = kUse,
                                  const std::string& credentials = "") {
    const auto file =
        config::ParseKeysFile(absl::StrCat("keys:\n", keys, rest), "keyd.yaml");
    EXPECT_TRUE(file.ok()) << file.status();
    if (!file.ok()) return file.status();
    return LoadKeys(*file, credentials, &host_, {});
  }
  std::string WhyNot(const std::string& keys, const std::string& rest = kUse,
                     const std::string& credentials = "") {
    const absl::Status status = Load(keys, rest, credentials).status();
    EXPECT_FALSE(status.ok()) << keys;
    return std::string(status.message());
  }

  platform::FakeHost host_;
};

TEST_F(LoadKeysTest, ReadsKeysAndGrants) {
  const auto loaded = Load(
      "  web:\n    certificate: /etc/server_p256_chain.pem\n"
      "    key: /etc/server_p256.key\n"
      "  both:\n    certificate: /etc/both.pem\n",
      "applications:\n  shop:\n    user: 12\n    keys:\n      web:\n"
      "        purposes: [tls1.2-server]\n"
      "        schemes: [ecdsa_secp256r1_sha256]\n"
      "    limits:\n      signatures_per_second: 7\n"
      "      requests_under_way: 8\n      channels: 9\n"
      "  other:\n    keys:\n      both:\n"
      "listen: /run/keyd\n");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_EQ(loaded->keys.size(), 2U);
  for (const ServedKey& key : loaded->keys) {
    EXPECT_EQ(key.credentials->key_type(), ssl::KeyType::kEcdsa);
    EXPECT_EQ(key.credentials->chain().size(), 2U);
    EXPECT_EQ(key.tickets, nullptr);
    EXPECT_EQ(key.outside, nullptr);
  }
  ASSERT_EQ(loaded->applications.size(), 2U);
  const Application& shop = loaded->applications[0];
  EXPECT_EQ(shop.name, "shop");
  EXPECT_EQ(shop.signatures_per_second, 7);
  EXPECT_EQ(shop.requests_under_way, 8);
  ASSERT_EQ(shop.grants.size(), 1U);
  EXPECT_EQ(shop.grants[0].key, "web");
  EXPECT_THAT(shop.grants[0].purposes, ElementsAre(Purpose::kTls12Server));
  EXPECT_THAT(shop.grants[0].schemes, ElementsAre(0x0403));
  EXPECT_THAT(loaded->applications[1].grants[0].purposes,
              ElementsAre(Purpose::kTls13Server, Purpose::kTls12Server));
  EXPECT_THAT(loaded->channels, ElementsAre(9, 256));
  // Only an application with a user is served at the path.
  ASSERT_EQ(loaded->users.size(), 1U);
  EXPECT_EQ(loaded->users.at(12), 0U);
}

TEST_F(LoadKeysTest, MakesKeysWithCertificates) {
  const auto loaded = Load("  web:\n    generate: [shop.test, 192.0.2.1]\n");
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const ssl::Certificate& leaf = loaded->keys[0].credentials->chain().front();
  EXPECT_LT(leaf.not_before(), host_.Now());
  EXPECT_EQ(leaf.not_after(), host_.Now() + absl::Hours(90 * 24));
  EXPECT_TRUE(ssl::MatchHostname(leaf, "shop.test").ok());
  EXPECT_TRUE(ssl::MatchHostname(leaf, "192.0.2.1").ok());
  EXPECT_FALSE(ssl::MatchHostname(leaf, "other.test").ok());
}

TEST_F(LoadKeysTest, CredentialsAreInTheirFolder) {
  host_.SetFile("/run/credentials/web.key", Read("server_p256.key"));
  const std::string keys =
      "  web:\n    certificate: /etc/server_p256_chain.pem\n"
      "    key: credential:web.key\n";
  EXPECT_TRUE(Load(keys, kUse, "/run/credentials").ok());
  EXPECT_THAT(WhyNot(keys),
              AllOf(StartsWith("keyd.yaml:4:"), HasSubstr("web.key"),
                    HasSubstr("CREDENTIALS_DIRECTORY is not set")));
}

TEST_F(LoadKeysTest, LoadsOrMakesTicketKeys) {
  const std::string use = "applications:\n  shop:\n    keys:\n      web:\n";
  const auto made = Load("  web:\n    tickets: generate\n", use);
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_NE(made->keys[0].tickets, nullptr);
  EXPECT_EQ(made->keys[0].credentials, nullptr);
  EXPECT_TRUE(made->keys[0].tickets->MakeBlank(host_.Now()).has_value());
  EXPECT_THAT(made->applications[0].grants[0].purposes,
              ElementsAre(Purpose::kTicketSeal, Purpose::kTicketUnseal));

  const auto time = [this](absl::Duration after) {
    return absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", host_.Now() + after,
                            absl::UTCTimeZone());
  };
  const std::string name = "00112233445566778899aabbccddeeff";
  host_.SetFile(
      "/etc/tickets",
      absl::StrCat(name, " ", name, "0123456789abcdef", "0123456789abcdee ",
                   time(-absl::Hours(1)), " ", time(absl::Hours(1)), "\n"));
  const std::string file = "  web:\n    tickets: /etc/tickets\n";
  const auto read = Load(file, use);
  ASSERT_TRUE(read.ok()) << read.status();
  const auto blank = read->keys[0].tickets->MakeBlank(host_.Now());
  ASSERT_TRUE(blank.has_value());
  EXPECT_EQ(blank->name.front(), '\0');
  EXPECT_EQ(blank->name.back(), '\xff');
  host_.SetFile("/etc/tickets", "damaged");
  EXPECT_THAT(WhyNot(file, use),
              AllOf(StartsWith("keyd.yaml:3:"), HasSubstr("/etc/tickets")));
  host_.SetFile("/etc/tickets", "");
  EXPECT_THAT(WhyNot(file, use), HasSubstr("/etc/tickets"));
}

TEST_F(LoadKeysTest, SaysWhatDoesNotFit) {
  const std::string chain =
      "  web:\n    certificate: /etc/server_p256_chain.pem\n";
  EXPECT_THAT(WhyNot(chain), StartsWith("keyd.yaml:3:"));
  EXPECT_THAT(WhyNot(absl::StrCat(chain, "    key: /etc/server_rsa.key\n")),
              StartsWith("keyd.yaml:4:"));
  EXPECT_THAT(WhyNot(absl::StrCat(chain, "    key: /etc/none\n")),
              AllOf(StartsWith("keyd.yaml:4:"), HasSubstr("/etc/none")));
  host_.SetUntrusted("/etc/server_p256.key",
                     absl::PermissionDeniedError("others can write to it"));
  EXPECT_THAT(
      WhyNot(absl::StrCat(chain, "    key: /etc/server_p256.key\n")),
      AllOf(StartsWith("keyd.yaml:4:"), HasSubstr("others can write to it")));
  EXPECT_THAT(
      WhyNot(
          "  web:\n    certificate: /etc/both.pem\n",
          "applications:\n  shop:\n    keys:\n      web:\n"
          "        schemes: [ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256]\n"),
      AllOf(StartsWith("keyd.yaml:"), HasSubstr("rsa_pss_rsae_sha256"),
            HasSubstr("another type of key")));
}

}  // namespace
}  // namespace airlock::keys
