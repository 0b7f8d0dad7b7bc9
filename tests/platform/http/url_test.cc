// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/url.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/error.h"
#include "platform/http/headers.h"

namespace airlock::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Parsed(absl::string_view text) {
  const absl::StatusOr<Url> url = ParseUrl(text);
  return url.ok() ? url->ToString() : "error";
}

std::string Resolved(absl::string_view base, absl::string_view reference) {
  const absl::StatusOr<Url> url = ResolveUrl(*ParseUrl(base), reference);
  if (url.ok()) return url->ToString();
  EXPECT_EQ(FailureOf(url.status()), Failure::kRedirect);
  return "error";
}

TEST(UrlTest, HasItsParts) {
  const absl::StatusOr<Url> url =
      ParseUrl("HTTPS://Example.COM:8443/a/b?c=d#e");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->host, "example.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/a/b?c=d");
  EXPECT_EQ(url->fragment, "e");
  EXPECT_EQ(url->authority(), "example.com:8443");
  EXPECT_EQ(Parsed("https://example.com"), "https://example.com/");
  EXPECT_EQ(Parsed("https://example.com:443?q"), "https://example.com/?q");
  EXPECT_EQ(Parsed("https://example.com:"), "https://example.com/");
  EXPECT_EQ(Parsed("https://[::1]:8443/"), "https://[::1]:8443/");
  EXPECT_EQ(Parsed("https://[::1]/"), "https://[::1]/");
  EXPECT_EQ(Parsed("https://x/\xc3\xa4"), "https://x/%C3%A4");
}

TEST(UrlTest, RefusesWhatIsNoUrl) {
  for (const char* text : {"",
                           "example.com",
                           "http://example.com/",
                           "ftp://x/",
                           "https:/x",
                           "https:",
                           "https://",
                           "https:///x",
                           "https://:443/",
                           "https://a b/",
                           "https://x/a b",
                           "https://x/\r\nHost: y",
                           "https://x/\n",
                           "https://x/\\y",
                           "https://x\\y",
                           "https://x\r\n/",
                           "https://x:0/",
                           "https://x:65536/",
                           "https://x:+1/",
                           "https://x:1a/",
                           "https://[::1/",
                           "https://[",
                           "https://[]",
                           "https://[x]/",
                           "https://::1/",
                           "https://user@x/",
                           "https://user:secret@x/",
                           "https://a..b/",
                           "https://.a/",
                           "https://\xc3\xa4/",
                           "https://x/\x7f",
                           "https://%61/",
                           "https://127.1/",
                           "https://0177.0.0.1/",
                           "https://0x7f000001/",
                           "https://2130706433/",
                           "https://1.2.3.4.5/",
                           "https://256.1.1.1/"}) {
    const absl::StatusOr<Url> url = ParseUrl(text);
    ASSERT_FALSE(url.ok()) << text << " -> " << url->ToString();
    EXPECT_EQ(FailureOf(url.status()), Failure::kInvalidRequest) << text;
    EXPECT_THAT(std::string(url.status().message()), Not(HasSubstr("secret")));
  }
  EXPECT_FALSE(ParseUrl(absl::string_view("https://x/\0", 11)).ok());
}

// Only the part before the null byte is an address.
TEST(UrlTest, AddressesEndWithoutANullByte) {
  const std::string null(1, '\0');
  for (const std::string& host :
       {absl::StrCat("[::1", null, "]"), absl::StrCat("[::1", null, "%eth0]"),
        absl::StrCat("[::1", null, "\r\nX-Smuggled: 1]"),
        absl::StrCat("127.0.0.1", null), absl::StrCat("127.0.0.1", null, ".1"),
        std::string("[::1\r\nX-Smuggled: 1]"), std::string("[::1%eth0]"),
        std::string("[127.0.0.1]")}) {
    const absl::StatusOr<Url> url =
        ParseUrl(absl::StrCat("https://", host, ":8443/"));
    ASSERT_FALSE(url.ok()) << url->host;
    EXPECT_EQ(FailureOf(url.status()), Failure::kInvalidRequest);
    EXPECT_EQ(Resolved("https://a/", absl::StrCat("//", host, "/")), "error");
  }
}

