// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The environment of a process that runs application code, which may have
// changed it.
#ifndef AIRLOCK_PLATFORM_APPLICATION_ENVIRONMENT_H_
#define AIRLOCK_PLATFORM_APPLICATION_ENVIRONMENT_H_

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "config/environment.h"

namespace airlock::platform {

// Where `airlock run` stores the policy's variables, read-only in its sandbox:
// they apply to all processes of the application, whatever environment it gives
// them. Outside a sandbox, only root could create this file.
inline constexpr char kLaunchRecord[] = "/run/airlock/environment";
// Also exists in each such sandbox: where it exists, the record must exist.
inline constexpr char kLaunchMark[] = "/run/airlock/bin";

// The system calls of ApplicationEnvironment, with errors in errno; for tests.
struct EnvironmentCalls {
  EnvironmentCalls();

  std::function<int(const char*, int)> open;
  std::function<int(int, struct stat*)> fstat;
  std::function<int(const char*, struct stat*)> lstat;
  std::function<ssize_t(int, void*, size_t)> read;
  std::function<int(int)> close;
  // The byte at an address of this process's arguments.
  std::function<char(uintptr_t)> byte_at;
  std::function<config::EnvironmentMap()> current;
  // The arguments with which the process started, and the address at which the
  // kernel ended its environment; null if unknown.
  int argc;
  char** argv;
  const char* environment_end;
  bool secure;
  uid_t user;  // The effective user.
};

// The trusted values of the policy's variables, SSL_CERT_FILE and SSL_CERT_DIR
// come from kLaunchRecord in the sandbox of `airlock run`, and otherwise from
// the environment with which the process started. The policy's current
// variables can make the policy stricter (Environment::Merge); all other
// variables are the current ones. The initial environment is read from
// /proc/self/environ or, on a machine without /proc, from the process's memory.
//
// Only ENOENT means that a file does not exist. Any other failure is an error,
// and so is a record that is damaged, or empty where it must not be: the error
// names the file, the reason and what to do. A process title that is longer
// than the arguments damages the environment. Do not call this while another
// thread changes the environment.
absl::StatusOr<config::Environment> ApplicationEnvironment(
    const EnvironmentCalls& calls = EnvironmentCalls());

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_APPLICATION_ENVIRONMENT_H_
