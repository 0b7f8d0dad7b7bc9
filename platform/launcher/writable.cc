// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/launcher/writable.h"

#include <dirent.h>
#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace airlock::launcher {
namespace {

// Linux's limit.
constexpr int kMaxLinks = 40;

using Identity = std::pair<dev_t, ino_t>;

bool IsWithin(absl::string_view path, absl::string_view folder) {
  return path == folder || folder == "/" ||
         (absl::StartsWith(path, folder) && path[folder.size()] == '/');
}

std::string Join(absl::string_view folder, absl::string_view name) {
  return absl::StrCat(folder == "/" ? "" : folder, "/", name);
}

std::string Parent(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The result for a path that cannot be examined. It is an error unless the path
// does not exist, or this user has no access.
absl::Status CannotLook(absl::string_view path, int error) {
  if (error == ENOENT || error == ENOTDIR || error == EACCES) {
    return absl::OkStatus();
  }
  return absl::InternalError(
      absl::ErrnoToStatus(error,
                          absl::StrCat("--writable: cannot access ", path))
          .message());
}

// Unset if it does not exist.
absl::StatusOr<std::optional<Identity>> IdentityOf(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0) {
    return std::optional<Identity>({status.st_dev, status.st_ino});
  }
  const absl::Status failed = CannotLook(path, errno);
  if (!failed.ok()) return failed;
  return std::optional<Identity>();
}

// Whether `path`, or a folder above it, is the same file as `folder`.
absl::StatusOr<bool> IsBelow(std::string path, const std::string& folder) {
  if (IsWithin(path, folder)) return true;
  const auto there = IdentityOf(folder);
  if (!there.ok()) return there.status();
  for (;; path = Parent(path)) {
    const auto here = IdentityOf(path);
    if (!here.ok()) return here.status();
    if (here->has_value() && *here == *there) return true;
    if (path == "/") return false;
  }
}

// Another name of the file `path` below `folder`; empty if it has none.
absl::StatusOr<std::string> OtherName(const std::string& path,
                                      const std::string& folder) {
  struct stat file;
  if (stat(path.c_str(), &file) != 0) {
    const absl::Status failed = CannotLook(path, errno);
    if (!failed.ok()) return failed;
    return "";
  }
  if (S_ISDIR(file.st_mode) || file.st_nlink < 2) return "";
  std::string root = folder;
  std::array<char*, 2> roots = {root.data(), nullptr};
  const std::unique_ptr<FTS, int (*)(FTS*)> tree(
      fts_open(roots.data(), FTS_PHYSICAL | FTS_NOCHDIR, nullptr), &fts_close);
  absl::Status failed =
      tree == nullptr ? CannotLook(folder, errno) : absl::OkStatus();
  while (tree != nullptr && failed.ok()) {
    errno = 0;  // null means the end or a failure.
    const FTSENT* const entry = fts_read(tree.get());
    if (entry == nullptr) {
      if (errno != 0) failed = CannotLook(folder, errno);
      break;
    }
    if (entry->fts_info == FTS_F && entry->fts_statp->st_dev == file.st_dev &&
        entry->fts_statp->st_ino == file.st_ino) {
      return std::string(entry->fts_path);
    }
    if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
        entry->fts_info == FTS_NS) {
      failed = CannotLook(entry->fts_path, entry->fts_errno);
    }
  }
  if (!failed.ok()) return failed;
  return "";
}

// The members of the folder `path` that are symbolic links.
absl::StatusOr<std::vector<std::string>> LinksIn(const std::string& path) {
  std::vector<std::string> links;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()),
                                                   &closedir);
  absl::Status failed =
      folder == nullptr ? CannotLook(path, errno) : absl::OkStatus();
  while (folder != nullptr && failed.ok()) {
    errno = 0;  // null means the end or a failure.
    const dirent* const entry = readdir(folder.get());
    if (entry == nullptr) {
      if (errno != 0) failed = CannotLook(path, errno);
      break;
    }
    std::string member = Join(path, entry->d_name);
    struct stat status;
    if (lstat(member.c_str(), &status) != 0) {
      failed = CannotLook(member, errno);
    } else if (S_ISLNK(status.st_mode)) {
      links.push_back(std::move(member));
    }
  }
  if (!failed.ok()) return failed;
  return links;
}

