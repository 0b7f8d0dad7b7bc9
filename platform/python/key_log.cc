// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/python/key_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace airlock::python {

std::shared_ptr<KeyLog> KeyLog::Open(const std::string& path) {
  const int fd =
      open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY,
           S_IRUSR | S_IWUSR);
  if (fd < 0) return nullptr;
  std::shared_ptr<KeyLog> log(new KeyLog(fd));
  struct stat status;
  if (fstat(fd, &status) == 0 && status.st_size == 0) {
    log->Append("# TLS secrets, written by Airlock");
  }
  return log;
}

KeyLog::~KeyLog() { close(fd_); }

void KeyLog::Append(absl::string_view line) {
  const std::string bytes = absl::StrCat(line, "\n");
  const absl::MutexLock lock(&mutex_);
  // A log that cannot be written must not stop the connection.
  const ssize_t ignored = write(fd_, bytes.data(), bytes.size());
  (void)ignored;
}

}  // namespace airlock::python
