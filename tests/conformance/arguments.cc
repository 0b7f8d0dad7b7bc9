// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/arguments.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace airlock::testing {
namespace {

std::string FromUsersFolder(absl::string_view path) {
  const char* folder = std::getenv("BUILD_WORKING_DIRECTORY");
  if (folder == nullptr || absl::StartsWith(path, "/")) {
    return std::string(path);
  }
  return absl::StrCat(folder, "/", path);
}

}  // namespace

std::optional<SuiteArguments> ReadArguments(
    absl::Span<const char* const> arguments) {
  SuiteArguments result;
  absl::string_view profile = "compatible";
  for (size_t i = 0; i < arguments.size(); ++i) {
    absl::string_view argument = arguments[i];
    if (argument == "--profile" && i + 1 < arguments.size()) {
      profile = arguments[++i];
    } else if (absl::ConsumePrefix(&argument, "--profile=")) {
      profile = argument;
    } else if (result.path.empty() && !absl::StartsWith(argument, "-")) {
      result.path = FromUsersFolder(argument);
    } else {
      return std::nullopt;
    }
  }
  if (result.path.empty() || (profile != "compatible" && profile != "strict")) {
    return std::nullopt;
  }
  result.strict = profile == "strict";
  return result;
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat(path, " cannot be read"));
  std::string content((std::istreambuf_iterator<char>(in)),
                      std::istreambuf_iterator<char>());
  if (in.bad()) {
    return absl::DataLossError(absl::StrCat(path, " cannot be read"));
  }
  return content;
}

}  // namespace airlock::testing
