// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/listing.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/site/file_site.h"
#include "platform/http/site/html.h"
#include "platform/http/site/url_path.h"

namespace airlock::http {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ListingTest : public ::testing::Test {
 protected:
  ListingTest()
      : root_(fs::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  ~ListingTest() override { fs::remove_all(root_); }

  // std::filesystem would accept only valid names.
  void Create(const std::string& name) {
    const int fd =
        open(absl::StrCat(root_.string(), "/", name).c_str(), O_CREAT, 0600);
    ASSERT_GE(fd, 0) << name;
    close(fd);
  }

  std::string List(const std::string& target = "/",
                   const ListingLimits& limits = {}) {
    const auto site = FileSite::Open(root_.string());
    EXPECT_TRUE(site.ok());
    const auto entry = site->Find(target);
    EXPECT_TRUE(entry.ok()) << entry.status();
    auto page = ListingPage(*entry, "", limits);
    EXPECT_TRUE(page.ok()) << page.status();
    return *page;
  }

  const fs::path root_;
};

// Every link of the page leads to the file of that name, and no byte of the
// name is markup or reorders the page.
TEST_F(ListingTest, IsSafeForAnyName) {
  const std::vector<std::string> names = {
      "<script>alert(1)<script>",
      "\"><img src=x onerror=alert(1)>",
      "' onclick='x",
      "&amp;&#0;",
      "javascript:alert(1)",
      "data:text,x",
      "C:",
      "?query",
      "#fragment",
      "%2e%2e",
      "%00",
      "a\\b",
      "back\\..\\x",
      " leading and trailing ",
      "line\nbreak",
      "tab\there",
      "\r\nSet-Cookie: x",
      "\x1b[2J",
      "\x7f",
      "bidi \u202e gpj.exe",
      "isolate \u2066 x",
      "mark \u200f x",
      "zero\u200bwidth",
      "bad \xff\xfe utf8",
      "over \xc0\xaf long",
      "half \xe2\x82",
      "...",
      ".hidden",
      "\u00e4\u00f6\u00fc \u4e2d\u6587 \U0001f600",
      "{{x}}",
      "<!--",
      "]]>",
      std::string(255, 'x'),
  };
  for (const std::string& name : names) Create(name);
  fs::create_directory(root_ / "dir <b>");
  const std::string page = List();
  for (const char* bad :
       {"<script", "<img", "<b>", "onclick='", "<!--", "\r", "\x1b", "\x7f",
        "\u202e", "\u2066", "\u200f", "\u200b", "\xff", "\xc0", "href=\"java",
        "href=\"data", "href=\"C:"}) {
    EXPECT_THAT(page, Not(HasSubstr(bad))) << bad;
  }
  EXPECT_THAT(page, HasSubstr("bidi \\u202e gpj.exe"));
  EXPECT_THAT(page, HasSubstr("line\\x0abreak"));
  const auto site = FileSite::Open(root_.string());
  ASSERT_TRUE(site.ok());
  std::vector<std::string> linked;
  for (absl::string_view rest = page;;) {
    constexpr absl::string_view kLink = "<a href=\"";
    const size_t begin = rest.find(kLink);
    if (begin == absl::string_view::npos) break;
    rest.remove_prefix(begin + kLink.size());
    const absl::string_view href = rest.substr(0, rest.find('"'));
    ASSERT_EQ(href.substr(0, 2), "./");
    const auto path = SplitPath(href.substr(1));
    ASSERT_TRUE(path.ok()) << href;
    ASSERT_EQ(path->size(), 1u) << href;
    EXPECT_TRUE(site->Find(href.substr(1)).ok()) << href;
    linked.push_back(path->front());
  }
  EXPECT_EQ(linked.front(), "dir <b>");
  linked.erase(linked.begin());
  EXPECT_THAT(linked, ::testing::UnorderedElementsAreArray(names));
}

TEST_F(ListingTest, HasDirectoriesFirst) {
  fs::create_directory(root_ / "zoo");
  fs::create_directory(root_ / "Yak");
  Create("b");
  Create("A");
  Create("c");
  Create("\xff");
  const std::string page = List();
  size_t at = 0;
  for (const char* name :
       {">Yak/<", ">zoo/<", ">A<", ">b<", ">c<", ">\\xff<"}) {
    const size_t found = page.find(name, at);
    ASSERT_NE(found, std::string::npos) << name;
    at = found;
  }
}

TEST_F(ListingTest, ShowsThePath) {
  fs::create_directories(root_ / "a <i>" / "b");
  const std::string page = List("/a%20%3Ci%3E/b/");
  EXPECT_THAT(
      page, AllOf(HasSubstr("<title>/a &lt;i&gt;/b/</title>"),
                  HasSubstr("<a href=\"/a%20%3Ci%3E/\">a &lt;i&gt;</a>"),
                  HasSubstr("This directory is empty."), Not(HasSubstr("<i>")),
                  HasSubstr("<a href=\"../\">")));
  EXPECT_THAT(List("//a%20%3Ci%3E//b//"), HasSubstr("href=\"/a%20"));
}

TEST_F(ListingTest, LeavesOutWhatIsNotServed) {
  fs::create_symlink("/etc/passwd", root_ / "link");
  ASSERT_EQ(mkfifo((root_ / "fifo").c_str(), 0600), 0);
  EXPECT_THAT(List(), AllOf(Not(HasSubstr("link<")), Not(HasSubstr("fifo<"))));
}

TEST_F(ListingTest, IsBounded) {
  for (int i = 0; i < 50; ++i) Create(absl::StrCat("f", i));
  ListingLimits limits;
  limits.entries = 50;
  EXPECT_THAT(List("/", limits), Not(HasSubstr("more entries")));
  limits.entries = 49;
  EXPECT_THAT(List("/", limits), HasSubstr("more entries; 49 are shown"));
  limits.bytes = 1000;
  const std::string page = List("/", limits);
  EXPECT_THAT(page, HasSubstr("more entries; "));
  EXPECT_LT(page.size(), List().size() - 3000);
}

TEST(FormatSizeTest, IsShort) {
  EXPECT_EQ(FormatSize(0), "0 B");
  EXPECT_EQ(FormatSize(1023), "1023 B");
  EXPECT_EQ(FormatSize(1024), "1.0 KiB");
  EXPECT_EQ(FormatSize(10 * 1024 - 1), "10 KiB");
  EXPECT_EQ(FormatSize(20 << 20), "20 MiB");
  EXPECT_EQ(FormatSize(~uint64_t{0}), "16 EiB");
}

TEST(PageTest, AllowsOnlyItsOwnScript) {
  const Headers none = PageHeaders();
  EXPECT_THAT(std::string(*none.Get("Content-Security-Policy")),
              Not(HasSubstr("script-src")));
  const Headers one = PageHeaders("alert(1)");
  // echo -n 'alert(1)' | openssl dgst -sha256 -binary | base64
  EXPECT_THAT(
      std::string(*one.Get("Content-Security-Policy")),
      AllOf(HasSubstr("script-src "
                      "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"),
            Not(HasSubstr("unsafe"))));
}

}  // namespace
}  // namespace airlock::http
