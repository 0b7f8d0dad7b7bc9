// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/spiffe_id.h"

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "tests/support/error_matchers.h"

namespace airlock::ssl {
namespace {

TEST(SpiffeIdTest, ValidIdsAreTakenApart) {
  struct {
    std::string text;
    std::string trust_domain;
    std::string path;
  } const kCases[] = {
      {"spiffe://example.org", "example.org", ""},
      {"spiffe://example.org/payroll", "example.org", "/payroll"},
      {"spiffe://a/b/C.d-e_f/9", "a", "/b/C.d-e_f/9"},
      // An IPv4 address and names that are invalid in DNS are trust domains.
      {"spiffe://192.0.2.1/x", "192.0.2.1", "/x"},
      {"spiffe://_-.._/x", "_-.._", "/x"},
      {"spiffe://example.org/...", "example.org", "/..."},
      {"spiffe://example.org/.a/a./..a", "example.org", "/.a/a./..a"},
  };
  for (const auto& expected : kCases) {
    const absl::StatusOr<SpiffeId> id = SpiffeId::Parse(expected.text);
    ASSERT_TRUE(id.ok()) << id.status();
    EXPECT_EQ(id->text(), expected.text);
    EXPECT_EQ(id->trust_domain(), expected.trust_domain);
    EXPECT_EQ(id->path(), expected.path);
    const SpiffeId copy = *id;
    EXPECT_EQ(copy, *id);
    EXPECT_EQ(copy.path(), expected.path);
  }
}

TEST(SpiffeIdTest, EverythingElseIsAnError) {
  const std::string nul("spiffe://example.org/a\0b", 24);
  const std::vector<std::string> invalid = {
      // The scheme.
      "",
      "spiffe",
      "spiffe:",
      "spiffe:/",
      "spiffe://",
      "spiffe:///a",
      "spiffe:/example.org/a",
      "spiffe:example.org/a",
      "//example.org/a",
      "SPIFFE://example.org/a",
      "Spiffe://example.org/a",
      "https://example.org/a",
      " spiffe://example.org/a",
      "spiffe ://example.org/a",
      "spiffe:\\\\example.org\\a",
      // The trust domain.
      "spiffe://Example.org/a",
      "spiffe://example.orG/a",
      "spiffe://user@example.org/a",
      "spiffe://@example.org/a",
      "spiffe://user:password@example.org/a",
      "spiffe://example.org:443/a",
      "spiffe://example.org:/a",
      "spiffe://[2001:db8::1]/a",
      "spiffe://example%2eorg/a",
      "spiffe://ex\xc3\xa4mple.org/a",
      "spiffe://example.org?a",
      "spiffe://example.org#a",
      "spiffe://example org/a",
      "spiffe://example.org\\a",
      "spiffe://*.example.org/a",
      // The path.
      "spiffe://example.org/",
      "spiffe://example.org/a/",
      "spiffe://example.org//",
      "spiffe://example.org//a",
      "spiffe://example.org/a//b",
      "spiffe://example.org/.",
      "spiffe://example.org/..",
      "spiffe://example.org/a/./b",
      "spiffe://example.org/a/../b",
      "spiffe://example.org/%61",
      "spiffe://example.org/a?b",
      "spiffe://example.org/a?",
      "spiffe://example.org/a#b",
      "spiffe://example.org/a#",
      "spiffe://example.org/a b",
      "spiffe://example.org/a\n",
      "spiffe://example.org/a:b",
      "spiffe://example.org/a@b",
      "spiffe://example.org/a*",
      "spiffe://example.org/**",
      "spiffe://example.org/a;b",
      "spiffe://example.org/a,b",
      "spiffe://example.org/\xc3\xa4",
      "spiffe://example.org/~a",
      nul,
  };
  for (const std::string& text : invalid) {
    EXPECT_THAT(SpiffeId::Parse(text), KindIs(ErrorKind::kInvalidArgument))
        << text;
  }
}

TEST(SpiffeIdTest, SizesAreLimited) {
  const std::string start = "spiffe://example.org/";
  const std::string longest =
      start + std::string(SpiffeId::kMaxSize - start.size(), 'a');
  EXPECT_TRUE(SpiffeId::Parse(longest).ok());
  EXPECT_THAT(SpiffeId::Parse(longest + "a"),
              KindIs(ErrorKind::kInvalidArgument));
  const std::string domain(SpiffeId::kMaxTrustDomainSize, 'd');
  EXPECT_TRUE(SpiffeId::Parse(absl::StrCat("spiffe://", domain, "/a")).ok());
  EXPECT_THAT(SpiffeId::Parse(absl::StrCat("spiffe://", domain, "d/a")),
              KindIs(ErrorKind::kInvalidArgument));
}

TEST(SpiffeIdTest, ErrorsQuoteTheIdWithoutItsControlCharacters) {
  const absl::Status status =
      SpiffeId::Parse("spiffe://example.org/a\x1b[31m").status();
  EXPECT_THAT(status, Quotes("spiffe://example.org/a"));
  EXPECT_THAT(status, ::testing::Not(Quotes("\x1b")));
}

TEST(SpiffeIdTest, ErrorsGiveTheReason) {
  // Each mistake has a text of its own.
  std::set<std::string> reasons;
  const auto kMistakes = {
      "https://a/b",    "spiffe:///b",   "spiffe://A/b",  "spiffe://u@a/b",
      "spiffe://a:1/b", "spiffe://a%/b", "spiffe://a?b",  "spiffe://a#b",
      "spiffe://a b/c", "spiffe://a/b/", "spiffe://a//b", "spiffe://a/.",
      "spiffe://a/b c",
  };
  for (const absl::string_view text : kMistakes) {
    const absl::Status status = SpiffeId::Parse(text).status();
    ASSERT_FALSE(status.ok()) << text;
    const std::string message(status.message());
    reasons.insert(message.substr(message.rfind(": ")));
  }
  EXPECT_EQ(reasons.size(), kMistakes.size());
}

TEST(TrustDomainTest, NamesAreChecked) {
  EXPECT_TRUE(CheckTrustDomain("example.org").ok());
  EXPECT_TRUE(CheckTrustDomain(std::string(255, 'a')).ok());
  for (const absl::string_view name :
       {"", "Example.org", "spiffe://example.org", "example.org/", "a b", "a:1",
        "a@b", "*", "\xc3\xa4"}) {
    EXPECT_THAT(CheckTrustDomain(name), KindIs(ErrorKind::kInvalidArgument))
        << name;
  }
  EXPECT_THAT(CheckTrustDomain(std::string(256, 'a')),
              KindIs(ErrorKind::kInvalidArgument));
}

}  // namespace
}  // namespace airlock::ssl
