// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Writes the audit as JSON lines to a file or another file descriptor.
#ifndef AIRLOCK_PLATFORM_AUDIT_WRITER_H_
#define AIRLOCK_PLATFORM_AUDIT_WRITER_H_

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "config/environment.h"
#include "platform/audit.h"
#include "platform/host.h"
#include "platform/internal/unique_fd.h"

namespace airlock::platform {

// The descriptor that `target` names: N of "fd:N", decimal digits only. Unset
// if it names none. Pure and thread-safe.
std::optional<int> AuditDescriptor(absl::string_view target);

// Opens `target`: "fd:N", a writable descriptor of this process, which may be
// closed afterwards; or the path of a file. A missing file is created for its
// owner only (mode 0600). Opens with O_APPEND and O_NONBLOCK. A bare number and
// a system path of a descriptor (/dev/fd/3, /dev/stderr) are errors: "fd:N" is
// the only way to name one. An empty target is an error. Errors
// (kInvalidArgument) name `target`.
absl::StatusOr<internal::UniqueFd> OpenAuditTarget(const std::string& target);

// Appends events in AuditEvent::ToJson's format, each with one write(2).
// Thread-safe; any number of processes may write to one file or pipe. The file
// may be truncated meanwhile; a renamed file is still written to. If the
// application closed the descriptor, the target is opened again, if it is still
// the same file. After lost lines, the next line is preceded by one that says
// how many: {"time", "action": "lost", "count"}.
class AuditWriter {
 public:
  // Cuts texts from an application, so that a line fits into PIPE_BUF and a
  // pipe keeps it whole.
  static constexpr size_t kMaxText = 256;  // Bytes of `host`, of `call_site`.

  // `target` and errors as for OpenAuditTarget. The first write error is logged
  // to `host`.
  static absl::StatusOr<std::shared_ptr<AuditWriter>> Open(
      const std::string& target, std::shared_ptr<Host> host);

  AuditWriter(const AuditWriter&) = delete;
  AuditWriter& operator=(const AuditWriter&) = delete;

  // Blocks if the descriptor blocks, and waits briefly if a FIFO that it opened
  // is full. Does not raise SIGPIPE. A line that cannot be written is lost: all
  // such lines are counted, and the first one is logged.
  void Write(const AuditEvent& event);

  // The number of lost lines, for RuntimeOptions::audit_lost.
  uint64_t lost() const { return lost_; }

 private:
  // The file behind the descriptor when it was opened.
  struct Place {
    dev_t device;
    ino_t inode;
    bool may_wait;  // For a reader: a FIFO that this opened itself.
  };
  AuditWriter(std::string target, internal::UniqueFd fd, Place place,
              std::shared_ptr<Host> host)
      : target_(std::move(target)),
        place_(place),
        host_(std::move(host)),
        fd_(std::move(fd)) {}

  absl::Status WriteEvent(const AuditEvent& event)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status WriteLine(absl::string_view json)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether the descriptor still refers to the same file.
  bool IsOpen() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string target_;
  const Place place_;
  const std::shared_ptr<Host> host_;
  absl::Mutex mutex_;
  internal::UniqueFd fd_ ABSL_GUARDED_BY(mutex_);
  uint64_t told_lost_ ABSL_GUARDED_BY(mutex_) = 0;  // Reported of `lost_`.
  bool torn_ ABSL_GUARDED_BY(mutex_) = false;  // The last line is incomplete.
  std::atomic<uint64_t> lost_{0};
};

// The writer for the environment variable AIRLOCK_AUDIT, which is "fd:N" or an
// absolute path; null if it is not set. Takes the environment with which the
// process started, since the variable belongs to the operator. Errors
// (kInvalidArgument) name the variable.
absl::StatusOr<std::shared_ptr<AuditWriter>> AuditWriterFromEnvironment(
    const config::Environment& environment, std::shared_ptr<Host> host);

// A sink for RuntimeOptions; null if `writer` is null.
AuditSink AuditSinkTo(std::shared_ptr<AuditWriter> writer);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_AUDIT_WRITER_H_
