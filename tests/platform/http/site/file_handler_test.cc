// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/file_handler.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/site/gzip_reader.h"
#include "platform/http/site/http_date.h"
#include "tests/platform/http/site/fakes.h"

namespace airlock::http {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using testing::Answer;
using ::testing::EndsWith;
using testing::Gunzip;
using ::testing::HasSubstr;
using testing::MakeRequest;
using ::testing::Not;
using ::testing::StartsWith;

class FileHandlerTest : public ::testing::Test {
 protected:
  FileHandlerTest()
      : root_(fs::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(root_);
    fs::create_directories(root_ / "docs");
    Write("a.bin", "0123456789");
    Write("empty.txt", "");
    Write("docs/small.txt", "hello\n");
    Write("large.txt", Large());
    auto site = FileSite::Open(root_.string());
    EXPECT_TRUE(site.ok()) << site.status();
    // Tags of files changed just now are weak.
    handler_ =
        std::make_unique<FileHandler>(*std::move(site), "<p>footer</p>",
                                      [this] { return absl::Now() + ahead_; });
  }
  ~FileHandlerTest() override { fs::remove_all(root_); }

  void Write(const std::string& name, absl::string_view content) {
    std::ofstream(root_ / name, std::ios::binary) << content;
  }

  static std::string Large() {
    std::string text;
    for (int i = 0; i < 20000; ++i) absl::StrAppend(&text, "line ", i, "\n");
    return text;
  }

  Answer Ask(const std::string& method, const std::string& target,
             Headers headers = {}) {
    return testing::Ask(*handler_,
                        MakeRequest(method, target, std::move(headers)));
  }
  Answer Get(const std::string& target, Headers headers = {}) {
    return Ask("GET", target, std::move(headers));
  }

  absl::Duration ahead_ = absl::Seconds(10);
  const fs::path root_;
  std::unique_ptr<FileHandler> handler_;
};

TEST_F(FileHandlerTest, GivesFiles) {
  const Answer answer = Get("/docs/small.txt?query");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "hello\n");
  EXPECT_EQ(answer.body_size, 6u);
  EXPECT_EQ(answer["Content-Type"], "text/plain; charset=utf-8");
  EXPECT_EQ(answer["Accept-Ranges"], "bytes");
  EXPECT_EQ(answer["Cache-Control"], "no-cache");
  EXPECT_THAT(answer["ETag"], AllOf(StartsWith("\""), EndsWith("\"")));
  EXPECT_TRUE(ParseHttpDate(answer["Last-Modified"]).has_value());
  EXPECT_EQ(Get("/empty.txt").body, "");
  EXPECT_EQ(Get("/empty.txt").status, 200);
  EXPECT_EQ(Get("/missing").status, 404);
  EXPECT_EQ(Get("/../a.bin").status, 400);
  EXPECT_EQ(Get("/docs")["Location"], "/docs/");
  EXPECT_EQ(Get("//docs").status, 301);
  EXPECT_EQ(Get("//docs")["Location"], "/docs/");
}

TEST_F(FileHandlerTest, HeadHasTheHeadersOfGet) {
  for (const Headers& headers :
       {Headers(), Headers({{"Accept-Encoding", "gzip"}})}) {
    for (const char* target : {"/a.bin", "/large.txt", "/docs/", "/missing",
                               "/docs", "/empty.txt"}) {
      const Answer get = Get(target, headers);
      const Answer head = Ask("HEAD", target, headers);
      EXPECT_EQ(head.status, get.status) << target;
      ASSERT_EQ(head.headers.size(), get.headers.size()) << target;
      for (const Header& header : get.headers) {
        EXPECT_EQ(head[header.name], header.value) << target;
      }
    }
  }
  EXPECT_EQ(Ask("HEAD", "/a.bin")["Content-Length"], "10");
  // Ranges are for GET only.
  EXPECT_EQ(Ask("HEAD", "/a.bin", {{"Range", "bytes=0-1"}}).status, 200);
}

TEST_F(FileHandlerTest, RefusesOtherMethods) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "get", "X"}) {
    const Answer answer = Ask(method, "/a.bin");
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer["Allow"], "GET, HEAD, OPTIONS") << method;
  }
  const Answer options = Ask("OPTIONS", "/a.bin");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options["Allow"], "GET, HEAD, OPTIONS");
  EXPECT_TRUE(fs::exists(root_ / "a.bin"));
}

