// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/locked_memory.h"

#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>

#include "absl/strings/str_cat.h"
#include "ssl/secret.h"

namespace airlock::keys {
namespace {

// Room for a thousand keys; Linux lets a process lock 8 MiB, and older ones 64
// KiB.
constexpr size_t kReserve = 4 << 20;
// Blocks have sizes of 64 bytes, 128 and so on.
constexpr size_t kSmallest = 64;
constexpr size_t kClasses = 12;

thread_local int scopes = 0;

// Before each block, here and on the ordinary heap.
struct alignas(std::max_align_t) Header {
  size_t size;  // That the caller asked for.
};

// Hands out blocks of the reserve; freed ones are kept for blocks of the same
// size.
class Reserve {
 public:
  absl::Status Make() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (begin_ != nullptr) return absl::OkStatus();
    void* const pages = mmap(nullptr, kReserve, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mlock(pages, kReserve) != 0 ||
        madvise(pages, kReserve, MADV_DONTDUMP) != 0) {
      absl::Status failed = absl::FailedPreconditionError(absl::StrCat(
          absl::ErrnoToStatus(errno, "cannot lock memory for keys").message(),
          "; allow ", kReserve >> 20,
          " MiB (ulimit -l, or LimitMEMLOCK= of a systemd service)"));
      if (pages != MAP_FAILED) munmap(pages, kReserve);
      return failed;
    }
    begin_ = static_cast<char*>(pages);
    next_ = begin_;
    return absl::OkStatus();
  }

  // Null if there is no room.
  void* Take(size_t size) {
    const std::lock_guard<std::mutex> lock(mutex_);
    size_t index = 0;
    const size_t block = BlockSize(size, &index);
    if (block == 0 || begin_ == nullptr) return nullptr;
    void* taken = free_[index];
    if (taken != nullptr) {
      free_[index] = *static_cast<void**>(taken);
    } else if (static_cast<size_t>(begin_ + kReserve - next_) >= block) {
      taken = next_;
      next_ += block;
    }
    if (taken != nullptr) in_use_ += block;
    return taken;
  }

  // `block` is wiped.
  void Give(void* block, size_t size) {
    const std::lock_guard<std::mutex> lock(mutex_);
    size_t index = 0;
    in_use_ -= BlockSize(size, &index);
    *static_cast<void**>(block) = free_[index];
    free_[index] = block;
  }

  bool Has(const void* data) const {
    const auto at = reinterpret_cast<uintptr_t>(data);
    const auto begin = reinterpret_cast<uintptr_t>(begin_);
    return begin != 0 && at >= begin && at < begin + kReserve;
  }

  size_t in_use() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return in_use_;
  }

 private:
  // 0 if it is too large.
  static size_t BlockSize(size_t size, size_t* index) {
    for (*index = 0; *index < kClasses; ++*index) {
      if (size <= kSmallest << *index) return kSmallest << *index;
    }
    return 0;
  }

  std::mutex mutex_;
  char* begin_ = nullptr;  // Set once, before there are other threads.
  char* next_ = nullptr;
  std::array<void*, kClasses> free_ = {};
  size_t in_use_ = 0;
};

Reserve* TheReserve() {
  static auto* const reserve = new Reserve;
  return reserve;
}

}  // namespace

absl::Status ReserveLockedMemory() { return TheReserve()->Make(); }

LockedMemoryScope::LockedMemoryScope() { ++scopes; }

LockedMemoryScope::~LockedMemoryScope() { --scopes; }

size_t LockedMemoryInUse() { return TheReserve()->in_use(); }

bool IsInLockedMemory(const void* data) { return TheReserve()->Has(data); }

}  // namespace airlock::keys

// BoringSSL's hooks: it calls these if they exist (crypto/mem.c).
extern "C" {

void* OPENSSL_memory_alloc(size_t size);
void OPENSSL_memory_free(void* data);
size_t OPENSSL_memory_get_size(void* data);

void* OPENSSL_memory_alloc(size_t size) {
  using airlock::keys::Header;
  if (size > SIZE_MAX - sizeof(Header)) return nullptr;
  const size_t whole = sizeof(Header) + size;
  void* const block = airlock::keys::scopes > 0
                          ? airlock::keys::TheReserve()->Take(whole)
                          : std::malloc(whole);
  if (block == nullptr) return nullptr;
  return new (block) Header{size} + 1;
}

size_t OPENSSL_memory_get_size(void* data) {
  return (static_cast<airlock::keys::Header*>(data) - 1)->size;
}

void OPENSSL_memory_free(void* data) {
  using airlock::keys::Header;
  if (data == nullptr) return;
  Header* const block = static_cast<Header*>(data) - 1;
  const size_t whole = sizeof(Header) + block->size;
  airlock::ssl::Wipe(block, whole);
  if (airlock::keys::IsInLockedMemory(block)) {
    airlock::keys::TheReserve()->Give(block, whole);
  } else {
    std::free(block);
  }
}

}  // extern "C"
