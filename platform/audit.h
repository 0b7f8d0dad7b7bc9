// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Records requests of applications that the policy refused or changed, and
// those that it allowed but audits.
#ifndef AIRLOCK_PLATFORM_AUDIT_H_
#define AIRLOCK_PLATFORM_AUDIT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "config/setting.h"

namespace airlock::platform {

// One such request. Texts may contain any bytes that an application chose.
struct AuditEvent {
  enum class Action {
    kRefused,   // The application got an error, or its live bundle stayed.
    kUpgraded,  // It got something stricter than it asked for.
    // It got what it asked for, or its library's default: then `requested` is
    // "unset".
    kAllowed,
  };
  Action action = Action::kRefused;
  absl::Time time;
  std::string host;       // That the client connects to; empty: not given.
  std::string setting;    // "cert_reqs".
  std::string requested;  // "CERT_NONE".
  std::string effective;  // "CERT_REQUIRED"; empty if refused.
  config::Origin rule;    // The policy's setting that required it.
  std::string call_site;  // "app/main.py:12"; empty: unknown.
  // How many events with the same action, setting and call site were dropped
  // since the last reported one.
  uint64_t suppressed = 0;

  // One JSON object (RFC 8259) on one line, without newline, in ASCII: `time`
  // as RFC 3339 in UTC with milliseconds, `action` "refused", "upgraded" or
  // "allowed", the others by their names, `rule` as Origin::ToString. `host`
  // and `call_site` are members of the object `claimed`, since they are only
  // claims of the application: it can connect to a host other than it names,
  // and run code under any file name. Invalid UTF-8 becomes U+FFFD.
  std::string ToJson() const;
};

// Called with each reported event, on the thread that caused it; may be called
// on several threads at once. Must not throw.
using AuditSink = std::function<void(const AuditEvent&)>;

// Limits the reports for each call site. All events are counted.
struct AuditLimits {
  // At most this many at once, then one per interval.
  int burst = 5;
  absl::Duration interval = absl::Minutes(1);
  // The number of call sites with their own limit; all others share one, so
  // that an application cannot use up memory.
  size_t max_call_sites = 1024;
};

// Reports events to a sink, within limits. Thread-safe.
class Auditor {
 public:
  // If `sink` is null, only counts.
  explicit Auditor(AuditSink sink, const AuditLimits& limits = {});

  Auditor(const Auditor&) = delete;
  Auditor& operator=(const Auditor&) = delete;

  // Counts `event` and, within the limits, reports it. A step back in
  // `event.time` delays a report by an interval at most. The sink may call this
  // Auditor; an exception from it is caught, and the event is counted as lost.
  void Record(AuditEvent event);

  uint64_t refusals() const;
  uint64_t upgrades() const;
  uint64_t allowed() const;
  uint64_t lost() const;

 private:
  using Key = std::tuple<AuditEvent::Action, std::string, std::string>;
  // A token bucket.
  struct Site {
    double tokens = 0;
    absl::Time refilled;
    uint64_t suppressed = 0;
  };

  // Whether to report the event; if so, sets `suppressed`.
  bool Admit(AuditEvent* event) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const AuditSink sink_;
  const AuditLimits limits_;
  mutable absl::Mutex mutex_;
  std::map<Key, Site> sites_ ABSL_GUARDED_BY(mutex_);
  uint64_t refusals_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t upgrades_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t allowed_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t lost_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_AUDIT_H_
