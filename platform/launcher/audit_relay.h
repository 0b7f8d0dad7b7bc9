// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Carries the audit out of a sandbox that has nothing writable.
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

// Copies lines from a FIFO to a file. The FIFO's mode only lets its owner
// write. If it is mounted read-only and the processes have no capabilities,
// they can add lines, but cannot read lines of others, or change or remove the
// content of the file. Lines stay whole even if other programs write to the
// file. AuditLines handles invalid and excess lines.
class AuditRelay {
 public:
  // `target` as in OpenAuditTarget. Errors: kInvalidArgument, which names it;
  // kUnavailable if no folder can hold the FIFO.
  static absl::StatusOr<std::unique_ptr<AuditRelay>> Open(
      const std::string& target);
  // Removes the FIFO, and does what Finish does.
  ~AuditRelay();

  AuditRelay(const AuditRelay&) = delete;
  AuditRelay& operator=(const AuditRelay&) = delete;

  // The FIFO, until Hide.
  const std::string& fifo() const { return fifo_; }

  // Removes the FIFO's name, after it is mounted for the writers.
  void Hide();
  // Starts to copy.
  void Start();
  // Waits until everything written to it is copied, and ends the copying. False
  // if lines were lost because the file could not be written, which is already
  // reported.
  bool Finish();

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
  bool torn_ = false;  // The last write to the file was incomplete.
  bool failed_ = false;
  std::thread copier_;
};

}  // namespace airlock::launcher

#endif  // AIRLOCK_PLATFORM_LAUNCHER_AUDIT_RELAY_H_
