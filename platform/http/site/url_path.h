// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The path of a request's target.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_URL_PATH_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_URL_PATH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace airlock::http {

// "/a/b" of the target "/a/b?c". Valid as long as `target`.
absl::string_view PathOf(absl::string_view target);

// Whether the query of a target has `word`: "?json", "?a&json".
bool QueryHas(absl::string_view target, absl::string_view word);

// The decoded parts of the path: {"docs", "a b.txt"} for "/docs//a%20b.txt?x".
// Each is a file name: not empty, without "/" and NUL, not "." or "..". Any
// other part, and a target that does not begin with a slash, is an error
// (kInvalidArgument).
absl::StatusOr<std::vector<std::string>> SplitPath(absl::string_view target);

// `part` percent-encoded, except letters, digits and "-._~".
std::string EncodePart(absl::string_view part);

// "/docs/a%20b.txt": a path, encoded, without a final slash.
std::string EncodePath(const std::vector<std::string>& path);

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_URL_PATH_H_
