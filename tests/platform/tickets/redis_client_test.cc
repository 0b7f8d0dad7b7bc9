// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Addresses of servers, and servers that say anything.
#include "platform/tickets/redis_client.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "platform/tickets/redis_url.h"

namespace airlock::platform {
namespace {

// Says `text`, one byte at a time, and then ends.
class Says final : public RedisStream {
 public:
  explicit Says(std::string text) : text_(std::move(text)) {}
  void StartAnswer() override { ++answers_; }
  ssl::IoResult Read(absl::Span<uint8_t> into) override {
    if (at_ == text_.size()) return ssl::IoResult::Closed();
    into[0] = static_cast<uint8_t>(text_[at_++]);
    return ssl::IoResult::Done(1);
  }
  ssl::IoResult Write(absl::Span<const uint8_t> from) override {
    written_in_ = answers_;
    return ssl::IoResult::Done(std::min<size_t>(from.size(), 3));
  }

  // How often StartAnswer was called, and how often before the last Write.
  int answers() const { return answers_; }
  int written_in() const { return written_in_; }

 private:
  const std::string text_;
  size_t at_ = 0;
  int answers_ = 0;
  int written_in_ = 0;
};

absl::StatusOr<RedisReply> ReplyTo(const std::string& text) {
  return RedisClient(std::make_unique<Says>(text)).Call({"GET", "name"});
}

TEST(RedisClientTest, UnderstandsReplies) {
  EXPECT_EQ(ReplyTo("+OK\r\n")->text, "OK");
  EXPECT_EQ(ReplyTo(":-7\r\n")->text, "-7");
  EXPECT_EQ(ReplyTo("$5\r\na\r\nbc\r\n")->text, "a\r\nbc");
  EXPECT_EQ(ReplyTo("$0\r\n\r\n")->type, RedisReply::Type::kString);
  EXPECT_EQ(ReplyTo("$-1\r\n")->type, RedisReply::Type::kNull);
  EXPECT_EQ(ReplyTo("*-1\r\n")->type, RedisReply::Type::kNull);
  const auto list = ReplyTo("*2\r\n+OK\r\n*1\r\n$1\r\nx\r\n");
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->items[1].items[0].text, "x");
  const auto error = ReplyTo("-NOAUTH Authentication required.\r\n");
  EXPECT_EQ(error.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(error.status().message(), "NOAUTH"));
}

TEST(RedisClientTest, RefusesWhatIsNoReplyOrTooMuch) {
  for (const std::string& bad :
       {std::string("\r\n"), std::string("?\r\n"), std::string(":x\r\n"),
        std::string("$x\r\n"), std::string("$-2\r\n"), std::string("$\r\n"),
        std::string("$99999999\r\n"), std::string("*99999\r\n"),
        std::string("$1\r\nabc\r\n"),
        std::string("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n+OK\r\n"),
        std::string(100000, 'x'), std::string("HTTP/1.1 400\r\n")}) {
    EXPECT_EQ(ReplyTo(bad).status().code(), absl::StatusCode::kDataLoss)
        << bad.substr(0, 20);
  }
  const std::string good = "*1\r\n$5\r\nhello\r\n";
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(ReplyTo(good.substr(0, size)).status().code(),
              absl::StatusCode::kUnavailable)
        << size;
  }
}

std::string String(size_t size) {
  return absl::StrCat("$", size, "\r\n", std::string(size, 'x'), "\r\n");
}

// An array of `count` arrays, each of `items` numbers.
std::string Arrays(size_t count, size_t items) {
  std::string text = absl::StrCat("*", count, "\r\n");
  for (size_t i = 0; i < count; ++i) {
    absl::StrAppend(&text, "*", items, "\r\n");
    for (size_t j = 0; j < items; ++j) absl::StrAppend(&text, ":1\r\n");
  }
  return text;
}

TEST(RedisClientTest, LimitsAReplyAsAWhole) {
  // The line before a string has seven more characters, and each ends in two.
  constexpr size_t kLongest = RedisClient::kMostBytes - 11;
  const auto longest = ReplyTo(String(kLongest));
  ASSERT_TRUE(longest.ok()) << longest.status();
  EXPECT_EQ(longest->text.size(), kLongest);
  const std::string half = String(RedisClient::kMostBytes / 2);
  for (const std::string& long_reply :
       {String(kLongest + 1), absl::StrCat("*2\r\n", half, half),
        absl::StrCat("*1\r\n*1\r\n*2\r\n", half, half)}) {
    EXPECT_EQ(ReplyTo(long_reply).status().code(), absl::StatusCode::kDataLoss)
        << long_reply.substr(0, 20);
  }
  // With the items of the outer array.
  EXPECT_TRUE(ReplyTo(Arrays(32, 31)).ok());
  EXPECT_EQ(ReplyTo(Arrays(32, 32)).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(RedisClientTest, LimitsEachReplyAnew) {
  const std::string reply = String(RedisClient::kMostBytes / 2);
  const std::string items = Arrays(32, 31);
  RedisClient client(
      std::make_unique<Says>(absl::StrCat(reply, items, reply, items, reply)));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(client.Call({"GET", "a"}).ok()) << i;
}

// A deadline that each byte renews would be none.
TEST(RedisClientTest, StartsEachAnswerOnceBeforeItsCommand) {
  auto stream = std::make_unique<Says>("+OK\r\n$2\r\nab\r\n");
  const Says& says = *stream;
  RedisClient client(std::move(stream));
  for (int i = 1; i <= 2; ++i) {
    EXPECT_TRUE(client.Call({"GET", "name"}).ok());
    EXPECT_EQ(says.answers(), i);
    EXPECT_EQ(says.written_in(), i);
  }
}

TEST(RedisUrlTest, IsParsed) {
  const auto full = ParseRedisUrl("rediss://me:p%40ss:w@redis.test:7000/3");
  ASSERT_TRUE(full.ok()) << full.status();
  EXPECT_TRUE(full->tls);
  EXPECT_EQ(full->user, "me");
  EXPECT_EQ(full->password, "p@ss:w");
  EXPECT_EQ(full->host, "redis.test");
  EXPECT_EQ(full->port, 7000);
  EXPECT_EQ(full->database, 3u);
  EXPECT_EQ(full->ToString(), "rediss://redis.test:7000/3");
  const auto brief = ParseRedisUrl("redis://:secret@[::1]");
  ASSERT_TRUE(brief.ok()) << brief.status();
  EXPECT_EQ(brief->host, "::1");
  EXPECT_EQ(brief->ToString(), "redis://[::1]:6379");
}

TEST(RedisUrlTest, RefusesOthersWithoutShowingThem) {
  for (const absl::string_view bad :
       {"", "redis", "redis://", "http://h", "redis://:hidden@",
        "redis://hidden@h", "redis://u:@h", "redis://:hidden%4@h",
        "redis://:hidden%zz@h", "redis://h:", "redis://h:0", "redis://h:65536",
        "redis://h:x", "redis://h/x", "redis://h/-1", "redis://[::1",
        "redis://[::1]x", "redis://h h", "redis://:80"}) {
    const auto url = ParseRedisUrl(bad);
    EXPECT_FALSE(url.ok()) << bad;
    EXPECT_FALSE(absl::StrContains(url.status().message(), "hidden"));
  }
}

}  // namespace
}  // namespace airlock::platform
