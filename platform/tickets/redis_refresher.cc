// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/tickets/redis_refresher.h"

#include <pthread.h>
#include <signal.h>

#include <cstdint>
#include <new>
#include <system_error>
#include <thread>  // NOLINT(build/c++11)
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/fork_guard.h"

namespace airlock::platform {
namespace {

// Blocks all signals of this thread, and of threads that it starts meanwhile.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

// What a process and the children that it forks know. Its lock is held only
// inside ForkGuards, so it is free in a child.
class RedisRefresher::Known {
 public:
  explicit Known(const RedisTicketSource& source)
      : source_(source.Disconnected()) {}

  std::unique_ptr<RedisTicketSource> Get() const {
    const absl::MutexLock lock(&mutex_);
    return source_->Disconnected();
  }
  void Set(const RedisTicketSource& source) {
    auto copy = source.Disconnected();
    const absl::MutexLock lock(&mutex_);
    source_ = std::move(copy);
  }

 private:
  mutable absl::Mutex mutex_;
  // Never has a connection.
  std::unique_ptr<RedisTicketSource> source_ ABSL_GUARDED_BY(mutex_);
};

// Fetches with a copy of what is known: a fork in the middle leaves that as it
// was.
class RedisRefresher::Copy final : public TicketSource {
 public:
  explicit Copy(std::shared_ptr<Known> known)
      : known_(std::move(known)),
        name_(known_->Get()->name()),
        interval_(known_->Get()->interval()) {}

  absl::StatusOr<std::optional<std::vector<ssl::TicketKey>>> Fetch(
      absl::Time now) override {
    const std::unique_ptr<RedisTicketSource> source = known_->Get();
    auto keys = source->Fetch(now);
    known_->Set(*source);
    return keys;
  }
  absl::Duration interval() const override { return interval_; }
  const std::string& name() const override { return name_; }

 private:
  const std::shared_ptr<Known> known_;
  const std::string name_;
  const absl::Duration interval_;
};

struct RedisRefresher::Worker {
  Worker(const std::shared_ptr<Known>& known,
         std::shared_ptr<ssl::TicketKeyring> keyring,
         TicketRefresherOptions options)
      : generation(ForkGeneration()),
        interval(known->Get()->interval()),
        refresher(std::make_unique<Copy>(known), std::move(keyring),
                  std::move(options)) {}

  const uint64_t generation;
  const absl::Duration interval;
  TicketRefresher refresher;
  bool runs = false;  // Guarded by RedisRefresher::mutex_.
  // In a child of the process that made it: this, so that it is never
  // destroyed.
  std::shared_ptr<Worker> leaked;
  absl::Mutex mutex;
  bool stopping ABSL_GUARDED_BY(mutex) = false;
};

RedisRefresher::RedisRefresher(const RedisTicketSource& source,
                               std::shared_ptr<ssl::TicketKeyring> keyring,
                               TicketRefresherOptions options)
    : options_(std::move(options)),
      keyring_(std::move(keyring)),
      known_(std::make_shared<Known>(source)) {}

RedisRefresher::~RedisRefresher() {
  const ForkGuard guard;
  const absl::MutexLock lock(&mutex_);
  LeakThatOfTheParent();
  if (worker_ == nullptr) return;
  const absl::MutexLock ending(&worker_->mutex);
  worker_->stopping = true;
}

void RedisRefresher::LeakThatOfTheParent() {
  if (worker_ == nullptr || worker_->generation == ForkGeneration()) return;
  // The parent's thread may have held its locks. This needs no memory.
  Worker& worker = *worker_;
  worker.leaked = std::move(worker_);
}

std::shared_ptr<RedisRefresher::Worker> RedisRefresher::OfThisProcess() {
  LeakThatOfTheParent();
  if (worker_ == nullptr) {
    worker_ = std::make_shared<Worker>(known_, keyring_, options_);
  }
  return worker_;
}

absl::Status RedisRefresher::Refresh() {
  const ForkGuard guard;
  std::shared_ptr<Worker> worker;
  {
    const absl::MutexLock lock(&mutex_);
    worker = OfThisProcess();
  }
  return worker->refresher.Refresh();
}

void RedisRefresher::Run(const std::shared_ptr<Worker>& worker) {
  while (true) {
    try {
      const ForkGuard guard;
      worker->refresher.Refresh().IgnoreError();  // It logs.
    } catch (const std::bad_alloc&) {
      // The keyring has its keys. Memory may be free by the next look.
    }
    const absl::MutexLock lock(&worker->mutex);
    if (worker->mutex.AwaitWithTimeout(absl::Condition(&worker->stopping),
                                       worker->interval)) {
      return;
    }
  }
}

void RedisRefresher::Look() {
  const ForkGuard guard;
  const absl::MutexLock lock(&mutex_);
  const std::shared_ptr<Worker> worker = OfThisProcess();
  if (worker->runs) return;
  try {
    // Signals are for the threads of the application.
    const AllSignalsBlocked blocked;
    std::thread([worker] { Run(worker); }).detach();
    worker->runs = true;
    not_started_.clear();
  } catch (const std::system_error& error) {
    const std::string why =
        absl::StrCat("the thread that fetches ticket keys cannot be started: ",
                     error.code().message());
    if (why != not_started_) options_.log(why);
    not_started_ = why;
  }
}

std::string RedisRefresher::failure() {
  const ForkGuard guard;
  const absl::MutexLock lock(&mutex_);
  const std::shared_ptr<Worker> worker = OfThisProcess();
  return not_started_.empty() ? worker->refresher.failure() : not_started_;
}

}  // namespace airlock::platform
