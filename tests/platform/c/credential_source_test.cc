// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Credentials that change under the contexts that have them.

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/platform/c/c_testing.h"

namespace airlock::c {
namespace {

airlock_credentials Pair(const std::string& name) {
  auto credentials = Sized<airlock_credentials>();
  credentials.certfile = Cert(absl::StrCat(name, "_chain.pem"));
  credentials.keyfile = Cert(absl::StrCat(name, ".key"));
  return credentials;
}

airlock_credentials Paths(absl::string_view certfile,
                          absl::string_view keyfile) {
  auto credentials = Sized<airlock_credentials>();
  credentials.certfile = B(certfile);
  credentials.keyfile = B(keyfile);
  return credentials;
}

class CCredentialSourceTest : public ::testing::Test {
 protected:
  using Source = Handle<airlock_credential_source>;

  Source New(const airlock_credentials& first) {
    const airlock_credentials* const list[] = {&first};
    airlock_credential_source* source = nullptr;
    airlock_error* error = nullptr;
    EXPECT_EQ(
        airlock_credential_source_new(runtime_.get(), list, 1, &source, &error),
        AIRLOCK_OK)
        << Take(error).message;
    return Source(source);
  }

  Failure Watch(const airlock_credentials& paths, Source* source,
                int64_t check_interval_ms = 0) {
    const airlock_credentials* const list[] = {&paths};
    airlock_credential_source* made = nullptr;
    airlock_error* error = nullptr;
    const airlock_status status = airlock_credential_source_watch(
        runtime_.get(), list, 1, check_interval_ms, &made, &error);
    EXPECT_EQ(status == AIRLOCK_OK, made != nullptr);
    source->reset(made);
    return Take(error);
  }

  static Failure Update(const Source& source, const airlock_credentials& next) {
    const airlock_credentials* const list[] = {&next};
    airlock_error* error = nullptr;
    airlock_credential_source_update(source.get(), list, 1, &error);
    return Take(error);
  }

  static Failure Refresh(const Source& source) {
    airlock_error* error = nullptr;
    airlock_credential_source_refresh(source.get(), &error);
    return Take(error);
  }

  struct State {
    airlock_credential_state state;
    Failure failure;
  };
  static State StateOf(const Source& source) {
    State result = {Sized<airlock_credential_state>(), {}};
    airlock_error* failure = nullptr;
    EXPECT_EQ(airlock_credential_source_state(source.get(), &result.state,
                                              &failure, nullptr),
              AIRLOCK_OK);
    result.failure = Take(failure);
    return result;
  }

  Handle<airlock_context> ServerOf(const Source& source) {
    airlock_context_options options = ServerContext();
    options.credentials_count = 0;
    options.credentials = nullptr;
    options.credential_source = source.get();
    return Make(runtime_.get(), options);
  }

  // The common name that a client of `server` sees.
  std::string Presented(const Handle<airlock_context>& server) {
    return PresentedTo(Connect(&wire_, client_.get(), server.get()));
  }
  static std::string PresentedTo(const Ends& ends) {
    EXPECT_EQ(ends.client_failure.kind, -1) << ends.client_failure.message;
    airlock_certificate* made = nullptr;
    EXPECT_EQ(
        airlock_socket_peer_certificate(ends.client.get(), &made, nullptr),
        AIRLOCK_OK);
    const Handle<airlock_certificate> certificate(made);
    for (const char* name : {"server_p256", "server_rsa", "server_p384"}) {
      airlock_bytes der;
      EXPECT_EQ(airlock_certificate_der(made, &der, nullptr), AIRLOCK_OK);
      airlock_certificate* first = nullptr;
      EXPECT_EQ(airlock_certificate_new(Cert(absl::StrCat(name, "_chain.pem")),
                                        &first, nullptr),
                AIRLOCK_OK);
      const Handle<airlock_certificate> owned(first);
      airlock_bytes known;
      EXPECT_EQ(airlock_certificate_der(first, &known, nullptr), AIRLOCK_OK);
      if (Str(der) == Str(known)) return name;
    }
    return "another";
  }

  void SetFiles(const std::string& name) {
    host_->SetFile("/tls/server.pem",
                   Str(Cert(absl::StrCat(name, "_chain.pem"))));
    host_->SetFile("/tls/server.key", Str(Cert(absl::StrCat(name, ".key"))));
    host_->AdvanceTime(absl::Minutes(1));
  }

