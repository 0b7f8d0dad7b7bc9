// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/platform/policy_floors_fixture.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "platform/memory_transport.h"
#include "ssl/context.h"
#include "ssl/error.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::platform {

std::string Cert(absl::string_view name) {
  return airlock::testing::ReadTestdata(absl::StrCat("certs/", name));
}

std::unique_ptr<Runtime> FloorsTest::Make(const std::string& tls,
                                          const char* bundle) {
  host_->SetFile("/etc/ca-certificates.crt", Cert(bundle));
  host_->SetFile("/etc/airlock.yaml", absl::StrCat("tls: {", tls, "}"));
  RuntimeOptions options;
  options.audit = [this](const AuditEvent& event) { events_.push_back(event); };
  auto runtime =
      Runtime::Create(host_, host_->environment(), std::move(options));
  EXPECT_TRUE(runtime.ok()) << runtime.status();
  return *std::move(runtime);
}

std::string FloorsTest::Get(
    absl::string_view server_name,
    const std::function<absl::StatusOr<std::unique_ptr<ssl::Socket>>(
        std::unique_ptr<ssl::Transport>)>& make) {
  events_.clear();
  ssl::ContextOptions server = airlock::testing::ServerOptions(server_name);
  server.verification.security_level = 0;
  auto [ours, theirs] = MakeMemoryTransports();
  ssl::SocketOptions server_options;
  server_options.side = ssl::Side::kServer;
  airlock::testing::Connection c;
  c.server = *ssl::WrapSocket(airlock::testing::MakeContext(server),
                              std::move(theirs), std::move(server_options));
  auto client = make(std::move(ours));
  if (!client.ok()) return Said(client.status());
  c.client = *std::move(client);
  airlock::testing::ShakeHands(&c);
  if (!c.client_status.ok()) return Said(c.client_status);
  EXPECT_TRUE(c.client->peer_verified());
  return c.client->info()->group;
}

std::string FloorsTest::Said(const absl::Status& status) {
  return std::string(ssl::ErrorKindName(ssl::GetErrorKind(status)));
}

std::string FloorsTest::Audited(AuditEvent::Action action) const {
  std::string settings;
  for (const AuditEvent& event : events_) {
    EXPECT_EQ(event.action, action) << event.ToJson();
    EXPECT_EQ(event.rule.name, "/etc/airlock.yaml");
    EXPECT_FALSE(event.requested.empty());
    EXPECT_EQ(event.effective.empty(), action == AuditEvent::Action::kRefused);
    absl::StrAppend(&settings, event.setting);
  }
  return settings;
}

}  // namespace airlock::platform
