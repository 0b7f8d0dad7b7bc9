// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Encrypted Client Hello through the C interface.

#include "ssl/ech.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/c/airlock.h"
#include "ssl/engine.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Keys {
  std::string pem;
  std::string configs;
};

Keys NewKeys() {
  ssl::EchKeyRequest request;
  request.public_name = "server.test";
  const ssl::EchKey key = *ssl::NewEchKey(request);
  Keys keys;
  keys.pem = std::string(ssl::EchKeyToPem(key)->view());
  keys.configs = (*ssl::EchKeys::FromPem(keys.pem))->config_list();
  return keys;
}

class CEchTest : public ::testing::Test {
 protected:
  // The kind of the error of a socket with `options`.
  int RefusalOf(const airlock_wrap_options& options) {
    const airlock_transport transport = wire_.client();
    airlock_socket* socket = nullptr;
    airlock_error* error = nullptr;
    EXPECT_EQ(airlock_wrap_socket(runtime_.get(), &transport, &options, &socket,
                                  &error),
              AIRLOCK_ERROR);
    failure_ = Take(error);
    return failure_.kind;
  }

  // airlock_context_wrap_socket with an option, and the kind of its error; -1
  // if it succeeds.
  int RefusalOf(const airlock_socket_options& options) {
    const auto context = Make(runtime_.get(), ClientContext());
    const airlock_transport transport = wire_.client();
    airlock_socket* socket = nullptr;
    airlock_error* error = nullptr;
    airlock_context_wrap_socket(context.get(), &transport, &options, &socket,
                                &error);
    airlock_socket_free(socket);
    failure_ = Take(error);
    return failure_.kind;
  }

  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  Wire wire_;
  Failure failure_;
};

TEST_F(CEchTest, TheOtherEngineIsNamed) {
  if (ssl::HasEch()) GTEST_SKIP() << "this engine has ECH";
  airlock_wrap_options options = ClientWrap();
  options.ech_grease = AIRLOCK_YES;
  EXPECT_EQ(RefusalOf(options), AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_THAT(failure_.message, HasSubstr("--config=upstream"));
  options = ClientWrap();
  options.ech_configs = B("x");
  EXPECT_EQ(RefusalOf(options), AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_THAT(failure_.message, HasSubstr("--config=upstream"));
  airlock_context_options server = ServerContext();
  server.ech_keys = B("x");
  EXPECT_EQ(Refusal(runtime_.get(), server).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST_F(CEchTest, WhatIsNotUsedIsNotOffered) {
  Ends ends = Connect(runtime_.get(), &wire_, ClientWrap(), ServerWrap());
  ASSERT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  EXPECT_EQ(Info(ends.client).ech, AIRLOCK_ECH_NOT_OFFERED);
  EXPECT_EQ(Info(ends.server).ech, AIRLOCK_ECH_NOT_OFFERED);
}

TEST_F(CEchTest, BothEndsSayWhatHappened) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const Keys keys = NewKeys();
  airlock_wrap_options server = ServerWrap();
  server.ech_keys = B(keys.pem);
  airlock_wrap_options client = ClientWrap();
  client.ech_configs = B(keys.configs);
  Ends ends = Connect(runtime_.get(), &wire_, client, server);
  ASSERT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  for (const auto* end : {&ends.client, &ends.server}) {
    EXPECT_EQ(Info(*end).ech, AIRLOCK_ECH_ACCEPTED);
    EXPECT_EQ(Str(Info(*end).server_name), "localhost");
  }
  client = ClientWrap();
  client.ech_grease = AIRLOCK_YES;
  wire_.Clear();
  ends = Connect(runtime_.get(), &wire_, client, server);
  ASSERT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  EXPECT_EQ(Info(ends.client).ech, AIRLOCK_ECH_GREASE);
  EXPECT_EQ(Info(ends.server).ech, AIRLOCK_ECH_REJECTED);
}

TEST_F(CEchTest, HandshakesAreCounted) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const Keys keys = NewKeys();
  const Keys old = NewKeys();
  airlock_wrap_options server = ServerWrap();
  server.ech_keys = B(keys.pem);
  airlock_wrap_options client = ClientWrap();
  Connect(runtime_.get(), &wire_, client, server);
  client.ech_grease = AIRLOCK_YES;
  wire_.Clear();
  Connect(runtime_.get(), &wire_, client, server);
  for (const Keys* known : {&keys, &keys, &keys, &old}) {
    client = ClientWrap();
    client.ech_configs = B(known->configs);
    wire_.Clear();
    Connect(runtime_.get(), &wire_, client, server);
  }
  auto counters = Sized<airlock_counters>();
  ASSERT_EQ(airlock_runtime_counters(runtime_.get(), &counters, nullptr),
            AIRLOCK_OK);
  EXPECT_THAT(counters.client_ech, ElementsAre(1, 1, 3, 1, 0, 0, 0, 0));
  // A server cannot tell GREASE from a configuration that it does not have.
  EXPECT_THAT(counters.server_ech, ElementsAre(1, 0, 3, 2, 0, 0, 0, 0));
  EXPECT_EQ(counters.client_post_quantum, 5);
  EXPECT_EQ(counters.server_post_quantum, 6);
}

TEST_F(CEchTest, ARejectionBringsTheConfigurationsForTheNextAttempt) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const Keys keys = NewKeys();
  const Keys old = NewKeys();
  airlock_wrap_options client = ClientWrap();
  client.ech_configs = B(old.configs);
  for (const bool has_keys : {true, false}) {
    airlock_wrap_options server = ServerWrap();
    if (has_keys) server.ech_keys = B(keys.pem);
    wire_.Clear();
    const Ends ends = Connect(runtime_.get(), &wire_, client, server);
    EXPECT_EQ(ends.client_failure.kind, AIRLOCK_KIND_PROTOCOL);
    EXPECT_EQ(ends.client_failure.reason, "ECH_REJECTED");
    // The error stays.
    airlock_error* error = nullptr;
    EXPECT_EQ(airlock_socket_handshake(ends.client.get(), &error),
              AIRLOCK_ERROR);
    auto info = Sized<airlock_error_info>();
    ASSERT_EQ(airlock_error_get(error, &info), AIRLOCK_OK);
    EXPECT_EQ(info.ech_rejected, 1);
    EXPECT_EQ(Str(info.ech_retry_configs), has_keys ? keys.configs : "");
    airlock_error_free(error);
  }
  // From a server that is not the one of the public name: nothing.
  airlock_wrap_options server = ServerWrap("wrong_host");
  server.ech_keys = B(keys.pem);
  wire_.Clear();
  const Ends ends = Connect(runtime_.get(), &wire_, client, server);
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_socket_handshake(ends.client.get(), &error), AIRLOCK_ERROR);
  auto info = Sized<airlock_error_info>();
  ASSERT_EQ(airlock_error_get(error, &info), AIRLOCK_OK);
  EXPECT_EQ(info.kind, AIRLOCK_KIND_HOSTNAME);
  EXPECT_EQ(info.ech_rejected, 0);
  EXPECT_EQ(info.ech_retry_configs.size, 0);
  airlock_error_free(error);
}

