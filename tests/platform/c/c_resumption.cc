// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/platform/c/c_resumption.h"

namespace airlock::c {

Handle<airlock_session> CResumptionTest::SessionWith(airlock_context* server) {
  const Ends ends = Connect(&wire_, client_.get(), server);
  EXPECT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  ExpectSent(ends.server.get(), ends.client.get(), "tickets come along");
  airlock_session* session = nullptr;
  airlock_socket_session(ends.client.get(), &session, nullptr);
  return Handle<airlock_session>(session);
}

bool CResumptionTest::Resumes(airlock_context* server,
                              const Handle<airlock_session>& from) {
  const Ends ends = Connect(&wire_, client_.get(), server, from.get());
  EXPECT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  return Info(ends.client).session_reused == 1;
}

}  // namespace airlock::c
