// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/http/site/upload_directory.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "platform/http/site/file_error.h"
#include "platform/internal/unique_fd.h"
#include "ssl/random.h"
#include "ssl/shown.h"

namespace airlock::http {
namespace {

using platform::internal::UniqueFd;

constexpr size_t kLongestName = 200;
constexpr mode_t kMode = 0600;

absl::Status WriteError(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return absl::ResourceExhaustedError("the server's disk is full");
    case EFBIG:
      return absl::OutOfRangeError("the file is too large");
    case EEXIST:
      return absl::AlreadyExistsError("a file of that name exists");
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError("files cannot be created here");
    default:
      return FileError(error);
  }
}

absl::Status CheckName(absl::string_view name) {
  if (name.empty() || name[0] == '.') {
    return absl::InvalidArgumentError(
        "a file name must not be empty or begin with a dot");
  }
  if (name.size() > kLongestName) {
    return absl::InvalidArgumentError(
        absl::StrCat("a file name can have at most ", kLongestName, " bytes"));
  }
  for (const char c : name) {
    if (c == '/' || absl::ascii_iscntrl(c)) {
      return absl::InvalidArgumentError(
          "a file name must not have a slash or a control character");
    }
  }
  return absl::OkStatus();
}

std::string TemporaryName() {
  std::array<char, 12> random;
  ssl::FillRandom(absl::MakeSpan(random));
  return absl::StrCat(".upload-",
                      absl::WebSafeBase64Escape(
                          absl::string_view(random.data(), random.size())),
                      ".part");
}

// What uploads share; they may outlive the directory.
class Shared {
 public:
  Shared(UniqueFd opened, UploadLimits given)
      : directory(std::move(opened)), limits(given) {}

  absl::Status Enter() {
    const absl::MutexLock lock(&mutex_);
    if (uploads_ >= limits.at_once) {
      return absl::ResourceExhaustedError(
          "too many uploads at once; try again later");
    }
    ++uploads_;
    return absl::OkStatus();
  }

  // Of an upload that kept `kept` of the `taken` bytes.
  void Leave(uint64_t taken, uint64_t kept) {
    const absl::MutexLock lock(&mutex_);
    --uploads_;
    total_ -= taken - kept;
  }

  absl::Status Take(uint64_t bytes) {
    const absl::MutexLock lock(&mutex_);
    if (bytes > limits.total_bytes - total_) {
      return absl::OutOfRangeError(
          "the server accepts no more uploads: their total size has reached "
          "its limit");
    }
    total_ += bytes;
    return absl::OkStatus();
  }

  const UniqueFd directory;
  const UploadLimits limits;

 private:
  absl::Mutex mutex_;
  int uploads_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t total_ ABSL_GUARDED_BY(mutex_) = 0;
};

class FileUpload : public Upload {
 public:
  FileUpload(std::shared_ptr<Shared> shared, std::string name)
      : shared_(std::move(shared)), name_(std::move(name)) {}

  ~FileUpload() override {
    if (!temporary_.empty()) {
      unlinkat(shared_->directory.get(), temporary_.c_str(), 0);
    }
    shared_->Leave(taken_, finished_ ? size_ : 0);
  }

  // Reserves `size` bytes of the total and creates the file.
  absl::Status Create(uint64_t size) {
    const absl::Status fits = Reserve(size);
    if (!fits.ok()) return fits;
    std::string temporary = TemporaryName();
    fd_ = UniqueFd(openat(shared_->directory.get(), temporary.c_str(),
                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                          kMode));
    if (!fd_.valid()) return WriteError(errno);
    temporary_ = std::move(temporary);
    return absl::OkStatus();
  }

  absl::Status Write(absl::string_view data) override {
    if (!fd_.valid()) return absl::InternalError("the upload has ended");
    absl::Status status = Reserve(size_ + data.size());
    while (status.ok() && !data.empty()) {
      const ssize_t size = write(fd_.get(), data.data(), data.size());
      if (size < 0) {
        if (errno != EINTR) status = WriteError(errno);
        continue;
      }
      size_ += static_cast<uint64_t>(size);
      data.remove_prefix(static_cast<size_t>(size));
    }
    if (!status.ok()) fd_ = UniqueFd();
    return status;
  }

  absl::Status Finish() override {
    if (!fd_.valid()) return absl::InternalError("the upload has ended");
    // Some file systems report write errors only here.
    if (close(fd_.Release()) != 0 && errno != EINTR) return WriteError(errno);
    const int directory = shared_->directory.get();
    // Unlike rename, this does not replace a file.
    if (linkat(directory, temporary_.c_str(), directory, name_.c_str(), 0) !=
        0) {
      if (errno == EEXIST) return WriteError(errno);
      // The file system may have no links.
      if (renameat2(directory, temporary_.c_str(), directory, name_.c_str(),
                    RENAME_NOREPLACE) != 0) {
        return WriteError(errno);
      }
      temporary_.clear();
    }
    finished_ = true;
    return absl::OkStatus();
  }

  uint64_t size() const override { return size_; }

 private:
  // Makes sure that the limits allow `size` bytes in all.
  absl::Status Reserve(uint64_t size) {
    if (size > shared_->limits.file_bytes) {
      return absl::OutOfRangeError(absl::StrCat(
          "a file can have at most ", shared_->limits.file_bytes, " bytes"));
    }
    if (size <= taken_) return absl::OkStatus();
    const absl::Status taken = shared_->Take(size - taken_);
    if (taken.ok()) taken_ = size;
    return taken;
  }

  const std::shared_ptr<Shared> shared_;
  const std::string name_;
  std::string temporary_;  // Empty: none that is to be removed.
  UniqueFd fd_;
  uint64_t taken_ = 0;  // Of the total.
  uint64_t size_ = 0;
  bool finished_ = false;
};

class FileUploadDirectory : public UploadDirectory {
 public:
  FileUploadDirectory(UniqueFd directory, UploadLimits limits)
      : shared_(std::make_shared<Shared>(std::move(directory), limits)) {}

  absl::StatusOr<std::unique_ptr<Upload>> Begin(absl::string_view name,
                                                uint64_t size) override {
    absl::Status status = CheckName(name);
    if (!status.ok()) return status;
    std::string path(name);
    // Early, so that a client learns it before it sends the file.
    struct stat existing = {};
    if (fstatat(shared_->directory.get(), path.c_str(), &existing,
                AT_SYMLINK_NOFOLLOW) == 0) {
      return WriteError(EEXIST);
    }
    if (errno != ENOENT) return WriteError(errno);
    status = shared_->Enter();
    if (!status.ok()) return status;
    auto upload = std::make_unique<FileUpload>(shared_, std::move(path));
    status = upload->Create(size);
    if (!status.ok()) return status;
    return upload;
  }

 private:
  const std::shared_ptr<Shared> shared_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<UploadDirectory>> UploadDirectory::Open(
    const std::string& path, UploadLimits limits) {
  if (absl::StrContains(path, '\0')) {
    return absl::InvalidArgumentError(
        absl::StrCat("the directory ", ssl::ShownPath(path),
                     " cannot be opened: the path contains a NUL byte"));
  }
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) {
    const int error = errno;
    return absl::ErrnoToStatus(
        error, absl::StrCat("the directory ", path, " cannot be opened"));
  }
  if (faccessat(fd.get(), ".", W_OK | X_OK, AT_EACCESS) != 0) {
    const int error = errno;
    return absl::ErrnoToStatus(
        error, absl::StrCat("the directory ", path, " cannot be written"));
  }
  return std::make_unique<FileUploadDirectory>(std::move(fd), limits);
}

}  // namespace airlock::http
