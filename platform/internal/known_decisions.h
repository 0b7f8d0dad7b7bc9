// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Remembers what a policy decided about WrapOptions.
#ifndef AIRLOCK_PLATFORM_INTERNAL_KNOWN_DECISIONS_H_
#define AIRLOCK_PLATFORM_INTERNAL_KNOWN_DECISIONS_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "config/policy.h"
#include "platform/apply_policy.h"
#include "platform/wrap_options.h"

namespace airlock::platform::internal {

// A decision about WrapOptions, and what follows from both. Immutable.
struct WrapDecision {
  VerificationDecision decision;
  bool key_log = false;     // Whether the Context has a key log.
  std::string context_key;  // See ContextCache::SettingsKey.
};

// Decisions of one Runtime, so that equal options cost a comparison.
//
// A remembered decision is as strict as a new one. ApplyPolicy is a function of
// the policy and the request, and the request is a function of the options. A
// decision is found only if the policy is the same object, which never changes
// (a reload makes another one), and if all options that the request or the
// Context can depend on are equal, field by field. A decision is not remembered
// if anything else took part in it: the date or the host of an exception, what
// is in a bundle, SPIFFE IDs; nor if an audit event belongs to it, since each
// connection has its own.
//
// Nothing else is remembered. Each connection still has its bundle checked for
// changes and its key and chain compared, and a name is still checked.
//
// Thread-safe.
class KnownDecisions {
 public:
  using Policy = std::shared_ptr<const config::VerificationPolicy>;

  // Null if it is unknown what `policy` decides about `options`.
  std::shared_ptr<const WrapDecision> Find(const Policy& policy,
                                           const WrapOptions& options) const;

  // Remembers what `policy` decided about `options`, if that is possible.
  // Keeps no secret and no certificate.
  void Remember(const Policy& policy, const WrapOptions& options,
                std::shared_ptr<const WrapDecision> decision);

  // Forgets all decisions.
  void Clear();

 private:
  // Everything in WrapOptions that the decision or the Context depends on, but
  // for key, chain and bundle.
  struct Entry;

  // A program rarely connects in more ways.
  static constexpr size_t kMost = 16;
  using Entries = std::array<std::shared_ptr<const Entry>, kMost>;

  mutable absl::Mutex mutex_;
  Entries entries_ ABSL_GUARDED_BY(mutex_);  // Used ones first.
  size_t oldest_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_KNOWN_DECISIONS_H_
