// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/trusted_path.h"

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <deque>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "config/error_place.h"
#include "platform/internal/errno_status.h"
#include "ssl/shown.h"

namespace airlock::platform::internal {
namespace {

// The limit of Linux.
constexpr int kMaxLinks = 40;

std::string Described(const struct stat& st) {
  return absl::StrFormat("(mode %04o, owner %d, group %d)", st.st_mode & 07777,
                         st.st_uid, st.st_gid);
}

// Walks along a path.
class Walk {
 public:
  Walk(const std::string& path, const PathCalls& calls)
      : path_(path), calls_(calls) {}

  absl::Status Run() {
    absl::Status status = CheckRoot();
    Prepend(path_);
    while (status.ok() && !parts_.empty()) {
      const std::string part = parts_.front();
      parts_.pop_front();
      if (part == "..") {
        // `at_` has no symbolic links, so this is its parent.
        at_.resize(at_.empty() ? 0 : at_.rfind('/'));
      } else {
        status = Step(absl::StrCat(at_, "/", part));
      }
    }
    return status;
  }

 private:
  void Prepend(absl::string_view path) {
    std::deque<std::string> parts;
    for (const absl::string_view part : absl::StrSplit(path, '/')) {
      if (!part.empty() && part != ".") parts.emplace_back(part);
    }
    parts_.insert(parts_.begin(), parts.begin(), parts.end());
  }

  absl::Status Step(const std::string& place) {
    struct stat st;
    if (calls_.lstat(place.c_str(), &st) != 0) return CannotLook(place, errno);
    absl::Status status = CheckStatus(place, st);
    if (!status.ok()) return status;
    if (!S_ISLNK(st.st_mode)) {
      at_ = place;
      return absl::OkStatus();
    }
    if (++links_ > kMaxLinks) return CannotLook(place, ELOOP);
    char target[PATH_MAX];
    const ssize_t size = calls_.readlink(place.c_str(), target, sizeof(target));
    if (size < 0) return CannotLook(place, errno);
    if (size == 0 || static_cast<size_t>(size) >= sizeof(target)) {
      return CannotLook(place, ENAMETOOLONG);
    }
    const absl::string_view leads(target, static_cast<size_t>(size));
    if (leads[0] == '/') at_.clear();
    Prepend(leads);
    return absl::OkStatus();
  }

  absl::Status CheckRoot() {
    struct stat st;
    if (calls_.lstat("/", &st) != 0) return CannotLook("/", errno);
    root_ = st.st_uid;
    return CheckStatus("/", st);
  }

  absl::Status CheckStatus(const std::string& place,
                           const struct stat& st) const {
    const bool ours =
        st.st_uid == 0 || st.st_uid == calls_.user || st.st_uid == root_;
    const bool link = S_ISLNK(st.st_mode);
    const bool sticky = S_ISDIR(st.st_mode) && (st.st_mode & S_ISVTX) != 0;
    const bool open =
        !link && !sticky && (st.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    if (ours && !open) return absl::OkStatus();
    const std::string shown = ssl::ShownPath(place);
    return config::WithPlace(
        absl::FailedPreconditionError(absl::StrCat(
            ssl::ShownPath(path_), " cannot be trusted: ", shown, " ",
            Described(st),
            open ? absl::StrCat(" is writable by others; run `chmod go-w ",
                                shown, "`, or put the file elsewhere")
                 : absl::StrCat(
                       " belongs to neither root nor user ", calls_.user,
                       ", which this process runs as; change its owner to one "
                       "of them, or put the file elsewhere"))),
        shown);
  }

  absl::Status CannotLook(const std::string& place, int error) const {
    if (error == ENOENT && links_ > 0) {
      return config::WithPlace(
          absl::FailedPreconditionError(
              absl::StrCat(ssl::ShownPath(path_),
                           " is, or leads through, a symbolic link to ",
                           ssl::ShownPath(place), ", which does not exist")),
          ssl::ShownPath(path_));
    }
    const std::string shown = ssl::ShownPath(place);
    return config::WithPlace(
        ErrnoStatus(
            error,
            absl::StrCat("cannot access ", shown,
                         place == path_ ? ""
                                        : absl::StrCat(", on the way to ",
                                                       ssl::ShownPath(path_)))),
        shown);
  }

  const std::string& path_;
  const PathCalls& calls_;
  std::string at_;  // The path so far; empty for the root.
  std::deque<std::string> parts_;
  // The owner of the root folder: a user namespace may show root as another
  // user.
  uid_t root_ = 0;
  int links_ = 0;
};

}  // namespace

PathCalls::PathCalls() : readlink(::readlink), user(geteuid()) {}

absl::Status CheckTrusted(const std::string& path, const PathCalls& calls) {
  if (path.empty() || path[0] != '/') {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", ssl::ShownPath(path), "\" must be an absolute path"));
  }
  return Walk(path, calls).Run();
}

}  // namespace airlock::platform::internal
