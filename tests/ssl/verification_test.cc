// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/verification.h"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/spiffe_peers.h"
#include "tests/support/svid.h"

namespace airlock::ssl {
namespace {

// Changes the value of a field.
void Change(bool& field) { field = !field; }
void Change(int& field) { ++field; }
void Change(std::string& field) { field += "x"; }
void Change(VerifyMode& field) { field = VerifyMode::kOptional; }
void Change(EchUse& field) { field = EchUse::kRequired; }
void Change(Protocol& field) { field = Protocol::kTlsv1_2; }
void Change(std::optional<TlsVersion>& field) { field = TlsVersion::kTls1_0; }
void Change(std::vector<TlsVersion>& field) {
  field.push_back(TlsVersion::kTls1_0);
}
void Change(std::vector<std::string>& field) { field.push_back(""); }
void Change(std::shared_ptr<const SpiffePeers>& field) {
  const testing::SpiffeCa ca("ca");
  field = testing::MakePeers({{"example.org", ca.bundle()}},
                             {"spiffe://example.org/**"});
}

// One variant for each field, with only that field changed.
std::vector<Verification> Variants() {
  size_t count = 0;
  Verification base;
  VisitFields(base, [&count](absl::string_view, const auto&) { ++count; });
  std::vector<Verification> variants;
  for (size_t changed = 0; changed < count; ++changed) {
    size_t i = 0;
    variants.emplace_back();
    VisitFields(variants.back(), [&](absl::string_view, auto& field) {
      if (i++ == changed) Change(field);
    });
  }
  return variants;
}

TEST(VerificationTest, EveryFieldIsPartOfTheCanonicalBytes) {
  std::set<std::string> seen = {CanonicalBytes(Verification())};
  const std::vector<Verification> variants = Variants();
  EXPECT_GE(variants.size(), 19);
  for (const Verification& variant : variants) {
    EXPECT_TRUE(seen.insert(CanonicalBytes(variant)).second);
  }
}

TEST(VerificationTest, CanonicalBytesAreUnambiguous) {
  const auto bytes = [](const std::vector<std::string>& pins,
                        const std::vector<std::string>& anchor_pins,
                        const std::string& groups = "") {
    Verification verification;
    verification.pins = pins;
    verification.anchor_pins = anchor_pins;
    verification.groups = groups;
    return CanonicalBytes(verification);
  };
  const std::set<std::string> all = {
      bytes({}, {}),         bytes({"a"}, {}),      bytes({}, {"a"}),
      bytes({"a", "b"}, {}), bytes({"ab"}, {}),     bytes({"a"}, {"b"}),
      bytes({"", "ab"}, {}), bytes({"a,1:b"}, {}),  bytes({}, {}, "1:a"),
      bytes({}, {}, "a"),    bytes({"a"}, {}, "a"), bytes({}, {"", ""})};
  EXPECT_EQ(all.size(), 12);
  EXPECT_EQ(bytes({"a"}, {"b"}), bytes({"a"}, {"b"}));
}

TEST(VerificationTest, CanonicalBytesTellSpiffePeersApart) {
  const testing::SpiffeCa ca("ca");
  const auto bytes = [&ca](const std::string& allowed) {
    Verification verification;
    verification.spiffe =
        testing::MakePeers({{"example.org", ca.bundle()}}, {allowed});
    return CanonicalBytes(verification);
  };
  EXPECT_NE(bytes("spiffe://example.org/a"), bytes("spiffe://example.org/b"));
  // Equal ones are the same, whichever object says so.
  EXPECT_EQ(bytes("spiffe://example.org/a"), bytes("spiffe://example.org/a"));
}

TEST(VerificationTest, FlagsGoToBitsAndBack) {
  EXPECT_EQ(FlagBits(VerifyFlags()), 0x8000);  // VERIFY_X509_TRUSTED_FIRST
  VerifyFlags all;
  uint32_t bits = 0;
  VisitFlags(all, [&bits](absl::string_view, uint32_t bit, bool& flag) {
    EXPECT_EQ(bits & bit, 0) << "two flags with one bit";
    bits |= bit;
    flag = true;
  });
  EXPECT_EQ(FlagBits(all), bits);
  // OpenSSL's X509_V_FLAG_*.
  EXPECT_EQ(bits, 0x4 | 0x8 | 0x20 | 0x8000 | 0x80000);
  for (uint32_t bit = 1; bit != 0; bit <<= 1) {
    EXPECT_EQ(FlagBits(FlagsFromBits(bit)), bit & bits);
  }
}

TEST(VerificationTest, NamesAreUnique) {
  std::set<absl::string_view> names;
  const Verification verification;
  VisitFields(verification, [&names](absl::string_view name, const auto&) {
    EXPECT_TRUE(names.insert(name).second) << name;
  });
}

TEST(VerificationTest, ModesHaveNames) {
  EXPECT_EQ(VerifyModeName(VerifyMode::kNone), "CERT_NONE");
  EXPECT_EQ(VerifyModeName(VerifyMode::kOptional), "CERT_OPTIONAL");
  EXPECT_EQ(VerifyModeName(VerifyMode::kRequired), "CERT_REQUIRED");
}

}  // namespace
}  // namespace airlock::ssl
