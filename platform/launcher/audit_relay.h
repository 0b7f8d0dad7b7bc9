// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// How the audit gets out of a sandbox in which nothing can be written.
#ifndef AIRLOCK_PLATFORM_LAUNCHER_AUDIT_RELAY_H_
#define AIRLOCK_PLATFORM_LAUNCHER_AUDIT_RELAY_H_

#include <cstddef>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "platform/internal/unique_fd.h"
#include "platform/launcher/audit_lines.h"

namespace airlock::launcher {

// Copies the lines that come through a FIFO to a file. The FIFO's mode lets its
// owner write alone; where it is mounted read-only and the processes have no
// capabilities, they can add lines, but neither read those of others, nor
// change or remove what is in the file. Lines stay whole whoever writes beside
// them. AuditLines says what becomes of those that are none, or too many.
class AuditRelay {
 public:
  // `target` as OpenAuditTarget has it. Errors: kInvalidArgument, which name
  // it; kUnavailable where there is no folder for the FIFO.
  static absl::StatusOr<std::unique_ptr<AuditRelay>> Open(
      const std::string& target);
  // Removes the FIFO. Waits until all that was written to it is copied.
  ~AuditRelay();

  AuditRelay(const AuditRelay&) = delete;
  AuditRelay& operator=(const AuditRelay&) = delete;

  // The FIFO, until Hide.
  const std::string& fifo() const { return fifo_; }

  // Takes the FIFO's name away, once it is mounted where the writers are.
  void Hide();
  // Begins to copy.
  void Start();

 private:
  AuditRelay() = default;
  absl::Status MakeFifo();
  void Copy();
  // Whether there may be more.
  bool CopySome();
  void TellClosed();
  void WriteOut(const std::string& lines);

  std::string folder_;
  std::string fifo_;
  platform::internal::UniqueFd file_;
  platform::internal::UniqueFd reading_;
  platform::internal::UniqueFd stop_reading_;
  platform::internal::UniqueFd stop_writing_;
  AuditLines lines_;
  bool has_writer_ = false;
  bool had_writer_ = false;
  bool told_closed_ = false;
  bool torn_ = false;  // The last write to the file was not whole.
  bool failed_ = false;
  std::thread copier_;
};

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_AUDIT_RELAY_H_
