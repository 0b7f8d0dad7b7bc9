// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/internal/policy_keeper.h"

#include "absl/base/log_severity.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "platform/internal/settled.h"
#include "platform/load_policy.h"

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
  last_ = absl::OkStatus();  // Who asks for it hears of it.
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
  const absl::StatusOr<FileStatus> now = host_->Stat(PolicyPath(environment_));
  if (now.ok()) return now->identity != file_;
  return file_.has_value() || !absl::IsNotFound(now.status());
}

absl::Status PolicyKeeper::ReloadLocked() {
  const absl::Status status = LoadLocked();
  if (status.ok()) {
    ++reloads_;
    host_->Log(absl::LogSeverity::kInfo, "The policy was read anew.");
  } else if (status != last_) {
    ++failures_;
    host_->Log(absl::LogSeverity::kError,
               absl::StrCat("The policy was not read anew, and the old one "
                            "stays in force: ",
                            status.message()));
  }
  last_ = status;
  return status;
}

absl::Status PolicyKeeper::LoadLocked() {
  const absl::Time begin = host_->Now();
  absl::optional<FileIdentity> file;
  absl::StatusOr<config::VerificationPolicy> loaded = LoadPolicy(
      host_, environment_, app_.has_value() ? &*app_ : nullptr, &file);
  if (!loaded.ok()) return loaded.status();
  if (file_.has_value() && !file.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        PolicyPath(environment_),
        " is gone; put it back, or, where no policy is wanted any more, start "
        "anew without it"));
  }
  auto shared =
      std::make_shared<const config::VerificationPolicy>(*std::move(loaded));
  file_ = file;
  settled_ = !file.has_value() || IsSettled(*file, begin);
  absl::MutexLock lock(&mutex_);
  policy_ = std::move(shared);
  return absl::OkStatus();
}

}  // namespace airlock::platform::internal