// A server limits it.
TEST_F(FileHandlerTest, SaysWhatItKeepsInMemory) {
  const size_t page = Get("/docs/").body.size();
  for (const Headers& headers :
       {Headers(), Headers({{"Accept-Encoding", "gzip"}})}) {
    const auto kept = [&](const char* target) {
      testing::FakeConnection connection;
      const auto responder = std::make_shared<testing::FakeResponder>();
      handler_->OnRequest(MakeRequest("GET", target, headers), connection,
                          responder);
      return responder->response->body_reader->memory();
    };
    EXPECT_EQ(kept("/docs/"), page);
    EXPECT_EQ(kept("/large.txt"), 0u);
  }
}

TEST_F(FileHandlerTest, GivesOneRange) {
  const Answer answer = Get("/a.bin", {{"Range", "bytes=2-5"}});
  EXPECT_EQ(answer.status, 206);
  EXPECT_EQ(answer.body, "2345");
  EXPECT_EQ(answer["Content-Range"], "bytes 2-5/10");
  EXPECT_EQ(answer["Content-Length"], "4");
  EXPECT_EQ(answer["Content-Type"], "application/octet-stream");
  EXPECT_EQ(Get("/a.bin", {{"Range", "bytes=-3"}}).body, "789");
  const Answer beyond = Get("/a.bin", {{"Range", "bytes=10-"}});
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond["Content-Range"], "bytes */10");
  EXPECT_EQ(Get("/a.bin", {{"Range", "bytes=x"}}).status, 200);
  EXPECT_EQ(
      Get("/a.bin", {{"Range", "bytes=0-1"}, {"Range", "bytes=2-3"}}).status,
      200);
}

TEST_F(FileHandlerTest, GivesSeveralRanges) {
  const Answer answer = Get("/a.bin", {{"Range", "bytes=0-1,-2,4-4"}});
  EXPECT_EQ(answer.status, 206);
  const std::string type = answer["Content-Type"];
  const std::string prefix = "multipart/byteranges; boundary=";
  ASSERT_THAT(type, StartsWith(prefix));
  const std::string boundary = type.substr(prefix.size());
  EXPECT_GE(boundary.size(), 20u);
  EXPECT_EQ(answer["Content-Range"], "");
  std::string expected;
  for (const auto& [range, bytes] :
       std::vector<std::pair<std::string, std::string>>{
           {"0-1", "01"}, {"8-9", "89"}, {"4-4", "4"}}) {
    absl::StrAppend(&expected, expected.empty() ? "" : "\r\n", "--", boundary,
                    "\r\nContent-Type: application/octet-stream\r\n"
                    "Content-Range: bytes ",
                    range, "/10\r\n\r\n", bytes);
  }
  absl::StrAppend(&expected, "\r\n--", boundary, "--\r\n");
  EXPECT_EQ(answer.body, expected);
  EXPECT_EQ(answer["Content-Length"], absl::StrCat(expected.size()));
  // Of two ranges, the file has one.
  const Answer one = Get("/a.bin", {{"Range", "bytes=0-1,20-"}});
  EXPECT_EQ(one.body, "01");
  EXPECT_EQ(one["Content-Range"], "bytes 0-1/10");
}

TEST_F(FileHandlerTest, IfRangeDecidesAboutRanges) {
  const Answer whole = Get("/a.bin");
  const auto status = [this](const std::string& value) {
    return Get("/a.bin", {{"Range", "bytes=0-1"}, {"If-Range", value}}).status;
  };
  EXPECT_EQ(status(whole["ETag"]), 206);
  EXPECT_EQ(status(whole["Last-Modified"]), 206);
  EXPECT_EQ(status("\"other\""), 200);
  Write("a.bin", "another one");
  EXPECT_EQ(status(whole["ETag"]), 200);
}

