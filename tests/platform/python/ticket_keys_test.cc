// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/ticket_keys.h"

#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace airlock::python {
namespace {

const absl::Time kMade = absl::FromUnixSeconds(1700000000);

std::string Text(const TicketKeys& keys) {
  std::string text;
  for (const auto& key : keys.keys()) absl::StrAppend(&text, key->view());
  return text;
}

TEST(TicketKeysTest, ContextsHaveDifferentKeys) {
  EXPECT_NE(Text(TicketKeys(kMade)), Text(TicketKeys(kMade)));
  EXPECT_EQ(Text(TicketKeys(kMade)).size(), 48);
}

TEST(TicketKeysTest, AKeyDecryptsForTwoPeriods) {
  TicketKeys keys(kMade);
  const std::string first = Text(keys);
  EXPECT_FALSE(keys.Advance(kMade + absl::Hours(47)));
  EXPECT_EQ(Text(keys), first);
  EXPECT_TRUE(keys.Advance(kMade + absl::Hours(48)));
  const std::string both = Text(keys);
  ASSERT_EQ(both.size(), 96);
  EXPECT_EQ(both.substr(48), first);
  EXPECT_NE(both.substr(0, 48), first);
  EXPECT_TRUE(keys.Advance(kMade + absl::Hours(96)));
  EXPECT_EQ(Text(keys).substr(48), both.substr(0, 48));
  EXPECT_EQ(Text(keys).find(first), std::string::npos);
}

TEST(TicketKeysTest, NamesAndKeysAreNeverUsedTwice) {
  TicketKeys keys(kMade);
  std::set<std::string> parts;
  constexpr int kPeriods = 100;
  for (int i = 1; i <= kPeriods; ++i) {
    const std::string key = Text(keys).substr(0, 48);
    for (const int part : {0, 16, 32}) parts.insert(key.substr(part, 16));
    keys.Advance(kMade + absl::Hours(48 * i));
  }
  EXPECT_EQ(parts.size(), 3 * kPeriods);
}

TEST(TicketKeysTest, AnyClockIsSurvived) {
  TicketKeys keys(kMade);
  const std::string first = Text(keys);
  EXPECT_FALSE(keys.Advance(kMade - absl::Hours(1000)));
  EXPECT_FALSE(keys.Advance(absl::InfinitePast()));
  EXPECT_EQ(Text(keys), first);
  EXPECT_TRUE(keys.Advance(absl::InfiniteFuture()));
  EXPECT_FALSE(keys.Advance(absl::InfiniteFuture()));
  EXPECT_EQ(Text(keys).size(), 96);
}

TEST(TicketKeysTest, ProcessesThatForkHaveTheSameKeys) {
  TicketKeys keys(kMade);
  keys.Advance(kMade + absl::Hours(50));
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  keys.Advance(kMade + absl::Hours(200));
  const std::string text = Text(keys);
  if (child == 0) {
    const bool written =
        write(ends[1], text.data(), text.size()) == ssize_t{96};
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::string of_child(1000, '\0');
  const ssize_t size = read(ends[0], &of_child[0], of_child.size());
  close(ends[0]);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ASSERT_EQ(size, 96);
  EXPECT_EQ(of_child.substr(0, 96), text);
}

}  // namespace
}  // namespace airlock::python
