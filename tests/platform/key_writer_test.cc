// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/key_writer.h"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ssl/verification.h"
#include "tests/support/svid.h"

namespace airlock::platform::internal {
namespace {

template <typename... Values>
std::string KeyOf(const Values&... values) {
  KeyWriter writer;
  (writer.Add(values), ...);
  return std::string(writer.key());
}

TEST(KeyWriterTest, DifferentSequencesHaveDifferentKeys) {
  using Texts = std::vector<std::string>;
  const std::set<std::string> keys = {
      KeyOf(std::string("ab"), std::string("")),
      KeyOf(std::string("a"), std::string("b")),
      KeyOf(std::string(""), std::string("ab")),
      KeyOf(Texts{"ab"}, Texts{}),
      KeyOf(Texts{"a", "b"}, Texts{}),
      KeyOf(Texts{"a"}, Texts{"b"}),
      KeyOf(Texts{}, Texts{"a", "b"}),
      KeyOf(std::optional<int>(), 1),
      KeyOf(std::optional<int>(0), 1),
      KeyOf(std::optional<int>(-1), 1),
  };
  EXPECT_EQ(keys.size(), 10);
}

// A key that outgrows the memory of usual ones.
TEST(KeyWriterTest, AKeyMayHaveAnySize) {
  std::set<std::string> keys;
  for (size_t size = 0; size < 1500; ++size) {
    const std::string text(size, 'x');
    const std::string key = KeyOf(text, text, 1);
    EXPECT_EQ(key.size(), 2 * (8 + size) + 8);
    EXPECT_EQ(KeyOf(text, text, 1), key);
    EXPECT_NE(KeyOf(text, text, 2), key);
    EXPECT_TRUE(keys.insert(key).second);
  }
}

// What CanonicalBytes tells apart, a key does, too.
TEST(KeyWriterTest, EachFieldOfAVerificationIsInTheKey) {
  std::set<std::string> keys = {KeyOf(ssl::Verification())};
  ssl::Verification changed;
  size_t fields = 0;
  const auto add = [&](auto* field, auto value) {
    const auto before = *field;
    *field = value;
    keys.insert(KeyOf(changed));
    *field = before;
    ++fields;
  };
  add(&changed.mode, ssl::VerifyMode::kNone);
  add(&changed.check_hostname, false);
  add(&changed.hostname_optional, true);
  add(&changed.hostname.common_name_fallback, true);
  add(&changed.flags.crl_check_leaf, true);
  add(&changed.flags.crl_check_chain, true);
  add(&changed.flags.x509_strict, true);
  add(&changed.flags.partial_chain, true);
  add(&changed.flags.trusted_first, false);
  add(&changed.depth, 3);
  add(&changed.protocol, ssl::Protocol::kTlsv1_2);
  add(&changed.minimum_version, ssl::TlsVersion::kTls1_2);
  add(&changed.maximum_version, ssl::TlsVersion::kTls1_2);
  add(&changed.disabled_versions,
      std::vector<ssl::TlsVersion>{ssl::TlsVersion::kTls1_2});
  add(&changed.security_level, 3);
  add(&changed.minimum_security_level, 3);
  add(&changed.groups, "P-256");
  add(&changed.pins, std::vector<std::string>{std::string(32, 'x')});
  add(&changed.anchor_pins, std::vector<std::string>{std::string(32, 'x')});
  const testing::SpiffeCa ca("ca");
  add(&changed.spiffe, testing::MakePeers({{"example.org", ca.bundle()}},
                                          {"spiffe://example.org/**"}));
  add(&changed.ech, ssl::EchUse::kRequired);
  size_t all = 0;
  ssl::VisitFields(changed, [&all](auto /*name*/, const auto&) { ++all; });
  EXPECT_EQ(fields, all);
  EXPECT_EQ(keys.size(), all + 1);
}

}  // namespace
}  // namespace airlock::platform::internal
