// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Exceptions from a Runtime's host and callbacks do not reach its callers.

#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "platform/fake_host.h"
#include "platform/memory_transport.h"
#include "platform/runtime.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/support/testdata.h"

namespace airlock::platform {
namespace {

using airlock::testing::ReadTestdata;
using ssl::ErrorKind;
using ssl::Secret;

// Throws from selected methods.
class ThrowingHost final : public Host {
 public:
  enum Method {
    kReadFile,
    kReadTrustedFile,
    kStat,
    kListDirectory,
    kNow,
    kLog
  };

  ThrowingHost() {
    inner_.SetFile("/etc/ca-certificates.crt", ReadTestdata("certs/ca.pem"));
    inner_.AdvanceTime(absl::Hours(1));
  }

  FakeHost& inner() { return inner_; }
  void Throw(Method method, bool throws = true) { throws_[method] = throws; }
  int thrown() const { return thrown_; }

  absl::StatusOr<FileContent> ReadFile(const std::string& path) override {
    MayThrow(kReadFile);
    return inner_.ReadFile(path);
  }
  absl::StatusOr<FileContent> ReadTrustedFile(
      const std::string& path) override {
    MayThrow(kReadTrustedFile);
    return inner_.ReadFile(path);
  }
  absl::StatusOr<FileStatus> Stat(const std::string& path) override {
    MayThrow(kStat);
    return inner_.Stat(path);
  }
  absl::StatusOr<std::vector<std::string>> ListDirectory(
      const std::string& path) override {
    MayThrow(kListDirectory);
    return inner_.ListDirectory(path);
  }
  absl::Time Now() const override {
    MayThrow(kNow);
    return inner_.Now();
  }
  void Log(absl::LogSeverity severity, absl::string_view message) override {
    MayThrow(kLog);
    inner_.Log(severity, message);
  }

 private:
  void MayThrow(Method method) const {
    if (!throws_[method]) return;
    ++thrown_;
    throw std::runtime_error("a host\'s");
  }

  FakeHost inner_;
  bool throws_[6] = {};
  mutable int thrown_ = 0;
};

class ExceptionsTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Runtime>> Make(RuntimeOptions options = {}) {
    return Runtime::Create(host_, host_->inner().environment(),
                           std::move(options));
  }

  static WrapOptions Client() {
    WrapOptions options;
    options.server_hostname = "localhost";
    options.do_handshake_on_connect = false;
    return options;
  }

  static absl::Status Wrap(Runtime& runtime, WrapOptions options) {
    auto [ours, theirs] = MakeMemoryTransports();
    return runtime.WrapSocket(std::move(ours), std::move(options)).status();
  }

