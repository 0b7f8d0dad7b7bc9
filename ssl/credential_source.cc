// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/credential_source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/certificate.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/check_credentials.h"
#include "ssl/internal/source_updates.h"

namespace airlock::ssl {
namespace {

absl::Status CheckSet(const CredentialSource::Set& credentials) {
  if (credentials.empty()) {
    return MakeStatus(ErrorKind::kInvalidArgument,
                      ErrorParts{"credentials", "there are none",
                                 "a source has at least one."});
  }
  for (auto it = credentials.begin(); it != credentials.end(); ++it) {
    if (*it == nullptr) {
      return MakeStatus(
          ErrorKind::kInvalidArgument,
          ErrorParts{"credentials", "an entry is null", "remove it."});
    }
    const KeyType type = (*it)->key_type();
    if (std::any_of(credentials.begin(), it, [type](const auto& other) {
          return other->key_type() == type;
        })) {
      return MakeStatus(
          ErrorKind::kInvalidArgument,
          ErrorParts{"credentials", "two of a source's have the same key type",
                     "leave one out."});
    }
  }
  return absl::OkStatus();
}

std::string FormatDate(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

// RFC 5280, section 4.1.2.5: both ends are included.
absl::Status CheckValidity(const CredentialSource::Set& credentials,
                           absl::Time now) {
  for (const auto& entry : credentials) {
    const Certificate& leaf = entry->chain().front();
    const bool expired = now > leaf.not_after();
    if (!expired && now >= leaf.not_before()) continue;
    Error error;
    error.kind = ErrorKind::kCredentials;
    error.subject = leaf.subject();
    SetParts(
        {ErrorText::Name("certfile"),
         absl::StrCat(
             "the certificate \"", internal::ShownName(error.subject), "\" ",
             expired ? absl::StrCat("expired on ", FormatDate(leaf.not_after()))
                     : absl::StrCat("is not valid before ",
                                    FormatDate(leaf.not_before())),
             ", and it is ", FormatDate(now)),
         expired ? "provide its successor." : "check the clock.",
         /*after_where=*/": "},
        &error);
    return MakeStatus(error);
  }
  return absl::OkStatus();
}

absl::Time FirstExpiry(const CredentialSource::Set& credentials) {
  absl::Time first = absl::InfiniteFuture();
  for (const auto& entry : credentials) {
    for (const Certificate& certificate : entry->chain()) {
      first = std::min(first, certificate.not_after());
    }
  }
  return first;
}

}  // namespace

CredentialSource::CredentialSource(CredentialSourceOptions options)
    : refresh_(std::move(options.refresh)),
      updates_(std::make_unique<internal::SourceUpdates<CredentialSourceState>>(
          std::move(options.changed))) {}

CredentialSource::~CredentialSource() = default;

absl::StatusOr<std::shared_ptr<CredentialSource>> CredentialSource::Create(
    Set credentials, CredentialSourceOptions options) {
  const absl::Status checked = CheckSet(credentials);
  if (!checked.ok()) return checked;
  std::shared_ptr<CredentialSource> source(
      new CredentialSource(std::move(options)));
  const absl::MutexLock lock(&source->mutex_);
  source->state_.generation = 1;
  source->state_.expires = FirstExpiry(credentials);
  source->current_ = std::make_shared<const Set>(std::move(credentials));
  return source;
}

absl::Status CredentialSource::Replace(Set credentials, absl::Time now,
                                       CredentialSourceState* state) {
  absl::Status status = CheckSet(credentials);
  if (status.ok()) status = CheckValidity(credentials, now);
  const absl::Time expires =
      status.ok() ? FirstExpiry(credentials) : absl::Time();
  // The old ones, which may be the last reference to a key, end outside the
  // lock.
  auto made = std::make_shared<const Set>(std::move(credentials));
  const absl::MutexLock lock(&mutex_);
  if (status.ok()) {
    status = internal::CheckCredentials(*made, security_level_);
  }
  if (!status.ok()) return status;
  current_.swap(made);
  updates_->Replace(now, &state_);
  state_.expires = expires;
  *state = state_;
  return absl::OkStatus();
}

absl::Status CredentialSource::Update(Set credentials, absl::Time now) {
  CredentialSourceState state;
  absl::Status status = Replace(std::move(credentials), now, &state);
  if (status.ok()) {
    updates_->Tell(state);
  } else {
    Fail(status);
  }
  return status;
}

void CredentialSource::Fail(const absl::Status& why) {
  CredentialSourceState state;
  {
    const absl::MutexLock lock(&mutex_);
    if (!updates_->Fail(why, &state_)) return;
    state = state_;
  }
  updates_->Tell(state);
}

std::shared_ptr<const CredentialSource::Set> CredentialSource::current() const {
  const absl::MutexLock lock(&mutex_);
  return current_;
}

std::shared_ptr<const SourceCounts> CredentialSource::counts() const {
  return updates_->counts();
}

CredentialSourceState CredentialSource::state() const {
  const absl::MutexLock lock(&mutex_);
  return state_;
}

absl::Status CredentialSource::Require(int security_level) {
  const absl::MutexLock lock(&mutex_);
  absl::Status status = internal::CheckCredentials(*current_, security_level);
  if (status.ok()) security_level_ = std::max(security_level_, security_level);
  return status;
}

std::shared_ptr<const CredentialSource::Set> CredentialSource::Take() {
  internal::Refresh(refresh_, this);
  return current();
}

}  // namespace airlock::ssl
