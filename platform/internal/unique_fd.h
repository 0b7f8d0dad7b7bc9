// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A file descriptor that closes itself.
#ifndef AIRLOCK_PLATFORM_INTERNAL_UNIQUE_FD_H_
#define AIRLOCK_PLATFORM_INTERNAL_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace airlock::platform::internal {

// Owns one descriptor, or none (-1). Thread-compatible.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  ~UniqueFd() { Reset(); }

  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      Reset();
      fd_ = other.Release();
    }
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  void Reset() {
    // Do not retry after EINTR: Linux has already freed the number.
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

  int fd_ = -1;
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_UNIQUE_FD_H_