  const std::shared_ptr<platform::FakeHost> host_ = MakeHost();
  Handle<airlock_runtime> runtime_ = MakeRuntime(host_);
  Handle<airlock_context> client_ = Make(runtime_.get(), ClientContext());
  Wire wire_;
};

TEST_F(CCredentialSourceTest, AnUpdateIsForTheNextHandshake) {
  auto source = New(Pair("server_p256"));
  const auto one = ServerOf(source);
  const auto two = ServerOf(source);
  EXPECT_EQ(Presented(one), "server_p256");
  const Ends open = Connect(&wire_, client_.get(), one.get());
  EXPECT_EQ(Update(source, Pair("server_rsa")).kind, -1);
  ExpectSent(open.server.get(), open.client.get(), "goes on");
  EXPECT_EQ(Presented(one), "server_rsa");
  EXPECT_EQ(Presented(two), "server_rsa");
  const State state = StateOf(source);
  EXPECT_EQ(state.state.updated_s, absl::ToUnixSeconds(host_->Now()));
  EXPECT_EQ(state.state.generation, 2U);
  EXPECT_EQ(state.state.failures, 0U);
  EXPECT_EQ(state.failure.kind, -1);
  EXPECT_GT(state.state.expires_s, absl::ToUnixSeconds(host_->Now()));
  // Contexts keep it.
  source.reset();
  EXPECT_EQ(Presented(one), "server_rsa");
}

TEST_F(CCredentialSourceTest, ABrokenUpdateLeavesTheOldInForce) {
  const auto source = New(Pair("server_p256"));
  const auto server = ServerOf(source);
  airlock_credentials mixed = Pair("server_rsa");
  mixed.keyfile = Cert("server_p256.key");
  airlock_credentials text = Pair("server_rsa");
  text.certfile = B("not a certificate");
  airlock_credentials expired = Sized<airlock_credentials>();
  expired.certfile = Cert("expired.pem");
  expired.keyfile = Cert("expired.key");
  uint64_t failures = 0;
  for (const airlock_credentials& bad : {mixed, text, expired}) {
    EXPECT_EQ(Update(source, bad).kind, AIRLOCK_KIND_CREDENTIALS);
    const State state = StateOf(source);
    EXPECT_EQ(state.state.failures, ++failures);
    EXPECT_EQ(state.state.generation, 1U);
    EXPECT_EQ(state.failure.kind, AIRLOCK_KIND_CREDENTIALS);
    EXPECT_EQ(Presented(server), "server_p256");
  }
  EXPECT_EQ(Update(source, Pair("server_rsa")).kind, -1);
  EXPECT_EQ(StateOf(source).failure.kind, -1);
  EXPECT_EQ(StateOf(source).state.failures, failures);
}

TEST_F(CCredentialSourceTest, FilesAreTakenWhenTheyChange) {
  SetFiles("server_p256");
  Source source;
  ASSERT_EQ(Watch(Paths("/tls/server.pem", "/tls/server.key"), &source).kind,
            -1);
  const auto server = ServerOf(source);
  EXPECT_EQ(Presented(server), "server_p256");
  SetFiles("server_rsa");
  EXPECT_EQ(Presented(server), "server_rsa");
  EXPECT_EQ(StateOf(source).state.generation, 2U);
  host_->SetFile("/tls/server.key", "damaged");
  host_->AdvanceTime(absl::Minutes(1));
  EXPECT_EQ(Presented(server), "server_rsa");
  EXPECT_EQ(StateOf(source).failure.kind, AIRLOCK_KIND_CREDENTIALS);
  EXPECT_TRUE(absl::StrContains(host_->log().back(), "/tls/server.key"));
  source.reset();
  SetFiles("server_p256");
  EXPECT_EQ(Presented(server), "server_p256");
}

TEST_F(CCredentialSourceTest, ARefreshLooksAtOnce) {
  SetFiles("server_p256");
  Source source;
  ASSERT_EQ(Watch(Paths("/tls/server.pem", "/tls/server.key"), &source,
                  AIRLOCK_WAIT_FOREVER)
                .kind,
            -1);
  const auto server = ServerOf(source);
  SetFiles("server_rsa");
  EXPECT_EQ(Presented(server), "server_p256");
  EXPECT_EQ(Refresh(source).kind, -1);
  EXPECT_EQ(Presented(server), "server_rsa");
  host_->RemoveFile("/tls/server.pem");
  const Failure gone = Refresh(source);
  EXPECT_EQ(gone.kind, AIRLOCK_KIND_CREDENTIALS);
  EXPECT_TRUE(absl::StrContains(gone.message, "/tls/server.pem"));
  EXPECT_EQ(StateOf(source).failure.kind, AIRLOCK_KIND_CREDENTIALS);
  EXPECT_EQ(Presented(server), "server_rsa");
}

TEST_F(CCredentialSourceTest, ReadsOneFileAndADirectory) {
  host_->SetFile("/both.pem", absl::StrCat(Str(Cert("server_p256.key")),
                                           Str(Cert("server_p256_chain.pem"))));
  host_->SetFile("/pair/tls.crt", Str(Cert("server_rsa_chain.pem")));
  host_->SetFile("/pair/tls.key", Str(Cert("server_rsa.key")));
  for (const auto& [certfile, keyfile, name] :
       std::vector<std::array<const char*, 3>>{
           {"/both.pem", nullptr, "server_p256"},
           {"/both.pem", "/both.pem", "server_p256"},
           {"/pair", nullptr, "server_rsa"}}) {
    Source source;
    airlock_credentials paths = Paths(certfile, "");
    paths.keyfile = keyfile == nullptr ? airlock_bytes{nullptr, 0} : B(keyfile);
    ASSERT_EQ(Watch(paths, &source).kind, -1) << certfile;
    EXPECT_EQ(Presented(ServerOf(source)), name);
  }
}

// A password for server_p256_encrypted.key; counts how often it is asked.
struct Asked {
  int count = 0;
  int released = 0;
  std::string password = "airlock";
  static airlock_status Ask(void* user, char* into, size_t room, size_t* size) {
    auto* const self = static_cast<Asked*>(user);
    ++self->count;
    if (self->password.size() > room) return AIRLOCK_ERROR;
    std::memcpy(into, self->password.data(), self->password.size());
    *size = self->password.size();
    return AIRLOCK_OK;
  }
  static void Release(void* user) { ++static_cast<Asked*>(user)->released; }
};

TEST_F(CCredentialSourceTest, AsksForThePasswordOfEachNewKey) {
  host_->SetFile("/tls/server.pem", Str(Cert("server_p256_chain.pem")));
  host_->SetFile("/tls/server.key", Str(Cert("server_p256_encrypted.key")));
  host_->AdvanceTime(absl::Minutes(1));
  Asked asked;
  airlock_credentials paths = Paths("/tls/server.pem", "/tls/server.key");
  paths.ask_password = Asked::Ask;
  paths.user = &asked;
  paths.release = Asked::Release;
  Source source;
  ASSERT_EQ(Watch(paths, &source).kind, -1);
  EXPECT_EQ(asked.count, 1);
  auto server = ServerOf(source);
  SetFiles("server_rsa");
  EXPECT_EQ(Presented(server), "server_rsa");
  EXPECT_EQ(asked.count, 1);
  host_->SetFile("/tls/server.pem", Str(Cert("server_p256_chain.pem")));
  host_->SetFile("/tls/server.key", Str(Cert("server_p256_encrypted.key")));
  host_->AdvanceTime(absl::Minutes(1));
  EXPECT_EQ(Presented(server), "server_p256");
  EXPECT_EQ(asked.count, 2);
  source.reset();
  EXPECT_EQ(asked.released, 0);
  server.reset();
  EXPECT_EQ(asked.released, 1);
}

TEST_F(CCredentialSourceTest, RefusesMistakes) {
  const auto source = New(Pair("server_p256"));
  SetFiles("server_p256");
  Source files;
  ASSERT_EQ(Watch(Paths("/tls/server.pem", "/tls/server.key"), &files).kind,
            -1);
  EXPECT_EQ(Update(files, Pair("server_rsa")).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(StateOf(files).state.failures, 0U);
  EXPECT_EQ(Refresh(source).kind, AIRLOCK_KIND_INVALID_ARGUMENT);

  const airlock_credentials pair = Pair("server_p256");
  const airlock_credentials* const twice[] = {&pair, &pair};
  const airlock_credentials* const null[] = {nullptr};
  airlock_credential_source* made = nullptr;
  EXPECT_EQ(
      airlock_credential_source_new(runtime_.get(), twice, 2, &made, nullptr),
      AIRLOCK_ERROR);
  EXPECT_EQ(
      airlock_credential_source_new(runtime_.get(), null, 1, &made, nullptr),
      AIRLOCK_ERROR);
  EXPECT_EQ(
      airlock_credential_source_new(runtime_.get(), twice, 0, &made, nullptr),
      AIRLOCK_ERROR);
  EXPECT_EQ(airlock_credential_source_new(nullptr, twice, 1, &made, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(made, nullptr);
  EXPECT_EQ(
      airlock_credential_source_new(runtime_.get(), twice, 1, nullptr, nullptr),
      AIRLOCK_ERROR);
  EXPECT_EQ(airlock_credential_source_update(nullptr, twice, 1, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_credential_source_update(source.get(), nullptr, 1, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(airlock_credential_source_refresh(nullptr, nullptr), AIRLOCK_ERROR);
  EXPECT_EQ(
      airlock_credential_source_state(source.get(), nullptr, nullptr, nullptr),
      AIRLOCK_ERROR);
  auto state = Sized<airlock_credential_state>();
  EXPECT_EQ(airlock_credential_source_state(nullptr, &state, nullptr, nullptr),
            AIRLOCK_ERROR);
  EXPECT_EQ(
      airlock_credential_source_state(source.get(), &state, nullptr, nullptr),
      AIRLOCK_OK);
  airlock_credential_source_free(nullptr);

  Source none;
  EXPECT_EQ(Watch(Paths("", "/tls/server.key"), &none).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(Watch(Paths("/tls/server.pem", "/tls/server.key"), &none, -2).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(Watch(Paths("/none.pem", "/tls/server.key"), &none).kind,
            AIRLOCK_KIND_CREDENTIALS);
  EXPECT_EQ(Watch(Paths("/tls/server.pem", "airlock-key:web"), &none).kind,
            AIRLOCK_KIND_CREDENTIALS);
  airlock_credentials two_passwords =
      Paths("/tls/server.pem", "/tls/server.key");
  two_passwords.password = B("airlock");
  two_passwords.ask_password = Asked::Ask;
  EXPECT_EQ(Watch(two_passwords, &none).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST_F(CCredentialSourceTest, AContextTakesOneOrTheOther) {
  const auto source = New(Pair("server_p256"));
  airlock_context_options options = ServerContext();
  options.credential_source = source.get();
  EXPECT_EQ(Refusal(runtime_.get(), options).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST_F(CCredentialSourceTest, AContextRefusesAWeakKeyNowAndLater) {
  const auto weak = New(Pair("server_rsa"));
  airlock_context_options strict = ServerContext();
  strict.credentials = nullptr;
  strict.credentials_count = 0;
  strict.credential_source = weak.get();
  strict.security_level = 3;
  EXPECT_EQ(Refusal(runtime_.get(), strict).kind, AIRLOCK_KIND_CREDENTIALS);
  const auto strong = New(Pair("server_p256"));
  strict.credential_source = strong.get();
  const auto server = Make(runtime_.get(), strict);
  EXPECT_EQ(Update(strong, Pair("server_rsa")).kind, AIRLOCK_KIND_CREDENTIALS);
  EXPECT_EQ(StateOf(strong).state.generation, 1U);
}

TEST_F(CCredentialSourceTest, ALiveBundleIsForTheNextHandshake) {
  host_->SetFile("/tls/ca.pem", Str(Cert("ca.pem")));
  host_->AdvanceTime(absl::Minutes(1));
  airlock_context_options options = ClientContext();
  options.ca_certs = B("/tls/ca.pem");
  options.live_ca_certs = AIRLOCK_YES;
  client_ = Make(runtime_.get(), options);
  const auto expect_state = [&](uint64_t generation, uint64_t failures,
                                int kind) {
    auto state = Sized<airlock_bundle_state>();
    airlock_error* failure = nullptr;
    ASSERT_EQ(
        airlock_context_bundle_state(client_.get(), &state, &failure, nullptr),
        AIRLOCK_OK);
    EXPECT_EQ(state.generation, generation);
    EXPECT_EQ(state.failures, failures);
    EXPECT_EQ(state.updated_s,
              generation == 1 ? 0 : absl::ToUnixSeconds(host_->Now()));
    EXPECT_EQ(Take(failure).kind, kind);
  };
  expect_state(1, 0, -1);
  const auto server = Make(runtime_.get(), ServerContext());
  EXPECT_EQ(Connect(&wire_, client_.get(), server.get()).client_failure.kind,
            -1);
  const std::string other = Str(Cert("other_root.pem"));
  host_->SetFile("/tls/ca.pem", other.substr(0, other.size() / 2));
  host_->AdvanceTime(absl::Minutes(1));
  EXPECT_EQ(Connect(&wire_, client_.get(), server.get()).client_failure.kind,
            -1);
  EXPECT_TRUE(absl::StrContains(host_->log().back(), "/tls/ca.pem"));
  expect_state(1, 1, AIRLOCK_KIND_TRUST_STORE);
  host_->RemoveFile("/tls/ca.pem");
  host_->AdvanceTime(absl::Minutes(1));
  EXPECT_EQ(Connect(&wire_, client_.get(), server.get()).client_failure.kind,
            -1);
  expect_state(1, 2, AIRLOCK_KIND_TRUST_STORE);
  host_->SetFile("/tls/ca.pem", other);
  host_->AdvanceTime(absl::Minutes(1));
  EXPECT_EQ(Connect(&wire_, client_.get(), server.get()).client_failure.kind,
            AIRLOCK_KIND_VERIFICATION);
  expect_state(2, 2, -1);
  airlock_certificate* trusted = nullptr;
  ASSERT_EQ(airlock_context_ca_certificate(client_.get(), 0, &trusted, nullptr),
            AIRLOCK_OK);
  const Handle<airlock_certificate> owned(trusted);
  airlock_buffer pem = {nullptr, 0};
  ASSERT_EQ(airlock_certificate_pem(trusted, &pem, nullptr), AIRLOCK_OK);
  EXPECT_TRUE(absl::StrContains(other, absl::string_view(pem.data, pem.size)));
  airlock_buffer_free(&pem);
}

TEST_F(CCredentialSourceTest, TheStateIsThatOfALiveBundle) {
  auto state = Sized<airlock_bundle_state>();
  airlock_error* failure = nullptr;
  airlock_error* error = nullptr;
  EXPECT_EQ(
      airlock_context_bundle_state(client_.get(), &state, &failure, &error),
      AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
  EXPECT_EQ(airlock_context_bundle_state(nullptr, &state, nullptr, nullptr),
            AIRLOCK_ERROR);
}

TEST_F(CCredentialSourceTest, WrapSocketTakesASource) {
  const auto source = New(Pair("server_p256"));
  airlock_wrap_options server = ServerWrap();
  server.keyfile = {nullptr, 0};
  server.certfile = {nullptr, 0};
  server.credential_source = source.get();
  for (const char* name : {"server_p256", "server_rsa"}) {
    EXPECT_EQ(Update(source, Pair(name)).kind, -1);
    wire_.Clear();
    EXPECT_EQ(
        PresentedTo(Connect(runtime_.get(), &wire_, ClientWrap(), server)),
        name);
  }
  server.certfile = Cert("server_p256_chain.pem");
  const airlock_transport transport = wire_.server();
  airlock_socket* socket = nullptr;
  airlock_error* error = nullptr;
  EXPECT_EQ(
      airlock_wrap_socket(runtime_.get(), &transport, &server, &socket, &error),
      AIRLOCK_ERROR);
  EXPECT_EQ(Take(error).kind, AIRLOCK_KIND_INVALID_ARGUMENT);
}

TEST_F(CCredentialSourceTest, ALiveBundleIsAFile) {
  airlock_context_options options = ClientContext();
  options.cadata = Cert("ca.pem");
  options.live_ca_certs = AIRLOCK_YES;
  EXPECT_EQ(Refusal(runtime_.get(), options).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  options.cadata = {nullptr, 0};
  options.live_ca_certs = 2;
  EXPECT_EQ(Refusal(runtime_.get(), options).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
  options.live_ca_certs = AIRLOCK_UNSET;
  options.reserved3 = 1;
  EXPECT_EQ(Refusal(runtime_.get(), options).kind,
            AIRLOCK_KIND_INVALID_ARGUMENT);
}

// A source needs neither the runtime that made it nor its clock's struct.
TEST_F(CCredentialSourceTest, OutlivesItsRuntime) {
  const auto source = New(Pair("server_p256"));
  const auto server = ServerOf(source);
  runtime_.reset();
  EXPECT_EQ(Update(source, Pair("server_rsa")).kind, -1);
  EXPECT_EQ(Presented(server), "server_rsa");
}

}  // namespace
}  // namespace airlock::c
