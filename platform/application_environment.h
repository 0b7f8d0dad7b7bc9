// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The environment of a process in which code of an application runs, who may
// have changed it.
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

// Where `airlock run` keeps the policy's variables, read-only in its sandbox:
// they hold for all processes of the application, whatever environment it gives
// them. Elsewhere only root could put it there.
inline constexpr char kLaunchRecord[] = "/run/airlock/environment";
// What is in each such sandbox, too: where it is, the record must be.
inline constexpr char kLaunchMark[] = "/run/airlock/bin";

// What ApplicationEnvironment asks of the system, with errors as errno has
// them; for tests.
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
  // The arguments with which the process began, and the address where the
  // kernel ended its environment; null where that is not known.
  int argc;
  char** argv;
  const char* environment_end;
  bool secure;
  uid_t user;  // The effective one.
};

// The policy's variables, and SSL_CERT_FILE and SSL_CERT_DIR, are trusted as
// kLaunchRecord has them in the sandbox of `airlock run`, and elsewhere as of
// the environment with which the process began. The policy's variables of now
// can make it stricter (Environment::Merge); all others are as of now. How a
// process began is in /proc/self/environ or, on a machine without /proc, in its
// memory.
//
// Only ENOENT means that something is not there. An error where anything else
// comes of a read, or where a record is empty that must not be, or damaged: it
// names the file, the reason and what to do. A title of the process that is
// longer than its arguments damages the environment. Call it while no other
// thread changes the environment.
absl::StatusOr<config::Environment> ApplicationEnvironment(
    const EnvironmentCalls& calls = EnvironmentCalls());

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_APPLICATION_ENVIRONMENT_H_
