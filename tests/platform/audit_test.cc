// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/audit.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace airlock::platform {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1767225600);  // 2026-01-01.

AuditEvent Event(absl::Duration after = absl::ZeroDuration(),
                 std::string call_site = "main.py:1") {
  AuditEvent event;
  event.time = kStart + after;
  event.setting = "cert_reqs";
  event.requested = "CERT_NONE";
  event.call_site = std::move(call_site);
  return event;
}

class AuditorTest : public ::testing::Test {
 protected:
  AuditSink Sink() {
    return [this](const AuditEvent& event) { events_.push_back(event); };
  }

  std::vector<AuditEvent> events_;
};

TEST_F(AuditorTest, ReportsABurstAndThenOnePerInterval) {
  Auditor auditor(Sink(), {2, absl::Minutes(1), 10});
  for (int i = 0; i < 5; ++i) auditor.Record(Event());
  EXPECT_EQ(events_.size(), 2);
  auditor.Record(Event(absl::Seconds(59)));
  EXPECT_EQ(events_.size(), 2);
  auditor.Record(Event(absl::Seconds(61)));
  ASSERT_EQ(events_.size(), 3);
  EXPECT_EQ(events_[0].suppressed, 0);
  EXPECT_EQ(events_[2].suppressed, 4);
  auditor.Record(Event(absl::Hours(1)));
  auditor.Record(Event(absl::Hours(1)));
  auditor.Record(Event(absl::Hours(1)));
  EXPECT_EQ(events_.size(), 5);
  EXPECT_EQ(events_[3].suppressed, 0);
  EXPECT_EQ(auditor.refusals(), 10);
  EXPECT_EQ(auditor.upgrades(), 0);
}

TEST_F(AuditorTest, TellsCallSitesSettingsAndActionsApart) {
  Auditor auditor(Sink(), {1, absl::Minutes(1), 10});
  AuditEvent upgrade = Event();
  upgrade.action = AuditEvent::Action::kUpgraded;
  AuditEvent other = Event();
  other.setting = "check_hostname";
  for (int i = 0; i < 2; ++i) {
    auditor.Record(Event());
    auditor.Record(Event(absl::ZeroDuration(), "main.py:2"));
    auditor.Record(upgrade);
    auditor.Record(other);
  }
  EXPECT_EQ(events_.size(), 4);
  EXPECT_EQ(auditor.refusals(), 6);
  EXPECT_EQ(auditor.upgrades(), 2);
}

TEST_F(AuditorTest, CallSitesThatAreTooManyShareOneLimit) {
  Auditor auditor(Sink(), {1, absl::Minutes(1), 3});
  for (int i = 0; i < 1000; ++i) {
    auditor.Record(Event(absl::ZeroDuration(), absl::StrCat("x.py:", i)));
  }
  EXPECT_EQ(events_.size(), 4);
  EXPECT_EQ(auditor.refusals(), 1000);
}

TEST_F(AuditorTest, ReportsAgainAfterTheClockStepsBack) {
  Auditor auditor(Sink(), {1, absl::Minutes(1), 3});
  auditor.Record(Event());
  auditor.Record(Event(-absl::Hours(1)));
  auditor.Record(Event(-absl::Hours(1) + absl::Seconds(59)));
  EXPECT_EQ(events_.size(), 1);
  auditor.Record(Event(-absl::Hours(1) + absl::Seconds(61)));
  ASSERT_EQ(events_.size(), 2);
  EXPECT_EQ(events_[1].suppressed, 2);
}

TEST_F(AuditorTest, CountsWithoutASink) {
  Auditor auditor(nullptr);
  auditor.Record(Event());
  EXPECT_EQ(auditor.refusals(), 1);
}

TEST_F(AuditorTest, TheSinkMayCallTheAuditor) {
  Auditor* inner = nullptr;
  Auditor auditor([&](const AuditEvent& event) {
    events_.push_back(event);
    if (events_.size() < 3) inner->Record(event);
  });
  inner = &auditor;
  auditor.Record(Event());
  EXPECT_EQ(events_.size(), 3);
}

TEST_F(AuditorTest, OfALongCallSiteTheEndCounts) {
  Auditor auditor(Sink(), {1, absl::Minutes(1), 10});
  const std::string end = std::string(600, 'x') + "main.py:";
  for (const char* start : {"a", "b"}) {
    for (const char* line : {"1", "2"}) {
      auditor.Record(Event({}, absl::StrCat(start, end, line)));
    }
  }
  ASSERT_EQ(events_.size(), 2);
  EXPECT_EQ(events_[1].call_site, absl::StrCat("a", end, "2"));
}

TEST_F(AuditorTest, CountsWhatManyThreadsRecord) {
  Auditor auditor([](const AuditEvent&) {}, {1000, absl::Minutes(1), 3});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) auditor.Record(Event());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(auditor.refusals(), 4000);
}

TEST(AuditEventTest, IsOneLineOfJson) {
  AuditEvent event = Event(absl::Milliseconds(1500), "a\n\"b\".py:1");
  event.host = "\xC3\xA9\\'\x01\xFF";
  event.rule = {config::Origin::Source::kPolicyFile, "/etc/airlock.yaml", "", 2,
                17};
  event.suppressed = 7;
  EXPECT_EQ(event.ToJson(),
            R"({"time":"2026-01-01T00:00:01.500Z","action":"refused",)"
            R"("setting":"cert_reqs","requested":"CERT_NONE","effective":"",)"
            R"("rule":"/etc/airlock.yaml:2:17",)"
            R"("claimed":{"host":"\u00e9\\'\u0001\ufffd",)"
            R"("call_site":"a\n\"b\".py:1"},"suppressed":7})");
  event.action = AuditEvent::Action::kUpgraded;
  event.effective = "CERT_REQUIRED";
  EXPECT_NE(event.ToJson().find(R"("action":"upgraded")"), std::string::npos);
}

}  // namespace
}  // namespace airlock::platform
