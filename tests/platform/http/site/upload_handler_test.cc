// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/upload_handler.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/http/site/echo_handler.h"
#include "tests/platform/http/site/fakes.h"

namespace airlock::http {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using testing::Answer;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::FakeConnection;
using testing::FakeResponder;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MakeRequest;
using ::testing::Not;
using ::testing::StartsWith;

class UploadHandlerTest : public ::testing::Test {
 protected:
  UploadHandlerTest()
      : root_(fs::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(root_);
    fs::create_directories(root_);
    limits_.file_bytes = 100;
    limits_.total_bytes = 250;
    limits_.at_once = 2;
    Open();
  }
  ~UploadHandlerTest() override { fs::remove_all(root_); }

  void Open() {
    auto directory = UploadDirectory::Open(root_.string(), limits_);
    ASSERT_TRUE(directory.ok()) << directory.status();
    handler_ = std::make_unique<UploadHandler>(
        "/_upload/", *std::move(directory),
        [this](absl::string_view peer, absl::string_view what) {
          EXPECT_EQ(peer, connection_.peer());
          log_.emplace_back(what);
        });
  }

  Answer Put(const std::string& name, const std::vector<std::string>& parts,
             Headers headers = {}, bool complete = true) {
    return testing::Ask(
        *handler_,
        MakeRequest("PUT", absl::StrCat("/_upload/", name), std::move(headers)),
        &connection_, parts, complete);
  }

