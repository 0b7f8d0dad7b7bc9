// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/file_site.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "platform/http/site/content_type.h"
#include "platform/http/site/file_error.h"
#include "platform/http/site/url_path.h"
#include "ssl/shown.h"

namespace airlock::http {
namespace {

using platform::internal::UniqueFd;

constexpr char kIndex[] = "index.html";

// A FIFO must not block the server, and a link must not lead out of the root.
constexpr int kOpenFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

// Opens `name` below the directory `parent`.
absl::StatusOr<UniqueFd> OpenBelow(int parent, const char* name, int flags) {
  UniqueFd fd(openat(parent, name, flags));
  if (!fd.valid()) return FileError(errno);
  return fd;
}

absl::StatusOr<struct stat> StatusOf(const UniqueFd& fd) {
  struct stat status = {};
  if (fstat(fd.get(), &status) != 0) return FileError(errno);
  return status;
}

}  // namespace

absl::StatusOr<FileSite> FileSite::Open(const std::string& root) {
  if (absl::StrContains(root, '\0')) {
    return absl::InvalidArgumentError(
        absl::StrCat("the directory ", ssl::ShownPath(root),
                     " cannot be opened: the path contains a NUL byte"));
  }
  UniqueFd fd(open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const int error = errno;
  if (!fd.valid()) {
    return absl::ErrnoToStatus(
        error, absl::StrCat("the directory ", root, " cannot be opened"));
  }
  return FileSite(std::move(fd));
}

absl::StatusOr<SiteEntry> FileSite::Find(absl::string_view target) const {
  absl::StatusOr<std::vector<std::string>> path = SplitPath(target);
  if (!path.ok()) return path.status();
  SiteEntry entry;
  entry.path = *std::move(path);
  entry.final_slash = absl::EndsWith(PathOf(target), "/");

  std::string name = entry.path.empty() ? "." : entry.path.front();
  absl::StatusOr<UniqueFd> fd =
      OpenBelow(root_.get(), name.c_str(), kOpenFlags);
  for (size_t i = 1; fd.ok() && i < entry.path.size(); ++i) {
    name = entry.path[i];
    fd = OpenBelow(fd->get(), name.c_str(), kOpenFlags);
  }
  if (!fd.ok()) return fd.status();
  absl::StatusOr<struct stat> status = StatusOf(*fd);
  if (!status.ok()) return status.status();
  if (S_ISDIR(status->st_mode) && entry.final_slash) {
    absl::StatusOr<UniqueFd> index = OpenBelow(fd->get(), kIndex, kOpenFlags);
    // A failed read must not turn a page into a listing.
    if (!index.ok() && !absl::IsNotFound(index.status())) {
      return index.status();
    }
    if (index.ok()) {
      const absl::StatusOr<struct stat> index_status = StatusOf(*index);
      if (!index_status.ok()) return index_status.status();
      if (S_ISREG(index_status->st_mode)) {
        fd = std::move(index);
        entry.final_slash = false;
        status = index_status;
        name = kIndex;
      }
    }
  }
  if (S_ISDIR(status->st_mode)) {
    entry.kind = SiteEntry::Kind::kDirectory;
  } else if (!S_ISREG(status->st_mode)) {
    return absl::PermissionDeniedError("the target is not a regular file");
  } else if (entry.final_slash) {
    return FileError(ENOTDIR);
  }
  entry.fd = *std::move(fd);
  entry.size = static_cast<uint64_t>(status->st_size);
  entry.modified = absl::TimeFromTimespec(status->st_mtim);
  entry.changed = absl::TimeFromTimespec(status->st_ctim);
  entry.inode = static_cast<uint64_t>(status->st_ino);
  entry.content_type = ContentType(name);
  return entry;
}

}  // namespace airlock::http
