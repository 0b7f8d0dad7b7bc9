// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/tickets/file_ticket_source.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/tickets/ticket_refresher.h"

namespace airlock::platform {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1767225600);
constexpr char kPath[] = "/run/credentials/tickets";

std::string Line(absl::Time from = kNow) {
  return FormatTicketKey(ssl::TicketKey::Random(from, from + absl::Hours(1)));
}

TEST(TicketKeyFileTest, IsWhatWasWritten) {
  const ssl::TicketKey key =
      ssl::TicketKey::Random(kNow, kNow + absl::Hours(12));
  const auto keys = ParseTicketKeys(
      absl::StrCat("# ours\n\n  ", FormatTicketKey(key), " \r\n", Line()));
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ((*keys)[0].name, key.name);
  EXPECT_EQ((*keys)[0].secret.view(), key.secret.view());
  EXPECT_EQ((*keys)[0].seals_from, key.seals_from);
  EXPECT_EQ((*keys)[0].seals_until, key.seals_until);
}

TEST(TicketKeyFileTest, ErrorsNameTheLineAndShowNothing) {
  const std::string good = Line();
  for (const std::string& bad :
       {good.substr(1), "z" + good.substr(1), good + " more",
        good.substr(0, good.rfind(' ')), good.substr(0, good.size() - 1),
        std::string("key"), good + good}) {
    const auto keys = ParseTicketKeys(absl::StrCat(good, "\n", bad));
    ASSERT_FALSE(keys.ok()) << bad;
    EXPECT_TRUE(absl::StrContains(keys.status().message(), "line 2"))
        << keys.status();
    EXPECT_FALSE(absl::StrContains(keys.status().message(), good.substr(40, 8)))
        << keys.status();
  }
}

TEST(FileTicketSourceTest, ReadsAgainWhatHasChanged) {
  const auto host = std::make_shared<FakeHost>();
  FileTicketSource source(host, kPath);
  EXPECT_EQ(source.Fetch(host->Now()).status().code(),
            absl::StatusCode::kNotFound);
  host->SetFile(kPath, Line());
  host->AdvanceTime(absl::Seconds(10));
  ASSERT_TRUE(source.Fetch(host->Now()).ok());
  EXPECT_FALSE(source.Fetch(host->Now())->has_value());
  EXPECT_EQ(host->reads(kPath), 1);
  host->SetFile(kPath, absl::StrCat(Line(), "\n", Line()));
  host->AdvanceTime(absl::Seconds(10));
  const auto changed = source.Fetch(host->Now());
  ASSERT_TRUE(changed.ok() && changed->has_value());
  EXPECT_EQ((*changed)->size(), 2u);
  // A failure is told each time, and the file read once it is right.
  host->SetFile(kPath, "junk");
  EXPECT_FALSE(source.Fetch(host->Now()).ok());
  EXPECT_FALSE(source.Fetch(host->Now()).ok());
}

TEST(TicketRefresherTest, KeepsTheOldKeysAndLogsOnce) {
  const auto host = std::make_shared<FakeHost>();
  const auto keyring = *ssl::TicketKeyring::Create({});
  std::vector<std::string> log;
  TicketRefresher refresher(
      std::make_unique<FileTicketSource>(host, kPath), keyring,
      {[host] { return host->Now(); },
       [&log](absl::string_view line) { log.emplace_back(line); }});
  host->SetFile(kPath, Line(host->Now()));
  ASSERT_TRUE(refresher.Refresh().ok());
  EXPECT_TRUE(log.empty());
  const std::string sealing = keyring->state(host->Now()).sealing;
  ASSERT_FALSE(sealing.empty());
  // Not a key; no key at all; a key that is not random.
  std::string zeros(98, '0');
  zeros[32] = ' ';
  zeros = absl::StrCat(zeros.substr(0, 97),
                       " 2026-01-01T00:00:00Z 2026-01-01T01:00:00Z");
  for (const std::string& bad : {std::string("junk"), std::string(), zeros}) {
    log.clear();
    host->SetFile(kPath, bad);
    EXPECT_FALSE(refresher.Refresh().ok()) << bad;
    EXPECT_FALSE(refresher.Refresh().ok()) << bad;
    ASSERT_EQ(log.size(), 1u) << bad;
    EXPECT_TRUE(absl::StrContains(log[0], kPath)) << log[0];
    EXPECT_EQ(keyring->state(host->Now()).sealing, sealing);
  }
  log.clear();
  host->SetFile(kPath, Line(host->Now()));
  EXPECT_TRUE(refresher.Refresh().ok());
  EXPECT_EQ(log.size(), 1u);
  EXPECT_NE(keyring->state(host->Now()).sealing, sealing);
}

}  // namespace
}  // namespace airlock::platform
