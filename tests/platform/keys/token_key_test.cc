// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/token_key.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/handshake.h"

namespace airlock::keys {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TestCredentials;

constexpr uint16_t kPkcs256 = 0x0401;
constexpr uint16_t kPkcs512 = 0x0601;

std::string Module() {
  return absl::StrCat(getenv("TEST_SRCDIR"), "/", getenv("TEST_WORKSPACE"),
                      "/tests/platform/keys/odd_module.so");
}

std::string Log() { return absl::StrCat(::testing::TempDir(), "/odd_log"); }

// What the module was asked: "i" to start, "f" to end, "l" to log in.
std::string Calls() {
  std::ifstream file(Log());
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::unique_ptr<TokenKey> Start(const std::string& odd,
                                const std::string& pin = "1234",
                                bool network = false,
                                const std::string& uri = "pkcs11:object=a") {
  unlink(Log().c_str());
  TokenKeyOptions options;
  options.uri = config::ParsePkcs11Uri(uri).value();
  options.module = Module();
  options.pin = ssl::Secret(pin);
  options.environment = {{"ODD", odd}, {"ODD_LOG", Log()}};
  options.network = network;
  return TokenKey::Start(std::move(options)).value();
}

std::string OpenError(TokenKey* key) {
  return std::string(key->Open(TestCredentials("client_rsa")).message());
}

absl::StatusOr<std::string> Sign(TokenKey* key, uint16_t scheme = kPkcs256) {
  const absl::Status begun = key->Begin(scheme, "input");
  if (!begun.ok()) return begun;
  while (true) {
    pollfd ready = {key->fd(), POLLIN, 0};
    EXPECT_EQ(poll(&ready, 1, -1), 1);
    auto signature = key->Take();
    if (signature.has_value()) return *std::move(signature);
  }
}

TEST(TokenKeyTest, SaysWhatIsWrongWithTheToken) {
  const auto expect = [](const std::string& odd, const std::string& text) {
    EXPECT_THAT(OpenError(Start(odd).get()), HasSubstr(text)) << odd;
  };
  expect("list", "is not a PKCS #11 module");
  expect("initialize", "the module does not start: CKR_GENERAL_ERROR");
  expect("none", "the module has no token");
  expect("two", "it matches 2 tokens");
  expect("several", "several such private keys");
  expect("mechanism", "no mechanism");
  expect("fail", "the token does not sign: CKR_DEVICE_REMOVED");
  expect("empty", "empty signature");
  expect("crash", "ended its process with signal 11");
  expect("exit", "ended its process with status 0");
  EXPECT_THAT(
      OpenError(Start("two", "1234", false, "pkcs11:serial=1;object=a").get()),
      HasSubstr("does not fit"));
  EXPECT_THAT(OpenError(Start("", "").get()), HasSubstr("wants a PIN"));
}

TEST(TokenKeyTest, SignsWithTheMechanismsOfTheToken) {
  for (const char* odd : {"", "no_login", "always"}) {
    const auto key = Start(odd);
    // The module's signature is what it was to sign.
    EXPECT_THAT(OpenError(key.get()), HasSubstr("does not fit")) << odd;
    EXPECT_EQ(key->schemes(),
              (std::vector<uint16_t>{kPkcs256, 0x0501, kPkcs512}));
    // A DigestInfo (RFC 8017, section 9.2) and the digest.
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(Sign(key.get()).value().size(), 19u + 32u) << odd;
    }
    EXPECT_EQ(Sign(key.get(), kPkcs512).value().size(), 19u + 64u);
    // Once, since the session stays open.
    EXPECT_THAT(Calls(), Not(HasSubstr("f")));
  }
}

TEST(TokenKeyTest, TriesAPinOnce) {
  const auto key = Start("", "4321");
  EXPECT_THAT(OpenError(key.get()), EndsWith("CKR_PIN_INCORRECT"));
  EXPECT_THAT(OpenError(key.get()), HasSubstr("not tried again"));
  EXPECT_EQ(Calls(), "ilf");
}

TEST(TokenKeyTest, OpensAnotherSessionWhenOneHasEnded) {
  const auto key = Start("fail");
  EXPECT_THAT(OpenError(key.get()), HasSubstr("CKR_DEVICE_REMOVED"));
  // With the session that was open, and with another one.
  EXPECT_EQ(Calls(), "ilfilf");
  EXPECT_THAT(OpenError(key.get()), HasSubstr("CKR_DEVICE_REMOVED"));
  EXPECT_EQ(Calls(), "ilfilfilfilf");
}

TEST(TokenKeyTest, ModuleCannotStartProcessesOrUseTheNetwork) {
  EXPECT_THAT(OpenError(Start("fork").get()), HasSubstr("does not fit"));
  EXPECT_THAT(OpenError(Start("network").get()), HasSubstr("CKR_DEVICE_ERROR"));
  EXPECT_THAT(OpenError(Start("network", "1234", true).get()),
              HasSubstr("does not fit"));
}

TEST(TokenKeyTest, SaysThatTheProcessHasEnded) {
  const auto key = Start("");
  EXPECT_THAT(OpenError(key.get()), HasSubstr("does not fit"));
  // The other tests' keys are gone, and their processes with them.
  std::ifstream children(
      absl::StrCat("/proc/self/task/", getpid(), "/children"));
  for (pid_t child = 0; children >> child;) {
    kill(child, SIGKILL);
    EXPECT_EQ(waitpid(child, nullptr, 0), child);
  }
  EXPECT_THAT(Sign(key.get()).status().message(), HasSubstr("has ended"));
  EXPECT_TRUE(key->ended());
  EXPECT_THAT(Sign(key.get()).status().message(), HasSubstr("has ended"));
  EXPECT_FALSE(key->Take().has_value());
}

}  // namespace
}  // namespace airlock::keys
