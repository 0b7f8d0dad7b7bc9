// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/key_log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/shown.h"

namespace airlock::cli {
namespace {

absl::Status Refused(const std::string& path, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("--keylog: ", ssl::ShownPath(path), " ", why));
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeyLogFile>> KeyLogFile::Open(
    const std::string& path) {
  // Without O_NONBLOCK, opening a FIFO would wait for its reader.
  platform::internal::UniqueFd fd(open(path.c_str(),
                                       O_WRONLY | O_APPEND | O_CREAT |
                                           O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
                                           O_NOCTTY,
                                       S_IRUSR | S_IWUSR));
  if (fd.get() < 0) {
    if (errno == ELOOP) return Refused(path, "is a symbolic link");
    return absl::ErrnoToStatus(
        errno, absl::StrCat("--keylog: cannot open ", ssl::ShownPath(path)));
  }
  struct stat status;
  if (fstat(fd.get(), &status) != 0) {
    return absl::ErrnoToStatus(
        errno, absl::StrCat("--keylog: cannot inspect ", ssl::ShownPath(path)));
  }
  if (!S_ISREG(status.st_mode)) return Refused(path, "is not a regular file");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Refused(path,
                   "can be used by others, who could decrypt the traffic; run "
                   "chmod 600 on it, or name a new file");
  }
  // Not make_unique: the constructor is private.
  return std::unique_ptr<KeyLogFile>(new KeyLogFile(std::move(fd)));
}

absl::Status KeyLogFile::Append(absl::string_view line) {
  char newline = '\n';
  // Without a copy, since it holds secrets.
  const std::array<iovec, 2> pieces = {
      {{const_cast<char*>(line.data()), line.size()}, {&newline, 1}}};
  const absl::MutexLock lock(&mutex_);
  if (!status_.ok()) return status_;
  ssize_t written = -1;
  do {
    written = writev(fd_.get(), pieces.data(), pieces.size());
  } while (written < 0 && errno == EINTR);
  if (written < 0) {
    status_ =
        absl::ErrnoToStatus(errno, "--keylog: the file cannot be written");
  } else if (static_cast<size_t>(written) != line.size() + 1) {
    status_ = absl::DataLossError(
        "--keylog: the file took only a part of a line; is the disk full?");
  }
  return status_;
}

}  // namespace airlock::cli
