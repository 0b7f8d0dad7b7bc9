// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Serves the files of a directory by URL, and nothing above it.
#ifndef AIRLOCK_PLATFORM_HTTP_SITE_FILE_SITE_H_
#define AIRLOCK_PLATFORM_HTTP_SITE_FILE_SITE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/internal/unique_fd.h"

namespace airlock::http {

// The target of a request.
struct SiteEntry {
  enum class Kind { kFile, kDirectory };
  Kind kind = Kind::kFile;
  platform::internal::UniqueFd fd;  // Open for reading.
  uint64_t size = 0;
  absl::Time modified;
  // The last change of the file or its metadata (ctime).
  absl::Time changed;
  uint64_t inode = 0;
  std::string content_type;  // For a file.
  // The decoded parts of the path: {"docs", "a b.txt"}.
  std::vector<std::string> path;
  // The target ends with a slash (the root always does).
  bool final_slash = false;
};

// Serves everything below a directory that it keeps open. Opens each part of a
// path below the previous one, and does not follow symbolic links, so that no
// target leads elsewhere, even if files are renamed meanwhile. Immutable, so
// thread-safe.
class FileSite {
 public:
  // Errors name `root`: it does not exist, or is not a directory. `root` itself
  // may be a symbolic link.
  static absl::StatusOr<FileSite> Open(const std::string& root);

  // Finds the entry for an HTTP request target ("/a%20b?x"). If a directory has
  // an index.html and the target ends with a slash, the entry is that file.
  // kInvalidArgument for an invalid target: relative, badly encoded, with a
  // NUL, "/" (%2F), "." or ".." in a part; kNotFound if it does not exist;
  // kPermissionDenied for an unreadable file, a symbolic link, or a special
  // file; kResourceExhausted if descriptors or memory run out; kInternal for
  // other read errors.
  absl::StatusOr<SiteEntry> Find(absl::string_view target) const;

 private:
  explicit FileSite(platform::internal::UniqueFd root)
      : root_(std::move(root)) {}

  platform::internal::UniqueFd root_;
};

}  // namespace airlock::http

#endif  // AIRLOCK_PLATFORM_HTTP_SITE_FILE_SITE_H_
