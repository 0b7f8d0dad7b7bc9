// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/conditions.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "platform/http/site/http_date.h"

namespace airlock::http {
namespace {

constexpr absl::string_view kWeak = "W/";

// Takes an entity tag (section 8.8.3) from the start of `list`, with the comma
// and the spaces around it. Unset at the end, and for anything else.
std::optional<absl::string_view> TakeTag(absl::string_view* list) {
  const size_t begin = list->find_first_not_of(", \t");
  if (begin == absl::string_view::npos) return std::nullopt;
  list->remove_prefix(begin);
  const size_t open = absl::StartsWith(*list, kWeak) ? kWeak.size() : 0;
  if (list->substr(open, 1) != "\"") return std::nullopt;
  const size_t close = list->find('"', open + 1);
  if (close == absl::string_view::npos) return std::nullopt;
  const absl::string_view tag = list->substr(0, close + 1);
  list->remove_prefix(close + 1);
  const size_t next = list->find_first_not_of(" \t");
  if (next != absl::string_view::npos && (*list)[next] != ',') {
    return std::nullopt;
  }
  return tag;
}

// Section 8.8.3.2.
bool StronglyEqual(absl::string_view a, absl::string_view b) {
  return a == b && !absl::StartsWith(a, kWeak);
}

bool WeaklyEqual(absl::string_view a, absl::string_view b) {
  return absl::StripPrefix(a, kWeak) == absl::StripPrefix(b, kWeak);
}

template <typename Equal>
bool AnyMatches(const Headers& headers, absl::string_view name,
                absl::string_view etag, Equal equal) {
  for (absl::string_view list : headers.GetAll(name)) {
    if (absl::StripAsciiWhitespace(list) == "*") return true;
    while (const auto tag = TakeTag(&list)) {
      if (equal(*tag, etag)) return true;
    }
  }
  return false;
}

std::optional<absl::Time> DateOf(const Headers& headers,
                                 absl::string_view name) {
  const auto value = headers.Get(name);
  if (!value.has_value()) return std::nullopt;
  return ParseHttpDate(*value);
}

}  // namespace

Precondition CheckPreconditions(const Headers& headers,
                                const Validators& validators) {
  if (headers.Has("If-Match")) {
    if (!AnyMatches(headers, "If-Match", validators.etag, StronglyEqual)) {
      return Precondition::kFailed;
    }
  } else if (const auto since = DateOf(headers, "If-Unmodified-Since")) {
    if (validators.modified > *since) return Precondition::kFailed;
  }
  if (headers.Has("If-None-Match")) {
    return AnyMatches(headers, "If-None-Match", validators.etag, WeaklyEqual)
               ? Precondition::kNotModified
               : Precondition::kHolds;
  }
  if (const auto since = DateOf(headers, "If-Modified-Since")) {
    if (validators.modified <= *since) return Precondition::kNotModified;
  }
  return Precondition::kHolds;
}

bool IfRangeHolds(const Headers& headers, const Validators& validators) {
  const auto value = headers.Get("If-Range");
  if (!value.has_value()) return true;
  if (absl::StartsWith(validators.etag, kWeak)) return false;
  absl::string_view list = *value;
  if (const auto tag = TakeTag(&list)) {
    return StronglyEqual(*tag, validators.etag);
  }
  const auto date = ParseHttpDate(*value);
  return date.has_value() && *date == validators.modified;
}

}  // namespace airlock::http
