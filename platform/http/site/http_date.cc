// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/http_date.h"

#include "absl/strings/ascii.h"

namespace airlock::http {
namespace {

constexpr size_t kLongest = 40;

}  // namespace

std::string FormatHttpDate(absl::Time time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", time,
                          absl::UTCTimeZone());
}

absl::optional<absl::Time> ParseHttpDate(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  // ParseTime also accepts "infinite-future".
  if (text.size() > kLongest || text.empty() ||
      !absl::ascii_isupper(text.front())) {
    return absl::nullopt;
  }
  for (const absl::string_view format :
       {"%a, %d %b %Y %H:%M:%S GMT",  // IMF-fixdate.
        "%A, %d-%b-%y %H:%M:%S GMT",  // RFC 850.
        "%a %b %e %H:%M:%S %Y"}) {    // asctime.
    absl::Time time;
    if (absl::ParseTime(format, text, &time, nullptr)) return time;
  }
  return absl::nullopt;
}

}  // namespace airlock::http
