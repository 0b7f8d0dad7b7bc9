// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/audit_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>

#include "absl/base/log_severity.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ssl/shown.h"

namespace airlock::platform {
namespace {

using internal::UniqueFd;

constexpr absl::string_view kFdPrefix = "fd:";
// Out of the way of those that shells and their users name.
constexpr int kFirstFd = 10;

// Keeps a SIGPIPE of this thread's writes from the process, whose handler is
// not ours to set.
class SigpipeBlock {
 public:
  SigpipeBlock() {
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }
  ~SigpipeBlock() {
    const int error = errno;
    const timespec now = {};
    if (!was_pending_) sigtimedwait(&sigpipe_, nullptr, &now);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }
  SigpipeBlock(const SigpipeBlock&) = delete;
  SigpipeBlock& operator=(const SigpipeBlock&) = delete;

 private:
  sigset_t sigpipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

std::string What(const std::string& target) {
  return absl::StrCat("the audit cannot be written to \"",
                      ssl::ShownPath(target), "\"");
}

absl::Status CannotWrite(const std::string& target, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(What(target), ": ", why));
}

absl::Status CannotWrite(const std::string& target, int error) {
  return absl::InvalidArgumentError(
      absl::ErrnoToStatus(error, What(target)).message());
}

}  // namespace

absl::StatusOr<UniqueFd> OpenAuditTarget(const std::string& target) {
  absl::string_view number = target;
  if (!absl::ConsumePrefix(&number, kFdPrefix)) {
    if (target.find('\0') != std::string::npos) {
      return CannotWrite(target, "the path has a NUL byte in it");
    }
    // O_NONBLOCK: not to wait for somebody who reads a FIFO.
    UniqueFd fd(
        open(target.c_str(),
             O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
             S_IRUSR | S_IWUSR));
    if (!fd.valid()) return CannotWrite(target, errno);
    return fd;
  }
  int given = -1;
  if (!absl::SimpleAtoi(number, &given) || given < 0) {
    return CannotWrite(target,
                       "\"fd:\" goes before the number of a descriptor, as in "
                       "fd:3");
  }
  const int flags = fcntl(given, F_GETFL);
  if (flags < 0) {
    return CannotWrite(target,
                       "no such descriptor is open in this process; open it "
                       "before, as in `3>>audit.jsonl`");
  }
  if ((flags & O_ACCMODE) == O_RDONLY) {
    return CannotWrite(target, "that descriptor was opened for reading only");
  }
  UniqueFd fd(fcntl(given, F_DUPFD_CLOEXEC, kFirstFd));
  if (!fd.valid()) return CannotWrite(target, errno);
  return fd;
}

absl::StatusOr<std::shared_ptr<AuditWriter>> AuditWriter::Open(
    const std::string& target, std::shared_ptr<Host> host) {
  absl::StatusOr<UniqueFd> fd = OpenAuditTarget(target);
  if (!fd.ok()) return fd.status();
  struct stat st;
  if (fstat(fd->get(), &st) != 0) return CannotWrite(target, errno);
  return std::shared_ptr<AuditWriter>(new AuditWriter(
      target, *std::move(fd), {st.st_dev, st.st_ino}, std::move(host)));
}

void AuditWriter::Write(const AuditEvent& event) {
  AuditEvent cut = event;
  cut.host.resize(std::min(cut.host.size(), kMaxText));
  // The end of it tells more: the file's name and the line.
  if (cut.call_site.size() > kMaxText) {
    cut.call_site.erase(0, cut.call_site.size() - kMaxText);
  }
  const absl::Status status = WriteLine(cut.ToJson());
  if (status.ok() || lost_.fetch_add(1) > 0) return;
  host_->Log(absl::LogSeverity::kError,
             absl::StrCat("A line of the audit is lost: ", status.message(),
                          ". Further ones are counted only."));
}

absl::Status AuditWriter::WriteLine(absl::string_view json) {
  struct stat st;
  // The application may have closed all descriptors, and opened another file
  // that has our number now.
  if (fstat(fd_.get(), &st) != 0 || st.st_dev != place_.device ||
      st.st_ino != place_.inode) {
    return CannotWrite(target_, "its descriptor was closed by somebody else");
  }
  absl::MutexLock lock(&mutex_);
  const std::string line = absl::StrCat(torn_ ? "\n" : "", json, "\n");
  const SigpipeBlock block;
  ssize_t written;
  do {
    written = write(fd_.get(), line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  if (written < 0) return CannotWrite(target_, errno);
  torn_ = static_cast<size_t>(written) < line.size();
  if (!torn_) return absl::OkStatus();
  return CannotWrite(target_, "there was room for a part of it only");
}

absl::StatusOr<std::shared_ptr<AuditWriter>> AuditWriterFromEnvironment(
    const config::Environment& environment, std::shared_ptr<Host> host) {
  const absl::Status status = config::CheckEnvironment(environment);
  if (!status.ok()) return status;
  const std::string* variable = environment.Find(config::kAuditVariable);
  if (variable == nullptr) return nullptr;
  const std::string& target = *variable;
  if (!absl::StartsWith(target, "/") && !absl::StartsWith(target, kFdPrefix)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the environment variable ", config::kAuditVariable, " is \"",
        ssl::ShownPath(target),
        "\"; set it to the absolute path of a file or to \"fd:N\", a "
        "descriptor that is open for writing, or unset it"));
  }
  absl::StatusOr<std::shared_ptr<AuditWriter>> writer =
      AuditWriter::Open(target, std::move(host));
  if (writer.ok()) return writer;
  return absl::InvalidArgumentError(
      absl::StrCat(config::kAuditVariable, ": ", writer.status().message()));
}

AuditSink AuditSinkTo(std::shared_ptr<AuditWriter> writer) {
  if (writer == nullptr) return nullptr;
  return [writer = std::move(writer)](const AuditEvent& event) {
    writer->Write(event);
  };
}

}  // namespace airlock::platform
