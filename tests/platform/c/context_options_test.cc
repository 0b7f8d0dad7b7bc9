// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The options of a context, other than callbacks, and its queries.

#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "platform/c/internal/handles.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

using Json = nlohmann::json;

Json Parsed(airlock_buffer* buffer) {
  Json json = Json::parse(std::string(buffer->data, buffer->size));
  airlock_buffer_free(buffer);
  return json;
}

airlock_context_info ContextInfo(const Handle<airlock_context>& context) {
  auto info = Sized<airlock_context_info>();
  EXPECT_EQ(airlock_context_info_get(context.get(), &info, nullptr),
            AIRLOCK_OK);
  return info;
}

class CContextOptionsTest : public ::testing::Test {
 protected:
  Handle<airlock_context> Make(const airlock_context_options& options) {
    return c::Make(runtime_.get(), options);
  }
  Ends ConnectWith(const airlock_context_options& client,
                   const airlock_context_options& server) {
    return Connect(&wire_, Make(client).get(), Make(server).get());
  }
  int RefusalOf(const airlock_context_options& options) {
    return Refusal(runtime_.get(), options).kind;
  }

  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  Wire wire_;
};

TEST_F(CContextOptionsTest, CertificatesAreCompressedForWhoAsks) {
  airlock_context_options client = ClientContext();
  for (const int32_t asks : {AIRLOCK_YES, AIRLOCK_NO, AIRLOCK_UNSET}) {
    client.accept_compressed_certificates = asks;
    Ends ends = ConnectWith(client, ServerContext());
    ASSERT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
    const std::string used = asks == AIRLOCK_YES ? "zlib" : "";
    EXPECT_EQ(Str(Info(ends.client).certificate_compression), used);
    EXPECT_EQ(Str(Info(ends.server).certificate_compression), used);
  }
}

