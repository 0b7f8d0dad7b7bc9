// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The parsed form of ssl/session.h.
#ifndef AIRLOCK_SSL_INTERNAL_SESSION_IMPL_H_
#define AIRLOCK_SSL_INTERNAL_SESSION_IMPL_H_

#include <openssl/base.h>

#include <memory>
#include <string>

#include "ssl/session.h"

namespace airlock::ssl {

struct Session::Impl {
  bssl::UniquePtr<SSL_SESSION> session;
  std::string id;
  // The SHA-256 fingerprint of the certificate that the client presented from a
  // CredentialSource. Empty: none, or unknown.
  std::string identity;
  // A client's: the content_hash of the bundle in force when it verified the
  // server, if that came from a TrustSource. Empty: none, or unknown.
  std::string trust;
};

namespace internal {

std::shared_ptr<const Session> WrapSession(bssl::UniquePtr<SSL_SESSION> session,
                                           std::string identity = "",
                                           std::string trust = "");

}  // namespace internal
}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_SESSION_IMPL_H_
