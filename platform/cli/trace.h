// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The flags --trace and --keylog of the commands that connect.
#ifndef AIRLOCK_PLATFORM_CLI_TRACE_H_
#define AIRLOCK_PLATFORM_CLI_TRACE_H_

#include <memory>
#include <string>

#include "absl/flags/declare.h"
#include "absl/status/status.h"
#include "platform/runtime.h"

ABSL_DECLARE_FLAG(bool, trace);
ABSL_DECLARE_FLAG(std::string, keylog);

namespace airlock::cli {

// Prints the connections of a Runtime to standard error, and logs their
// secrets, as the flags say. Thread-safe once started; the Runtime may outlive
// it.
class Trace {
 public:
  Trace();
  ~Trace();

  // Makes the Runtime that these options create tell of its connections.
  void Observe(platform::RuntimeOptions* options) const;

  // Opens the file of --keylog; before the first connection. An error if the
  // policy of `runtime` forbids it (ssl::ErrorKind::kPolicy), and those of
  // KeyLogFile::Open.
  absl::Status Start(platform::Runtime* runtime);

  // The exit status of a command that would end with `exit_status`: not success
  // if a part of the key log was lost.
  int Finish(int exit_status) const;

 private:
  class Printer;
  struct Keys;
  std::shared_ptr<Printer> printer_;
  std::shared_ptr<Keys> keys_;
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_TRACE_H_
