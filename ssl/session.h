// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Sessions, for later connections to resume.
#ifndef AIRLOCK_SSL_SESSION_H_
#define AIRLOCK_SSL_SESSION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ssl/secret.h"

namespace airlock::ssl {

// A session that a Socket established. Immutable, so thread-safe. It contains a
// secret: anyone who has it can impersonate the client to that server. It is
// not bound to a peer: a Socket that resumes it verifies the peer's certificate
// and name again.
class Session {
 public:
  // Restores the result of Serialize. Error kind: kInvalidArgument.
  static absl::StatusOr<std::shared_ptr<const Session>> Deserialize(
      absl::string_view bytes);

  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // The session as bytes, as secret as a key: BoringSSL's encoding, and in
  // front of it, if the client's Context had a CredentialSource or a
  // TrustSource, which certificate it presented and which bundle it verified
  // with. Nothing but secrecy protects them from changes.
  absl::StatusOr<Secret> Serialize() const;

  // As in Python's ssl.SSLSession.
  const std::string& id() const;
  absl::Time time() const;
  absl::Duration timeout() const;
  absl::Duration ticket_lifetime_hint() const;
  bool has_ticket() const;

  // The parsed form; for //ssl only.
  struct Impl;
  explicit Session(std::unique_ptr<const Impl> impl);
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<const Impl> impl_;
};

}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_SESSION_H_
