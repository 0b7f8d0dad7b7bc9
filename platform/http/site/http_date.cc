// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/http_date.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace airlock::http {
namespace {

constexpr size_t kLongest = 40;

}  // namespace

std::string FormatHttpDate(absl::Time time) {
  // Each response of a file needs it, and FormatTime takes much longer.
  static constexpr const char* kDays[] = {"Mon", "Tue", "Wed", "Thu",
                                          "Fri", "Sat", "Sun"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr",
                                            "May", "Jun", "Jul", "Aug",
                                            "Sep", "Oct", "Nov", "Dec"};
  const absl::CivilSecond civil =
      absl::ToCivilSecond(time, absl::UTCTimeZone());
  return absl::StrCat(kDays[static_cast<int>(absl::GetWeekday(civil))], ", ",
                      absl::Dec(civil.day(), absl::kZeroPad2), " ",
                      kMonths[civil.month() - 1], " ",
                      absl::Dec(civil.year(), absl::kZeroPad4), " ",
                      absl::Dec(civil.hour(), absl::kZeroPad2), ":",
                      absl::Dec(civil.minute(), absl::kZeroPad2), ":",
                      absl::Dec(civil.second(), absl::kZeroPad2), " GMT");
}

std::optional<absl::Time> ParseHttpDate(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  // ParseTime also accepts "infinite-future".
  if (text.size() > kLongest || text.empty() ||
      !absl::ascii_isupper(text.front())) {
    return std::nullopt;
  }
  for (const absl::string_view format :
       {"%a, %d %b %Y %H:%M:%S GMT",  // IMF-fixdate.
        "%A, %d-%b-%y %H:%M:%S GMT",  // RFC 850.
        "%a %b %e %H:%M:%S %Y"}) {    // asctime.
    absl::Time time;
    if (absl::ParseTime(format, text, &time, nullptr)) return time;
  }
  return std::nullopt;
}

}  // namespace airlock::http
