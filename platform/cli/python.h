// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// `airlock python`: an interpreter whose ssl is Airlock's.
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
// and with it Airlock: "-I", "-E", or such a letter in a group as "-sE". Empty
// where there is none. What follows a script, -c or -m is not the
// interpreter's.
absl::string_view IsolatingOption(absl::Span<const std::string> arguments);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_PYTHON_H_
