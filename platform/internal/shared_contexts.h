// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Contexts that equal requests of one Runtime share.
#ifndef AIRLOCK_PLATFORM_INTERNAL_SHARED_CONTEXTS_H_
#define AIRLOCK_PLATFORM_INTERNAL_SHARED_CONTEXTS_H_

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "platform/internal/key_writer.h"
#include "ssl/context.h"
#include "ssl/options.h"

namespace airlock::platform::internal {

// Writes to `key` everything in `options` that decides how a Context made from
// them behaves. False if the Context must not be shared:
//
//  - It has a callback. Whether two of them do the same cannot be seen, except
//    of `message`: equal pointers to a function do.
//  - It can be used by a server: it has credentials (without them, and without
//    the callbacks `sni` and `psk_server`, a Context refuses servers). A
//    server's session cache and its ticket keys are its own: a client must not
//    resume with one server what it began with another, unless the application
//    shares a Context. A client's Context has neither, as clients get and pass
//    sessions explicitly. Private keys also stay in memory no longer than the
//    application keeps them.
//
// Otherwise two Contexts with equal keys, in Runtimes with equal callbacks,
// cannot be told apart, except by their statistics: all other state of a
// client's Context is either immutable or a cache of verdicts whose keys
// contain the trust store and every field of the Verification. The trust store
// is compared by the hash of its content.
//
// The key has every other field of ContextOptions. If one is missing, the code
// does not compile.
bool WriteSharingKey(const ssl::ContextOptions& options, KeyWriter* key);

// Finds Contexts by key: those that someone uses, and the few that were asked
// for last, for programs that make one for each connection. Thread-safe.
class SharedContexts {
 public:
  // Remembers up to `capacity` Contexts.
  explicit SharedContexts(size_t capacity) : capacity_(capacity) {}

  // How many it keeps alive.
  static constexpr size_t kKept = 4;

  // The Context that was added for `key`; null if it is gone.
  std::shared_ptr<const ssl::Context> Find(absl::string_view key);

  // Adds `context`. If another one that still exists has the key, returns that
  // one, otherwise `context`.
  std::shared_ptr<const ssl::Context> Add(
      absl::string_view key, std::shared_ptr<const ssl::Context> context);

  // Forgets all Contexts.
  void Clear();

  // How many it remembers, including those that are gone.
  size_t size() const;

 private:
  void MakeRoom() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Returns one that falls out, to be destroyed without the lock.
  std::shared_ptr<const ssl::Context> Keep(
      std::shared_ptr<const ssl::Context> context)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t capacity_;
  mutable absl::Mutex mutex_;
  // Not one of Abseil's maps, which do not survive std::bad_alloc.
  std::map<std::string, std::weak_ptr<const ssl::Context>, std::less<>>
      contexts_ ABSL_GUARDED_BY(mutex_);
  // The last one first.
  std::array<std::shared_ptr<const ssl::Context>, kKept> kept_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_SHARED_CONTEXTS_H_
