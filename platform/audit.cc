// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/audit.h"

#include <algorithm>
#include <utility>

#include "absl/strings/string_view.h"
#include "config/json.h"
#include "nlohmann/json.hpp"
#include "ssl/guarded.h"

namespace airlock::platform {
namespace {

constexpr size_t kMaxCallSite = 512;

absl::string_view ActionName(AuditEvent::Action action) {
  switch (action) {
    case AuditEvent::Action::kRefused:
      return "refused";
    case AuditEvent::Action::kUpgraded:
      return "upgraded";
    case AuditEvent::Action::kAllowed:
      break;
  }
  return "allowed";
}

}  // namespace

std::string AuditEvent::ToJson() const {
  const std::string when =
      absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
  return config::JsonLine(
      {{"time", when},
       {"action", ActionName(action)},
       {"setting", setting},
       {"requested", requested},
       {"effective", effective},
       {"rule", rule.ToString()},
       {"claimed", {{"host", host}, {"call_site", call_site}}},
       {"suppressed", suppressed}});
}

Auditor::Auditor(AuditSink sink, const AuditLimits& limits)
    : sink_(std::move(sink)), limits_(limits) {}

void Auditor::Record(AuditEvent event) {
  {
    absl::MutexLock lock(&mutex_);
    switch (event.action) {
      case AuditEvent::Action::kRefused:
        ++refusals_;
        break;
      case AuditEvent::Action::kUpgraded:
        ++upgrades_;
        break;
      case AuditEvent::Action::kAllowed:
        ++allowed_;
        break;
    }
    if (sink_ == nullptr || !Admit(&event)) return;
  }
  const absl::Status reported = ssl::Guarded("audit sink", [&] {
    sink_(event);
    return absl::OkStatus();
  });
  if (reported.ok()) return;
  absl::MutexLock lock(&mutex_);
  ++lost_;
}

bool Auditor::Admit(AuditEvent* event) {
  // Keep only the end of a long call site; the end is more specific.
  const size_t size = event->call_site.size();
  Key key(event->action, event->setting,
          event->call_site.substr(size - std::min(size, kMaxCallSite)));
  auto found = sites_.find(key);
  if (found == sites_.end()) {
    // Sites beyond the limit share the one with the empty name.
    if (sites_.size() >= limits_.max_call_sites) {
      key = Key(AuditEvent::Action::kRefused, "", "");
    }
    const Site fresh = {static_cast<double>(limits_.burst), event->time, 0};
    found = sites_.emplace(std::move(key), fresh).first;
  }
  Site& site = found->second;
  const double refill = absl::FDivDuration(
      std::max(event->time - site.refilled, absl::ZeroDuration()),
      limits_.interval);
  site.tokens = std::min(site.tokens + refill, 1.0 * limits_.burst);
  // Also after a step back, or nothing would be reported until the clock has
  // caught up.
  site.refilled = event->time;
  if (site.tokens < 1) {
    ++site.suppressed;
    return false;
  }
  site.tokens -= 1;
  event->suppressed = std::exchange(site.suppressed, 0);
  return true;
}

uint64_t Auditor::refusals() const {
  absl::MutexLock lock(&mutex_);
  return refusals_;
}

uint64_t Auditor::allowed() const {
  absl::MutexLock lock(&mutex_);
  return allowed_;
}

uint64_t Auditor::lost() const {
  absl::MutexLock lock(&mutex_);
  return lost_;
}

uint64_t Auditor::upgrades() const {
  absl::MutexLock lock(&mutex_);
  return upgrades_;
}

}  // namespace airlock::platform
