// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/audit_lines.h"

#include <algorithm>
#include <utility>

#include "config/json.h"
#include "nlohmann/json.hpp"

namespace airlock::launcher {
namespace {

using config::Json;

// The beginning of each line of the audit.
constexpr absl::string_view kBegin = "{\"time\":";
constexpr char kBy[] = "by";
constexpr char kClaimed[] = "claimed";
constexpr size_t kMaxShown = 256;
constexpr absl::Duration kTellInterval = absl::Seconds(1);

bool IsPlain(const Json& value) {
  return value.is_string() || value.is_number() || value.is_boolean();
}

bool IsPlainObject(const Json& value) {
  return value.is_object() && std::all_of(value.begin(), value.end(), IsPlain);
}

// Whether it may be an application's. A duplicate member does not bypass this:
// the parser keeps one of them, and only that one is written.
bool IsLine(const Json& value) {
  if (!value.is_object() || !value.contains("time") ||
      !value.contains("action") || value.contains(kBy)) {
    return false;
  }
  for (const auto& [name, member] : value.items()) {
    if (!IsPlain(member) && !(name == kClaimed && IsPlainObject(member))) {
      return false;
    }
  }
  return true;
}

std::string OwnLine(absl::Time now, Json members) {
  Json line = {{"time", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", now,
                                         absl::UTCTimeZone())},
               {kBy, "airlock run"}};
  line.update(members);
  return config::JsonLine(line) + "\n";
}

}  // namespace

bool AuditLines::Bucket::Take(double burst, double per_second, absl::Time now) {
  const double more =
      absl::ToDoubleSeconds(std::max(now - filled, absl::ZeroDuration())) *
      per_second;
  tokens = std::min(tokens + more, burst);
  // Also after a step back, or no line would pass until the clock has caught
  // up.
  filled = now;
  if (tokens < 1) return false;
  tokens -= 1;
  return true;
}

std::string AuditLines::Add(absl::string_view bytes, absl::Time now) {
  std::string result;
  begun_.append(bytes.data(), bytes.size());
  size_t start = 0;
  for (size_t end; (end = begun_.find('\n', start)) != std::string::npos;
       start = end + 1) {
    AddLine(absl::string_view(begun_).substr(start, end - start), now, &result);
  }
  begun_.erase(0, start);
  // The part that is kept may still complete a line.
  if (begun_.size() > 2 * kMaxLine) {
    const size_t excess = begun_.size() - kMaxLine;
    AddInvalid(absl::string_view(begun_).substr(0, excess), now, &result);
    begun_.erase(0, excess);
  }
  if (now - told_ >= kTellInterval || now < told_) TellDropped(now, &result);
  return result;
}

void AuditLines::AddLine(absl::string_view line, absl::Time now,
                         std::string* result) {
  if (line.empty()) return;
  // It follows an incomplete line of another process.
  const size_t begin = line.rfind(kBegin);
  if (begin == absl::string_view::npos) return AddInvalid(line, now, result);
  const absl::string_view own = line.substr(begin);
  const Json value =
      Json::parse(own.begin(), own.end(), nullptr, /*allow_exceptions=*/false);
  if (own.size() > kMaxLine || !IsLine(value)) {
    return AddInvalid(line, now, result);
  }
  if (begin > 0) AddInvalid(line.substr(0, begin), now, result);
  if (good_.Take(limits_.burst, limits_.per_second, now)) {
    *result += config::JsonLine(value) + "\n";
  } else {
    ++dropped_;
  }
}

void AuditLines::AddInvalid(absl::string_view text, absl::Time now,
                            std::string* result) {
  if (!invalid_.Take(limits_.invalid_burst, limits_.invalid_per_second, now)) {
    ++dropped_;
    return;
  }
  *result += OwnLine(now, {{"action", "invalid"},
                           {"text", std::string(text.substr(0, kMaxShown))}});
}

void AuditLines::TellDropped(absl::Time now, std::string* result) {
  if (dropped_ == 0) return;
  told_ = now;
  *result += OwnLine(
      now, {{"action", "dropped"}, {"count", std::exchange(dropped_, 0)}});
}

std::string AuditLines::Finish(absl::Time now) {
  std::string result;
  AddLine(std::exchange(begun_, ""), now, &result);
  TellDropped(now, &result);
  return result;
}

std::string AuditLines::Closed(absl::Time now) {
  std::string result;
  if (invalid_.Take(limits_.invalid_burst, limits_.invalid_per_second, now)) {
    result = OwnLine(now, {{"action", "closed"}});
  } else {
    ++dropped_;
  }
  return result;
}

}  // namespace airlock::launcher
