// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// How the audit gets out of a sandbox in which nothing can be written.
#ifndef AIRLOCK_PLATFORM_CLI_AUDIT_RELAY_H_
#define AIRLOCK_PLATFORM_CLI_AUDIT_RELAY_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "platform/internal/unique_fd.h"

namespace airlock::cli {

// Copies what comes through a pipe to a file: who has the pipe can add to the
// file, but neither change nor remove what is there.
class AuditRelay {
 public:
  // `target` as OpenAuditTarget has it. Errors (kInvalidArgument) name it.
  static absl::StatusOr<std::unique_ptr<AuditRelay>> Open(
      const std::string& target);
  // Waits until all who write to the pipe are gone.
  ~AuditRelay();

  AuditRelay(const AuditRelay&) = delete;
  AuditRelay& operator=(const AuditRelay&) = delete;

  // The end to write to; no more after Start.
  int fd() const { return writing_.get(); }

  // To be called once the writers have the pipe; without it nothing is copied.
  void Start();

 private:
  AuditRelay() = default;
  void Copy() const;

  platform::internal::UniqueFd file_;
  platform::internal::UniqueFd reading_;
  platform::internal::UniqueFd writing_;
  std::thread copier_;
};

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_AUDIT_RELAY_H_
