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
};

namespace internal {

std::shared_ptr<const Session> WrapSession(
    bssl::UniquePtr<SSL_SESSION> session);

}  // namespace internal
}  // namespace airlock::ssl

#endif  // AIRLOCK_SSL_INTERNAL_SESSION_IMPL_H_
