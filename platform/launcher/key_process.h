// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The key service of one run.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_KEY_PROCESS_H_
#define AIRLOCK_PLATFORM_LAUNCHER_KEY_PROCESS_H_

#include <sys/types.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "config/keys_file.h"
#include "platform/host.h"
#include "platform/internal/unique_fd.h"
#include "platform/launcher/program.h"

namespace airlock::launcher {

// Runs `airlock keyd` beside an application, and starts it again when it fails:
// this keeps the service's end of the socket, so that requests wait meanwhile.
class KeyProcess {
 public:
  // `config` is the path of the configuration, and `application` one in it; may
  // be empty if it has only one. `audit` is a target as in
  // platform::OpenAuditTarget. Checks the configuration and the keys. Errors:
  // kInvalidArgument, if there is a mistake in it; kInternal.
  static absl::StatusOr<std::unique_ptr<KeyProcess>> Create(
      const std::string& config, const std::string& application,
      const std::optional<std::string>& audit, platform::Host* host);
  // Ends the service.
  ~KeyProcess();
  KeyProcess(const KeyProcess&) = delete;
  KeyProcess& operator=(const KeyProcess&) = delete;

  // An error (kInvalidArgument) if one of the files with keys is at or below a
  // path of `visible`: see SandboxedProgram.
  absl::Status CheckHidden(const std::vector<std::string>& visible) const;

  // The keys that the application has.
  const std::vector<std::string>& key_names() const { return key_names_; }

  // The value of AIRLOCK_KEYS for a program that gets the descriptor.
  std::string place() const;
  // Makes `program` inherit the application's end.
  void Give(Program* program) const;

  // Starts the service; call it once the program has its end, and this
  // process's other descriptors are closed on exec.
  void Start();

 private:
  KeyProcess() = default;
  void Supervise();

  Program program_;
  std::vector<std::string> key_files_;
  std::vector<std::string> key_names_;
  platform::internal::UniqueFd application_end_;
  platform::internal::UniqueFd service_end_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  pid_t pid_ = 0;  // 0: it does not run.
  std::thread supervisor_;
};

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_KEY_PROCESS_H_
