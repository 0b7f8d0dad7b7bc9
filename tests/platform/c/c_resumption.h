// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A client that takes sessions from servers and resumes them.
#ifndef AIRLOCK_TESTS_PLATFORM_C_C_RESUMPTION_H_
#define AIRLOCK_TESTS_PLATFORM_C_C_RESUMPTION_H_

#include <memory>

#include "gtest/gtest.h"
#include "platform/c/airlock.h"
#include "platform/fake_host.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {

class CResumptionTest : public ::testing::Test {
 protected:
  // The session after a connection with `server`; null: none.
  Handle<airlock_session> SessionWith(airlock_context* server);

  // Whether a connection with `server` resumes `from`.
  bool Resumes(airlock_context* server, const Handle<airlock_session>& from);

  const std::shared_ptr<platform::FakeHost> host_ = MakeHost();
  Handle<airlock_runtime> runtime_ = MakeRuntime(host_);
  Handle<airlock_context> client_ = Make(runtime_.get(), ClientContext());
  Wire wire_;
};

}  // namespace airlock::c

#endif  // AIRLOCK_TESTS_PLATFORM_C_C_RESUMPTION_H_