TEST_F(CEchTest, ContextsTakeKeysAndSocketsConfigurations) {
  if (!ssl::HasEch()) GTEST_SKIP() << ssl::EchNeed();
  const Keys keys = NewKeys();
  airlock_context_options server = ServerContext();
  server.ech_keys = B(keys.pem);
  const auto server_context = Make(runtime_.get(), server);
  const auto client_context = Make(runtime_.get(), ClientContext());
  auto options = Sized<airlock_socket_options>();
  options.server_hostname = B("localhost");
  options.ech_configs = B(keys.configs);
  wire_.Clear();
  const airlock_transport clients = wire_.client();
  const airlock_transport servers = wire_.server();
  airlock_socket* socket = nullptr;
  ASSERT_EQ(airlock_context_wrap_socket(client_context.get(), &clients,
                                        &options, &socket, nullptr),
            AIRLOCK_OK);
  Ends ends;
  ends.client.reset(socket);
  ends.server = Wrap(server_context.get(), servers);
  ShakeHands(&ends);
  ASSERT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  EXPECT_EQ(Info(ends.client).ech, AIRLOCK_ECH_ACCEPTED);
  server.ech_keys = B(keys.configs);
  EXPECT_EQ(Refusal(runtime_.get(), server).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST_F(CEchTest, BadValuesAreRefused) {
  auto options = Sized<airlock_socket_options>();
  options.server_hostname = B("localhost");
  EXPECT_EQ(RefusalOf(options), -1) << failure_.message;
  options.reserved = 1;
  EXPECT_EQ(RefusalOf(options), AIRLOCK_KIND_INVALID_ARGUMENT);
  options.reserved = 0;
  options.ech_grease = 2;
  EXPECT_EQ(RefusalOf(options), AIRLOCK_KIND_INVALID_ARGUMENT);
  options.ech_grease = AIRLOCK_UNSET;
  // Empty is not the same as not set.
  options.ech_configs = {"", 0};
  EXPECT_EQ(RefusalOf(options), AIRLOCK_KIND_INVALID_ARGUMENT);
  airlock_wrap_options wrap = ClientWrap();
  wrap.reserved2 = 1;
  EXPECT_EQ(RefusalOf(wrap), AIRLOCK_KIND_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace airlock::c
