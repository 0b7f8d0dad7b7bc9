// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Descriptors that a child of fork() does not keep.
#ifndef AIRLOCK_PLATFORM_INTERNAL_UNSHARED_FD_H_
#define AIRLOCK_PLATFORM_INTERNAL_UNSHARED_FD_H_

#include <atomic>

namespace airlock::platform::internal {

// While it exists, fork() closes `fd` in the child. FD_CLOEXEC does so only at
// exec, and until then the peer of a socket does not see that the parent has
// closed it. For descriptors that one thread uses, which is not in the child:
// the thread itself must not fork meanwhile. `fd` must be open for longer.
//
// At most 64 exist at once; the descriptors of others are inherited.
// Thread-safe.
class UnsharedFd {
 public:
  explicit UnsharedFd(int fd);
  ~UnsharedFd();
  UnsharedFd(const UnsharedFd&) = delete;
  UnsharedFd& operator=(const UnsharedFd&) = delete;

 private:
  std::atomic<int>* slot_ = nullptr;  // Null: there was none left.
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_UNSHARED_FD_H_
