// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The audit as JSON lines, in a file or whatever else a descriptor leads to.
#ifndef AIRLOCK_PLATFORM_AUDIT_WRITER_H_
#define AIRLOCK_PLATFORM_AUDIT_WRITER_H_

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/optional.h"
#include "config/environment.h"
#include "platform/audit.h"
#include "platform/host.h"
#include "platform/internal/unique_fd.h"

namespace airlock::platform {

// The descriptor that `target` names: N of "fd:N", in decimal digits alone.
// Unset where it names none. Pure and thread-safe.
absl::optional<int> AuditDescriptor(absl::string_view target);

// What `target` leads to: "fd:N", a descriptor of this process that can be
// written to, which may be closed afterwards; or a file's path. A file that is
// not there is made, for its owner alone (mode 0600); all is appended, and
// nothing is waited for (O_NONBLOCK). A bare number, and a path by which the
// system names a descriptor (/dev/fd/3, /dev/stderr), are errors: "fd:N" is the
// only way to name one. The empty target is an error. Errors (kInvalidArgument)
// name `target`.
absl::StatusOr<internal::UniqueFd> OpenAuditTarget(const std::string& target);

// Writes events as AuditEvent::ToJson gives them, each in one write(2) that
// appends. Thread-safe; any number of processes may write to one file or pipe.
// A file may be emptied meanwhile; one that was renamed is still written to.
// Where the application closed the descriptor, the target is opened again, if
// it is still the same file. Once lines were lost, the next one that arrives
// comes after one that says how many: {"time", "action": "lost", "count"}.
class AuditWriter {
 public:
  // A line is no longer than this, so that a pipe keeps it whole (PIPE_BUF):
  // what an application made longer is cut.
  static constexpr size_t kMaxText = 256;  // Bytes of `host`, of `call_site`.

  // `target` and errors as OpenAuditTarget's. `host` gets the first error of a
  // write.
  static absl::StatusOr<std::shared_ptr<AuditWriter>> Open(
      const std::string& target, std::shared_ptr<Host> host);

  AuditWriter(const AuditWriter&) = delete;
  AuditWriter& operator=(const AuditWriter&) = delete;

  // Waits where the descriptor does, and a moment where a FIFO that it opened
  // is full. Raises no SIGPIPE. A line that cannot be written is lost: it is
  // counted, and the first one logged.
  void Write(const AuditEvent& event);

  // How many lines were lost: for RuntimeOptions::audit_lost.
  uint64_t lost() const { return lost_; }

 private:
  // What the descriptor led to when it was opened.
  struct Place {
    dev_t device;
    ino_t inode;
    bool may_wait;  // For a reader: a FIFO that it opened itself.
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
  // Whether the descriptor leads to what it led to at first.
  bool IsOpen() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string target_;
  const Place place_;
  const std::shared_ptr<Host> host_;
  absl::Mutex mutex_;
  internal::UniqueFd fd_ ABSL_GUARDED_BY(mutex_);
  uint64_t told_lost_ ABSL_GUARDED_BY(mutex_) = 0;  // Of `lost_`.
  bool torn_ ABSL_GUARDED_BY(mutex_) = false;       // The last line has no end.
  std::atomic<uint64_t> lost_{0};
};

// Of the environment variable AIRLOCK_AUDIT, which is "fd:N" or an absolute
// path: its writer; null where it is not set. For the environment in which the
// process began, as the variable is the operator's. Errors (kInvalidArgument)
// name it.
absl::StatusOr<std::shared_ptr<AuditWriter>> AuditWriterFromEnvironment(
    const config::Environment& environment, std::shared_ptr<Host> host);

// A sink for RuntimeOptions; null where `writer` is.
AuditSink AuditSinkTo(std::shared_ptr<AuditWriter> writer);

}  // namespace airlock::platform

#endif  // AIRLOCK_PLATFORM_AUDIT_WRITER_H_
