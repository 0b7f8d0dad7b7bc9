// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The policy and the code of docs/spiffe.md.

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/memory_transport.h"
#include "platform/runtime.h"
#include "platform/wrap_options.h"
#include "ssl/error.h"
#include "ssl/secret.h"
#include "ssl/socket.h"
#include "ssl/spiffe_id.h"
#include "ssl/spiffe_peers.h"
#include "ssl/trust_store.h"
#include "tests/support/svid.h"
#include "tests/support/testdata.h"

namespace airlock {
namespace {

#include "tests/examples/spiffe.inc"

constexpr char kPayroll[] = "spiffe://example.org/payroll";

std::string PolicyOfThePage() {
  const std::string page = testing::ReadTestdata("../docs/spiffe.md");
  const size_t begin = page.find("```yaml\n") + 8;
  return page.substr(begin, page.find("```\n", begin) - begin);
}

// What a client with `options` gets from a server, both under the policy of
// `runtime`. The server presents `server`, the client `client`.
absl::StatusOr<std::unique_ptr<ssl::Socket>> Connect(
    platform::Runtime& runtime, platform::WrapOptions options,
    const testing::Svid& client, const testing::Svid& server) {
  platform::MemoryTransportOptions transport_options;
  transport_options.timeout = absl::Minutes(1);
  auto [ours, theirs] = platform::MakeMemoryTransports(transport_options);
  platform::WrapOptions serving;
  serving.server_side = true;
  serving.certfile = ssl::Secret(server.chain_pem);
  serving.keyfile = ssl::Secret(server.key_pem);
  std::thread thread([&, transport = std::move(theirs)]() mutable {
    runtime.WrapSocket(std::move(transport), std::move(serving))
        .status()
        .IgnoreError();
  });
  options.certfile = ssl::Secret(client.chain_pem);
  options.keyfile = ssl::Secret(client.key_pem);
  auto socket = runtime.WrapSocket(std::move(ours), std::move(options));
  thread.join();
  return socket;
}

TEST(SpiffeTest, ThePageWorks) {
  const testing::SpiffeCa ca("ca");
  const testing::SpiffeCa partner("partner");
  const auto host = std::make_shared<platform::FakeHost>();
  host->SetFile("/etc/airlock.yaml", PolicyOfThePage());
  host->SetFile("/run/spire/bundle.pem", ca.certificate().ToPem());
  host->SetFile("/etc/airlock/partner.pem", partner.certificate().ToPem());
  const auto runtime = platform::Runtime::Create(host, host->environment());
  ASSERT_TRUE(runtime.ok()) << runtime.status();

  const testing::Svid payroll = ca.Issue(kPayroll);
  const testing::Svid web = ca.Issue("spiffe://example.org/web");
  // By the policy.
  platform::WrapOptions named;
  named.server_hostname = "payroll.internal";
  const auto by_policy = Connect(**runtime, std::move(named), web, payroll);
  ASSERT_TRUE(by_policy.ok()) << by_policy.status();
  EXPECT_EQ(PeerId(**by_policy)->text(), kPayroll);
  platform::WrapOptions again;
  again.server_hostname = "payroll.internal";
  const absl::Status wrong =
      Connect(**runtime, std::move(again), web, web).status();
  EXPECT_EQ(ssl::GetErrorKind(wrong), ssl::ErrorKind::kHostname);
  // The page shows the beginning of this message.
  const std::string page = testing::ReadTestdata("../docs/spiffe.md");
  const size_t begin = page.find("    spiffe://example.org/web: ") + 4;
  const std::string shown =
      page.substr(begin, page.find("(...)", begin) - begin);
  EXPECT_NE(wrong.message().find(shown), absl::string_view::npos) << wrong;

  // By a list of its own, for a host that the policy does not name.
  for (const auto& [server, is_ok] :
       {std::make_pair(&payroll, true), std::make_pair(&web, false)}) {
    auto options = PayrollOptions(ca.certificate().ToPem());
    ASSERT_TRUE(options.ok()) << options.status();
    EXPECT_EQ(Connect(**runtime, *std::move(options), web, *server).ok(),
              is_ok);
  }
}

}  // namespace
}  // namespace airlock
