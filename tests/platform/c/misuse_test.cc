// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Incorrect callers: sizes, NULLs, counts, and the calls of `release`.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

const airlock_bytes kNowhere = {nullptr, 1};
const airlock_bytes kEverywhere = {"x", SIZE_MAX};
const airlock_bytes kTooMuch = {"x", size_t{PTRDIFF_MAX} + 1};

class CMisuseTest : public ::testing::Test {
 protected:
  Failure WrapRefusal(const airlock_wrap_options& options) {
    const airlock_transport transport = wire_.client();
    airlock_socket* socket = nullptr;
    airlock_error* error = nullptr;
    const int before = wire_.releases();
    EXPECT_EQ(airlock_wrap_socket(runtime_.get(), &transport, &options, &socket,
                                  &error),
              AIRLOCK_ERROR);
    EXPECT_EQ(wire_.releases(), before + 1);
    return Take(error);
  }

  Handle<airlock_runtime> runtime_ = MakeRuntime(MakeHost());
  Wire wire_;
};

TEST_F(CMisuseTest, BytesWithASizeThatCannotBe) {
  using WrapField = airlock_bytes airlock_wrap_options::*;
  using ContextField = airlock_bytes airlock_context_options::*;
  using CredentialsField = airlock_bytes airlock_credentials::*;
  for (const airlock_bytes bad : {kNowhere, kEverywhere, kTooMuch}) {
    for (const WrapField field :
         {&airlock_wrap_options::keyfile, &airlock_wrap_options::certfile,
          &airlock_wrap_options::password, &airlock_wrap_options::ca_certs,
          &airlock_wrap_options::cadata, &airlock_wrap_options::ciphers,
          &airlock_wrap_options::server_hostname,
          &airlock_wrap_options::call_site}) {
      airlock_wrap_options options = ClientWrap();
      options.*field = bad;
      EXPECT_EQ(WrapRefusal(options).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
    }
    for (const ContextField field :
         {&airlock_context_options::ca_certs, &airlock_context_options::cadata,
          &airlock_context_options::ciphers, &airlock_context_options::groups,
          &airlock_context_options::server_hostname,
          &airlock_context_options::call_site,
          &airlock_context_options::ocsp_response,
          &airlock_context_options::sct_list,
          &airlock_context_options::session_id_context,
          &airlock_context_options::psk_identity_hint}) {
      airlock_context_options options = ClientContext();
      options.*field = bad;
      EXPECT_EQ(Refusal(runtime_.get(), options).kind,
                AIRLOCK_KIND_INVALID_ARGUMENT);
    }
    for (const CredentialsField field :
         {&airlock_credentials::keyfile, &airlock_credentials::certfile,
          &airlock_credentials::password}) {
      auto credentials = Sized<airlock_credentials>();
      credentials.*field = bad;
      const airlock_credentials* list[] = {&credentials};
      airlock_context_options options = ServerContext();
      options.credentials = list;
      EXPECT_EQ(Refusal(runtime_.get(), options).kind,
                AIRLOCK_KIND_INVALID_ARGUMENT);
    }
    airlock_certificate* certificate = nullptr;
    airlock_session* session = nullptr;
    airlock_error* error = nullptr;
    EXPECT_EQ(airlock_certificate_new(bad, &certificate, &error),
              AIRLOCK_ERROR);
    EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
    EXPECT_EQ(airlock_session_new(bad, &session, &error), AIRLOCK_ERROR);
    EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
    EXPECT_EQ(airlock_has_feature(bad, &error), AIRLOCK_ERROR);
    EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  }
}

TEST_F(CMisuseTest, CountsThatCannotBe) {
  const airlock_bytes one[] = {B("h2")};
  for (const size_t count : {SIZE_MAX, size_t{65536}}) {
    airlock_wrap_options wrap = ClientWrap();
    wrap.alpn_protocols = one;
    wrap.alpn_protocols_count = count;
    EXPECT_EQ(WrapRefusal(wrap).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
    using List = const airlock_bytes* airlock_context_options::*;
    using Count = size_t airlock_context_options::*;
    const std::pair<List, Count> lists[] = {
        {&airlock_context_options::alpn_protocols,
         &airlock_context_options::alpn_protocols_count},
        {&airlock_context_options::npn_protocols,
         &airlock_context_options::npn_protocols_count},
        {&airlock_context_options::pins, &airlock_context_options::pins_count},
        {&airlock_context_options::ticket_keys,
         &airlock_context_options::ticket_keys_count}};
    for (const auto& [list, size] : lists) {
      airlock_context_options options = ClientContext();
      options.*list = one;
      options.*size = count;
      EXPECT_EQ(Refusal(runtime_.get(), options).kind,
                AIRLOCK_KIND_INVALID_ARGUMENT);
      options.*list = nullptr;
      options.*size = 1;
      EXPECT_EQ(Refusal(runtime_.get(), options).kind,
                AIRLOCK_KIND_INVALID_ARGUMENT);
    }
    airlock_context_options options = ServerContext();
    options.credentials_count = count;
    EXPECT_EQ(Refusal(runtime_.get(), options).kind,
              AIRLOCK_KIND_INVALID_ARGUMENT);
  }
}

TEST_F(CMisuseTest, NulsWhereTheyWouldCutSomethingOff) {
  const airlock_bytes path = {"/etc/ca-certificates.crt\0.mine", 30};
  const airlock_bytes host = {"localhost\0.example.com", 22};
  const airlock_bytes ciphers = {"ECDHE+AESGCM\0:none", 18};
  airlock_wrap_options wrap = ClientWrap();
  wrap.ca_certs = path;
  EXPECT_EQ(WrapRefusal(wrap).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  wrap = ClientWrap();
  wrap.server_hostname = host;
  EXPECT_EQ(WrapRefusal(wrap).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  wrap = ClientWrap();
  wrap.ciphers = ciphers;
  EXPECT_EQ(WrapRefusal(wrap).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  airlock_context_options options = ClientContext();
  options.ca_certs = path;
  EXPECT_EQ(Refusal(runtime_.get(), options).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  options = ClientContext();
  options.groups = {"X25519\0:P-256", 13};
  EXPECT_EQ(Refusal(runtime_.get(), options).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  auto runtime_options = Sized<airlock_runtime_options>();
  runtime_options.app_yaml = {"/dev/null\0.yaml", 15};
  airlock_runtime* runtime = nullptr;
  airlock_error* error = nullptr;
  EXPECT_EQ(airlock_runtime_new(&runtime_options, &runtime, &error),
            AIRLOCK_ERROR);
  const Failure failure = Take(error);
  EXPECT_EQ(failure.kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_NE(failure.message.find("NUL"), std::string::npos);
  airlock_certificate* certificate = nullptr;
  ASSERT_EQ(
      airlock_certificate_new(Cert("server_p256.pem"), &certificate, nullptr),
      AIRLOCK_OK);
  const Handle<airlock_certificate> owned(certificate);
  EXPECT_EQ(airlock_certificate_match_hostname(certificate, host, &error),
            AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST_F(CMisuseTest, KeyingMaterialHasItsLimit) {
  const Ends ends = Connect(runtime_.get(), &wire_, ClientWrap(), ServerWrap());
  for (const size_t size : {SIZE_MAX, SIZE_MAX / 2, size_t{1} << 40}) {
    airlock_buffer bytes = {nullptr, 0};
    airlock_error* error = nullptr;
    EXPECT_EQ(
        airlock_socket_export_keying_material(
            ends.client.get(), B("label"), {nullptr, 0}, size, &bytes, &error),
        AIRLOCK_ERROR);
    EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
    EXPECT_EQ(bytes.data, nullptr);
  }
}

TEST_F(CMisuseTest, ReadsAndWritesOfAnySize) {
  const Ends ends = Connect(runtime_.get(), &wire_, ClientWrap(), ServerWrap());
  char bytes[64] = "no more than there is, whatever the size says";
  size_t done = 7;
  // At most one record is read, up to the available space.
  ASSERT_EQ(airlock_socket_write(ends.server.get(), bytes, sizeof(bytes), &done,
                                 nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(
      airlock_socket_read(ends.client.get(), bytes, SIZE_MAX, &done, nullptr),
      AIRLOCK_OK);
  EXPECT_EQ(done, sizeof(bytes));
  EXPECT_EQ(airlock_socket_read(ends.client.get(), nullptr, 0, &done, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(done, 0U);
  EXPECT_EQ(airlock_socket_write(ends.client.get(), nullptr, 0, &done, nullptr),
            AIRLOCK_OK);
}

void Count(void* user) { ++*static_cast<int*>(user); }

TEST_F(CMisuseTest, AContextsUserIsReleasedOnce) {
  int releases = 0;
  airlock_context_options options = ClientContext();
  options.user = &releases;
  options.release = Count;
  airlock_context* context = nullptr;
  int expected = 0;
  for (void (*change)(airlock_context_options*) :
       {+[](airlock_context_options* o) { o->server_side = 3; },
        +[](airlock_context_options* o) { o->reserved = 1; },
        +[](airlock_context_options* o) { o->reserved2 = 1; },
        +[](airlock_context_options* o) { o->cert_reqs = 9; },
        +[](airlock_context_options* o) { o->credentials_count = 1; },
        +[](airlock_context_options* o) { o->pins_count = 1; },
        +[](airlock_context_options* o) { o->ca_certs = B("/nowhere"); },
        +[](airlock_context_options* o) { o->groups = B("none"); }}) {
    airlock_context_options bad = options;
    change(&bad);
    Refusal(runtime_.get(), bad);
    EXPECT_EQ(releases, ++expected);
  }
  airlock_context_new(nullptr, &options, &context, nullptr);
  EXPECT_EQ(releases, ++expected);
  airlock_context_new(runtime_.get(), &options, nullptr, nullptr);
  EXPECT_EQ(releases, ++expected);
  // If the size is invalid, `release` is not read, and so not called.
  for (const size_t size : {size_t{0}, size_t{3}, SIZE_MAX}) {
    airlock_context_options bad = options;
    bad.struct_size = size;
    Refusal(runtime_.get(), bad);
    EXPECT_EQ(releases, expected);
  }
  // Not before the context is freed, though no callback is there to use it.
  ASSERT_EQ(airlock_context_new(runtime_.get(), &options, &context, nullptr),
            AIRLOCK_OK);
  EXPECT_EQ(releases, expected);
  airlock_context_free(context);
  EXPECT_EQ(releases, ++expected);
}

TEST_F(CMisuseTest, ARuntimesUserIsReleasedOnce) {
  int releases = 0;
  auto options = Sized<airlock_runtime_options>();
  options.user = &releases;
  options.release = Count;
  airlock_runtime* runtime = nullptr;
  int expected = 0;
  for (void (*change)(airlock_runtime_options*) :
       {+[](airlock_runtime_options* o) { o->reserved = 1; },
        +[](airlock_runtime_options* o) { o->audit_burst = -1; },
        +[](airlock_runtime_options* o) { o->audit_interval_ms = -1; },
        +[](airlock_runtime_options* o) { o->app_yaml = B(""); }}) {
    airlock_runtime_options bad = options;
    change(&bad);
    EXPECT_EQ(airlock_runtime_new(&bad, &runtime, nullptr), AIRLOCK_ERROR);
    EXPECT_EQ(releases, ++expected);
  }
  EXPECT_EQ(airlock_runtime_new(&options, nullptr, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(releases, ++expected);
  options.max_contexts = options.max_credentials = 1;
  options.max_trust_stores = SIZE_MAX;
  options.audit_max_call_sites = 1;
  options.audit_burst = 1;
  options.audit_interval_ms = INT64_MAX;
  ASSERT_EQ(airlock_runtime_new(&options, &runtime, nullptr), AIRLOCK_OK);
  EXPECT_EQ(releases, expected);
  airlock_runtime_free(runtime);
  EXPECT_EQ(releases, ++expected);
}

TEST_F(CMisuseTest, ATransportIsReleasedOnceUnlessItIsNotGood) {
  const auto context = Make(runtime_.get(), ClientContext());
  airlock_socket* socket = nullptr;
  int expected = 0;
  const airlock_transport good = wire_.client();
  airlock_wrap_options wrap = ClientWrap();
  airlock_wrap_socket(nullptr, &good, &wrap, &socket, nullptr);
  EXPECT_EQ(wire_.releases(), ++expected);
  airlock_wrap_socket(runtime_.get(), &good, &wrap, nullptr, nullptr);
  EXPECT_EQ(wire_.releases(), ++expected);
  auto options = Sized<airlock_socket_options>();
  airlock_context_wrap_socket(nullptr, &good, &options, &socket, nullptr);
  EXPECT_EQ(wire_.releases(), ++expected);
  airlock_context_wrap_socket(context.get(), &good, &options, nullptr, nullptr);
  EXPECT_EQ(wire_.releases(), ++expected);
  for (void (*change)(airlock_socket_options*) :
       {+[](airlock_socket_options* o) { o->struct_size = 3; },
        +[](airlock_socket_options* o) { o->send_sni = 3; },
        +[](airlock_socket_options* o) { o->suppress_ragged_eofs = 3; },
        +[](airlock_socket_options* o) { o->server_hostname = kNowhere; },
        +[](airlock_socket_options* o) { o->server_hostname = B(".."); }}) {
    airlock_socket_options bad = options;
    change(&bad);
    EXPECT_EQ(airlock_context_wrap_socket(context.get(), &good, &bad, &socket,
                                          nullptr),
              AIRLOCK_ERROR);
    EXPECT_EQ(wire_.releases(), ++expected);
  }
  for (void (*change)(airlock_transport*) :
       {+[](airlock_transport* t) { t->struct_size = 0; },
        +[](airlock_transport* t) { t->struct_size = 3; },
        +[](airlock_transport* t) { t->struct_size = SIZE_MAX; },
        +[](airlock_transport* t) { t->type = 0; },
        +[](airlock_transport* t) { t->reserved = 1; },
        +[](airlock_transport* t) { t->read = nullptr; },
        +[](airlock_transport* t) { t->write = nullptr; }}) {
    airlock_transport bad = good;
    change(&bad);
    airlock_error* error = nullptr;
    EXPECT_EQ(airlock_wrap_socket(runtime_.get(), &bad, &wrap, &socket, &error),
              AIRLOCK_ERROR);
    const Failure failure = Take(error);
    EXPECT_EQ(failure.kind, AIRLOCK_KIND_INVALID_ARGUMENT);
    EXPECT_NE(failure.message.find("transport"), std::string::npos);
    EXPECT_EQ(wire_.releases(), expected);
  }
}

TEST_F(CMisuseTest, LeavesErrnoAloneWhateverCallbacksDo) {
  airlock_context_options options = ServerContext();
  int releases = 0;
  options.user = &releases;
  options.release = [](void*) { errno = ENOENT; };
  options.sni = [](void*, airlock_socket*, airlock_bytes, airlock_context**,
                   uint8_t*) -> airlock_status {
    errno = ENOENT;
    return AIRLOCK_OK;
  };
  options.handshake_ended = [](void*, airlock_socket*, const airlock_error*) {
    errno = ENOENT;
  };
  auto server = Make(runtime_.get(), options);
  const auto client = Make(runtime_.get(), ClientContext());
  Ends ends;
  ends.client = Wrap(client.get(), wire_.client(), "localhost");
  ends.server = Wrap(server.get(), wire_.server());
  errno = EDOM;
  airlock_socket_handshake(ends.client.get(), nullptr);
  EXPECT_EQ(errno, EDOM);
  airlock_socket_handshake(ends.server.get(), nullptr);
  EXPECT_EQ(errno, EDOM);
  airlock_socket_handshake(ends.client.get(), nullptr);
  airlock_socket_handshake(ends.server.get(), nullptr);
  airlock_context_free(server.release());
  airlock_socket_free(ends.server.release());
  EXPECT_EQ(errno, EDOM);
}

}  // namespace
}  // namespace airlock::c
