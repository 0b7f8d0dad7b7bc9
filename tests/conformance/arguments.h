// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The command line of programs that run a suite of certificates.
#ifndef AIRLOCK_TESTS_CONFORMANCE_ARGUMENTS_H_
#define AIRLOCK_TESTS_CONFORMANCE_ARGUMENTS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace airlock::testing {

struct SuiteArguments {
  std::string path;     // Absolute, or relative to the user's folder.
  bool strict = false;  // The profile.
};

// Reads "PATH [--profile compatible|strict]"; unset if it is not that. `bazel
// run` starts programs in another folder than the user's, so a relative path
// becomes an absolute one.
std::optional<SuiteArguments> ReadArguments(
    absl::Span<const char* const> arguments);

// The content of a file; an error names it.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path);

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_CONFORMANCE_ARGUMENTS_H_
