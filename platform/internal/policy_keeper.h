// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Holds the current policy, and reloads it.
#ifndef AIRLOCK_PLATFORM_INTERNAL_POLICY_KEEPER_H_
#define AIRLOCK_PLATFORM_INTERNAL_POLICY_KEEPER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "config/app_yaml.h"
#include "config/environment.h"
#include "config/policy.h"
#include "platform/host.h"
#include "platform/load_policy.h"

namespace airlock::platform::internal {

// Keeps the result of LoadPolicy for one environment and app.yaml. Readers get
// either the whole old policy or the whole new one, and never wait for a file.
// Thread-safe.
class PolicyKeeper {
 public:
  PolicyKeeper(Host* host, config::Environment environment,
               std::optional<config::AppYaml> app)
      : host_(host),
        environment_(std::move(environment)),
        app_(std::move(app)) {}

  // Null until a policy was loaded.
  std::shared_ptr<const config::VerificationPolicy> policy() const;

  // Reads the policy's files. After an error, the old policy stays.
  absl::Status Load();

  // The same for an existing policy, logged and counted. A file that has
  // disappeared is an error, too, so that a policy is not dropped by mistake.
  absl::Status Reload();

  // Reloads if a file has changed since it was read, or the last load failed;
  // returns whether it did. A repeated error is not logged or counted again.
  absl::StatusOr<bool> ReloadIfChanged();

  uint64_t reloads() const { return reloads_; }
  uint64_t failures() const { return failures_; }

 private:
  absl::Status LoadLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(load_mutex_);
  absl::Status ReloadLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(load_mutex_);
  bool MayHaveChanged() ABSL_EXCLUSIVE_LOCKS_REQUIRED(load_mutex_);

  Host* const host_;
  const config::Environment environment_;
  const std::optional<config::AppYaml> app_;

  // Held while files are read, so that the last read takes effect.
  absl::Mutex load_mutex_;
  // The files that were read.
  PolicyFiles files_ ABSL_GUARDED_BY(load_mutex_);
  // Whether a later change would show in their identities.
  bool settled_ ABSL_GUARDED_BY(load_mutex_) = false;
  absl::Status last_ ABSL_GUARDED_BY(load_mutex_);

  mutable absl::Mutex mutex_;
  std::shared_ptr<const config::VerificationPolicy> policy_
      ABSL_GUARDED_BY(mutex_);
  std::atomic<uint64_t> reloads_{0};
  std::atomic<uint64_t> failures_{0};
};

}  // namespace airlock::platform::internal

#endif  // AIRLOCK_PLATFORM_INTERNAL_POLICY_KEEPER_H_
