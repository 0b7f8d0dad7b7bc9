// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/ticket_reader.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "config/keys_file.h"
#include "gtest/gtest.h"
#include "platform/keys/live_tickets.h"
#include "platform/tickets/file_ticket_source.h"
#include "ssl/secret.h"
#include "ssl/ticket_keyring.h"

namespace airlock::keys {
namespace {

namespace fs = std::filesystem;

// A line of a file, for a key that seals now.
std::string Line(char digit) {
  ssl::TicketKey key;
  for (int i = 0; i < 16; ++i) key.name += static_cast<char>(digit + i);
  std::string secret;
  for (int i = 0; i < 32; ++i) secret += static_cast<char>(digit * 2 + i);
  key.secret = ssl::Secret(secret);
  key.seals_from = absl::Now() - absl::Hours(1);
  key.seals_until = absl::Now() + absl::Hours(1);
  return absl::StrCat(platform::FormatTicketKey(key), "\n");
}

void WaitFor(int fd) {
  pollfd ready = {fd, POLLIN, 0};
  ASSERT_EQ(poll(&ready, 1, -1), 1);
}

class TicketReaderTest : public ::testing::Test {
 protected:
  TicketReaderTest() {
    char folder[] = "/tmp/ticket_reader_XXXXXX";
    EXPECT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    Put("fleet", Line('a'));
    Put("other", Line('b'));
  }
  ~TicketReaderTest() override { fs::remove_all(folder_); }

  // By renaming, as an operator does.
  void Put(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / "new", std::ios::binary) << text;
    fs::rename(folder_ / "new", folder_ / name);
  }

  // With `other` as a systemd credential.
  std::unique_ptr<TicketReader> Start() const {
    config::KeysFile file;
    for (const char* name : {"made", "fleet", "other"}) {
      config::KeyEntry entry;
      entry.name = name;
      entry.for_tickets = true;
      if (entry.name != "made") entry.tickets.emplace();
      if (entry.name == "fleet") entry.tickets->name = folder_ / name;
      if (entry.name == "other") {
        entry.tickets->name = name;
        entry.tickets->credential = true;
      }
      file.keys.push_back(std::move(entry));
    }
    auto reader = TicketReader::Start(file, folder_, absl::Milliseconds(1));
    EXPECT_TRUE(reader.ok()) << reader.status();
    return *std::move(reader);
  }

  static TicketReader::Reading Next(TicketReader* reader) {
    while (true) {
      auto reading = reader->Take();
      if (reading.has_value()) return *std::move(reading);
      EXPECT_FALSE(reader->ended());
      WaitFor(reader->fd());
    }
  }

  fs::path folder_;
};

TEST_F(TicketReaderTest, SendsWhatIsThereAndWhatChanges) {
  const auto reader = Start();
  for (const char* name : {"fleet", "other"}) {
    const auto first = Next(reader.get());
    EXPECT_EQ(first.key, name);
    EXPECT_TRUE(first.first);
    ASSERT_TRUE(first.text.ok()) << first.text.status();
  }
  const std::string next = Line('c');
  Put("other", next);
  const auto changed = Next(reader.get());
  EXPECT_EQ(changed.key, "other");
  EXPECT_FALSE(changed.first);
  ASSERT_TRUE(changed.text.ok()) << changed.text.status();
  EXPECT_EQ(changed.text->view(), next);
  // The same again is not sent: the next message is about another file.
  Put("other", next);
  Put("fleet", Line('d'));
  EXPECT_EQ(Next(reader.get()).key, "fleet");
}

TEST_F(TicketReaderTest, TellsWhyAFileCannotBeReadOnce) {
  const auto reader = Start();
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(Next(reader.get()).text.ok());
  const std::string text = Line('c');
  fs::remove(folder_ / "fleet");
  const auto gone = Next(reader.get());
  EXPECT_EQ(gone.key, "fleet");
  EXPECT_TRUE(absl::StrContains(gone.text.status().message(), "fleet"))
      << gone.text.status();
  Put("other", text);
  EXPECT_EQ(Next(reader.get()).key, "other");
  // One that others can write to is not taken.
  std::ofstream(folder_ / "new") << text;
  ASSERT_EQ(chmod((folder_ / "new").c_str(), 0666), 0);
  fs::rename(folder_ / "new", folder_ / "fleet");
  EXPECT_FALSE(Next(reader.get()).text.ok());
  Put("fleet", std::string(200 << 10, '#'));
  EXPECT_TRUE(absl::StrContains(Next(reader.get()).text.status().message(),
                                "too large"));
  Put("fleet", text);
  EXPECT_TRUE(Next(reader.get()).text.ok());
}

TEST_F(TicketReaderTest, NoFilesNeedNoProcess) {
  const auto none = TicketReader::Start(config::KeysFile(), "");
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(*none, nullptr);
}

TEST_F(TicketReaderTest, KeyringsFollow) {
  std::vector<ServedKey> keys;
  for (const char* name : {"fleet", "other"}) {
    keys.push_back({name, nullptr, *ssl::TicketKeyring::Create({})});
  }
  std::vector<TicketEvent> events;
  LiveTickets live(
      Start(), keys, absl::Now,
      [&events](const TicketEvent& event) { events.push_back(event); });
  const auto wait_for_events = [&](size_t count) {
    while (events.size() < count) {
      WaitFor(live.fd());
      ASSERT_TRUE(live.Poll());
    }
  };
  // What was there at first is in force without an event.
  for (const ServedKey& key : keys) {
    while (!key.tickets->MakeBlank(absl::Now()).has_value()) {
      WaitFor(live.fd());
      ASSERT_TRUE(live.Poll());
    }
  }
  EXPECT_TRUE(events.empty());
  Put("fleet", Line('c'));
  wait_for_events(1);
  EXPECT_EQ(events[0].key, "fleet");
  EXPECT_TRUE(events[0].status.ok()) << events[0].status;
  EXPECT_TRUE(absl::StrContains(
      events[0].ToJson(),
      "\"action\":\"ticket keys replaced\",\"key\":\"fleet\"}"));
  const auto blank = keys[0].tickets->MakeBlank(absl::Now());
  ASSERT_TRUE(blank.has_value());
  EXPECT_EQ(blank->name.front(), 'c');
  Put("fleet", "damaged");
  wait_for_events(2);
  EXPECT_FALSE(events[1].status.ok());
  EXPECT_TRUE(absl::StrContains(events[1].ToJson(), "\"ticket keys kept\""));
  EXPECT_EQ(keys[0].tickets->MakeBlank(absl::Now())->name.front(), 'c');
}

}  // namespace
}  // namespace airlock::keys
