// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/policy_keeper.h"

#include "absl/base/log_severity.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "config/error_place.h"
#include "platform/internal/settled.h"

namespace airlock::platform::internal {

std::shared_ptr<const config::VerificationPolicy> PolicyKeeper::policy() const {
  absl::MutexLock lock(&mutex_);
  return policy_;
}

absl::Status PolicyKeeper::Load() {
  absl::MutexLock lock(&load_mutex_);
  return LoadLocked();
}

absl::Status PolicyKeeper::Reload() {
  absl::MutexLock lock(&load_mutex_);
  last_ = absl::OkStatus();  // An explicit reload reports a repeated error.
  return ReloadLocked();
}

absl::StatusOr<bool> PolicyKeeper::ReloadIfChanged() {
  absl::MutexLock lock(&load_mutex_);
  if (last_.ok() && !MayHaveChanged()) return false;
  absl::Status status = ReloadLocked();
  if (!status.ok()) return status;
  return true;
}

bool PolicyKeeper::MayHaveChanged() {
  if (!settled_) return true;
  for (const auto& [path, identity] : files_) {
    const absl::StatusOr<FileStatus> now = host_->Stat(path);
    const bool same =
        now.ok() ? now->identity == identity
                 : !identity.has_value() && absl::IsNotFound(now.status());
    if (!same) return true;
  }
  return false;
}

absl::Status PolicyKeeper::ReloadLocked() {
  const absl::Status status = LoadLocked();
  if (status.ok()) {
    ++reloads_;
    host_->Log(absl::LogSeverity::kInfo, "The policy was reloaded.");
  } else if (status != last_) {
    ++failures_;
    host_->Log(
        absl::LogSeverity::kError,
        absl::StrCat(
            "The policy was not reloaded, and the old one stays in force: ",
            status.message()));
  }
  last_ = status;
  return status;
}

absl::Status PolicyKeeper::LoadLocked() {
  const absl::Time begin = host_->Now();
  PolicyFiles files;
  absl::StatusOr<config::VerificationPolicy> loaded = LoadPolicy(
      host_, environment_, app_.has_value() ? &*app_ : nullptr, &files);
  if (!loaded.ok()) return loaded.status();
  bool settled = true;
  for (const auto& [path, identity] : files) {
    settled = settled && (!identity.has_value() || IsSettled(*identity, begin));
    if (identity.has_value() || !files_[path].has_value()) continue;
    return config::WithPlace(absl::InvalidArgumentError(absl::StrCat(
                                 path,
                                 " no longer exists; restore it, or, to have "
                                 "no policy, restart without it")),
                             path);
  }
  auto shared =
      std::make_shared<const config::VerificationPolicy>(*std::move(loaded));
  files_ = std::move(files);
  settled_ = settled;
  absl::MutexLock lock(&mutex_);
  policy_ = std::move(shared);
  return absl::OkStatus();
}

}  // namespace airlock::platform::internal
