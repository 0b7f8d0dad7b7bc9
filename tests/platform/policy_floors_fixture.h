// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Clients under an operator's policy, and what is audited of them.
#ifndef AIRLOCK_TESTS_PLATFORM_POLICY_FLOORS_FIXTURE_H_
#define AIRLOCK_TESTS_PLATFORM_POLICY_FLOORS_FIXTURE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "platform/audit.h"
#include "platform/fake_host.h"
#include "platform/runtime.h"
#include "ssl/socket.h"
#include "ssl/transport.h"

namespace airlock::platform {

// The content of testdata's certificate file `name`.
std::string Cert(absl::string_view name);

// What FloorsTest::Said is for a request that the policy refuses.
inline constexpr char kRefused[] = "Policy";

class FloorsTest : public ::testing::Test {
 protected:
  // A Runtime whose operator's file has this in "tls", and with this bundle of
  // testdata. Its audit goes to `events_`.
  std::unique_ptr<Runtime> Make(const std::string& tls,
                                const char* bundle = "ca.pem");

  // What a handshake of `make`'s client comes to, with a server of every level
  // that presents testdata's `server_name`: the group, or the kind of the
  // client's error.
  std::string Get(
      absl::string_view server_name,
      const std::function<absl::StatusOr<std::unique_ptr<ssl::Socket>>(
          std::unique_ptr<ssl::Transport>)>& make);

  // The name of the error's kind.
  static std::string Said(const absl::Status& status);

  // The settings that were audited, all with this action.
  std::string Audited(AuditEvent::Action action) const;

  const std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
  std::vector<AuditEvent> events_;
};

}  // namespace airlock::platform

#endif  // AIRLOCK_TESTS_PLATFORM_POLICY_FLOORS_FIXTURE_H_
