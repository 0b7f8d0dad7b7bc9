// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The policy in force, and how it comes to be another one.
#ifndef AIRLOCK_PLATFORM_INTERNAL_POLICY_KEEPER_H_
#define AIRLOCK_PLATFORM_INTERNAL_POLICY_KEEPER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/optional.h"
#include "config/app_yaml.h"
#include "config/environment.h"
#include "config/policy.h"
#include "platform/host.h"
#include "platform/load_policy.h"

namespace airlock::platform::internal {

// Keeps what LoadPolicy gives for one environment and app.yaml. Who asks for
// the policy gets the old or the new one, whole, and never waits for a file.
// Thread-safe.
class PolicyKeeper {
 public:
  PolicyKeeper(Host* host, config::Environment environment,
               absl::optional<config::AppYaml> app)
      : host_(host),
        environment_(std::move(environment)),
        app_(std::move(app)) {}

  // Null until one was loaded.
  std::shared_ptr<const config::VerificationPolicy> policy() const;

  // Reads the policy's files. An error leaves the old policy.
  absl::Status Load();

  // The same for a policy that is in force, logged and counted. That a file
  // is gone is an error too: nobody takes a policy back by mistake.
  absl::Status Reload();

  // Reload where a file is not the one that was read, or was not good then;
  // whether it was. Of the same error again, nothing is logged or counted.
  absl::StatusOr<bool> ReloadIfChanged();

  uint64_t reloads() const { return reloads_; }
  uint64_t failures() const { return failures_; }

 private:
  absl::Status LoadLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(load_mutex_);
  absl::Status ReloadLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(load_mutex_);
  bool MayHaveChanged() ABSL_EXCLUSIVE_LOCKS_REQUIRED(load_mutex_);

  Host* const host_;
  const config::Environment environment_;
  const absl::optional<config::AppYaml> app_;

  // Held while files are read, so that what was read last counts.
  absl::Mutex load_mutex_;
  // That were read.
  PolicyFiles files_ ABSL_GUARDED_BY(load_mutex_);
  // Whether a change since would show in those.
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
