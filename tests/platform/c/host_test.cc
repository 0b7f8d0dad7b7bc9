// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// A host's own environment, policy and clock, instead of the process's.

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

constexpr char kEnforce[] = "tls: {verification: enforce}";

class CHostTest : public ::testing::Test {
 protected:
  // The runtime, or the error's kind.
  int New(const airlock_runtime_options& options) {
    airlock_runtime* runtime = nullptr;
    airlock_error* error = nullptr;
    airlock_runtime_new(&options, &runtime, &error);
    runtime_.reset(runtime);
    return Take(error).kind;
  }

  int NewWith(const std::vector<airlock_bytes>& environment) {
    static const airlock_bytes kNone = {nullptr, 0};
    auto options = Sized<airlock_runtime_options>();
    options.environment = environment.empty() ? &kNone : environment.data();
    options.environment_count = environment.size();
    return New(options);
  }

  // Whether the policy allows a client without verification.
  bool IsLax() {
    airlock_context_options options = ClientContext();
    options.cert_reqs = AIRLOCK_CERT_NONE;
    airlock_context* context = nullptr;
    airlock_error* error = nullptr;
    const airlock_status status =
        airlock_context_new(runtime_.get(), &options, &context, &error);
    airlock_context_free(context);
    const int kind = Take(error).kind;
    EXPECT_EQ(kind, status == AIRLOCK_OK ? -1 : AIRLOCK_KIND_POLICY);
    return status == AIRLOCK_OK;
  }

  Handle<airlock_runtime> runtime_;
};

TEST_F(CHostTest, AnEnvironmentTakesTheProcesssPlace) {
  ASSERT_EQ(setenv("AIRLOCK_VERIFY", "enforce", 1), 0);
  ASSERT_EQ(New(Sized<airlock_runtime_options>()), -1);
  EXPECT_FALSE(IsLax());
  ASSERT_EQ(NewWith({}), -1);
  EXPECT_TRUE(IsLax());
  ASSERT_EQ(NewWith({B("AIRLOCK_VERIFY=off"), B("X="), B("Y=a=b")}), -1);
  EXPECT_TRUE(IsLax());
  ASSERT_EQ(unsetenv("AIRLOCK_VERIFY"), 0);
  ASSERT_EQ(NewWith({B("AIRLOCK_VERIFY=enforce")}), -1);
  EXPECT_FALSE(IsLax());
  // If a name occurs twice, the first takes effect; a policy variable must have
  // only one value.
  ASSERT_EQ(NewWith({B("A=1"), B("A=2"), B("AIRLOCK_VERIFY=enforce"),
                     B("AIRLOCK_VERIFY=enforce")}),
            -1);
  EXPECT_FALSE(IsLax());
  for (const auto& entries :
       {std::vector<airlock_bytes>{B("AIRLOCK_VERIFY=enforce"),
                                   B("AIRLOCK_VERIFY=off")},
        std::vector<airlock_bytes>{B("AIRLOCK_VERIFY=off"),
                                   B("AIRLOCK_VERIFY=enforce")}}) {
    EXPECT_EQ(NewWith(entries), AIRLOCK_KIND_INVALID_ARGUMENT);
  }
}