  std::shared_ptr<ThrowingHost> host_ = std::make_shared<ThrowingHost>();
};

TEST_F(ExceptionsTest, AHostThatThrowsAsThePolicyIsRead) {
  host_->inner().SetFile("/etc/airlock.yaml", "tls: {verification: enforce}");
  host_->Throw(ThrowingHost::kReadTrustedFile);
  EXPECT_EQ(ssl::GetErrorKind(Make().status()), ErrorKind::kInvalidArgument);
  host_->Throw(ThrowingHost::kReadTrustedFile, false);
  auto runtime = Make();
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  // The old one stays in effect.
  host_->Throw(ThrowingHost::kReadTrustedFile);
  host_->Throw(ThrowingHost::kLog);
  EXPECT_FALSE((*runtime)->ReloadPolicy().ok());
  EXPECT_EQ((*runtime)->policy().verification.value,
            config::Verification::kEnforce);
  host_->Throw(ThrowingHost::kStat);
  EXPECT_FALSE((*runtime)->ReloadPolicyIfChanged().ok());
  EXPECT_EQ((*runtime)->policy().verification.value,
            config::Verification::kEnforce);
  host_->Throw(ThrowingHost::kReadTrustedFile, false);
  host_->Throw(ThrowingHost::kStat, false);
  // Whether it is logged or not.
  EXPECT_TRUE((*runtime)->ReloadPolicy().ok());
  EXPECT_GT(host_->thrown(), 3);
}

TEST_F(ExceptionsTest, AHostThatThrowsAsAppYamlIsRead) {
  host_->Throw(ThrowingHost::kReadFile);
  RuntimeOptions options;
  options.app_yaml = "/app/app.yaml";
  EXPECT_EQ(ssl::GetErrorKind(Make(std::move(options)).status()),
            ErrorKind::kInvalidArgument);
}

TEST_F(ExceptionsTest, AHostThatThrowsAsABundleIsRead) {
  auto runtime = Make();
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  for (const auto method : {ThrowingHost::kReadFile, ThrowingHost::kStat}) {
    host_->Throw(method);
    const int before = host_->thrown();
    EXPECT_FALSE(Wrap(**runtime, Client()).ok());
    EXPECT_GT(host_->thrown(), before);
    EXPECT_FALSE((*runtime)->LoadCaCerts(CaCerts()).ok());
    host_->Throw(method, false);
    (*runtime)->ClearCaches();
  }
  EXPECT_TRUE(Wrap(**runtime, Client()).ok());
}

// A temporary exception must not become permanent this way.
TEST_F(ExceptionsTest, AClockThatThrowsRevivesNoException) {
  host_->inner().SetFile(
      "/etc/airlock.yaml",
      "tls: {minimum_version: TLSv1.2, exceptions: [{host: localhost, "
      "minimum_version: TLSv1, expires: 2026-06-01}]}");
  auto runtime = Make();
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  const auto minimum = [&] {
    const auto decision = (*runtime)->Explain(Client());
    EXPECT_TRUE(decision.ok()) << decision.status();
    return decision.ok() ? decision->verification.minimum_version
                         : std::nullopt;
  };
  EXPECT_EQ(minimum(), ssl::TlsVersion::kTls1_0);
  host_->Throw(ThrowingHost::kNow);
  EXPECT_EQ(minimum(), ssl::TlsVersion::kTls1_2);
}

TEST_F(ExceptionsTest, AClockThatThrowsFailsVerification) {
  auto runtime = Make();
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  auto [ours, theirs] = MakeMemoryTransports();
  WrapOptions server;
  server.server_side = true;
  server.do_handshake_on_connect = false;
  server.certfile = Secret(ReadTestdata("certs/server_p256_chain.pem"));
  server.keyfile = Secret(ReadTestdata("certs/server_p256.key"));
  auto client = (*runtime)->WrapSocket(std::move(ours), Client());
  auto serving = (*runtime)->WrapSocket(std::move(theirs), std::move(server));
  ASSERT_TRUE(client.ok() && serving.ok());
  host_->Throw(ThrowingHost::kNow);
  absl::Status status;
  for (int i = 0; i < 5 && status.ok(); ++i) {
    const ssl::IoResult result = (*client)->Handshake();
    if (result.failed()) status = result.status();
    (void)(*serving)->Handshake();
  }
  EXPECT_EQ(ssl::GetErrorKind(status), ErrorKind::kCallback) << status;
}

TEST_F(ExceptionsTest, ReadersAndPasswordsOfWrapOptions) {
  auto runtime = Make();
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  const auto thrower = []() -> absl::StatusOr<Secret> { throw 42; };
  for (void (*change)(WrapOptions*, const ssl::Reader&) :
       {+[](WrapOptions*o, const ssl::Reader&r) { o->certfile = r; },
        +[](WrapOptions*o, const ssl::Reader&r) { o->keyfile = r; },
        +[](WrapOptions*o, const ssl::Reader&r) {
          o->keyfile = Secret(ReadTestdata("certs/server_p256_encrypted.key"));
          o->password = r;
        }}) {
    WrapOptions options;
    options.server_side = true;
    options.certfile = Secret(ReadTestdata("certs/server_p256.pem"));
    options.keyfile = Secret(ReadTestdata("certs/server_p256.key"));
    change(&options, thrower);
    EXPECT_EQ(ssl::GetErrorKind(Wrap(**runtime, std::move(options))),
              ErrorKind::kCallback);
  }
}

TEST_F(ExceptionsTest, AnAuditThatThrowsChangesNothingButIsCounted) {
  host_->inner().SetVariable("AIRLOCK_VERIFY", "enforce");
  RuntimeOptions options;
  options.audit = [](const AuditEvent&) { throw std::bad_alloc(); };
  options.audit_lost = [] { return uint64_t{40}; };
  auto runtime = Make(std::move(options));
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  WrapOptions refused = Client();
  refused.cert_reqs = ssl::VerifyMode::kNone;
  EXPECT_EQ(ssl::GetErrorKind(Wrap(**runtime, std::move(refused))),
            ErrorKind::kPolicy);
  EXPECT_EQ((*runtime)->counters().refusals, 1u);
  EXPECT_EQ((*runtime)->counters().audit_lost, 41u);

  RuntimeOptions throwing;
  throwing.audit_lost = []() -> uint64_t { throw 42; };
  runtime = Make(std::move(throwing));
  ASSERT_TRUE(runtime.ok()) << runtime.status();
  EXPECT_EQ((*runtime)->counters().audit_lost, 0u);
}

}  // namespace
}  // namespace airlock::platform