  std::string Read(const std::string& name) {
    std::ifstream file(root_ / name, std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    return content.str();
  }

  std::vector<std::string> Files() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(root_)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  UploadLimits limits_;
  const fs::path root_;
  std::vector<std::string> log_;
  FakeConnection connection_;
  std::unique_ptr<UploadHandler> handler_;
};

TEST_F(UploadHandlerTest, StoresNewFiles) {
  const Answer answer = Put("a%20b.txt", {"hello ", "world"});
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(Read("a b.txt"), "hello world");
  EXPECT_THAT(Files(), ElementsAre("a b.txt"));
  struct stat status = {};
  ASSERT_EQ(stat((root_ / "a b.txt").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_EQ(Put("empty", {}).status, 201);
  EXPECT_TRUE(fs::exists(root_ / "empty"));
  const Answer posted = testing::Ask(
      *handler_, MakeRequest("POST", "/_upload/p?x"), &connection_, {"x"});
  EXPECT_EQ(posted.status, 201);
  EXPECT_EQ(Read("p"), "x");
  EXPECT_EQ(log_[0], "uploaded a b.txt, 11 bytes");
}

TEST_F(UploadHandlerTest, AFolderHasNoNullByte) {
  EXPECT_TRUE(absl::IsInvalidArgument(
      UploadDirectory::Open(root_.string() + std::string("\0x", 2), limits_)
          .status()));
}

TEST_F(UploadHandlerTest, NeverReplacesAnything) {
  std::ofstream(root_ / "old") << "old";
  fs::create_directory(root_ / "dir");
  fs::create_symlink("/nowhere", root_ / "link");
  for (const char* name : {"old", "dir", "link"}) {
    EXPECT_EQ(Put(name, {"new"}).status, 409) << name;
  }
  EXPECT_EQ(Read("old"), "old");
  EXPECT_FALSE(fs::exists("/nowhere"));
  EXPECT_EQ(Files().size(), 3u);
  // One that appears meanwhile.
  auto responder = std::make_shared<FakeResponder>();
  ServerRequest request = MakeRequest("PUT", "/_upload/late");
  request.has_body = true;
  auto sink = handler_->OnRequest(request, connection_, responder);
  ASSERT_TRUE(sink->OnData("new").ok());
  std::ofstream(root_ / "late") << "old";
  sink->OnEnd();
  sink = nullptr;
  EXPECT_EQ(responder->response->status, 409);
  EXPECT_EQ(Read("late"), "old");
  EXPECT_EQ(Files().size(), 4u);
}

TEST_F(UploadHandlerTest, RefusesNames) {
  for (const char* name :
       {"", ".", "..", "%2e%2e", ".hidden", "a/b", "a%2fb", "..%2fb", "%00",
        "a%0ab", "a%1b", "a%7f", "a/", "%zz"}) {
    EXPECT_EQ(Put(name, {"x"}).status, 400) << name;
  }
  EXPECT_EQ(Put(std::string(201, 'x'), {"x"}).status, 400);
  EXPECT_EQ(Put(std::string(200, 'x'), {"x"}).status, 201);
  EXPECT_EQ(testing::Ask(*handler_, MakeRequest("PUT", "/elsewhere/x"),
                         &connection_, {"x"})
                .status,
            404);
  EXPECT_EQ(Files().size(), 1u);
}

TEST_F(UploadHandlerTest, RemovesIncompleteFiles) {
  EXPECT_EQ(Put("a", {"part"}, {}, /*complete=*/false).status, 0);
  EXPECT_THAT(Files(), IsEmpty());
  EXPECT_THAT(log_, ElementsAre(HasSubstr("failed after 4 bytes")));
  // The name is free.
  EXPECT_EQ(Put("a", {"whole"}).status, 201);
}

TEST_F(UploadHandlerTest, ShowsNoPartOfAFile) {
  ServerRequest request = MakeRequest("PUT", "/_upload/a");
  request.has_body = true;
  auto sink = handler_->OnRequest(request, connection_,
                                  std::make_shared<FakeResponder>());
  ASSERT_TRUE(sink->OnData("part").ok());
  EXPECT_FALSE(fs::exists(root_ / "a"));
  ASSERT_EQ(Files().size(), 1u);
  EXPECT_THAT(Files()[0], StartsWith(".upload-"));
}

TEST_F(UploadHandlerTest, LimitsTheSizeOfAFile) {
  const std::string part(60, 'x');
  EXPECT_EQ(Put("a", {part, part}).status, 413);
  EXPECT_THAT(Files(), IsEmpty());
  EXPECT_EQ(Put("a", {part, part.substr(0, 40)}).status, 201);
  // A stated size is refused before the file is sent.
  ServerRequest request = MakeRequest("PUT", "/_upload/b");
  request.has_body = true;
  request.content_length = 101;
  EXPECT_EQ(testing::Ask(*handler_, request, &connection_).status, 413);
}

TEST_F(UploadHandlerTest, LimitsTheTotal) {
  const std::string most(100, 'x');
  EXPECT_EQ(Put("a", {most}).status, 201);
  // It gives back what was not kept.
  EXPECT_EQ(Put("b", {most}, {}, /*complete=*/false).status, 0);
  EXPECT_EQ(Put("b", {most}).status, 201);
  EXPECT_EQ(Put("c", {most}).status, 413);
  EXPECT_EQ(Put("c", {most.substr(0, 51)}).status, 413);
  EXPECT_EQ(Put("c", {most.substr(0, 50)}).status, 201);
  EXPECT_EQ(Put("d", {"x"}).status, 413);
  EXPECT_EQ(Files().size(), 3u);
}

TEST_F(UploadHandlerTest, LimitsHowManyAtOnce) {
  ServerRequest request = MakeRequest("PUT", "/_upload/a");
  request.has_body = true;
  auto responder = std::make_shared<FakeResponder>();
  auto first = handler_->OnRequest(request, connection_, responder);
  request.target = "/_upload/b";
  auto second = handler_->OnRequest(request, connection_, responder);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(Put("c", {"x"}).status, 503);
  second = nullptr;
  EXPECT_EQ(Put("c", {"x"}).status, 201);
}

TEST_F(UploadHandlerTest, RefusesOtherSites) {
  const std::vector<std::pair<Headers, int>> cases = {
      {{{"Origin", "https://evil.example"}}, 403},
      {{{"Origin", "null"}}, 403},
      {{{"Origin", "http://localhost:9443"}}, 403},
      {{{"Origin", "https://localhost:9444"}}, 403},
      {{{"Sec-Fetch-Site", "cross-site"}}, 403},
      {{{"Sec-Fetch-Site", "same-site"}}, 403},
      {{{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://evil.example"}},
       403},
      {{{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "cross-site"}},
       403},
      {{{"Sec-Fetch-Site", "same-origin"}}, 201},
      {{{"Sec-Fetch-Site", "none"}}, 201},
      {{{"Origin", "https://LOCALHOST:9443"}}, 201},
  };
  int number = 0;
  for (const auto& [headers, status] : cases) {
    EXPECT_EQ(Put(absl::StrCat("f", ++number), {"x"}, headers).status, status)
        << number;
  }
  EXPECT_EQ(Files().size(), 3u);
}

TEST_F(UploadHandlerTest, RefusesWhatItWouldStoreWrong) {
  for (const char* header : {"Content-Range", "Content-Encoding", "If-Match"}) {
    EXPECT_EQ(Put("a", {"x"}, {{header, "x"}}).status, 400) << header;
  }
  EXPECT_THAT(Files(), IsEmpty());
}

TEST_F(UploadHandlerTest, HasAPage) {
  const Answer page = testing::Ask(*handler_, MakeRequest("GET", "/_upload/"));
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("<input type=\"file\""));
  EXPECT_THAT(page["Content-Security-Policy"],
              AllOf(HasSubstr("script-src 'sha256-"),
                    HasSubstr("connect-src 'self'"), Not(HasSubstr("unsafe"))));
  EXPECT_EQ(testing::Ask(*handler_, MakeRequest("GET", "/_upload/x")).status,
            404);
  const Answer wrong =
      testing::Ask(*handler_, MakeRequest("DELETE", "/_upload/x"));
  EXPECT_EQ(wrong.status, 405);
  EXPECT_THAT(wrong["Allow"], HasSubstr("PUT"));
  EXPECT_EQ(
      testing::Ask(*handler_, MakeRequest("OPTIONS", "/_upload/x")).status,
      204);
}

TEST_F(UploadHandlerTest, LogsPrintably) {
  EXPECT_EQ(Put("bidi %E2%80%AE x", {"x"}).status, 201);
  EXPECT_THAT(log_, ElementsAre(HasSubstr("bidi \\u202e x")));
}

TEST(UploadDirectoryTest, NamesWhatItCannotOpen) {
  const auto missing = UploadDirectory::Open("/nowhere/at/all", {});
  EXPECT_THAT(std::string(missing.status().message()),
              HasSubstr("/nowhere/at/all"));
}

// A full disk, on the one that is always full.
TEST_F(UploadHandlerTest, KeepsNothingAfterAWriteError) {
  auto responder = std::make_shared<FakeResponder>();
  ServerRequest request = MakeRequest("PUT", "/_upload/a");
  request.has_body = true;
  auto sink = handler_->OnRequest(request, connection_, responder);
  EXPECT_TRUE(absl::IsOutOfRange(sink->OnData(std::string(101, 'x'))));
  // A server calls nothing after an error, but a file must not appear anyway.
  sink->OnEnd();
  sink = nullptr;
  EXPECT_NE(responder->response->status, 201);
  EXPECT_THAT(Files(), IsEmpty());
}

TEST(EchoHandlerTest, ReturnsTheRequest) {
  EchoHandler handler;
  const Answer answer =
      testing::Ask(handler,
                   MakeRequest("POST", "/_echo?q",
                               {{"Accept-Encoding", "gzip"}, {"X-A", "1"}}),
                   nullptr, {"bo", "dy"});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body,
            "POST /_echo?q HTTP/1.1\nHost: localhost:9443\n"
            "Accept-Encoding: gzip\nX-A: 1\n\nbody");
  EXPECT_EQ(answer["Content-Type"], "text/plain; charset=utf-8");
  EXPECT_EQ(answer["Content-Encoding"], "");
  // HTTP/1.1 has the authority in a header, too.
  EXPECT_EQ(testing::Ask(handler, MakeRequest("POST", "/_echo",
                                              {{"host", "localhost:9443"}}))
                .body,
            "POST /_echo HTTP/1.1\nHost: localhost:9443\n\n");
  EXPECT_THAT(testing::Ask(handler, MakeRequest("POST", "/_echo")).body,
              EndsWith("\n\n"));
  const Answer get = testing::Ask(handler, MakeRequest("GET", "/_echo"));
  EXPECT_EQ(get.status, 405);
  EXPECT_EQ(get["Allow"], "POST");
}

TEST(EchoHandlerTest, LimitsTheBody) {
  EchoHandler handler;
  const std::string half(EchoHandler::kMostBytes / 2, 'x');
  EXPECT_EQ(testing::Ask(handler, MakeRequest("POST", "/_echo"), nullptr,
                         {half, half})
                .status,
            200);
  EXPECT_EQ(testing::Ask(handler, MakeRequest("POST", "/_echo"), nullptr,
                         {half, half, "x"})
                .status,
            413);
}

TEST(EchoHandlerTest, LimitsTheIncompleteBodies) {
  EchoHandler handler;
  FakeConnection connection;
  ServerRequest request = MakeRequest("POST", "/_echo");
  request.has_body = true;
  const std::string whole(EchoHandler::kMostBytes, 'x');
  std::vector<std::unique_ptr<BodySink>> sinks;
  while (sinks.size() * whole.size() < EchoHandler::kMostIncompleteBytes) {
    sinks.push_back(handler.OnRequest(request, connection,
                                      std::make_shared<FakeResponder>()));
    ASSERT_TRUE(sinks.back()->OnData(whole).ok());
  }
  EXPECT_EQ(testing::Ask(handler, request, &connection, {"x"}).status, 503);
  sinks.pop_back();
  EXPECT_EQ(testing::Ask(handler, request, &connection, {"x"}).status, 200);
}

}  // namespace
}  // namespace airlock::http
