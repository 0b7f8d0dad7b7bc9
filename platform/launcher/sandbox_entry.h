// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Runs inside a sandbox, before the application replaces it.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_SANDBOX_ENTRY_H_
#define AIRLOCK_PLATFORM_LAUNCHER_SANDBOX_ENTRY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/environment.h"

namespace airlock::launcher {

// The first word of such a command line, after the name of the program.
// Internal to `airlock run`.
inline constexpr char kSandboxEntry[] = "--enter-sandbox";
// Means "no gate".
inline constexpr char kNoGate[] = "-";

// How a process in a sandbox starts an application.
struct SandboxEntry {
  config::EnvironmentMap environment;
  // Mounts to make read-only that bwrap cannot (MakeReadOnly).
  std::vector<std::string> read_only;
  // The only programs that it can run; unset: any.
  std::optional<std::vector<std::string>> programs;
};

// The content of the descriptor in a command line.
std::string EncodeEntry(const SandboxEntry& entry);
// Errors: kInvalidArgument, if EncodeEntry did not make it.
absl::StatusOr<SandboxEntry> DecodeEntry(absl::string_view text);

// `words` are those after kSandboxEntry:
//   ENTRY FILTER GATE PROGRAM [ARGUMENT...]
// ENTRY is a descriptor with EncodeEntry's text, FILTER one with
// MakeSyscallFilter's. GATE is a socket on which this process sends one byte
// when it is in the sandbox, and waits for one before it continues. Becomes
// PROGRAM, with that environment, without the three descriptors and without
// capabilities, under Landlock and the filter. Its own environment is not the
// application's, whose LD_PRELOAD would run before all this. Returns only on
// failure, with an exit status and a message on standard error.
int EnterSandbox(const std::vector<std::string>& words);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_SANDBOX_ENTRY_H_
