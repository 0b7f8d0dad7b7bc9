// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock python`: an interpreter with Airlock's ssl.
#ifndef AIRLOCK_PLATFORM_CLI_PYTHON_H_
#define AIRLOCK_PLATFORM_CLI_PYTHON_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "platform/cli/command.h"

namespace airlock::cli {

Command PythonCommand();

// The interpreter's option among `arguments` that makes it ignore PYTHONPATH,
// and therefore Airlock: "-I", "-E", or such a letter in a group such as "-sE".
// Empty if it has no such option. Words after a script, -c or -m are not the
// interpreter's.
absl::string_view IsolatingOption(absl::Span<const std::string> arguments);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_PYTHON_H_