absl::Status Overlap(const std::string& writable, const Protected& fixed,
                     absl::string_view how) {
  return absl::InvalidArgumentError(
      absl::StrCat("--writable=", writable, ": ", fixed.what, " (", fixed.path,
                   ") must stay read-only, but ", how,
                   "; choose another folder, or put it elsewhere"));
}

absl::Status CheckOne(const std::string& writable, const Protected& fixed) {
  const std::vector<std::string> steps = PathSteps(fixed.path);
  for (const std::string& step : steps) {
    const absl::StatusOr<bool> below = IsBelow(step, writable);
    if (!below.ok()) return below.status();
    if (!*below) continue;
    return Overlap(
        writable, fixed,
        step == fixed.path
            ? "it lies in that folder"
            : absl::StrCat("its path leads through that folder, at ", step));
  }
  const std::string& end = steps.back();
  const absl::StatusOr<bool> holds = IsBelow(writable, end);
  if (!holds.ok()) return holds.status();
  if (*holds && !fixed.may_hold_writable) {
    return Overlap(writable, fixed, "that folder lies in it");
  }
  const absl::StatusOr<std::string> other = OtherName(end, writable);
  if (!other.ok()) return other.status();
  if (other->empty()) return absl::OkStatus();
  return Overlap(writable, fixed,
                 absl::StrCat("it has another name in that folder, ", *other));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> WritableFolders(
    absl::string_view flag) {
  std::vector<std::string> folders;
  const std::vector<std::string> paths =
      absl::StrSplit(flag, ',', absl::SkipEmpty());
  for (const std::string& path : paths) {
    const std::unique_ptr<char, decltype(&std::free)> real(
        realpath(path.c_str(), nullptr), &std::free);
    struct stat status;
    if (real == nullptr || stat(real.get(), &status) != 0 ||
        !S_ISDIR(status.st_mode)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--writable=", path, ": no such directory"));
    }
    folders.emplace_back(real.get());
  }
  return folders;
}

std::vector<std::string> PathSteps(const std::string& path) {
  std::vector<std::string> steps;
  std::string place = "/";
  if (!absl::StartsWith(path, "/")) {
    char here[PATH_MAX];
    if (getcwd(here, sizeof(here)) != nullptr) place = here;
  }
  std::deque<std::string> rest = absl::StrSplit(path, '/', absl::SkipEmpty());
  while (!rest.empty()) {
    const std::string name = std::move(rest.front());
    rest.pop_front();
    if (name == ".") continue;
    if (name == "..") {
      place = Parent(place);
      continue;
    }
    place = Join(place, name);
    char target[PATH_MAX];
    const ssize_t size = readlink(place.c_str(), target, sizeof(target));
    if (size <= 0 || size == sizeof(target) || steps.size() >= kMaxLinks) {
      continue;
    }
    steps.push_back(place);
    const absl::string_view link(target, static_cast<size_t>(size));
    const std::vector<std::string> names =
        absl::StrSplit(link, '/', absl::SkipEmpty());
    rest.insert(rest.begin(), names.begin(), names.end());
    place = link[0] == '/' ? "/" : Parent(place);
  }
  steps.push_back(place);
  return steps;
}

absl::Status CheckWritable(const std::vector<std::string>& writable,
                           const std::vector<Protected>& fixed) {
  for (const std::string& folder : writable) {
    for (const Protected& each : fixed) {
      absl::Status status = CheckOne(folder, each);
      if (!status.ok()) return status;
      if (!each.has_links) continue;
      absl::StatusOr<std::vector<std::string>> links =
          LinksIn(PathSteps(each.path).back());
      if (!links.ok()) return links.status();
      for (std::string& link : *links) {
        status = CheckOne(folder, {each.what, std::move(link)});
        if (!status.ok()) return status;
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace airlock::launcher
