// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/text.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "platform/internal/printable.h"

namespace airlock::cli {
namespace {

constexpr size_t kColumns = 78;

// "3 years", "12 days", "5 hours", "less than an hour".
std::string DescribeDuration(absl::Duration duration) {
  struct Unit {
    int64_t hours;
    absl::string_view name;
  };
  constexpr Unit kUnits[] = {{24 * 365, "year"}, {24, "day"}, {1, "hour"}};
  for (const Unit& unit : kUnits) {
    const int64_t count = duration / absl::Hours(unit.hours);
    if (count > 0) {
      return absl::StrCat(count, " ", unit.name, count == 1 ? "" : "s");
    }
  }
  return "less than an hour";
}

}  // namespace

std::string ForTerminal(absl::string_view text) {
  return platform::internal::Printable(text);
}

std::string Wrap(absl::string_view text, size_t indent) {
  std::string result;
  for (absl::string_view paragraph : absl::StrSplit(text, '\n')) {
    std::string line(indent, ' ');
    bool empty = true;
    for (absl::string_view word :
         absl::StrSplit(paragraph, ' ', absl::SkipEmpty())) {
      if (!empty && line.size() + 1 + word.size() > kColumns) {
        absl::StrAppend(&result, line, "\n");
        line.assign(indent, ' ');
        empty = true;
      }
      absl::StrAppend(&line, empty ? "" : " ", word);
      empty = false;
    }
    absl::StrAppend(&result, empty ? "" : line, "\n");
  }
  return result;
}

std::string PadRight(absl::string_view text, size_t width) {
  size_t columns = 0;
  for (absl::string_view rest = text; !rest.empty(); ++columns) {
    rest.remove_prefix(platform::internal::FirstCharacter(rest).size);
  }
  return absl::StrCat(text, std::string(width - std::min(width, columns), ' '));
}

std::string FormatDate(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) {
    return "(no date)";
  }
  return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone());
}

std::string DescribeValidity(absl::Time not_before, absl::Time not_after,
                             absl::Time now) {
  if (not_before == absl::InfinitePast() || not_after == absl::InfinitePast()) {
    return "has a malformed date";
  }
  if (now < not_before) {
    return absl::StrCat("not valid before ", FormatDate(not_before));
  }
  if (now > not_after) {
    return absl::StrCat("expired ", DescribeDuration(now - not_after), " ago");
  }
  return absl::StrCat("expires in ", DescribeDuration(not_after - now));
}

std::string FormatFingerprint(absl::string_view digest) {
  std::string result;
  for (char c : digest) {
    absl::StrAppendFormat(&result, "%s%02X", result.empty() ? "" : ":",
                          static_cast<uint8_t>(c));
  }
  return result;
}

}  // namespace airlock::cli
