// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// CA certificates and CRLs, replaced while Contexts use them.
#ifndef AIRLOCK_SSL_TRUST_SOURCE_H_
#define AIRLOCK_SSL_TRUST_SOURCE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "ssl/source_counts.h"
#include "ssl/trust_store.h"

namespace airlock::ssl {

namespace internal {
template <typename State>
class SourceUpdates;
}  // namespace internal

class TrustSource;

struct TrustSourceState {
  uint64_t generation = 0;  // 1 for the first bundle, then 2, and so on.
  uint64_t failures = 0;    // Updates that failed, since the source was made.
  // When the last update replaced the bundle, if it said when. Unset: never.
  std::optional<absl::Time> updated;
  // Why the last update failed; ok if it succeeded, or there was none.
  absl::Status error;
};

struct TrustSourceOptions {
  // Runs when a handshake begins, on its thread, and may call Update or Fail:
  // for what is cheap to look at, such as whether a file has changed. Several
  // threads may run it at once. Null: nothing.
  std::function<void(TrustSource* source)> refresh;
  // Runs after Update has replaced the bundle, when updates begin to fail, and
  // when the reason of the failure changes: for logging. Runs on the thread
  // that calls Update or Fail; must not call them.
  std::function<void(const TrustSourceState&)> changed;
};

// A live CA bundle, with its CRLs, that any number of Contexts hold
// (ContextOptions::trust_source). A handshake uses what is in force when it
// begins; connections that exist go on. Nothing that was verified with an
// earlier bundle counts for a later one: a session that is resumed is verified
// again. A server does not resume sessions that were made under another bundle,
// and a client does not offer them: they make a full handshake.
//
// Thread-safe. A handshake waits for no update: only for the time that it takes
// to copy a pointer.
class TrustSource {
 public:
  // Starts with `store`. Errors: kInvalidArgument if it is null.
  static absl::StatusOr<std::shared_ptr<TrustSource>> Create(
      std::shared_ptr<const TrustStore> store, TrustSourceOptions options = {});

  ~TrustSource();
  TrustSource(const TrustSource&) = delete;
  TrustSource& operator=(const TrustSource&) = delete;

  // Replaces the bundle. One with the same content only ends a failure.
  // kInvalidArgument if it is null; the old one then stays in force. `now`: the
  // time, for state().
  absl::Status Update(std::shared_ptr<const TrustStore> store,
                      std::optional<absl::Time> now = std::nullopt);

  // Records that there is nothing to update with, such as a damaged file. The
  // old bundle stays in force. `why` is an error.
  void Fail(const absl::Status& why);

  // What is in force; never null.
  std::shared_ptr<const TrustStore> current() const;
  TrustSourceState state() const;
  std::shared_ptr<const SourceCounts> counts() const;

  // For ssl/ only: what is in force after `refresh`.
  std::shared_ptr<const TrustStore> Take();

 private:
  explicit TrustSource(TrustSourceOptions options);

  const std::function<void(TrustSource* source)> refresh_;
  const std::unique_ptr<internal::SourceUpdates<TrustSourceState>> updates_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const TrustStore> current_ ABSL_GUARDED_BY(mutex_);
  TrustSourceState state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_TRUST_SOURCE_H_
