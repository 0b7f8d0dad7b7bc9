// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/expiry_watch.h"

#include <algorithm>
#include <utility>

#include "absl/base/log_severity.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "ssl/certificate.h"
#include "ssl/certificates_in_use.h"
#include "ssl/shown.h"

namespace airlock::platform::internal {
namespace {

constexpr absl::Duration kInterval = absl::Hours(1);
constexpr absl::Duration kBetweenWarnings = absl::Hours(24);

using ssl::CertificateInUse;
using ssl::CertificateUse;

absl::string_view RoleOf(CertificateUse use) {
  switch (use) {
    case CertificateUse::kOwn:
      return "presented to peers";
    case CertificateUse::kCa:
      return "of a CA, which peers are verified with,";
    case CertificateUse::kPinned:
      break;
  }
  return "whose key is pinned";
}

std::string Text(const CertificateInUse& entry, absl::Time now) {
  const absl::Time end = entry.certificate.not_after();
  const int64_t days = (end - now) / absl::Hours(24);
  return absl::StrCat(
      "The certificate ", RoleOf(entry.use), " \"",
      ssl::Shown(entry.certificate.subject()), "\" ",
      end < now ? "expired" : "expires", " on ",
      absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", end, absl::UTCTimeZone()),
      end < now   ? ""
      : days == 0 ? ", in less than a day"
      : days == 1 ? ", in a day"
                  : absl::StrCat(", in ", days, " days"),
      "; replace it.");
}

// Whether it has not expired, or is still presented.
bool Counts(const CertificateInUse& entry, absl::Time now) {
  return entry.use == CertificateUse::kOwn ||
         entry.certificate.not_after() >= now;
}

}  // namespace

void ExpiryWatch::Add(const std::shared_ptr<const ssl::Context>& context) {
  {
    const absl::MutexLock lock(&contexts_mutex_);
    if (contexts_.size() >= full_) {
      contexts_.erase(
          std::remove_if(contexts_.begin(), contexts_.end(),
                         [](const auto& each) { return each.expired(); }),
          contexts_.end());
      full_ = std::max<size_t>(16, 2 * contexts_.size());
    }
    contexts_.push_back(context);
  }
  const ssl::ContextOptions& options = context->options();
  const bool presents =
      !options.credentials.empty() || options.credential_source != nullptr;
  if (!presents || limit_ns_.load(std::memory_order_relaxed) == 0) return;
  const absl::Time now = host_->Now();
  const absl::MutexLock lock(&mutex_);
  Warn(now);
}

void ExpiryWatch::SetLimit(const std::optional<config::Days>& limit) {
  const absl::Duration time =
      limit.has_value() ? absl::Hours(24) * limit->count : absl::ZeroDuration();
  limit_ns_.store(absl::ToInt64Nanoseconds(time), std::memory_order_relaxed);
}

void ExpiryWatch::Look() {
  const absl::Time now = host_->Now();
  const int64_t now_ns = absl::ToUnixNanos(now);
  const int64_t next = next_look_ns_.load(std::memory_order_relaxed);
  // A clock that was set back does not delay the next look.
  const bool due =
      now_ns >= next || next - now_ns > absl::ToInt64Nanoseconds(kInterval);
  if (!due || !mutex_.TryLock()) return;
  next_look_ns_.store(absl::ToUnixNanos(now + kInterval),
                      std::memory_order_relaxed);
  Warn(now);
  mutex_.Unlock();
}

void ExpiryWatch::Warn(absl::Time now) {
  const absl::Duration limit =
      absl::Nanoseconds(limit_ns_.load(std::memory_order_relaxed));
  for (auto it = told_.begin(); it != told_.end();) {
    const absl::Duration since = now - it->second;
    const bool old = since >= kBetweenWarnings || since < absl::ZeroDuration();
    it = old ? told_.erase(it) : std::next(it);
  }
  for (const auto& context : Alive()) {
    for (const CertificateInUse& entry : ssl::CertificatesInUse(*context)) {
      if (entry.certificate.not_after() - now > limit || !Counts(entry, now)) {
        continue;
      }
      if (!told_.emplace(entry.certificate.Sha256Fingerprint(), now).second) {
        continue;
      }
      host_->Log(absl::LogSeverity::kWarning, Text(entry, now));
    }
  }
}

CertificateExpiry ExpiryWatch::Read() {
  const absl::Time now = host_->Now();
  CertificateExpiry first;
  for (const auto& context : Alive()) {
    for (const CertificateInUse& entry : ssl::CertificatesInUse(*context)) {
      if (!Counts(entry, now)) continue;
      std::optional<absl::Time>& time =
          entry.use == CertificateUse::kOwn  ? first.own
          : entry.use == CertificateUse::kCa ? first.ca
                                             : first.pinned;
      const absl::Time end = entry.certificate.not_after();
      if (!time.has_value() || end < *time) time = end;
    }
  }
  return first;
}

std::vector<std::shared_ptr<const ssl::Context>> ExpiryWatch::Alive() {
  std::vector<std::shared_ptr<const ssl::Context>> alive;
  const absl::MutexLock lock(&contexts_mutex_);
  for (const auto& each : contexts_) {
    if (auto context = each.lock()) alive.push_back(std::move(context));
  }
  return alive;
}

}  // namespace airlock::platform::internal
