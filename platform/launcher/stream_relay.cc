// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/stream_relay.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "absl/strings/string_view.h"

namespace airlock::launcher {
namespace {

using platform::internal::UniqueFd;

constexpr size_t kChunk = 64 << 10;

// Whether input from `fd` is copied: it is open, and neither a terminal, which
// is not shared, nor /dev/null.
bool IsInput(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0 || isatty(fd) != 0) return false;
  return !S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3);
}

bool IsOutput(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

bool SamePlace(int one, int other) {
  struct stat first;
  struct stat second;
  return fstat(one, &first) == 0 && fstat(other, &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

absl::Status MakePipe(UniqueFd* reading, UniqueFd* writing) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    const int error = errno;
    return absl::InternalError(
        absl::ErrnoToStatus(error, "cannot make a pipe").message());
  }
  *reading = UniqueFd(ends[0]);
  *writing = UniqueFd(ends[1]);
  return absl::OkStatus();
}

// Another process that shares a descriptor may have made it non-blocking.
void WaitFor(int fd, short events) {  // NOLINT(google-runtime-int)
  pollfd entry = {fd, events, 0};
  while (poll(&entry, 1, /*timeout=*/-1) < 0 && errno == EINTR) {
  }
}

// Whether the reader of a pipe has closed it. Keeps errno.
bool IsUnread(int pipe) {
  const int error = errno;
  pollfd entry = {pipe, 0, 0};
  const bool closed =
      poll(&entry, 1, /*timeout=*/0) == 1 && (entry.revents & POLLERR) != 0;
  errno = error;
  return closed;
}

// The number of bytes read, 0 at the end, -1 with errno.
ssize_t ReadSome(int fd, char* to, size_t size) {
  for (;;) {
    const ssize_t got = read(fd, to, size);
    if (got >= 0 || (errno != EINTR && errno != EAGAIN)) return got;
    if (errno == EAGAIN) WaitFor(fd, POLLIN);
  }
}

// 0, or the error.
int WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      WaitFor(fd, POLLOUT);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

// Sets `error` if the input cannot be read, before `to` is closed.
void CopyInput(const UniqueFd& to, std::atomic<int>* error) {
  std::array<char, kChunk> chunk;
  for (;;) {
    const ssize_t size = ReadSome(STDIN_FILENO, chunk.data(), chunk.size());
    // A program may close its input, and is then not deceived.
    if (size < 0 && !IsUnread(to.get())) *error = errno;
    if (size <= 0 ||
        WriteAll(to.get(), {chunk.data(), static_cast<size_t>(size)}) != 0) {
      return;
    }
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<StreamRelay>> StreamRelay::Create() {
  std::unique_ptr<StreamRelay> relay(new StreamRelay);
  if (IsOutput(STDOUT_FILENO)) relay->out_.to = STDOUT_FILENO;
  if (IsOutput(STDERR_FILENO)) relay->err_.to = STDERR_FILENO;
  relay->has_input_ = IsInput(STDIN_FILENO);
  relay->one_output_ = SamePlace(STDOUT_FILENO, STDERR_FILENO);
  absl::Status status = MakePipe(&relay->out_.reading, &relay->out_.writing);
  if (status.ok() && !relay->one_output_) {
    status = MakePipe(&relay->err_.reading, &relay->err_.writing);
  }
  if (status.ok() && relay->has_input_) {
    status = MakePipe(&relay->input_reading_, &relay->input_writing_);
  }
  if (!status.ok()) return status;
  return relay;
}

StreamRelay::~StreamRelay() {
  for (Output* output : {&out_, &err_}) {
    if (output->copier.joinable()) output->copier.detach();
  }
}

void StreamRelay::Give(Program* program) const {
  program->streams =
      Program::Streams{input_reading_.get(), out_.writing.get(),
                       one_output_ ? out_.writing.get() : err_.writing.get()};
}

void StreamRelay::Start() {
  out_.writing = UniqueFd();
  err_.writing = UniqueFd();
  input_reading_ = UniqueFd();
  out_.copier = std::thread(Copy, &out_);
  if (!one_output_) err_.copier = std::thread(Copy, &err_);
  if (!has_input_) return;
  // It may wait for input that never arrives: it ends with this process.
  std::thread([to = std::move(input_writing_), error = input_error_] {
    CopyInput(to, error.get());
  }).detach();
}

absl::Status StreamRelay::Finish() {
  absl::Status status;
  for (Output* output : {&out_, &err_}) {
    if (!output->copier.joinable()) continue;
    output->copier.join();
    if (output->error == 0 || output->error == EPIPE) continue;
    status.Update(absl::ErrnoToStatus(
        output->error, output->to == STDOUT_FILENO
                           ? "standard output of the application was lost"
                           : "standard error of the application was lost"));
  }
  if (*input_error_ != 0) {
    status.Update(absl::ErrnoToStatus(
        *input_error_, "standard input cannot be read to its end"));
  }
  return status;
}

void StreamRelay::Copy(Output* output) {
  std::array<char, kChunk> chunk;
  for (;;) {
    const ssize_t size =
        ReadSome(output->reading.get(), chunk.data(), chunk.size());
    if (size <= 0) return;
    if (output->to < 0) continue;
    output->error =
        WriteAll(output->to, {chunk.data(), static_cast<size_t>(size)});
    if (output->error == 0) continue;
    // The program's next write fails, too.
    output->reading = UniqueFd();
    return;
  }
}

}  // namespace airlock::launcher