// RFC 3986, section 5.4.
TEST(UrlTest, ResolvesReferences) {
  const std::string base = "https://a/b/c/d;p?q";
  EXPECT_EQ(Resolved(base, "g"), "https://a/b/c/g");
  EXPECT_EQ(Resolved(base, "./g/"), "https://a/b/c/g/");
  EXPECT_EQ(Resolved(base, "/g"), "https://a/g");
  EXPECT_EQ(Resolved(base, "//g"), "https://g/");
  EXPECT_EQ(Resolved(base, "?y"), "https://a/b/c/d;p?y");
  EXPECT_EQ(Resolved(base, "g?y#s"), "https://a/b/c/g?y#s");
  EXPECT_EQ(Resolved(base, "#s"), "https://a/b/c/d;p?q#s");
  EXPECT_EQ(Resolved(base, ""), "https://a/b/c/d;p?q");
  EXPECT_EQ(Resolved(base, "."), "https://a/b/c/");
  EXPECT_EQ(Resolved(base, "../.."), "https://a/");
  EXPECT_EQ(Resolved(base, "../../../g"), "https://a/g");
  EXPECT_EQ(Resolved(base, "/../g"), "https://a/g");
  EXPECT_EQ(Resolved(base, "g?y/../x"), "https://a/b/c/g?y/../x");
  EXPECT_EQ(Resolved(base, "https://x/y"), "https://x/y");
  EXPECT_EQ(Resolved(base, "g:h"), "error");
  EXPECT_EQ(Resolved(base, "http://a/"), "error");
  EXPECT_EQ(Resolved(base, "//u@a/"), "error");
  EXPECT_EQ(Resolved("https://a/x#f", "y"), "https://a/y#f");
  EXPECT_EQ(Resolved("https://a/x#f", "y#g"), "https://a/y#g");
}

TEST(UrlTest, AnOriginIsHostAndPort) {
  const Url url = *ParseUrl("https://a:444/x");
  EXPECT_TRUE(url.SameOrigin(*ParseUrl("https://A:444/y")));
  EXPECT_FALSE(url.SameOrigin(*ParseUrl("https://a/x")));
  EXPECT_FALSE(url.SameOrigin(*ParseUrl("https://b:444/x")));
}

TEST(HeadersTest, NamesHaveNoCase) {
  Headers headers = {{"A", "1"}, {"b", "2"}, {"a", "3"}};
  EXPECT_EQ(*headers.Get("a"), "1");
  EXPECT_THAT(headers.GetAll("A"), ::testing::ElementsAre("1", "3"));
  headers.Set("a", "4");
  EXPECT_THAT(headers.GetAll("A"), ::testing::ElementsAre("4"));
  EXPECT_EQ(headers.Remove("B"), 1u);
  EXPECT_FALSE(headers.Has("b"));
}

TEST(HeadersTest, NothingEndsAField) {
  EXPECT_TRUE(CheckHeader("X-A", "b \t \xc3\xa4").ok());
  EXPECT_TRUE(CheckHeader("X-A", "").ok());
  for (const char* name : {"", "a b", "a:", "a\r\nb", "a\n", "\xc3\xa4"}) {
    EXPECT_FALSE(CheckHeader(name, "x").ok()) << name;
  }
  for (const absl::string_view value :
       {absl::string_view("secret\r\nb: c"), absl::string_view("a\n"),
        absl::string_view("a\r"), absl::string_view("a\0b", 3),
        absl::string_view("\x7f")}) {
    const absl::Status status = CheckHeader("X-A", value);
    EXPECT_EQ(FailureOf(status), Failure::kInvalidRequest) << value;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace airlock::http
