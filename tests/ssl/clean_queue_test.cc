// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// BoringSSL's error queue belongs to the thread: errors in it when we are
// called are not ours, and we leave none behind, whatever goes wrong.
#include <openssl/err.h>

#include <functional>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "ssl/certificate.h"
#include "ssl/credentials.h"
#include "ssl/hostname.h"
#include "ssl/session.h"
#include "ssl/socket.h"
#include "ssl/trust_store.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::Established;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::ShakeHands;
using ::airlock::testing::TestCertificates;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::WithSession;
using ::airlock::testing::Wrap;
using ::airlock::testing::WriteAll;

void MakeBadContext(const std::function<void(ContextOptions*)>& spoil) {
  ContextOptions options = ClientOptions();
  spoil(&options);
  EXPECT_FALSE(Context::Create(std::move(options)).ok());
}

void FailToConnect(const std::function<void(ContextOptions*)>& spoil,
                   const char* server) {
  ContextOptions options = ClientOptions();
  spoil(&options);
  EXPECT_FALSE(Connect(std::move(options), ServerOptions(server)).ok());
}

void UseEverything() {
  for (const TlsVersion version : {TlsVersion::kTls1_0, TlsVersion::kTls1_3}) {
    ContextOptions options = ClientOptions();
    options.verification.maximum_version = version;
    const auto client = MakeContext(std::move(options));
    const auto server = MakeContext(ServerOptions());
    Connection c =
        Connect(client, server, WithSession(Established(client, server)));
    ASSERT_TRUE(c.ok()) << c.client_status;
    EXPECT_TRUE(WriteAll(c.client.get(), "ping").ok());
    EXPECT_TRUE(ReadSome(c.server.get()).ok());
    (void)c.client->info();
    (void)c.server->info();
    (void)c.client->session();
    (void)c.server->session();
    (void)c.server->SharedCiphers();
    (void)c.client->GetChannelBinding(ChannelBinding::kTlsUnique);
    (void)c.client->Unwrap();
    (void)c.server->Unwrap();
    (void)client->Ciphers();
    (void)client->session_statistics();
  }
}

void SpeakPlainText() {
  Connection c =
      Wrap(MakeContext(ClientOptions()), MakeContext(ServerOptions()));
  const auto plain = c.server->ReleaseTransport();
  const std::string text = "220 mail.test ESMTP\r\n";
  ASSERT_TRUE(
      plain->Write({reinterpret_cast<const uint8_t*>(text.data()), text.size()})
          .done());
  EXPECT_TRUE(c.client->Handshake().failed());
}

void SwitchTooLate() {
  Connection c = Connect(ClientOptions(), ServerOptions());
  EXPECT_FALSE(c.client->SwitchContext(MakeContext(ClientOptions())).ok());
  c.server.reset();
  EXPECT_FALSE(ReadSome(c.client.get()).ok());
}

TEST(CleanQueueTest, IsUnchangedByEachCall) {
  const std::function<void()> actions[] = {
      UseEverything,
      SpeakPlainText,
      SwitchTooLate,
      [] { MakeBadContext([](auto* o) { o->ciphers = "junk"; }); },
      [] { MakeBadContext([](auto* o) { o->verification.groups = "junk"; }); },
      [] { MakeBadContext([](auto* o) { o->sct_list = "junk"; }); },
      [] { FailToConnect([](auto*) {}, "server_other"); },
      [] { FailToConnect([](auto*) {}, "wrong_host"); },
      [] { FailToConnect([](auto*) {}, "expired"); },
      [] { FailToConnect([](auto*) {}, "bad_ip_san"); },
      [] { FailToConnect([](auto*) {}, "twin_leaf"); },
      [] { FailToConnect([](auto*) {}, "key_usage_no_sign"); },
      [] {
        FailToConnect(
            [](auto* o) {
              o->trust_store = TestTrustStore("ca_same_name.pem");
            },
            "server_other");
      },
      [] {
        FailToConnect([](auto* o) { o->verification.groups = "P-521"; },
                      "expired");
      },
      [] {
        ContextOptions server = ServerOptions();
        server.verification.protocol = Protocol::kTlsv1;
        ContextOptions client = ClientOptions();
        client.verification.protocol = Protocol::kTlsv1_2;
        EXPECT_FALSE(Connect(std::move(client), std::move(server)).ok());
      },
      [] { EXPECT_FALSE(Session::Deserialize("junk").ok()); },
      [] { EXPECT_FALSE(TrustStore::Create("0\3junk", "junk").ok()); },
      [] { EXPECT_FALSE(Certificate::FromDer("0\3\2\1\1").ok()); },
      [] { EXPECT_FALSE(Certificate::FromPem("junk").ok()); },
      [] {
        CredentialsOptions options;
        options.certfile = Secret("0\3\2\1\1");
        EXPECT_FALSE(Credentials::Create(std::move(options)).ok());
      },
      [] {
        const Certificate odd = TestCertificates("bad_ip_san")[0];
        (void)odd.Decode();
        (void)odd.ToText();
        (void)odd.SpkiSha256();
        (void)MatchHostname(odd, "127.0.0.1");
      },
      [] {
        for (const char* name : {"server_ed448", "teletex", "unknown_critical",
                                 "negative_serial"}) {
          const Certificate odd = TestCertificates(name)[0];
          (void)odd.Decode();
          (void)odd.ToText();
          (void)odd.not_after();
        }
      },
  };
  for (const auto& action : actions) {
    action();
    EXPECT_EQ(ERR_peek_error(), 0u) << (&action - actions);
    // From the application's own use of BoringSSL; has no effect.
    OPENSSL_PUT_ERROR(SSL, ERR_R_MALLOC_FAILURE);
    action();
    ERR_clear_error();
  }
}

}  // namespace
}  // namespace airlock::ssl
