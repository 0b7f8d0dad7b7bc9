// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/process_claim.h"

#include <sys/mman.h>

#include <cstddef>
#include <mutex>
#include <new>
#include <tuple>
#include <utility>
#include <vector>

#include "platform/fork_guard.h"
#include "ssl/error.h"

namespace airlock::platform {
namespace {

using Slot = std::atomic<uint64_t>;
static_assert(Slot::is_always_lock_free, "it is shared between processes");

constexpr size_t kPageSize = 4096;
constexpr size_t kSlots = kPageSize / sizeof(Slot);

}  // namespace

// Memory that this process shares with its descendants. Unmapped in this
// process once none of its claims uses it.
class ProcessClaim::Page {
 public:
  // Null without memory.
  static std::shared_ptr<Page> Make() {
    void* const memory = mmap(nullptr, kPageSize, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return nullptr;
    return std::make_shared<Page>(memory);
  }

  explicit Page(void* memory) : memory_(memory), forks_(ForkCount()) {
    free_.reserve(kSlots);
    for (size_t i = kSlots; i > 0; --i) {
      free_.push_back(new (static_cast<Slot*>(memory_) + i - 1) Slot(0));
    }
  }
  ~Page() { munmap(memory_, kPageSize); }
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  // Null if none is left, or if other processes may share them.
  Slot* Take() {
    if (free_.empty() || forks_ != ForkCount()) return nullptr;
    Slot* const slot = free_.back();
    free_.pop_back();
    return slot;
  }

  // Does not reuse a slot that another process may still use.
  void Give(Slot* slot) {
    if (forks_ == ForkCount()) free_.push_back(slot);
  }

 private:
  void* const memory_;
  const uint64_t forks_;  // When it was made.
  std::vector<Slot*> free_;
};

// The page that new claims come from.
class ProcessClaim::Pool {
 public:
  static Pool& Get() {
    static auto* const pool = new Pool;
    return *pool;
  }

  std::pair<std::shared_ptr<Page>, Slot*> Take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    Slot* slot = page_ == nullptr ? nullptr : page_->Take();
    if (slot == nullptr) {
      page_ = Page::Make();
      slot = page_ == nullptr ? nullptr : page_->Take();
    }
    return {page_, slot};
  }

  void Give(Page* page, Slot* slot) {
    const std::lock_guard<std::mutex> lock(mutex_);
    page->Give(slot);
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<Page> page_;
};

ProcessClaim::ProcessClaim() {
  const ForkGuard guard;
  std::tie(page_, slot_) = Pool::Get().Take();
  // Refuses any process that used the slot before without this process knowing.
  if (slot_ != nullptr) seen_ = slot_->fetch_add(1) + 1;
}

ProcessClaim::~ProcessClaim() {
  const ForkGuard guard;
  if (slot_ != nullptr) Pool::Get().Give(page_.get(), slot_);
}

absl::Status ProcessClaim::Use() {
  if (slot_ == nullptr) {
    return ssl::MakeStatus(
        ssl::ErrorKind::kInternal,
        "Not enough memory is available to keep two processes from using this "
        "connection after a fork().");
  }
  uint64_t expected = seen_;
  if (slot_->compare_exchange_strong(expected, seen_ + 1)) {
    ++seen_;
    return absl::OkStatus();
  }
  return ssl::MakeStatus(
      ssl::ErrorKind::kInvalidArgument,
      "Another process has used this connection since fork(), and keeps it: "
      "two processes must not encrypt with the same keys. Close this copy, and "
      "open a new connection in this process.");
}

}  // namespace airlock::platform
