// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Runtimes and their policy, which the C interface cannot turn off.

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "ssl/engine.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

using ::testing::HasSubstr;

// The error for a refused client's options.
Failure WrapRefusal(airlock_runtime* runtime,
                    const airlock_wrap_options& options) {
  Wire wire;
  const airlock_transport transport = wire.client();
  airlock_socket* socket = nullptr;
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_wrap_socket(runtime, &transport, &options, &socket, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(wire.client_sent(), 0U);
  airlock_socket_free(socket);
  return Take(error);
}

TEST(CRuntimeTest, EnforceIsNotToBeSwitchedOff) {
  const auto runtime = MakeRuntime(MakeHost("enforce"));
  for (const auto change : std::vector<void (*)(airlock_wrap_options*)>{
           [](auto* o) { o->cert_reqs = AIRLOCK_CERT_NONE; },
           [](auto* o) { o->check_hostname = AIRLOCK_NO; },
           [](auto* o) {
             o->server_hostname = {nullptr, 0};
           },
           [](auto* o) { o->ssl_version = AIRLOCK_PROTOCOL_TLSV1; },
           [](auto* o) { o->maximum_version = AIRLOCK_TLS_1_1; }}) {
    airlock_wrap_options options = ClientWrap();
    change(&options);
    EXPECT_EQ(WrapRefusal(runtime.get(), options).kind, AIRLOCK_KIND_POLICY);
  }
  for (const auto change : std::vector<void (*)(airlock_context_options*)>{
           [](auto* o) { o->cert_reqs = AIRLOCK_CERT_NONE; },
           [](auto* o) { o->check_hostname = AIRLOCK_NO; },
           [](auto* o) { o->ssl_version = AIRLOCK_PROTOCOL_TLSV1_1; },
           [](auto* o) {
             o->server_hostname = {"", 0};
           }}) {
    auto options = Sized<airlock_context_options>();
    change(&options);
    EXPECT_EQ(Refusal(runtime.get(), options).kind, AIRLOCK_KIND_POLICY);
  }

  // A context with defaults verifies, and a socket needs a name.
  airlock_context* context = nullptr;
  ASSERT_EQ(airlock_context_new(runtime.get(), nullptr, &context, nullptr),
            AIRLOCK_OK);
  const Handle<airlock_context> owned(context);
  Wire wire;
  const airlock_transport transport = wire.client();
  airlock_socket* socket = nullptr;
  EXPECT_EQ(airlock_context_wrap_socket(context, &transport, nullptr, &socket,
                                        nullptr),
            AIRLOCK_ERROR);
  Ends ends;
  ends.client = Wrap(context, wire.client(), "localhost");
  ends.server = Wrap(runtime.get(), wire.server(), ServerWrap("server_other"));
  ShakeHands(&ends);
  EXPECT_EQ(ends.client_failure.kind, AIRLOCK_KIND_VERIFICATION);

  // Neither a session nor a server's context changes that.
  auto server = Sized<airlock_context_options>();
  server.server_side = 1;
  airlock_context* servers = nullptr;
  ASSERT_EQ(airlock_context_new(runtime.get(), &server, &servers, nullptr),
            AIRLOCK_OK);
  const Handle<airlock_context> owned_too(servers);
  EXPECT_EQ(airlock_context_wrap_socket(servers, &transport, nullptr, &socket,
                                        nullptr),
            AIRLOCK_ERROR);
}

TEST(CRuntimeTest, ThePolicyMayForbidKeyLogs) {
  auto host = MakeHost();
  host->SetFile("/etc/airlock.yaml", "tls:\n  key_log: forbid\n");
  const auto runtime = MakeRuntime(host);
  auto options = Sized<airlock_context_options>();
  options.keylog = [](void*, airlock_socket*, airlock_bytes) {};
  EXPECT_EQ(Refusal(runtime.get(), options).kind, AIRLOCK_KIND_POLICY);
}

TEST(CRuntimeTest, ReloadsThePolicy) {
  auto host = MakeHost();
  const auto runtime = MakeRuntime(host);
  airlock_wrap_options unverified = ClientWrap();
  unverified.cert_reqs = AIRLOCK_CERT_NONE;
  Wire wire;
  EXPECT_NE(Wrap(runtime.get(), wire.client(), unverified), nullptr);
  host->SetFile("/etc/airlock.yaml", "tls:\n  verification: enforce\n");
  ASSERT_EQ(airlock_runtime_reload_policy(runtime.get(), nullptr), AIRLOCK_OK);
  EXPECT_EQ(WrapRefusal(runtime.get(), unverified).kind, AIRLOCK_KIND_POLICY);
  airlock_buffer json = {nullptr, 0};
  ASSERT_EQ(airlock_runtime_policy_json(runtime.get(), &json, nullptr),
            AIRLOCK_OK);
  EXPECT_THAT(json.data, HasSubstr("\"enforce\""));
  airlock_buffer_free(&json);

  // A broken file changes nothing.
  host->SetFile("/etc/airlock.yaml", "tls:\n  verification: of\n");
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_runtime_reload_policy(runtime.get(), &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(WrapRefusal(runtime.get(), unverified).kind, AIRLOCK_KIND_POLICY);
  EXPECT_EQ(airlock_runtime_clear_caches(runtime.get(), nullptr), AIRLOCK_OK);
}

TEST(CRuntimeTest, ReloadsAChangedPolicy) {
  auto host = MakeHost();
  host->SetFile("/etc/airlock.yaml", "tls:\n  verification: off\n");
  const auto runtime = MakeRuntime(host);
  const auto reload = [&](airlock_error** error) {
    return airlock_runtime_reload_policy_if_changed(runtime.get(), error);
  };
  // A very recent change may not show in a file's times.
  EXPECT_EQ(reload(nullptr), AIRLOCK_OK);
  host->AdvanceTime(absl::Minutes(1));
  EXPECT_EQ(reload(nullptr), AIRLOCK_OK);
  EXPECT_EQ(reload(nullptr), AIRLOCK_NONE);
  airlock_wrap_options unverified = ClientWrap();
  unverified.cert_reqs = AIRLOCK_CERT_NONE;
  host->SetFile("/etc/airlock.yaml", "tls:\n  verification: enforce\n");
  EXPECT_EQ(reload(nullptr), AIRLOCK_OK);
  EXPECT_EQ(WrapRefusal(runtime.get(), unverified).kind, AIRLOCK_KIND_POLICY);
  host->SetFile("/etc/airlock.yaml", "tls:\n  verification: of\n");
  airlock_error* error = nullptr;
  EXPECT_EQ(reload(&error), AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(WrapRefusal(runtime.get(), unverified).kind, AIRLOCK_KIND_POLICY);
  auto counters = Sized<airlock_counters>();
  ASSERT_EQ(airlock_runtime_counters(runtime.get(), &counters, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(counters.policy_reloads, 3U);
  EXPECT_EQ(counters.policy_reload_failures, 1U);
  EXPECT_EQ(airlock_runtime_reload_policy_if_changed(nullptr, nullptr),
            AIRLOCK_ERROR);
}

TEST(CRuntimeTest, ReportsCounters) {
  const auto runtime = MakeRuntime(MakeHost("enforce"));
  Wire wire;
  Connect(runtime.get(), &wire, ClientWrap(), ServerWrap());
  wire.Clear();
  Connect(runtime.get(), &wire, ClientWrap("example.test"), ServerWrap());
  airlock_wrap_options unverified = ClientWrap();
  unverified.cert_reqs = AIRLOCK_CERT_NONE;
  WrapRefusal(runtime.get(), unverified);
  auto counters = Sized<airlock_counters>();
  ASSERT_EQ(airlock_runtime_counters(runtime.get(), &counters, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(counters.handshakes[3], 2U);  // Both ends.
  EXPECT_EQ(counters.failures[AIRLOCK_KIND_HOSTNAME], 1U);
  EXPECT_EQ(counters.client_ech[AIRLOCK_ECH_NOT_OFFERED], 1U);
  EXPECT_EQ(counters.server_ech[AIRLOCK_ECH_NOT_OFFERED], 1U);
  EXPECT_EQ(counters.client_post_quantum, ssl::HasPostQuantumGroup() ? 1U : 0U);
  EXPECT_EQ(counters.refusals, 1U);
  airlock_buffer text = {nullptr, 0};
  ASSERT_EQ(airlock_runtime_counters_text(runtime.get(), &text, nullptr),
            AIRLOCK_OK);
  EXPECT_THAT(text.data, HasSubstr("airlock_policy_refusals_total 1"));
  for (const char* line :
       {"grpc_client_tls_handshakes_total{grpc_tls_handshake_result="
        "\"CERTIFICATE_HOSTNAME_MISMATCH\"} 1\n",
        // The client's alert does not say more.
        "grpc_server_tls_handshakes_total{grpc_tls_handshake_result="
        "\"CERTIFICATE_MALFORMED\"} 1\n",
        "grpc_client_tls_handshakes_total{grpc_tls_handshake_result="
        "\"SUCCESS\",grpc_tls_handshake_resumed=\"FULL_HANDSHAKE\"} 1\n",
        "airlock_server_tls_handshake_duration_seconds_count 1\n"}) {
    EXPECT_THAT(text.data, HasSubstr(line));
  }
  airlock_buffer_free(&text);
}

TEST(CRuntimeTest, CountsAllowedButAuditedRequests) {
  const auto runtime = MakeRuntime(MakeHost("enforce"));
  airlock_wrap_options own_ca = ClientWrap();
  own_ca.cadata = Cert("other_root.pem");
  Wire wire;
  for (int i = 0; i < 2; ++i) Wrap(runtime.get(), wire.client(), own_ca);
  auto counters = Sized<airlock_counters>();
  ASSERT_EQ(airlock_runtime_counters(runtime.get(), &counters, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(counters.allowed, 2U);
  EXPECT_EQ(counters.refusals, 0U);
  EXPECT_EQ(counters.upgrades, 0U);
  // A program with an older header has no room for it.
  counters.allowed = 77;
  counters.struct_size = offsetof(airlock_counters, allowed);
  ASSERT_EQ(airlock_runtime_counters(runtime.get(), &counters, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(counters.allowed, 77U);
}

TEST(CRuntimeTest, NullsAreErrors) {
  airlock_buffer buffer = {nullptr, 0};
  auto counters = Sized<airlock_counters>();
  EXPECT_EQ(airlock_runtime_new(nullptr, nullptr, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(airlock_runtime_reload_policy(nullptr, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(airlock_runtime_clear_caches(nullptr, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(airlock_runtime_policy_json(nullptr, &buffer, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_runtime_counters(nullptr, &counters, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_runtime_counters_text(nullptr, &buffer, nullptr),
            AIRLOCK_ERROR);
  const auto runtime = MakeRuntime(MakeHost());
  EXPECT_EQ(airlock_runtime_policy_json(runtime.get(), nullptr, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_runtime_counters(runtime.get(), nullptr, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_runtime_counters_text(runtime.get(), nullptr, nullptr),
            AIRLOCK_ERROR);
  airlock_runtime_free(nullptr);
}

nlohmann::json Explained(airlock_runtime* runtime,
                         const airlock_wrap_options& options) {
  airlock_buffer json = {nullptr, 0};
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_runtime_explain(runtime, &options, &json, &error),
            AIRLOCK_OK)
      << Take(error).message;
  const auto parsed = nlohmann::json::parse(std::string(json.data, json.size));
  airlock_buffer_free(&json);
  return parsed;
}

TEST(CRuntimeTest, ExplainsWhatItWouldVerify) {
  auto host = MakeHost();
  host->SetFile("/etc/airlock.yaml",
                "tls:\n  verification: enforce\n"
                "  on_override: upgrade\n  minimum_version: TLSv1.2\n");
  auto runtime = MakeRuntime(host);
  airlock_wrap_options options = ClientWrap();
  options.cert_reqs = AIRLOCK_CERT_NONE;
  const auto json = Explained(runtime.get(), options);
  EXPECT_EQ(json["cert_reqs"], "CERT_REQUIRED");
  EXPECT_EQ(json["check_hostname"], true);
  EXPECT_EQ(json["minimum_version"], "TLSv1.2");
  EXPECT_EQ(json["maximum_version"], nullptr);
  EXPECT_EQ(json["ca_certs"], nullptr);
  EXPECT_EQ(json["pins"], 0);
  bool found = false;
  for (const auto& change : json["changes"]) {
    if (change["setting"] != "cert_reqs") continue;
    found = true;
    EXPECT_EQ(change["requested"], "CERT_NONE");
    EXPECT_EQ(change["effective"], "CERT_REQUIRED");
    EXPECT_THAT(change["origin"].get<std::string>(),
                HasSubstr("/etc/airlock.yaml"));
  }
  EXPECT_TRUE(found);
  auto counters = Sized<airlock_counters>();
  ASSERT_EQ(airlock_runtime_counters(runtime.get(), &counters, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(counters.upgrades, 0U);

  runtime = MakeRuntime(MakeHost("off"));
  EXPECT_EQ(Explained(runtime.get(), options)["cert_reqs"], "CERT_NONE");
  EXPECT_EQ(Explained(runtime.get(), ServerWrap())["cert_reqs"], "CERT_NONE");
  runtime = MakeRuntime(MakeHost("enforce"));
  airlock_buffer out = {nullptr, 0};
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_runtime_explain(runtime.get(), &options, &out, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_POLICY);
  EXPECT_EQ(airlock_runtime_explain(nullptr, &options, &out, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_runtime_explain(runtime.get(), &options, nullptr, nullptr),
            AIRLOCK_ERROR);
}

// The rest is on this machine, whose environment the test sets.
struct Host {
  std::vector<std::string> events;
  std::vector<std::string> messages;
  int releases = 0;
};

airlock_runtime_options OptionsFor(Host* host) {
  auto options = Sized<airlock_runtime_options>();
  options.user = host;
  options.audit = [](void* user, const airlock_audit_event* event) {
    EXPECT_EQ(event->action, AIRLOCK_AUDIT_REFUSED);
    EXPECT_EQ(Str(event->setting), "cert_reqs");
    EXPECT_EQ(Str(event->host), "localhost");
    EXPECT_EQ(Str(event->call_site), "app.c:7");
    EXPECT_GT(event->time_ms, 0);
    static_cast<Host*>(user)->events.push_back(Str(event->json));
  };
  options.log = [](void* user, int32_t severity, airlock_bytes message) {
    EXPECT_EQ(severity, AIRLOCK_LOG_ERROR);
    static_cast<Host*>(user)->messages.push_back(Str(message));
  };
  options.release = [](void* user) { ++static_cast<Host*>(user)->releases; };
  return options;
}

std::string WriteFile(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

TEST(CRuntimeTest, TakesThePolicyOfTheProcessAndAuditsIt) {
  const std::string path =
      WriteFile("airlock.yaml", "tls:\n  verification: enforce\n");
  ASSERT_EQ(setenv("AIRLOCK_CONFIG", path.c_str(), 1), 0);
  Host host;
  const airlock_runtime_options options = OptionsFor(&host);
  airlock_runtime* runtime = nullptr;
  airlock_error* error = nullptr;
  ASSERT_EQ(airlock_runtime_new(&options, &runtime, &error), AIRLOCK_OK)
      << Take(error).message;
  airlock_wrap_options unverified = ClientWrap();
  unverified.cert_reqs = AIRLOCK_CERT_NONE;
  unverified.call_site = B("app.c:7");
  EXPECT_EQ(WrapRefusal(runtime, unverified).kind, AIRLOCK_KIND_POLICY);
  ASSERT_EQ(host.events.size(), 1U);
  EXPECT_THAT(host.events[0], HasSubstr("airlock.yaml"));

  WriteFile("airlock.yaml", "no policy");
  EXPECT_EQ(airlock_runtime_reload_policy(runtime, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(host.messages.size(), 1U);
  EXPECT_EQ(WrapRefusal(runtime, unverified).kind, AIRLOCK_KIND_POLICY);
  EXPECT_EQ(host.releases, 0);
  airlock_runtime_free(runtime);
  EXPECT_EQ(host.releases, 1);

  // Not a valid policy from the start.
  EXPECT_EQ(airlock_runtime_new(&options, &runtime, &error), AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(runtime, nullptr);
  EXPECT_EQ(host.releases, 2);
  unsetenv("AIRLOCK_CONFIG");
}

TEST(CRuntimeTest, AnAuditMayUseTheRuntime) {
  ASSERT_EQ(setenv("AIRLOCK_VERIFY", "enforce", 1), 0);
  static airlock_runtime* runtime = nullptr;
  static int calls = 0;
  auto options = Sized<airlock_runtime_options>();
  options.audit = [](void*, const airlock_audit_event*) {
    auto counters = Sized<airlock_counters>();
    EXPECT_EQ(airlock_runtime_counters(runtime, &counters, nullptr),
              AIRLOCK_OK);
    EXPECT_EQ(airlock_runtime_clear_caches(runtime, nullptr), AIRLOCK_OK);
    EXPECT_EQ(airlock_runtime_reload_policy(runtime, nullptr), AIRLOCK_OK);
    if (++calls > 1) return;
    airlock_wrap_options nested = ClientWrap();
    nested.cert_reqs = AIRLOCK_CERT_NONE;
    EXPECT_EQ(WrapRefusal(runtime, nested).kind, AIRLOCK_KIND_POLICY);
  };
  ASSERT_EQ(airlock_runtime_new(&options, &runtime, nullptr), AIRLOCK_OK);
  airlock_wrap_options unverified = ClientWrap();
  unverified.cert_reqs = AIRLOCK_CERT_NONE;
  EXPECT_EQ(WrapRefusal(runtime, unverified).kind, AIRLOCK_KIND_POLICY);
  EXPECT_EQ(calls, 2);
  airlock_runtime_free(runtime);
  unsetenv("AIRLOCK_VERIFY");
}

TEST(CRuntimeTest, ObeysTheLimitsOfTheAudit) {
  ASSERT_EQ(setenv("AIRLOCK_VERIFY", "enforce", 1), 0);
  Host host;
  airlock_runtime_options options = OptionsFor(&host);
  options.audit_burst = 2;
  airlock_runtime* runtime = nullptr;
  ASSERT_EQ(airlock_runtime_new(&options, &runtime, nullptr), AIRLOCK_OK);
  airlock_wrap_options unverified = ClientWrap();
  unverified.cert_reqs = AIRLOCK_CERT_NONE;
  unverified.call_site = B("app.c:7");
  for (int i = 0; i < 4; ++i) WrapRefusal(runtime, unverified);
  EXPECT_EQ(host.events.size(), 2U);
  airlock_runtime_free(runtime);
  unsetenv("AIRLOCK_VERIFY");
}

TEST(CRuntimeTest, TakesThePolicyOfAppYaml) {
  ASSERT_EQ(
      setenv("AIRLOCK_CONFIG",
             WriteFile("off.yaml", "tls:\n  verification: off\n").c_str(), 1),
      0);
  const std::string path =
      WriteFile("app.yaml", "env_variables:\n  AIRLOCK_VERIFY: enforce\n");
  auto options = Sized<airlock_runtime_options>();
  options.app_yaml = B(path);
  airlock_runtime* runtime = nullptr;
  airlock_error* error = nullptr;
  ASSERT_EQ(airlock_runtime_new(&options, &runtime, &error), AIRLOCK_OK)
      << Take(error).message;
  airlock_wrap_options unverified = ClientWrap();
  unverified.cert_reqs = AIRLOCK_CERT_NONE;
  EXPECT_EQ(WrapRefusal(runtime, unverified).kind, AIRLOCK_KIND_POLICY);
  airlock_runtime_free(runtime);
  options.app_yaml = B("");
  EXPECT_EQ(airlock_runtime_new(&options, &runtime, nullptr), AIRLOCK_ERROR);
  options.app_yaml = B("/nowhere/app.yaml");
  EXPECT_EQ(airlock_runtime_new(&options, &runtime, nullptr), AIRLOCK_ERROR);
  unsetenv("AIRLOCK_CONFIG");
}

}  // namespace
}  // namespace airlock::c
