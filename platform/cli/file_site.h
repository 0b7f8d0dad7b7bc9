// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A directory whose files are to be had by URL, and nothing above it.
#ifndef AIRLOCK_PLATFORM_CLI_FILE_SITE_H_
#define AIRLOCK_PLATFORM_CLI_FILE_SITE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/internal/unique_fd.h"

namespace airlock::cli {

// What a request's target leads to.
struct SiteEntry {
  enum class Kind { kFile, kDirectory };
  Kind kind = Kind::kFile;
  platform::internal::UniqueFd fd;  // Open for reading.
  uint64_t size = 0;
  absl::Time modified;
  std::string content_type;  // Of a file.
  // The decoded parts of the path: {"docs", "a b.txt"}.
  std::vector<std::string> path;
  // The target has a final slash (as the root always has).
  bool final_slash = false;
};

// Serves what lies below a directory that it holds open. Each part of a path is
// opened below the one before, and symbolic links are not followed, so that no
// target leads elsewhere, whatever is renamed meanwhile. Immutable, so
// thread-safe.
class FileSite {
 public:
  // Errors name `root`: there is none, or it is no directory. `root` itself may
  // be a symbolic link.
  static absl::StatusOr<FileSite> Open(const std::string& root);

  // Finds what an HTTP request target ("/a%20b?x") names; a directory that
  // holds an index.html, and whose target ends with a slash, is that file.
  // kInvalidArgument for what is no such target: relative, badly encoded, with
  // a NUL, "/" (%2F), "." or ".." in a part; kNotFound for what is not there;
  // kPermissionDenied for what may not be read, a symbolic link, or no file;
  // kResourceExhausted where descriptors or memory are short; kInternal where
  // reading fails otherwise.
  absl::StatusOr<SiteEntry> Find(absl::string_view target) const;

 private:
  explicit FileSite(platform::internal::UniqueFd root)
      : root_(std::move(root)) {}

  platform::internal::UniqueFd root_;
};

// The listing of the directory `entry` as an HTML page. Names are escaped.
absl::StatusOr<std::string> ListingPage(const SiteEntry& entry);

// "/docs/a%20b.txt": the path of an entry, encoded, without final slash.
std::string EncodePath(const std::vector<std::string>& path);

}  // namespace airlock::cli

#endif  // AIRLOCK_PLATFORM_CLI_FILE_SITE_H_
