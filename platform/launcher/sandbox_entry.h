// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What `airlock` does inside a sandbox, before the application takes its place.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_SANDBOX_ENTRY_H_
#define AIRLOCK_PLATFORM_LAUNCHER_SANDBOX_ENTRY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "config/environment.h"

namespace airlock::launcher {

// The first word of such a command line, after the name of the program. It
// belongs to `airlock run`, and means nothing to users.
inline constexpr char kSandboxEntry[] = "--enter-sandbox";
// Stands for no gate.
inline constexpr char kNoGate[] = "-";

// What a process in a sandbox becomes an application with.
struct SandboxEntry {
  config::EnvironmentMap environment;
  // Mounts to make read-only, of which bwrap cannot (MakeReadOnly).
  std::vector<std::string> read_only;
  // The only programs that it can run; unset: any.
  absl::optional<std::vector<std::string>> programs;
};

// As the descriptor in a command line has it.
std::string EncodeEntry(const SandboxEntry& entry);
// Errors: kInvalidArgument, for what EncodeEntry did not make.
absl::StatusOr<SandboxEntry> DecodeEntry(absl::string_view text);

// `words` are those after kSandboxEntry:
//   ENTRY FILTER GATE PROGRAM [ARGUMENT...]
// ENTRY is a descriptor of what EncodeEntry gives, FILTER one of what
// MakeSyscallFilter does. GATE is a socket on which this process says, by one
// byte, that it is in the sandbox, and waits for one before it goes on. Becomes
// PROGRAM, with that environment, without the three descriptors and without
// capabilities, under Landlock and the filter. Its own environment is not the
// application's, whose LD_PRELOAD would come before all this. Returns only on
// failure, with an exit status and a text on standard error.
int EnterSandbox(const std::vector<std::string>& words);

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_SANDBOX_ENTRY_H_