TEST_F(CContextOptionsTest, StaplesAreSentToWhoAsks) {
  const std::string ocsp = "any DER";
  const std::string sct("\0\5\0\3abc", 7);
  airlock_context_options server = ServerContext();
  server.ocsp_response = B(ocsp);
  server.sct_list = B(sct);
  airlock_context_options client = ClientContext();
  for (const uint16_t version : {AIRLOCK_TLS_1_2, AIRLOCK_TLS_1_3}) {
    client.maximum_version = version;
    client.request_ocsp = client.request_sct = 1;
    Ends ends = ConnectWith(client, server);
    ASSERT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
    airlock_connection_info info = Info(ends.client);
    EXPECT_EQ(Str(info.ocsp_response), ocsp);
    EXPECT_EQ(Str(info.sct_list), sct);
    EXPECT_EQ(Str(Info(ends.server).ocsp_response), "");
    client.request_ocsp = client.request_sct = 0;
    ends = ConnectWith(client, server);
    info = Info(ends.client);
    EXPECT_EQ(info.ocsp_response.size, 0U);
    EXPECT_EQ(info.sct_list.size, 0U);
  }
  server.sct_list = B("no list");
  EXPECT_EQ(RefusalOf(server), AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST_F(CContextOptionsTest, VersionsAreLeftOut) {
  airlock_context_options client = ClientContext();
  client.disabled_versions = AIRLOCK_NO_TLS_1_3 | AIRLOCK_NO_TLS_1_0;
  const auto context = Make(client);
  EXPECT_EQ(ContextInfo(context).minimum_version, AIRLOCK_TLS_1_1);
  EXPECT_EQ(ContextInfo(context).maximum_version, AIRLOCK_TLS_1_2);
  const Ends ends = ConnectWith(client, ServerContext());
  EXPECT_EQ(Info(ends.client).version, AIRLOCK_TLS_1_2);
  EXPECT_EQ(Str(Info(ends.client).cipher_protocol), "TLSv1.2");
  client.disabled_versions = 15;
  EXPECT_EQ(RefusalOf(client), AIRLOCK_KIND_INVALID_ARGUMENT);
  for (const uint32_t bad : {uint32_t{16}, ~uint32_t{0}}) {
    client.disabled_versions = bad;
    EXPECT_EQ(RefusalOf(client), AIRLOCK_KIND_INVALID_ARGUMENT);
  }
  // The remaining versions are below the policy's minimum.
  client.disabled_versions = AIRLOCK_NO_TLS_1_2 | AIRLOCK_NO_TLS_1_3;
  EXPECT_EQ(Refusal(MakeRuntime(MakeHost("enforce")).get(), client).kind,
            AIRLOCK_KIND_POLICY);
}

TEST_F(CContextOptionsTest, ChainsAreAsLongAsAllowed) {
  // The leaf, one intermediate, and the anchor.
  airlock_context_options client = ClientContext();
  client.verify_depth = 1;
  EXPECT_EQ(ConnectWith(client, ServerContext()).client_failure.kind, -1);
  client.verify_depth = AIRLOCK_ZERO;
  EXPECT_EQ(ConnectWith(client, ServerContext()).client_failure.verify_code,
            22);
  client.verify_depth = INT32_MAX;
  EXPECT_EQ(ConnectWith(client, ServerContext()).client_failure.kind, -1);
  client.verify_depth = -2;
  EXPECT_EQ(RefusalOf(client), AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST_F(CContextOptionsTest, RenegotiationsAreANumberFromZeroUp) {
  airlock_context_options client = ClientContext();
  for (const int32_t good : {0, 1, INT32_MAX}) {
    client.max_renegotiations = good;
    EXPECT_EQ(Make(client)->context->options().max_renegotiations, good);
  }
  for (const int32_t bad : {-1, INT32_MIN}) {
    client.max_renegotiations = bad;
    EXPECT_EQ(RefusalOf(client), AIRLOCK_KIND_INVALID_ARGUMENT) << bad;
  }
}

TEST_F(CContextOptionsTest, SecurityLevelsAreOpenSsls) {
  airlock_context_options client = ClientContext();
  EXPECT_EQ(ContextInfo(Make(client)).security_level, 2);
  client.security_level = AIRLOCK_SECURITY_LEVEL_0;
  EXPECT_EQ(ContextInfo(Make(client)).security_level, AIRLOCK_SECURITY_LEVEL_0);
  client.security_level = 5;
  EXPECT_EQ(ConnectWith(client, ServerContext()).client_failure.kind,
            AIRLOCK_KIND_VERIFICATION);
  for (const int32_t bad : {6, -1, -2, 255, INT32_MAX, INT32_MIN}) {
    client.security_level = bad;
    EXPECT_EQ(RefusalOf(client), AIRLOCK_KIND_INVALID_ARGUMENT);
  }
}

TEST_F(CContextOptionsTest, UsesTheServersCipherOrderByDefault) {
  airlock_context_options client = ClientContext();
  client.maximum_version = AIRLOCK_TLS_1_2;
  client.ciphers =
      B("ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256");
  airlock_context_options server = ServerContext();
  server.ciphers =
      B("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384");
  Ends ends = ConnectWith(client, server);
  EXPECT_EQ(Str(Info(ends.client).cipher), "ECDHE-ECDSA-AES128-GCM-SHA256");
  server.cipher_server_preference = AIRLOCK_NO;
  ends = ConnectWith(client, server);
  EXPECT_EQ(Str(Info(ends.client).cipher), "ECDHE-ECDSA-AES256-GCM-SHA384");

  airlock_buffer buffer = {nullptr, 0};
  ASSERT_EQ(
      airlock_socket_shared_ciphers_json(ends.server.get(), &buffer, nullptr),
      AIRLOCK_OK);
  const Json shared = Parsed(&buffer);
  ASSERT_EQ(shared.size(), 2U);
  EXPECT_EQ(shared[0]["name"], "ECDHE-ECDSA-AES256-GCM-SHA384");
  EXPECT_EQ(shared[0]["protocol"], "TLSv1.2");
  EXPECT_EQ(shared[0]["strength_bits"], 256);
  EXPECT_EQ(shared[0]["digest"], nullptr);
  ASSERT_EQ(
      airlock_socket_shared_ciphers_json(ends.client.get(), &buffer, nullptr),
      AIRLOCK_OK);
  EXPECT_EQ(Parsed(&buffer), Json::array());
  ASSERT_EQ(airlock_context_ciphers_json(Make(server).get(), &buffer, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(Parsed(&buffer).back()["name"], "ECDHE-ECDSA-AES256-GCM-SHA384");
}

TEST_F(CContextOptionsTest, NpnChoosesWhereAlpnIsNot) {
  const airlock_bytes ours[] = {B("spdy/3"), B("http/1.1")};
  airlock_context_options client = ClientContext();
  client.maximum_version = AIRLOCK_TLS_1_2;
  client.npn_protocols = ours;
  client.npn_protocols_count = 2;
  airlock_context_options server = ServerContext();
  server.npn_protocols = ours + 1;
  server.npn_protocols_count = 1;
  const Ends ends = ConnectWith(client, server);
  EXPECT_EQ(Str(Info(ends.client).npn), "http/1.1");
  EXPECT_EQ(Str(Info(ends.client).alpn), "");
}

TEST_F(CContextOptionsTest, ProtocolNamesHaveTheSizeOfTheWire) {
  const std::string longest(255, 'p');
  const std::string too_long(256, 'p');
  const airlock_bytes good[] = {B(longest)};
  for (const bool npn : {false, true}) {
    for (const airlock_bytes bad :
         {B(""), airlock_bytes{nullptr, 0}, B(too_long)}) {
      const airlock_bytes list[] = {B("h2"), bad};
      airlock_context_options options = ClientContext();
      (npn ? options.npn_protocols : options.alpn_protocols) = list;
      (npn ? options.npn_protocols_count : options.alpn_protocols_count) = 2;
      EXPECT_EQ(RefusalOf(options), AIRLOCK_KIND_INVALID_ARGUMENT);
      (npn ? options.npn_protocols : options.alpn_protocols) = good;
      (npn ? options.npn_protocols_count : options.alpn_protocols_count) = 1;
      EXPECT_NE(Make(options), nullptr);
    }
  }
}

TEST_F(CContextOptionsTest, TheNameIsCheckedThoughItIsNotSent) {
  const auto client = Make(ClientContext());
  const auto server = Make(ServerContext());
  for (const char* host : {"localhost", "example.com"}) {
    wire_.Clear();
    auto options = Sized<airlock_socket_options>();
    options.server_hostname = B(host);
    options.send_sni = AIRLOCK_NO;
    const airlock_transport transport = wire_.client();
    airlock_socket* socket = nullptr;
    ASSERT_EQ(airlock_context_wrap_socket(client.get(), &transport, &options,
                                          &socket, nullptr),
              AIRLOCK_OK);
    Ends ends;
    ends.client.reset(socket);
    ends.server = Wrap(server.get(), wire_.server());
    ShakeHands(&ends);
    if (std::strcmp(host, "localhost") != 0) {
      EXPECT_EQ(ends.client_failure.kind, AIRLOCK_KIND_HOSTNAME);
      continue;
    }
    EXPECT_EQ(Str(Info(ends.server).server_name), "");
  }
  auto options = Sized<airlock_socket_options>();
  options.send_sni = 3;
  const airlock_transport transport = wire_.client();
  airlock_socket* socket = nullptr;
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_context_wrap_socket(client.get(), &transport, &options,
                                        &socket, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST_F(CContextOptionsTest, ACommonNameIsANameWhereThePolicyLetsIt) {
  airlock_context_options server = ServerContext();
  auto credentials = Sized<airlock_credentials>();
  credentials.keyfile = Cert("cn_only.key");
  credentials.certfile = Cert("cn_only.pem");
  const airlock_credentials* list[] = {&credentials};
  server.credentials = list;
  airlock_context_options client = ClientContext();
  EXPECT_EQ(ConnectWith(client, server).client_failure.kind,
            AIRLOCK_KIND_HOSTNAME);
  client.common_name_fallback = 1;
  const Ends ends = ConnectWith(client, server);
  EXPECT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
  runtime_ = MakeRuntime(MakeHost("enforce"));
  EXPECT_EQ(ConnectWith(client, server).client_failure.kind,
            AIRLOCK_KIND_HOSTNAME);
}

TEST_F(CContextOptionsTest, ReportsWhatThePolicyChanged) {
  airlock_context_options lax = ClientContext();
  lax.cert_reqs = AIRLOCK_CERT_NONE;
  runtime_ = MakeRuntime(MakeHost("off"));
  EXPECT_EQ(ContextInfo(Make(lax)).cert_reqs, AIRLOCK_CERT_NONE);
  EXPECT_EQ(ContextInfo(Make(lax)).check_hostname, AIRLOCK_NO);
  auto host = MakeHost();
  host->SetFile("/etc/airlock.yaml",
                "tls:\n  verification: enforce\n  on_override: upgrade\n");
  runtime_ = MakeRuntime(host);
  EXPECT_EQ(ContextInfo(Make(lax)).cert_reqs, AIRLOCK_CERT_REQUIRED);
  EXPECT_EQ(ContextInfo(Make(lax)).check_hostname, AIRLOCK_YES);
  airlock_context_options server = ServerContext();
  server.cert_reqs = AIRLOCK_CERT_OPTIONAL;
  EXPECT_EQ(ContextInfo(Make(server)).cert_reqs, AIRLOCK_CERT_OPTIONAL);
}

TEST_F(CContextOptionsTest, WhatItSaysOfItselfMeansTheSameAsOptions) {
  for (const char* const mode : {"off", "default"}) {
    runtime_ = MakeRuntime(MakeHost(mode));
    for (const int32_t cert_reqs :
         {0, +AIRLOCK_CERT_NONE, +AIRLOCK_CERT_OPTIONAL,
          +AIRLOCK_CERT_REQUIRED}) {
      for (const int32_t check_hostname : {0, +AIRLOCK_NO}) {
        for (const int32_t security_level : {0, +AIRLOCK_SECURITY_LEVEL_0, 1}) {
          airlock_context_options options = ClientContext();
          options.cert_reqs = cert_reqs;
          options.check_hostname = check_hostname;
          options.security_level = security_level;
          const airlock_context_info info = ContextInfo(Make(options));
          options.cert_reqs = info.cert_reqs;
          options.check_hostname = info.check_hostname;
          options.security_level = info.security_level;
          options.minimum_version = info.minimum_version;
          options.maximum_version = info.maximum_version;
          const airlock_context_info again = ContextInfo(Make(options));
          EXPECT_EQ(std::memcmp(&info, &again, sizeof(info)), 0)
              << mode << " " << cert_reqs << " " << check_hostname;
        }
      }
    }
  }
}

TEST_F(CContextOptionsTest, ASocketIsGivenAnotherContext) {
  airlock_context_options options = ClientContext();
  options.maximum_version = AIRLOCK_TLS_1_2;
  const auto client = Make(ClientContext());
  const auto older = Make(options);
  const auto server = Make(ServerContext());
  Ends ends;
  ends.client = Wrap(client.get(), wire_.client(), "localhost");
  ends.server = Wrap(server.get(), wire_.server());
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_socket_set_context(ends.client.get(), server.get(), &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  options.server_hostname = B("example.com");
  EXPECT_EQ(airlock_socket_set_context(ends.client.get(), Make(options).get(),
                                       &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(airlock_socket_set_context(ends.client.get(), nullptr, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_set_context(nullptr, older.get(), nullptr),
            AIRLOCK_ERROR);
  ASSERT_EQ(airlock_socket_set_context(ends.client.get(), older.get(), nullptr),
            AIRLOCK_OK);
  ShakeHands(&ends);
  EXPECT_EQ(Info(ends.client).version, AIRLOCK_TLS_1_2);
  EXPECT_EQ(
      airlock_socket_set_context(ends.client.get(), client.get(), nullptr),
      AIRLOCK_ERROR);
}

TEST_F(CContextOptionsTest, AKeysPasswordIsAskedForWhereItIsEncrypted) {
  struct Asked {
    std::string password;
    size_t size = 0;
    int times = 0;
  } asked;
  auto credentials = Sized<airlock_credentials>();
  credentials.keyfile = Cert("server_p256_encrypted.key");
  credentials.certfile = Cert("server_p256_chain.pem");
  credentials.user = &asked;
  credentials.ask_password = [](void* user, char* into, size_t room,
                                size_t* size) -> airlock_status {
    auto* const a = static_cast<Asked*>(user);
    ++a->times;
    if (a->password.empty()) return AIRLOCK_NONE;
    *size = a->password.copy(into, room);
    if (a->size != 0) *size = a->size;
    return AIRLOCK_OK;
  };
  const airlock_credentials* list[] = {&credentials};
  airlock_context_options server = ServerContext();
  server.credentials = list;
  asked.password = "airlock";
  EXPECT_EQ(ConnectWith(ClientContext(), server).client_failure.kind, -1);
  EXPECT_EQ(asked.times, 1);
  for (const size_t bad : {~size_t{0}, size_t{1025}, size_t{3}}) {
    asked.size = bad;
    EXPECT_EQ(RefusalOf(server), AIRLOCK_KIND_CREDENTIALS);
  }
  asked.password.clear();
  EXPECT_EQ(RefusalOf(server), AIRLOCK_KIND_CREDENTIALS);
  credentials.password = B("airlock");
  EXPECT_EQ(RefusalOf(server), AIRLOCK_KIND_INVALID_ARGUMENT);
  credentials.password = {nullptr, 0};
  credentials.keyfile = Cert("server_p256.key");
  asked.times = 0;
  EXPECT_NE(Make(server), nullptr);
  EXPECT_EQ(asked.times, 0);
}

TEST_F(CContextOptionsTest, AnOlderStructHasTheDefaultsOfTheRest) {
  airlock_context_options options = ClientContext();
  options.security_level = 6;
  options.session_cache_size = -2;
  options.struct_size = offsetof(airlock_context_options, security_level);
  EXPECT_EQ(ConnectWith(options, ServerContext()).client_failure.kind, -1);
}

TEST_F(CContextOptionsTest, FlagsAndChoicesAreInRange) {
  using Field = int32_t airlock_context_options::*;
  for (const Field field :
       {&airlock_context_options::server_side,
        &airlock_context_options::check_hostname,
        &airlock_context_options::common_name_fallback,
        &airlock_context_options::alpn_required,
        &airlock_context_options::request_ocsp,
        &airlock_context_options::request_sct,
        &airlock_context_options::accept_compressed_certificates,
        &airlock_context_options::cipher_server_preference,
        &airlock_context_options::session_tickets}) {
    for (const int32_t bad : {-1, 2, 3, 255, INT32_MAX, INT32_MIN}) {
      airlock_context_options options = ClientContext();
      options.*field = bad;
      EXPECT_EQ(RefusalOf(options), AIRLOCK_KIND_INVALID_ARGUMENT) << bad;
    }
  }
}

TEST_F(CContextOptionsTest, NullsAreErrors) {
  const auto context = Make(ClientContext());
  auto info = Sized<airlock_context_info>();
  airlock_buffer buffer = {nullptr, 0};
  EXPECT_EQ(airlock_context_info_get(nullptr, &info, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(airlock_context_info_get(context.get(), nullptr, nullptr),
            AIRLOCK_ERROR);
  info.struct_size = 3;
  EXPECT_EQ(airlock_context_info_get(context.get(), &info, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_context_ciphers_json(nullptr, &buffer, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_context_ciphers_json(context.get(), nullptr, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_socket_shared_ciphers_json(nullptr, &buffer, nullptr),
            AIRLOCK_ERROR);
}

}  // namespace
}  // namespace airlock::c
