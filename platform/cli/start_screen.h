// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The messages of `airlock run` before an application starts.
#ifndef AIRLOCK_PLATFORM_CLI_START_SCREEN_H_
#define AIRLOCK_PLATFORM_CLI_START_SCREEN_H_

#include <optional>
#include <string>
#include <vector>

#include "config/policy.h"
#include "platform/host.h"
#include "platform/launcher/application.h"
#include "platform/launcher/interpreter.h"

namespace airlock::cli {

struct StartFacts {
  const launcher::Application* application = nullptr;
  const launcher::InterpreterFacts* python = nullptr;
  const config::VerificationPolicy* policy = nullptr;
  // The paths of the CA certificates in force; if empty, `no_bundle` says why.
  std::vector<std::string> bundle;
  std::string no_bundle;
  bool development = false;  // A certificate for localhost is trusted, too.
  bool sandboxed = true;
  bool network = true;
  std::vector<std::string> writable;
};

// The text: a line each for runtime, ssl, sandbox and CA bundle (the number of
// certificates, and when the first of them expires), then the policy with its
// origins. Ends with an empty line.
std::string StartScreen(const StartFacts& facts, platform::Host* host);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_START_SCREEN_H_