TEST_F(FileHandlerTest, AnswersConditions) {
  const Answer whole = Get("/large.txt");
  const Answer same = Get("/large.txt", {{"If-None-Match", whole["ETag"]}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(same["ETag"], whole["ETag"]);
  EXPECT_EQ(same["Vary"], "Accept-Encoding");
  EXPECT_EQ(same["Content-Type"], "");
  EXPECT_EQ(
      Get("/large.txt", {{"If-Modified-Since", whole["Last-Modified"]}}).status,
      304);
  EXPECT_EQ(Get("/large.txt", {{"If-Match", "\"x\""}}).status, 412);
  EXPECT_EQ(Get("/large.txt", {{"If-Match", whole["ETag"]}}).status, 200);
  // Preconditions come before ranges.
  EXPECT_EQ(Get("/large.txt",
                {{"If-None-Match", whole["ETag"]}, {"Range", "bytes=0-1"}})
                .status,
            304);
  EXPECT_EQ(Get("/missing", {{"If-Match", "\"x\""}}).status, 404);
  // The same size, and perhaps the same second.
  std::string other = Large();
  other[0] = 'L';
  Write("large.txt", other);
  EXPECT_EQ(Get("/large.txt", {{"If-None-Match", whole["ETag"]}}).status, 200);
}

// The clock of a file system may not tell the next change from the last one.
TEST_F(FileHandlerTest, ATagOfAFreshFileIsWeak) {
  ahead_ = absl::ZeroDuration();
  Write("fresh.bin", "x");
  EXPECT_THAT(Get("/fresh.bin")["ETag"], StartsWith("W/"));
  ahead_ = absl::Seconds(10);
  EXPECT_THAT(Get("/fresh.bin")["ETag"], StartsWith("\""));
}

TEST_F(FileHandlerTest, CompressesText) {
  const Answer plain = Get("/large.txt");
  EXPECT_EQ(plain["Content-Encoding"], "");
  EXPECT_EQ(plain["Vary"], "Accept-Encoding");
  const Answer zipped = Get("/large.txt", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(zipped["Content-Encoding"], "gzip");
  EXPECT_EQ(zipped["Vary"], "Accept-Encoding");
  EXPECT_EQ(zipped["Content-Length"], "");
  EXPECT_EQ(zipped.body_size, std::nullopt);
  EXPECT_LT(zipped.body.size(), plain.body.size() / 3);
  EXPECT_EQ(Gunzip(zipped.body), Large());
  // It has another tag, which is not for ranges.
  EXPECT_THAT(zipped["ETag"], StartsWith("W/"));
  EXPECT_EQ(Get("/large.txt", {{"Accept-Encoding", "gzip"},
                               {"If-None-Match", zipped["ETag"]}})
                .status,
            304);
  EXPECT_EQ(Get("/large.txt", {{"If-None-Match", zipped["ETag"]}}).status, 200);
  const Answer resumed = Get("/large.txt", {{"Accept-Encoding", "gzip"},
                                            {"Range", "bytes=5-"},
                                            {"If-Range", zipped["ETag"]}});
  EXPECT_EQ(resumed.status, 200);
  EXPECT_EQ(resumed["Content-Encoding"], "");
}

TEST_F(FileHandlerTest, CompressesNothingElse) {
  const Headers gzip = {{"Accept-Encoding", "gzip"}};
  Write("large.bin", Large());
  EXPECT_EQ(Get("/large.bin", gzip)["Content-Encoding"], "");
  EXPECT_EQ(Get("/large.bin", gzip)["Vary"], "");
  EXPECT_EQ(Get("/docs/small.txt", gzip)["Content-Encoding"], "");
  const Answer range = Get(
      "/large.txt", {{"Accept-Encoding", "gzip"}, {"Range", "bytes=0-1999"}});
  EXPECT_EQ(range.status, 206);
  EXPECT_EQ(range["Content-Encoding"], "");
  EXPECT_EQ(range.body, Large().substr(0, 2000));
  EXPECT_EQ(
      Get("/large.txt", {{"Accept-Encoding", "gzip;q=0"}})["Content-Encoding"],
      "");
  ServerRequest old = MakeRequest("GET", "/large.txt", gzip);
  old.version = Version::kHttp1_0;
  EXPECT_EQ(testing::Ask(*handler_, std::move(old))["Content-Encoding"], "");
}

TEST_F(FileHandlerTest, BoundsTheCompressors) {
  const Headers gzip = {{"Accept-Encoding", "gzip"}};
  std::vector<std::shared_ptr<testing::FakeResponder>> held;
  testing::FakeConnection connection;
  const auto compressed = [&] {
    auto responder = std::make_shared<testing::FakeResponder>();
    handler_->OnRequest(MakeRequest("GET", "/large.txt", gzip), connection,
                        responder);
    held.push_back(responder);
    return responder->response->headers.Has("Content-Encoding");
  };
  int count = 0;
  while (compressed()) ++count;
  EXPECT_EQ(count, 256);
  const Answer further = testing::ReadWhole(*std::move(held.back()->response));
  EXPECT_EQ(further.body, Large());
  EXPECT_THAT(further["ETag"], StartsWith("\""));
  held.clear();
  EXPECT_TRUE(compressed());
}

TEST_F(FileHandlerTest, AShorterFileIsAnError) {
  for (const char* coding : {"identity", "gzip"}) {
    Write("large.txt", Large());
    testing::FakeConnection connection;
    auto responder = std::make_shared<testing::FakeResponder>();
    handler_->OnRequest(
        MakeRequest("GET", "/large.txt", {{"Accept-Encoding", coding}}),
        connection, responder);
    fs::resize_file(root_ / "large.txt", 100000);
    const Answer answer = testing::ReadWhole(*std::move(responder->response));
    EXPECT_TRUE(absl::IsDataLoss(answer.body_error)) << answer.body_error;
    EXPECT_LE(answer.body.size(), 100000u);
  }
  // A longer one is sent as it was.
  testing::FakeConnection connection;
  auto responder = std::make_shared<testing::FakeResponder>();
  handler_->OnRequest(MakeRequest("GET", "/a.bin"), connection, responder);
  Write("a.bin", "0123456789 and more");
  EXPECT_EQ(testing::ReadWhole(*std::move(responder->response)).body,
            "0123456789");
}

// Gives `left` zeros and counts how many were read.
class Zeros : public BodyReader {
 public:
  explicit Zeros(size_t left, size_t* read) : left_(left), read_(read) {}
  absl::StatusOr<size_t> Read(absl::Span<char> into) override {
    const size_t size = std::min(into.size(), left_);
    std::fill_n(into.begin(), size, '\0');
    left_ -= size;
    *read_ += size;
    return size;
  }

 private:
  size_t left_;
  size_t* const read_;
};

TEST(GzipReaderTest, BoundsTheWorkOfOneRead) {
  constexpr size_t kSize = 20 << 20;
  size_t read = 0;
  auto reader = GzipReader::Create(std::make_unique<Zeros>(kSize, &read));
  ASSERT_TRUE(reader.ok());
  std::vector<char> buffer(16 << 10);
  std::string gzip;
  for (size_t before = 0;; before = read) {
    const auto size = (*reader)->Read(absl::MakeSpan(buffer));
    ASSERT_TRUE(size.ok()) << size.status();
    if (*size == 0) break;
    EXPECT_LE(read - before, 300u << 10);
    gzip.append(buffer.data(), *size);
  }
  EXPECT_TRUE(Gunzip(gzip) == std::string(kSize, '\0'));
  EXPECT_LT(gzip.size(), 100u << 10);
}

TEST(GzipReaderTest, WorksWithAnyBuffer) {
  for (const size_t piece : {1, 2, 7, 1000}) {
    for (const size_t size : {0, 1, 100, 70000}) {
      size_t read = 0;
      auto reader = GzipReader::Create(std::make_unique<Zeros>(size, &read));
      ASSERT_TRUE(reader.ok());
      ServerResponse response;
      response.body_reader = *std::move(reader);
      const Answer answer = testing::ReadWhole(std::move(response), piece);
      EXPECT_TRUE(Gunzip(answer.body) == std::string(size, '\0'));
    }
  }
}

TEST_F(FileHandlerTest, ListsDirectories) {
  const Answer answer = Get("/docs/");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer["Content-Type"], "text/html; charset=utf-8");
  EXPECT_THAT(answer["Content-Security-Policy"],
              AllOf(HasSubstr("default-src 'none'"), HasSubstr("sha256-"),
                    HasSubstr("frame-ancestors 'none'"),
                    Not(HasSubstr("unsafe")), Not(HasSubstr("script"))));
  EXPECT_THAT(answer.body,
              AllOf(HasSubstr("<a href=\"./small.txt\">small.txt</a>"),
                    HasSubstr("<a href=\"../\">"), HasSubstr("6 B"),
                    HasSubstr("<p>footer</p>")));
  EXPECT_EQ(Gunzip(Get("/docs/", {{"Accept-Encoding", "gzip"}}).body),
            answer.body);
}

}  // namespace
}  // namespace airlock::http
