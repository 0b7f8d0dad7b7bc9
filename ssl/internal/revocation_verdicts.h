// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Remembers what a revocation callback said.
#ifndef AIRLOCK_SSL_INTERNAL_REVOCATION_VERDICTS_H_
#define AIRLOCK_SSL_INTERNAL_REVOCATION_VERDICTS_H_

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "ssl/revocation.h"

namespace airlock::ssl::internal {

// The verdicts about certificates. One answers only a query that is equal but
// for `now`: a callback may decide by any of it, and by SCTs that a peer made
// up, which must not decide for another peer. It holds from the moment when it
// was given until its valid_until; a clock that steps back before that moment
// ends it, too. Thread-safe.
class RevocationVerdicts {
 public:
  // Remembers up to `capacity` verdicts, and forgets the least recently used.
  explicit RevocationVerdicts(size_t capacity) : capacity_(capacity) {}
  RevocationVerdicts(const RevocationVerdicts&) = delete;
  RevocationVerdicts& operator=(const RevocationVerdicts&) = delete;

  // The status that holds at query.now; unset if it is not known.
  std::optional<RevocationStatus> Find(const RevocationQuery& query);

  // Has no effect unless the verdict is valid beyond query.now.
  void Remember(const RevocationQuery& query, const RevocationVerdict& verdict);

  // How many it remembers.
  size_t size() const;

 private:
  struct Entry {
    std::string key;  // 32 bytes.
    RevocationVerdict verdict;
    absl::Time given;
  };
  using Entries = std::list<Entry>;

  const size_t capacity_;
  mutable absl::Mutex mutex_;
  Entries entries_ ABSL_GUARDED_BY(mutex_);  // Most recently used first.
  // Not one of Abseil's maps, which do not survive std::bad_alloc.
  std::unordered_map<std::string, Entries::iterator> index_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace airlock::ssl::internal

#endif  // AIRLOCK_SSL_INTERNAL_REVOCATION_VERDICTS_H_
