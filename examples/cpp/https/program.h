// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// What the programs share: arguments, a Runtime, the exit status.
#ifndef AIRLOCK_EXAMPLES_CPP_HTTPS_PROGRAM_H_
#define AIRLOCK_EXAMPLES_CPP_HTTPS_PROGRAM_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "platform/http/message.h"
#include "platform/runtime.h"

namespace examples {

struct Program {
  std::unique_ptr<airlock::platform::Runtime> runtime;
  // With what --ca, --cert and --key name: a file, or env:NAME.
  std::shared_ptr<airlock::http::TlsOptions> tls;
  std::vector<std::string> arguments;  // The others.

  // A GET of `url` with `tls`, within 30 seconds.
  airlock::http::Request Get(const std::string& url) const;
};

// Runs `body`, unless there are fewer than `least` or more than `most`
// arguments. Returns the exit status: 0 if it worked, 1 if not, with the reason
// on standard error, 2 for wrong usage.
int Run(int argc, char** argv, const char* usage, size_t least, size_t most,
        const std::function<absl::Status(Program&)>& body);

// An error for a status of 400 and above.
absl::Status Check(const airlock::http::Response& response);

}  // namespace examples

#endif  // AIRLOCK_EXAMPLES_CPP_HTTPS_PROGRAM_H_
