// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/private_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "platform/internal/unique_fd.h"

namespace airlock::cli {
namespace {

// Writes all of `content` to the disk and closes `file`. Returns errno.
int WriteAll(absl::string_view content, platform::internal::UniqueFd file) {
  while (!content.empty()) {
    const ssize_t written = write(file.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<size_t>(written));
  }
  // Not every kind of file has it.
  if (fsync(file.get()) != 0 && errno != EINVAL && errno != EROFS) return errno;
  return close(file.Release()) == 0 ? 0 : errno;
}

}  // namespace

absl::Status WritePrivateFile(const std::string& path,
                              const ssl::Secret& content) {
  platform::internal::UniqueFd file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
           0600));
  if (!file.valid() && errno == EEXIST) {
    return absl::AlreadyExistsError(absl::StrCat(
        path,
        " exists, and may be a key in use; choose another name, or remove it"));
  }
  if (!file.valid()) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path));
  }
  const int error = WriteAll(content.view(), std::move(file));
  if (error == 0) return absl::OkStatus();
  unlink(path.c_str());
  return absl::ErrnoToStatus(error, absl::StrCat("cannot write ", path));
}

}  // namespace airlock::cli
