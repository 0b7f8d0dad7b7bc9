// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/url_path.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace airlock::http {
namespace {

absl::Status NoTarget(absl::string_view why) {
  return absl::InvalidArgumentError(why);
}

absl::StatusOr<std::string> DecodePercent(absl::string_view part) {
  std::string decoded;
  for (size_t i = 0; i < part.size(); ++i) {
    if (part[i] != '%') {
      decoded += part[i];
      continue;
    }
    const absl::string_view digits = part.substr(i + 1, 2);
    std::string byte;
    if (digits.size() != 2 || !absl::HexStringToBytes(digits, &byte)) {
      return NoTarget("a % is not followed by two hexadecimal digits");
    }
    decoded += byte;
    i += 2;
  }
  return decoded;
}

}  // namespace

absl::string_view PathOf(absl::string_view target) {
  size_t size = 0;
  while (size < target.size() && target[size] != '?' && target[size] != '#') {
    ++size;
  }
  return target.substr(0, size);
}

bool QueryHas(absl::string_view target, absl::string_view word) {
  const size_t mark = target.find('?');
  if (mark == absl::string_view::npos) return false;
  const absl::string_view query =
      target.substr(mark + 1, target.find('#') - mark - 1);
  for (absl::string_view part : absl::StrSplit(query, '&')) {
    if (part.substr(0, part.find('=')) == word) return true;
  }
  return false;
}

absl::StatusOr<std::vector<std::string>> SplitPath(absl::string_view target) {
  target = PathOf(target);
  if (!absl::ConsumePrefix(&target, "/")) {
    return NoTarget("the target does not begin with a slash");
  }
  std::vector<std::string> path;
  for (absl::string_view part :
       absl::StrSplit(target, '/', absl::SkipEmpty())) {
    absl::StatusOr<std::string> decoded = DecodePercent(part);
    if (!decoded.ok()) return decoded.status();
    if (*decoded == "." || *decoded == ".." ||
        decoded->find('\0') != std::string::npos ||
        absl::StrContains(*decoded, '/')) {
      return NoTarget("a part of the path is not a file name");
    }
    path.push_back(*std::move(decoded));
  }
  return path;
}

std::string EncodePart(absl::string_view part) {
  std::string encoded;
  for (const char c : part) {
    if (absl::ascii_isalnum(c) || absl::StrContains("-._~", c)) {
      encoded += c;
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<uint8_t>(c));
    }
  }
  return encoded;
}

std::string EncodePath(const std::vector<std::string>& path) {
  std::string encoded;
  for (const std::string& part : path) {
    absl::StrAppend(&encoded, "/", EncodePart(part));
  }
  return encoded;
}

}  // namespace airlock::http
