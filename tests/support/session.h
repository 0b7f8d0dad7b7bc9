// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Sessions that tests resume.
#ifndef AIRLOCK_TESTS_SUPPORT_SESSION_H_
#define AIRLOCK_TESTS_SUPPORT_SESSION_H_

#include <memory>

#include "ssl/context.h"
#include "ssl/session.h"
#include "tests/support/handshake.h"

namespace airlock::testing {

// The client's session of a connection between the two, which must succeed;
// taken after the server has sent a byte.
std::shared_ptr<const ssl::Session> Established(
    std::shared_ptr<const ssl::Context> client,
    std::shared_ptr<const ssl::Context> server);

// LocalhostOptions with a session.
ssl::SocketOptions WithSession(std::shared_ptr<const ssl::Session> session);

// Whether both ends are done and report a resumed session.
bool Reused(const Connection& connection);

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_SUPPORT_SESSION_H_
