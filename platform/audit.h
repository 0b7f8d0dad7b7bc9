// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A record of what applications asked for and the policy did not give them, or
// gave them but wants to be known.
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

// One such thing. Texts may hold any bytes an application chose.
struct AuditEvent {
  enum class Action {
    kRefused,   // The application got an error.
    kUpgraded,  // It got something stricter than it had asked for.
    // It got what it had asked for, or what its library does by default:
    // `requested` is then "unset".
    kAllowed,
  };
  Action action = Action::kRefused;
  absl::Time time;
  std::string host;       // That the client reaches for; empty: none given.
  std::string setting;    // "cert_reqs".
  std::string requested;  // "CERT_NONE".
  std::string effective;  // "CERT_REQUIRED"; empty where refused.
  config::Origin rule;    // The setting of the policy that demanded it.
  std::string call_site;  // "app/main.py:12"; empty: not known.
  // How many of the same action, setting and call site were not reported since
  // the last one that was.
  uint64_t suppressed = 0;

  // One JSON object (RFC 8259) on one line, without newline, in ASCII: `time`
  // as RFC 3339 in UTC with milliseconds, `action` "refused", "upgraded" or
  // "allowed", the others by their names, `rule` as Origin::ToString. `host`
  // and `call_site` are members of the object `claimed`: they are what the
  // application says, which can dial another host than it names and run code
  // under any file's name. What is not UTF-8 becomes U+FFFD.
  std::string ToJson() const;
};

// Gets each event that is reported, on the thread that caused it, which may be
// any, and several at once. Must not throw.
using AuditSink = std::function<void(const AuditEvent&)>;

// How much is reported of what one call site does. Everything is counted.
struct AuditLimits {
  // So many at once, and then one per interval.
  int burst = 5;
  absl::Duration interval = absl::Minutes(1);
  // Call sites that are told apart; all others share one limit, so that an
  // application cannot make the record of them grow.
  size_t max_call_sites = 1024;
};

// Reports to a sink, within limits. Thread-safe.
class Auditor {
 public:
  // Without a sink (null), only counts.
  explicit Auditor(AuditSink sink, const AuditLimits& limits = {});

  Auditor(const Auditor&) = delete;
  Auditor& operator=(const Auditor&) = delete;

  // Counts `event` and, within the limits, reports it. Time is `event.time`; it
  // should not go back. The sink may call this Auditor; an exception that it
  // throws is caught, and the event counts as lost.
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

  // Whether to report it; then sets `suppressed`.
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
