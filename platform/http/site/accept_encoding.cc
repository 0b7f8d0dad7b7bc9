// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/accept_encoding.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace airlock::http {
namespace {

// The largest weight, in thousandths.
constexpr int kFull = 1000;

// The weight in "gzip;q=0.5"; 0 if it is invalid.
int WeightOf(absl::string_view parameters) {
  parameters = absl::StripAsciiWhitespace(parameters);
  if (parameters.empty()) return kFull;
  if (!absl::StartsWithIgnoreCase(parameters, "q=")) return 0;
  // "0", "1", "0.123", "1.000".
  const absl::string_view value = parameters.substr(2);
  if (value.empty() || value.size() > 5 ||
      (value[0] != '0' && value[0] != '1')) {
    return 0;
  }
  if (value.size() > 1 && value[1] != '.') return 0;
  int weight = value[0] == '1' ? kFull : 0;
  int unit = kFull / 10;
  for (const char c : value.substr(std::min<size_t>(2, value.size()))) {
    if (!absl::ascii_isdigit(c)) return 0;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return weight > kFull ? 0 : weight;
}

}  // namespace

bool AcceptsGzip(const Headers& headers) {
  std::optional<int> gzip;
  std::optional<int> identity;
  std::optional<int> others;
  for (const absl::string_view value : headers.GetAll("Accept-Encoding")) {
    for (const absl::string_view element : absl::StrSplit(value, ',')) {
      const size_t end = element.find(';');
      const absl::string_view coding =
          absl::StripAsciiWhitespace(element.substr(0, end));
      const int weight = end == absl::string_view::npos
                             ? WeightOf("")
                             : WeightOf(element.substr(end + 1));
      if (absl::EqualsIgnoreCase(coding, "gzip") ||
          absl::EqualsIgnoreCase(coding, "x-gzip")) {
        gzip = weight;
      } else if (absl::EqualsIgnoreCase(coding, "identity")) {
        identity = weight;
      } else if (coding == "*") {
        others = weight;
      }
    }
  }
  const int weight = gzip.value_or(others.value_or(0));
  return weight > 0 && weight >= identity.value_or(0);
}

}  // namespace airlock::http
