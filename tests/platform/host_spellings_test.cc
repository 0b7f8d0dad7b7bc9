// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// An exception of the policy is for each spelling of its host that verification
// accepts, and for no other host.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "config/host_pattern.h"
#include "gtest/gtest.h"
#include "ssl/hostname.h"

namespace airlock {
namespace {

using config::HostPattern;
using ssl::ReferenceHost;

// What verification takes a spelling for.
enum class Verified { kAsTheHost, kAsAnother, kNever };

Verified Verify(const std::string& host, const std::string& spelling) {
  const absl::StatusOr<ReferenceHost> parsed = ssl::ParseHost(spelling);
  if (!parsed.ok()) return Verified::kNever;
  const absl::StatusOr<ReferenceHost> other = ssl::ParseHost(host);
  // "*." is for no host, but for certificates.
  const bool same =
      other.ok() ? other->kind == parsed->kind && other->value == parsed->value
                 : ssl::MatchDnsName(host, spelling);
  return same ? Verified::kAsTheHost : Verified::kAsAnother;
}

// What verification never accepts cannot escape an exception.
void ExpectAgreement(const std::string& host, const std::string& spelling) {
  const Verified verified = Verify(host, spelling);
  if (verified == Verified::kNever) return;
  const absl::StatusOr<HostPattern> pattern = HostPattern::Parse(host);
  ASSERT_TRUE(pattern.ok()) << pattern.status();
  const std::string shown =
      absl::StrCat(host, " and ", absl::CHexEscape(spelling));
  EXPECT_TRUE(HostPattern::IsHost(spelling)) << shown;
  EXPECT_EQ(pattern->Matches(spelling), verified == Verified::kAsTheHost)
      << shown;
}

struct Row {
  std::string host;  // As the policy has it.
  std::string spelling;
  Verified verified;
};

TEST(HostSpellingsTest, Table) {
  constexpr auto kSame = Verified::kAsTheHost;
  constexpr auto kOther = Verified::kAsAnother;
  constexpr auto kNever = Verified::kNever;
  const std::string nul(1, '\0');
  const std::string label63(63, 'a');
  const std::string long_suffix =
      absl::StrCat(".", label63, ".", label63, ".", label63);
  const std::string longest = absl::StrCat(std::string(61, 'b'), long_suffix);
  const Row rows[] = {
      // Case, dots and empty labels.
      {"db.corp.internal", "db.corp.internal", kSame},
      {"db.corp.internal", "DB.Corp.Internal", kSame},
      {"db.corp.internal", "db.corp.internal.", kSame},
      {"db.corp.internal", "db.corp.internal..", kNever},
      {"db.corp.internal", ".db.corp.internal", kNever},
      {"db.corp.internal", "db..corp.internal", kNever},
      {"db.corp.internal", "a.db.corp.internal", kOther},
      {"db.corp.internal", "corp.internal", kOther},
      {"localhost", "LOCALHOST.", kSame},
      // Other characters.
      {"db.corp.internal", "db-.corp.internal", kOther},
      {"db.corp.internal", "db_.corp.internal", kOther},
      {"db.corp.internal", "*.corp.internal", kNever},
      {"db.corp.internal", "[db.corp.internal]", kNever},
      {"db.corp.internal", "db.corp.internal%x", kNever},
      {"db.corp.internal", "db.corp.internal:443", kNever},
      {"db.corp.internal", "https://db.corp.internal", kNever},
      {"db.corp.internal", " db.corp.internal", kNever},
      {"db.corp.internal", absl::StrCat("db.corp.internal", nul), kNever},
      {"db.corp.internal", absl::StrCat("db", nul, ".corp.internal"), kNever},
      {"db.corp.internal", "", kNever},
      {"db.corp.internal", ".", kNever},
      // A suffix, and each kind of label.
      {"*.corp.internal", "x.corp.internal", kSame},
      {"*.corp.internal", "X.CORP.INTERNAL.", kSame},
      {"*.corp.internal", "x-.corp.internal", kSame},
      {"*.corp.internal", "-x.corp.internal", kSame},
      {"*.corp.internal", "-.corp.internal", kSame},
      {"*.corp.internal", "_x.corp.internal", kSame},
      {"*.corp.internal", "x_.corp.internal", kSame},
      {"*.corp.internal", "1.corp.internal", kSame},
      {"*.corp.internal", "0x1.corp.internal", kSame},
      {"*.corp.internal", "xn--bcher-kva.corp.internal", kSame},
      {"*.corp.internal", "XN--BCHER-KVA.corp.internal", kSame},
      {"*.corp.internal", "xn--.corp.internal", kSame},
      {"*.corp.internal",
       "b\xC3\xBC"
       "cher.corp.internal",
       kNever},
      {"*.corp.internal",
       "x\xE3\x80\x82"
       "corp.internal",
       kNever},
      {"*.corp.internal", absl::StrCat(label63, ".corp.internal"), kSame},
      {"*.corp.internal", absl::StrCat(label63, "a.corp.internal"), kNever},
      {"*.corp.internal", "corp.internal", kOther},
      {"*.corp.internal", ".corp.internal", kNever},
      {"*.corp.internal", "a.b.corp.internal", kOther},
      {"*.corp-.internal", "x.corp-.internal", kSame},
      {"x-.corp.internal", "X-.corp.internal.", kSame},
      {"-x.corp.internal", "-x.corp.internal", kSame},
      {"_srv.corp.internal", "_SRV.corp.internal", kSame},
      {"xn--bcher-kva.test", "XN--bcher-kva.test", kSame},
      {longest, longest, kSame},
      {longest, absl::StrCat(longest, "."), kSame},
      {longest, absl::StrCat("b", longest), kNever},
      // IPv4.
      {"192.0.2.1", "192.0.2.1", kSame},
      {"192.0.2.1", "192.0.2.2", kOther},
      {"192.0.2.1", "192.0.2.1.", kNever},
      {"192.0.2.1", "192.0.2.01", kNever},
      {"192.0.2.1", "192.0.2.0x1", kNever},
      {"192.0.2.1", "0xc0.0.2.1", kNever},
      {"192.0.2.1", "0300.0.2.1", kNever},
      {"192.0.2.1", "192.0.513", kNever},
      {"192.0.2.1", "3221225985", kNever},
      {"192.0.2.1", "0xc0000201", kNever},
      {"192.0.2.1", "+192.0.2.1", kNever},
      {"192.0.2.1", "192.0.2.1%x", kNever},
      {"192.0.2.1", "[192.0.2.1]", kNever},
      // A certificate has either the four bytes or the sixteen.
      {"192.0.2.1", "::ffff:192.0.2.1", kOther},
      {"192.0.2.1", "::192.0.2.1", kOther},
      {"::ffff:192.0.2.1", "192.0.2.1", kOther},
      {"::ffff:192.0.2.1", "::FFFF:c000:201", kSame},
      {"::ffff:192.0.2.1", "[0:0:0:0:0:ffff:192.0.2.1%x]", kSame},
      {"::ffff:192.0.2.1", "::ffff:192.0.2.01", kNever},
      // IPv6.
      {"2001:db8::5", "2001:DB8::5", kSame},
      {"2001:db8::5", "2001:0db8:0:00:000:0000:0:5", kSame},
      {"2001:db8::5", "2001:db8::0.0.0.5", kSame},
      {"2001:db8::5", "[2001:db8::5]", kSame},
      {"2001:db8::5", "2001:db8::6", kOther},
      {"2001:db8::5", "::5", kOther},
      {"2001:db8::5", "2001:db8::5.", kNever},
      {"2001:db8::5", "[2001:db8::5].", kNever},
      {"2001:db8::5", "[2001:db8::5", kNever},
      {"2001:db8::5", "2001:db8::5]", kNever},
      {"2001:db8::5", "[[2001:db8::5]]", kNever},
      {"2001:db8::5", "[2001:db8::5]:443", kNever},
      {"2001:db8::5", "2001:db8::00005", kNever},
      {"2001:db8::5", absl::StrCat("2001:db8::5", nul), kNever},
      {"1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7::", kSame},
      {"0:2:3:4:5:6:7:8", "::2:3:4:5:6:7:8", kSame},
      {"::", "0:0:0:0:0:0:0:0", kSame},
      // Zones.
      {"2001:db8::5", "2001:db8::5%x", kSame},
      {"2001:db8::5", "2001:db8::5%25eth0", kSame},
      {"2001:db8::5", "2001:db8::5%x%y", kSame},
      {"2001:db8::5", "2001:db8::5%:", kSame},
      {"2001:db8::5", "2001:db8::5%.", kSame},
      {"2001:db8::5", "2001:db8::5%]", kSame},
      {"2001:db8::5", "[2001:db8::5%x]", kSame},
      {"2001:db8::5", "[2001:db8::5%]]", kSame},
      {"2001:db8::5", "2001:db8::6%x", kOther},
      {"2001:db8::5", "2001:db8::5%", kNever},
      {"2001:db8::5", "[2001:db8::5%]", kNever},
      {"2001:db8::5", "[2001:db8::5]%x", kNever},
      {"2001:db8::5", "2001:db8::5%a b", kNever},
      {"2001:db8::5", absl::StrCat("2001:db8::5%x", nul), kNever},
      {"fe80::1", "fe80::1%eth0", kSame},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Verify(row.host, row.spelling), row.verified)
        << row.host << " and " << absl::CHexEscape(row.spelling);
    ExpectAgreement(row.host, row.spelling);
  }
}

// Each byte in each place: ^ stands for it.
TEST(HostSpellingsTest, EachByte) {
  const char* const places[] = {
      "^",
      "^db.corp.internal",
      "d^b.corp.internal",
      "db^.corp.internal",
      "^.corp.internal",
      "db^corp.internal",
      "db.corp.internal^",
      "db.corp.internal.^",
      "^192.0.2.1",
      "192.^.2.1",
      "192.0.2^1",
      "192.0.2.1^",
      "192.0.2.^",
      "^2001:db8::5",
      "2001^db8::5",
      "2001:db8::^",
      "2001:db8::5^",
      "2001:db8::5^x",
      "2001:db8::5%^",
      "2001:db8::5%x^",
      "[2001:db8::5^",
      "[2001:db8::5^]",
      "[2001:db8::5%^]",
      "[2001:db8::5]^",
      "^[2001:db8::5]",
  };
  for (const absl::string_view place : places) {
    const size_t at = place.find('^');
    for (int byte = 0; byte < 256; ++byte) {
      const std::string spelling = absl::StrCat(
          place.substr(0, at), std::string(1, static_cast<char>(byte)),
          place.substr(at + 1));
      for (const char* host : {"db.corp.internal", "*.corp.internal",
                               "192.0.2.1", "2001:db8::5"}) {
        ExpectAgreement(host, spelling);
      }
    }
  }
}

}  // namespace
}  // namespace airlock
