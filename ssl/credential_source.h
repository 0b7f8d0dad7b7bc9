// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Private keys and certificate chains, replaced while Contexts use them.
#ifndef AIRLOCK_SSL_CREDENTIAL_SOURCE_H_
#define AIRLOCK_SSL_CREDENTIAL_SOURCE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "ssl/credentials.h"
#include "ssl/source_counts.h"

namespace airlock::ssl {

namespace internal {
template <typename State>
class SourceUpdates;
}  // namespace internal

class CredentialSource;

// What a source has, without secrets.
struct CredentialSourceState {
  uint64_t generation = 0;  // 1 for the first credentials, then 2, and so on.
  // When the first certificate of the chains in force expires.
  absl::Time expires;
  uint64_t failures = 0;  // Updates that failed, since the source was made.
  // When the last update replaced the credentials. Unset: never.
  std::optional<absl::Time> updated;
  // Why the last update failed; ok if it succeeded, or there was none.
  absl::Status error;
};

struct CredentialSourceOptions {
  // Runs before a handshake takes the credentials, on its thread, and may call
  // Update or Fail: for what is cheap to look at, such as whether a file has
  // changed. Several threads may run it at once. Null: nothing.
  std::function<void(CredentialSource* source)> refresh;
  // Runs after Update has replaced the credentials, when updates begin to fail,
  // and when the reason of the failure changes: for logging. Runs on the thread
  // that calls Update or Fail; must not call them.
  std::function<void(const CredentialSourceState&)> changed;
};

// Live credentials that any number of Contexts hold
// (ContextOptions::credential_source). A handshake uses those that are in force
// when it takes them, and is not affected by later changes; connections that
// exist go on. The private key is wiped once the last handshake that uses it
// has ended.
//
// Sessions: a server's resume across changes, as their keys do not depend on
// the certificate; to end them as well, replace the keys of tickets
// (TicketKeyring::Rotate). A client's session keeps the identity of the
// certificate that it was made with, so a client with a source does not offer
// sessions that were made with another one; it makes a full handshake.
//
// Thread-safe. A handshake waits for no update: only for the time that it takes
// to copy a pointer.
class CredentialSource {
 public:
  using Set = std::vector<std::shared_ptr<const Credentials>>;

  // Starts with `credentials`, which, here and in Update, must be one or more,
  // each with another key type. Errors: kInvalidArgument.
  static absl::StatusOr<std::shared_ptr<CredentialSource>> Create(
      Set credentials, CredentialSourceOptions options = {});

  ~CredentialSource();
  CredentialSource(const CredentialSource&) = delete;
  CredentialSource& operator=(const CredentialSource&) = delete;

  // Replaces the credentials. Errors leave the old ones in force:
  // kInvalidArgument as in Create; kCredentials if a key is too weak for the
  // security level of a Context that was made with this source, if its
  // certificate does not let it sign, or if a leaf has expired or is not valid
  // yet. `now`: the time.
  absl::Status Update(Set credentials, absl::Time now);

  // Records that there is nothing to update with, such as an unreadable file.
  // The old credentials stay in force. `why` is an error.
  void Fail(const absl::Status& why);

  // What is in force; never null or empty.
  std::shared_ptr<const Set> current() const;
  CredentialSourceState state() const;
  std::shared_ptr<const SourceCounts> counts() const;

  // For ssl/ only. Checks that what is in force meets `security_level`, and
  // makes Update check it.
  absl::Status Require(int security_level);
  // The same for a handshake: what is in force after `refresh`.
  std::shared_ptr<const Set> Take();

 private:
  explicit CredentialSource(CredentialSourceOptions options);

  absl::Status Replace(Set credentials, absl::Time now,
                       CredentialSourceState* state);

  const std::function<void(CredentialSource* source)> refresh_;
  const std::unique_ptr<internal::SourceUpdates<CredentialSourceState>>
      updates_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Set> current_ ABSL_GUARDED_BY(mutex_);
  CredentialSourceState state_ ABSL_GUARDED_BY(mutex_);
  int security_level_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_CREDENTIAL_SOURCE_H_
