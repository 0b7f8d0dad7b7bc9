// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/posix_host.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "config/error_place.h"
#include "platform/internal/errno_status.h"
#include "platform/internal/sigpipe_block.h"
#include "platform/internal/trusted_path.h"
#include "platform/internal/unique_fd.h"
#include "ssl/secret.h"
#include "ssl/shown.h"

namespace airlock::platform {
namespace {

using internal::UniqueFd;

// How often to try to read a file that changes meanwhile.
constexpr int kReadAttempts = 3;

int64_t Nanoseconds(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileStatus ToFileStatus(const struct stat& st) {
  FileStatus status;
  status.type = S_ISREG(st.st_mode)   ? FileType::kRegular
                : S_ISDIR(st.st_mode) ? FileType::kDirectory
                                      : FileType::kOther;
  status.identity.device = st.st_dev;
  status.identity.inode = st.st_ino;
  status.identity.size = static_cast<uint64_t>(st.st_size);
  status.identity.modified_ns = Nanoseconds(st.st_mtim);
  status.identity.changed_ns = Nanoseconds(st.st_ctim);
  return status;
}

// Says which part of `path` this process may not access.
std::string WhatIsDenied(const std::string& path) {
  std::string part = path;
  int wanted = R_OK;
  for (size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string directory = path.substr(0, slash);
    if (faccessat(AT_FDCWD, directory.c_str(), X_OK, AT_EACCESS) != 0) {
      part = directory;
      wanted = X_OK;
      break;
    }
  }
  if (faccessat(AT_FDCWD, part.c_str(), wanted, AT_EACCESS) == 0) {
    return "its mode allows it, so a sandbox or security module must forbid it";
  }
  struct stat st;
  std::string mode;
  if (stat(part.c_str(), &st) == 0) {
    mode = absl::StrFormat(" (mode %04o, owner %d, group %d)",
                           st.st_mode & 07777, st.st_uid, st.st_gid);
  }
  return absl::StrCat(
      "user ", geteuid(), " (group ", getegid(), ") may not ",
      wanted == X_OK ? "search the directory " : "read ", ssl::ShownPath(part),
      mode, "; grant that permission, or name a file that the user may read");
}

absl::Status FileError(int error, absl::string_view verb,
                       const std::string& path) {
  const std::string shown = ssl::ShownPath(path);
  absl::Status status = config::WithPlace(
      internal::ErrnoStatus(error, absl::StrCat("cannot ", verb, " ", shown)),
      shown);
  if (error != EACCES && error != EPERM) return status;
  return config::WithMessage(
      status, absl::StrCat(status.message(), ": ", WhatIsDenied(path)));
}

absl::Status CheckPath(absl::string_view verb, const std::string& path) {
  if (!path.empty() && path.find('\0') == std::string::npos) {
    return absl::OkStatus();
  }
  return config::WithPlace(
      absl::InvalidArgumentError(absl::StrCat(
          "cannot ", verb, " \"", ssl::ShownPath(path), "\": ",
          path.empty() ? "the path is empty" : "the path contains a NUL byte")),
      ssl::ShownPath(path));
}

absl::Status CheckReadable(const struct stat& st, const std::string& path) {
  if (S_ISDIR(st.st_mode)) {
    return config::WithPlace(
        internal::WithErrno(absl::FailedPreconditionError(absl::StrCat(
                                "cannot read ", ssl::ShownPath(path),
                                ": it is a directory; name a file in it")),
                            EISDIR),
        ssl::ShownPath(path));
  }
  if (!S_ISREG(st.st_mode)) {
    return config::WithPlace(
        absl::FailedPreconditionError(absl::StrCat(
            "cannot read ", ssl::ShownPath(path),
            ": it is a FIFO, socket or device, not a regular file")),
        ssl::ShownPath(path));
  }
  return absl::OkStatus();
}

absl::Status TooLarge(const std::string& path) {
  return config::WithPlace(
      internal::WithErrno(absl::OutOfRangeError(absl::StrCat(
                              "cannot read ", ssl::ShownPath(path),
                              ": it is larger than ", Host::kMaxFileSize >> 20,
                              " MiB; is it the file that you meant?")),
                          EFBIG),
      ssl::ShownPath(path));
}

// Reads until the end of the file, or one byte past the limit.
absl::StatusOr<std::string> ReadAll(int fd, size_t expected,
                                    const std::string& path) {
  std::string bytes;
  const ssl::ScopedWipe wipe(&bytes);
  // Heap memory moves with the string; a short string would leave copies.
  constexpr size_t kLeast = 64;
  bytes.reserve(std::max(expected + 1, kLeast));
  size_t size = 0;
  // One byte more than expected, so that one call detects the end.
  bytes.resize(expected + 1);
  while (size <= Host::kMaxFileSize) {
    if (size == bytes.size()) {
      // It may be a key: wipe the memory that it outgrows.
      std::string larger(size * 2 + 4096, '\0');
      larger.replace(0, size, bytes);
      ssl::Wipe(&bytes);
      bytes = std::move(larger);
    }
    const ssize_t n = read(fd, &bytes[size], bytes.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FileError(errno, "read", path);
    if (n == 0) {
      bytes.resize(size);
      return bytes;
    }
    size += static_cast<size_t>(n);
  }
  return TooLarge(path);
}

// The file that is standard error; unset if that is closed.
std::optional<FileIdentity> StandardError() {
  struct stat st;
  if (fstat(STDERR_FILENO, &st) != 0) return std::nullopt;
  return ToFileStatus(st).identity;
}

// Whether a line may be written to standard error, which was the file `first`
// when the host was made. A process that closes it gives its number to the next
// descriptor that it opens, and a line in the middle of a connection would
// break that. Services send it to another file, but not to a socket.
bool MayWriteTo(const std::optional<FileIdentity>& first) {
  struct stat st;
  if (!first.has_value() || fstat(STDERR_FILENO, &st) != 0) return false;
  if (!S_ISSOCK(st.st_mode)) return true;
  if (st.st_dev != first->device || st.st_ino != first->inode) return false;
  // The socket of a system's log is local; inetd gives servers the connection.
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  return getsockname(STDERR_FILENO, reinterpret_cast<sockaddr*>(&address),
                     &size) == 0 &&
         address.ss_family == AF_UNIX;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

}  // namespace

PosixHost::PosixHost(LogSink log)
    : log_(std::move(log)), standard_error_(StandardError()) {}

absl::StatusOr<FileContent> PosixHost::ReadFile(const std::string& path) {
  absl::Status ok = CheckPath("read", path);
  if (!ok.ok()) return ok;
  // Before opening it, because opening some devices has side effects.
  struct stat st;
  if (stat(path.c_str(), &st) != 0) return FileError(errno, "read", path);
  ok = CheckReadable(st, path);
  if (!ok.ok()) return ok;
  for (int attempt = 0; attempt < kReadAttempts; ++attempt) {
    // O_NONBLOCK: it may have become a FIFO by now.
    const UniqueFd fd(
        open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd.valid()) return FileError(errno, "open", path);
    if (fstat(fd.get(), &st) != 0) return FileError(errno, "read", path);
    ok = CheckReadable(st, path);
    if (!ok.ok()) return ok;
    const FileIdentity before = ToFileStatus(st).identity;
    if (before.size > kMaxFileSize) return TooLarge(path);
    absl::StatusOr<std::string> bytes =
        ReadAll(fd.get(), static_cast<size_t>(before.size), path);
    if (!bytes.ok()) return bytes.status();
    const ssl::ScopedWipe wipe(&*bytes);
    if (fstat(fd.get(), &st) != 0) return FileError(errno, "read", path);
    // Files in /proc have content, and the size 0.
    const bool whole = before.size == 0 || bytes->size() == before.size;
    if (whole && ToFileStatus(st).identity == before) {
      return FileContent{*std::move(bytes), before};
    }
  }
  return absl::UnavailableError(absl::StrCat(
      "cannot read ", ssl::ShownPath(path), ": it changed during each of ",
      kReadAttempts, " reads; replace such a file atomically, by renaming"));
}

absl::StatusOr<FileContent> PosixHost::ReadTrustedFile(
    const std::string& path) {
  const absl::Status status = CheckTrusted(path);
  if (!status.ok()) return status;
  return ReadFile(path);
}

absl::Status PosixHost::CheckTrusted(const std::string& path) {
  const absl::Status status = CheckPath("read", path);
  return status.ok() ? internal::CheckTrusted(path) : status;
}

absl::StatusOr<FileStatus> PosixHost::Stat(const std::string& path) {
  const absl::Status ok = CheckPath("access", path);
  if (!ok.ok()) return ok;
  struct stat st;
  if (stat(path.c_str(), &st) != 0) return FileError(errno, "access", path);
  return ToFileStatus(st);
}

// A stat(2) takes 2 us in some virtual machines, as much as everything else
// that is needed to find the Context of a connection. What this thread saw less
// than kStatLifetime ago costs a look at the clock. A program that replaces a
// bundle and then uses it takes longer than that, and otherwise a connection
// could as well have been made that much earlier.
absl::StatusOr<FileStatus> PosixHost::RecentStat(const std::string& path) {
  using Clock = std::chrono::steady_clock;
  constexpr auto kStatLifetime = std::chrono::microseconds(100);
  constexpr auto kLeastAge = std::chrono::seconds(1);
  struct Seen {
    std::string path;
    FileStatus status;
    Clock::time_point until;
  };
  thread_local Seen seen;
  const Clock::time_point now = Clock::now();
  if (now < seen.until && path == seen.path) return seen.status;
  seen.until = Clock::time_point();
  absl::StatusOr<FileStatus> status = Stat(path);
  if (!status.ok() || status->type != FileType::kRegular || path[0] != '/') {
    return status;
  }
  const auto age = std::chrono::system_clock::now().time_since_epoch() -
                   std::chrono::nanoseconds(status->identity.changed_ns);
  if (age < kLeastAge) return status;
  seen.path = path;
  seen.status = *status;
  seen.until = now + kStatLifetime;
  return status;
}

absl::StatusOr<std::vector<std::string>> PosixHost::ListDirectory(
    const std::string& path) {
  const absl::Status ok = CheckPath("list", path);
  if (!ok.ok()) return ok;
  const std::unique_ptr<DIR, CloseDirectory> directory(opendir(path.c_str()));
  if (directory == nullptr) return FileError(errno, "list", path);
  std::vector<std::string> names;
  while (true) {
    errno = 0;  // Null means the end or a failure.
    const dirent* entry = readdir(directory.get());
    if (entry == nullptr) break;
    const absl::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return FileError(errno, "list", path);
  std::sort(names.begin(), names.end());
  return names;
}

absl::Time PosixHost::Now() const { return absl::Now(); }

void PosixHost::Log(absl::LogSeverity severity, absl::string_view message) {
  if (log_ != nullptr) {
    log_(severity, message);
    return;
  }
  if (!MayWriteTo(standard_error_)) return;
  // One call, so that lines of several threads do not mix.
  const std::string line = absl::StrCat(
      "airlock: ", absl::LogSeverityName(severity), ": ", message, "\n");
  const internal::SigpipeBlock block;
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace airlock::platform