TEST_F(CHostTest, RefusesAnInvalidEnvironment) {
  for (const airlock_bytes bad :
       {B("AIRLOCK_VERIFY"), B("=enforce"), B(""), B("AIRLOCK_VERIFY=strict"),
        B("AIRLOCK_VERFY=enforce"), B({"A=b\0c", 5}), airlock_bytes{nullptr, 0},
        airlock_bytes{nullptr, 1}}) {
    EXPECT_EQ(NewWith({bad}), AIRLOCK_KIND_INVALID_ARGUMENT) << Str(bad);
    EXPECT_EQ(runtime_, nullptr);
  }
  auto options = Sized<airlock_runtime_options>();
  options.environment_count = 1;
  EXPECT_EQ(New(options), AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST_F(CHostTest, APolicyIsTheHosts) {
  auto options = Sized<airlock_runtime_options>();
  options.policy = B(kEnforce);
  ASSERT_EQ(New(options), -1);
  EXPECT_FALSE(IsLax());
  // It exists again, with the same content.
  EXPECT_EQ(airlock_runtime_reload_policy(runtime_.get(), nullptr), AIRLOCK_OK);
  EXPECT_EQ(airlock_runtime_reload_policy_if_changed(runtime_.get(), nullptr),
            AIRLOCK_NONE);
  EXPECT_FALSE(IsLax());
  // The environment does not make it laxer, either.
  const airlock_bytes off = B("AIRLOCK_VERIFY=off");
  options.environment = &off;
  options.environment_count = 1;
  ASSERT_EQ(New(options), -1);
  EXPECT_FALSE(IsLax());
  options.policy = B("tls: {verification: off}");
  ASSERT_EQ(New(options), -1);
  EXPECT_TRUE(IsLax());
  for (const absl::string_view bad :
       {"tls: {verification: strict}", "tls: [", "tsl: {}"}) {
    options.policy = B(bad);
    EXPECT_EQ(New(options), AIRLOCK_KIND_INVALID_ARGUMENT) << bad;
  }
}

TEST_F(CHostTest, TwoPoliciesAreOneTooMany) {
  const airlock_bytes config = B("AIRLOCK_CONFIG=/nowhere.yaml");
  auto options = Sized<airlock_runtime_options>();
  options.policy = B(kEnforce);
  options.environment = &config;
  options.environment_count = 1;
  EXPECT_EQ(New(options), AIRLOCK_KIND_INVALID_ARGUMENT);
  options.environment = nullptr;
  options.environment_count = 0;
  ASSERT_EQ(setenv("AIRLOCK_CONFIG", "/nowhere.yaml", 1), 0);
  EXPECT_EQ(New(options), AIRLOCK_KIND_INVALID_ARGUMENT);
  ASSERT_EQ(unsetenv("AIRLOCK_CONFIG"), 0);
}

TEST_F(CHostTest, TheClockIsTheHosts) {
  int64_t now = absl::ToUnixMillis(MakeHost()->Now());
  auto options = Sized<airlock_runtime_options>();
  options.user = &now;
  options.now_ms = [](void* user) { return *static_cast<int64_t*>(user); };
  ASSERT_EQ(New(options), -1);
  const auto handshake = [this] {
    Wire wire;
    airlock_wrap_options client = ClientWrap();
    client.cadata = Cert("ca.pem");
    return Connect(runtime_.get(), &wire, client, ServerWrap())
        .client_failure.verify_code;
  };
  EXPECT_EQ(handshake(), 0);
  now = 0;
  EXPECT_EQ(handshake(), 9);  // Not yet valid.
  now = absl::ToUnixMillis(
      absl::FromCivil(absl::CivilYear(2500), absl::UTCTimeZone()));
  EXPECT_EQ(handshake(), 10);  // Expired.
}

TEST_F(CHostTest, AClockThatThrowsSaysNothingGood) {
  bool throws = false;
  auto options = Sized<airlock_runtime_options>();
  options.user = &throws;
  options.policy =
      B("tls: {minimum_version: TLSv1.2, exceptions: [{host: localhost, "
        "minimum_version: TLSv1, expires: 2090-01-01}]}");
  options.now_ms = [](void* user) -> int64_t {
    if (*static_cast<bool*>(user)) throw std::runtime_error("a host's");
    return absl::ToUnixMillis(MakeHost()->Now());
  };
  ASSERT_EQ(New(options), -1);
  airlock_wrap_options client = ClientWrap();
  client.cadata = Cert("ca.pem");
  const auto handshake = [&] {
    Wire wire;
    return Connect(runtime_.get(), &wire, client, ServerWrap())
        .client_failure.kind;
  };
  const auto minimum = [&] {
    airlock_buffer json = {nullptr, 0};
    EXPECT_EQ(airlock_runtime_explain(runtime_.get(), &client, &json, nullptr),
              AIRLOCK_OK);
    const auto parsed =
        nlohmann::json::parse(std::string(json.data, json.size));
    airlock_buffer_free(&json);
    return parsed["minimum_version"].get<std::string>();
  };
  EXPECT_EQ(handshake(), -1);
  EXPECT_EQ(minimum(), "TLSv1");
  throws = true;
  EXPECT_EQ(handshake(), AIRLOCK_KIND_CALLBACK);
  // The exception is treated as expired.
  EXPECT_EQ(minimum(), "TLSv1.2");
}

}  // namespace
}  // namespace airlock::c
