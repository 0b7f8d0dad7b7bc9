// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/memory_transport.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"

namespace airlock::platform {

using ssl::IoResult;

// One direction.
class MemoryTransport::Pipe {
 public:
  explicit Pipe(size_t capacity) : capacity_(std::max<size_t>(capacity, 1)) {}

  IoResult Read(absl::Span<uint8_t> into, absl::Duration timeout) {
    absl::MutexLock lock(&mutex_);
    if (!MayRead() && timeout <= absl::ZeroDuration()) {
      return IoResult::WantRead();
    }
    if (!mutex_.AwaitWithTimeout(absl::Condition(this, &Pipe::MayRead),
                                 timeout)) {
      return absl::DeadlineExceededError(absl::StrCat(
          "no data from the peer within ", absl::FormatDuration(timeout)));
    }
    const size_t size = std::min(into.size(), Size());
    // Also if this end closed it: nothing follows.
    if (size == 0) return IoResult::Closed();
    std::memcpy(into.data(), bytes_.data() + start_, size);
    start_ += size;
    if (start_ == bytes_.size()) {
      bytes_.clear();
      start_ = 0;
    }
    return IoResult::Done(size);
  }

  IoResult Write(absl::Span<const uint8_t> from, absl::Duration timeout) {
    absl::MutexLock lock(&mutex_);
    if (!MayWrite() && timeout <= absl::ZeroDuration()) {
      return IoResult::WantWrite();
    }
    if (!mutex_.AwaitWithTimeout(absl::Condition(this, &Pipe::MayWrite),
                                 timeout)) {
      return absl::DeadlineExceededError(absl::StrCat(
          "the peer read no data within ", absl::FormatDuration(timeout)));
    }
    if (closed_) {
      return absl::UnavailableError("the connection is closed for writing");
    }
    const size_t size = std::min(from.size(), capacity_ - Size());
    bytes_.erase(0, start_);
    start_ = 0;
    bytes_.append(reinterpret_cast<const char*>(from.data()), size);
    return IoResult::Done(size);
  }

  void Close() {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }

  size_t size() const {
    absl::MutexLock lock(&mutex_);
    return Size();
  }

 private:
  size_t Size() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return bytes_.size() - start_;
  }
  bool MayRead() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return Size() > 0 || closed_;
  }
  bool MayWrite() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return Size() < capacity_ || closed_;
  }

  const size_t capacity_;
  mutable absl::Mutex mutex_;
  std::string bytes_ ABSL_GUARDED_BY(mutex_);
  size_t start_ ABSL_GUARDED_BY(mutex_) = 0;  // Where the unread bytes begin.
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

MemoryTransport::MemoryTransport(std::shared_ptr<Pipe> in,
                                 std::shared_ptr<Pipe> out,
                                 absl::Duration timeout)
    : in_(std::move(in)), out_(std::move(out)), timeout_(timeout) {}

MemoryTransport::~MemoryTransport() {
  in_->Close();
  out_->Close();
}

IoResult MemoryTransport::Read(absl::Span<uint8_t> into) {
  return in_->Read(into, timeout_);
}

IoResult MemoryTransport::Write(absl::Span<const uint8_t> from) {
  return out_->Write(from, timeout_);
}

void MemoryTransport::CloseWrite() { out_->Close(); }

size_t MemoryTransport::readable() const { return in_->size(); }

std::pair<std::unique_ptr<MemoryTransport>, std::unique_ptr<MemoryTransport>>
MakeMemoryTransports(const MemoryTransportOptions& options) {
  auto one = std::make_shared<MemoryTransport::Pipe>(options.capacity);
  auto two = std::make_shared<MemoryTransport::Pipe>(options.capacity);
  // Not make_unique: the constructor is private.
  return {std::unique_ptr<MemoryTransport>(
              new MemoryTransport(one, two, options.timeout)),
          std::unique_ptr<MemoryTransport>(
              new MemoryTransport(two, one, options.timeout))};
}

}  // namespace airlock::platform
