// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The client of the key service, where memory runs out: whatever call fails, it
// can be repeated.

#include <poll.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <thread>  // NOLINT(build/c++11)
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/internal/unique_fd.h"
#include "platform/keys/key_client.h"
#include "platform/keys/key_server.h"
#include "platform/keys/key_service.h"
#include "platform/keys/packet.h"
#include "platform/keys/protocol.h"
#include "ssl/later.h"
#include "tests/support/handshake.h"
#include "tests/support/new_failures.h"

namespace airlock::keys {
namespace {

using ::airlock::platform::internal::UniqueFd;
using ::airlock::testing::new_calls_left;
using ::airlock::testing::new_failed;
using ::airlock::testing::new_keeps_failing;

// A service on a thread, which has the memory that it needs.
class KeyMemoryTest : public ::testing::Test {
 protected:
  KeyMemoryTest() {
    Application shop;
    shop.name = "shop";
    shop.signatures_per_second = 100000;
    shop.grants = {{"web", {Purpose::kTls13Server}, {}}};
    service_ = std::make_unique<KeyService>(
        std::vector<ServedKey>{
            {"web", airlock::testing::TestCredentials("server_p256")}},
        std::vector<Application>{shop}, absl::Now, [](const KeyEvent&) {});
    server_ = KeyServer::Create(service_.get(), {256}).value();
    auto pair = MakePacketPair();
    EXPECT_TRUE(pair.ok());
    application_ = std::move(pair->first);
    EXPECT_TRUE(server_->AddApplication(0, std::move(pair->second)).ok());
    thread_ = std::thread([this] { EXPECT_TRUE(server_->Run().ok()); });
    KeyClientOptions options;
    options.place = absl::StrCat("fd:", application_.get());
    options.timeout = absl::Seconds(20);
    client_ = KeyClient::Create(options).value();
  }
  ~KeyMemoryTest() override {
    server_->Stop();
    thread_.join();
  }

  static std::string Input() {
    return absl::StrCat(std::string(64, ' '),
                        "TLS 1.3, server CertificateVerify",
                        absl::string_view("\0", 1), std::string(32, 'h'));
  }

  UniqueFd application_;
  std::unique_ptr<KeyService> service_;
  std::unique_ptr<KeyServer> server_;
  std::thread thread_;
  std::shared_ptr<KeyClient> client_;
};

// Fails the first allocation of `call`, then the second, and so on until no
// more are needed; first alone, and then with all that follow. After each, the
// call succeeds.
void FailEach(const std::function<bool()>& call) {
  ASSERT_TRUE(call());
  for (const bool keeps_failing : {false, true}) {
    int failures = 0;
    do {
      new_failed = false;
      new_keeps_failing = keeps_failing;
      new_calls_left = failures;
      bool succeeded = false;
      try {
        succeeded = call();
      } catch (const std::bad_alloc&) {
      }
      new_calls_left = -1;
      EXPECT_TRUE(succeeded || new_failed) << failures;
      EXPECT_TRUE(call()) << failures;
      if (new_failed) ++failures;
    } while (new_failed && !::testing::Test::HasFailure());
    EXPECT_GT(failures, 0) << "operator new is not this test's";
  }
}

TEST_F(KeyMemoryTest, Lists) {
  FailEach([&] { return client_->List().ok(); });
}

TEST_F(KeyMemoryTest, Signs) {
  FailEach([&] {
    return client_->SignerFor("web", Waiting::kBlocks)(0x0403, Input()).ok();
  });
}

TEST_F(KeyMemoryTest, SignsInAnEventLoop) {
  FailEach([&] {
    const ssl::Signer sign = client_->SignerFor("web", Waiting::kReturns);
    while (true) {
      const absl::StatusOr<std::string> signature = sign(0x0403, Input());
      if (!ssl::IsLater(signature.status())) return signature.ok();
      pollfd wakeup = {client_->wakeup_fd().value(), POLLIN, 0};
      if (poll(&wakeup, 1, 30000) != 1) return false;
      client_->Dispatch();
    }
  });
}

}  // namespace
}  // namespace airlock::keys
