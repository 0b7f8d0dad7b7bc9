// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Sessions that were changed between Serialize and Deserialize: whatever they
// lack, the peer is verified.

#include <openssl/bytestring.h>
#include <openssl/cipher.h>
#include <openssl/digest.h>
#include <openssl/hmac.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/session.h"
#include "ssl/verify_code.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::Established;
using ::airlock::testing::MakeContext;
using ::airlock::testing::Reused;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestCertificates;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestTrustStore;
using ::airlock::testing::WithSession;

// Context-specific tags of BoringSSL's SSLSession.
constexpr unsigned kPeer = 3;
constexpr unsigned kTicket = 10;
constexpr unsigned kPeerSha256 = 13;
constexpr unsigned kCertChain = 19;

using Element = std::optional<std::string>;  // Unset: leave it out.
using Change = std::function<Element(unsigned tag, const std::string& content)>;

std::string View(const CBS& cbs) {
  return std::string(reinterpret_cast<const char*>(CBS_data(&cbs)),
                     CBS_len(&cbs));
}

bool AddBytes(CBB* out, const std::string& bytes) {
  return CBB_add_bytes(out, reinterpret_cast<const uint8_t*>(bytes.data()),
                       bytes.size()) != 0;
}

// The SSLSession with `change` applied to each tagged element.
std::string Changed(absl::string_view session, const Change& change) {
  CBS in;
  CBS elements;
  CBS_init(&in, reinterpret_cast<const uint8_t*>(session.data()),
           session.size());
  EXPECT_TRUE(CBS_get_asn1(&in, &elements, CBS_ASN1_SEQUENCE));
  bssl::ScopedCBB out;
  CBB sequence;
  EXPECT_TRUE(CBB_init(out.get(), session.size()));
  EXPECT_TRUE(CBB_add_asn1(out.get(), &sequence, CBS_ASN1_SEQUENCE));
  while (CBS_len(&elements) > 0) {
    CBS content;
    CBS_ASN1_TAG tag = 0;
    EXPECT_TRUE(CBS_get_any_asn1(&elements, &content, &tag));
    Element element = View(content);
    if ((tag & CBS_ASN1_CONTEXT_SPECIFIC) != 0) {
      element = change(tag & CBS_ASN1_TAG_NUMBER_MASK, *element);
    }
    CBB child;
    if (element.has_value()) {
      EXPECT_TRUE(CBB_add_asn1(&sequence, &child, tag));
      EXPECT_TRUE(AddBytes(&child, *element) && CBB_flush(&sequence));
    }
  }
  EXPECT_TRUE(CBB_flush(out.get()));
  return std::string(reinterpret_cast<const char*>(CBB_data(out.get())),
                     CBB_len(out.get()));
}

Element NoPeer(unsigned tag, const std::string& content) {
  if (tag == kPeer || tag == kCertChain || tag == kPeerSha256) return {};
  return content;
}

// Another certificate as the only one.
Change Peer(const std::string& der) {
  return [der](unsigned tag, const std::string& content) -> Element {
    if (tag == kPeer) return der;
    return NoPeer(tag, content);
  };
}

const std::string kTicketKey(48, 'k');

std::string Crypt(const std::string& iv, const std::string& in, bool encrypt) {
  bssl::ScopedEVP_CIPHER_CTX ctx;
  std::string out(in.size() + 16, '\0');
  auto* to = reinterpret_cast<uint8_t*>(&out[0]);
  int size = 0;
  int rest = 0;
  EXPECT_TRUE(EVP_CipherInit_ex(
      ctx.get(), EVP_aes_128_cbc(), nullptr,
      reinterpret_cast<const uint8_t*>(kTicketKey.data()) + 32,
      reinterpret_cast<const uint8_t*>(iv.data()), encrypt ? 1 : 0));
  EXPECT_TRUE(EVP_CipherUpdate(ctx.get(), to, &size,
                               reinterpret_cast<const uint8_t*>(in.data()),
                               static_cast<int>(in.size())));
  EXPECT_TRUE(EVP_CipherFinal_ex(ctx.get(), to + size, &rest));
  out.resize(size + rest);
  return out;
}

// A ticket (RFC 5077, section 4) with kTicketKey, with `change` applied inside.
std::string ChangedTicket(const std::string& ticket, const Change& change) {
  constexpr size_t kHead = 32;  // Key name and initialization vector.
  constexpr size_t kMac = 32;
  const std::string iv = ticket.substr(16, 16);
  const std::string sealed = ticket.substr(kHead, ticket.size() - kHead - kMac);
  std::string made = ticket.substr(0, kHead) +
                     Crypt(iv, Changed(Crypt(iv, sealed, false), change), true);
  uint8_t mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), kTicketKey.data() + 16, 16,
       reinterpret_cast<const uint8_t*>(made.data()), made.size(), mac, &size);
  made.append(mac, mac + size);
  return made;
}

class SessionImportTest : public ::testing::TestWithParam<TlsVersion> {
 protected:
  std::shared_ptr<const Context> Client(bool with_certificate = false) const {
    ContextOptions options = ClientOptions();
    options.verification.maximum_version = GetParam();
    if (with_certificate) {
      options.credentials = {TestCredentials("client_p256")};
    }
    return MakeContext(std::move(options));
  }

  // Resumes with a valid session after `change`.
  Connection Resume(const Change& change) const {
    const auto client = Client();
    const auto server = MakeContext(ServerOptions());
    const auto bytes = Established(client, server)->Serialize();
    EXPECT_TRUE(bytes.ok());
    const auto session = Session::Deserialize(Changed(bytes->view(), change));
    if (!session.ok()) {
      Connection refused;
      refused.client_status = session.status();
      return refused;
    }
    return Connect(client, server, WithSession(*session));
  }
};

INSTANTIATE_TEST_SUITE_P(All, SessionImportTest,
                         ::testing::Values(TlsVersion::kTls1_2,
                                           TlsVersion::kTls1_3),
                         [](const auto& param) {
                           return param.param == TlsVersion::kTls1_3 ? "Tls13"
                                                                     : "Tls12";
                         });

TEST_P(SessionImportTest, UnchangedIsResumed) {
  const Connection c = Resume(
      [](unsigned, const std::string& content) { return Element(content); });
  EXPECT_TRUE(Reused(c)) << c.client_status << c.server_status;
  EXPECT_TRUE(c.client->peer_verified());
}

TEST_P(SessionImportTest, WithoutACertificateIsRefused) {
  const Connection c = Resume(NoPeer);
  ASSERT_FALSE(c.client_status.ok());
  const Error error = GetError(c.client_status).value_or(Error());
  EXPECT_EQ(error.kind, ErrorKind::kVerification) << c.client_status;
  EXPECT_EQ(error.verify_code, verify_code::kInvalidCall);
  EXPECT_EQ(error.depth, -1);
  EXPECT_FALSE(c.client->peer_verified());
}

TEST_P(SessionImportTest, WithAnotherCertificateIsVerifiedAgainstThat) {
  for (const auto& [name, code] :
       {std::make_pair("server_other", verify_code::kUnableToGetIssuerLocally),
        std::make_pair("wrong_host", verify_code::kHostnameMismatch),
        std::make_pair("expired", verify_code::kExpired)}) {
    const Connection c =
        Resume(Peer(std::string(TestCertificates(name)[0].der())));
    ASSERT_FALSE(c.client_status.ok()) << name;
    EXPECT_EQ(GetError(c.client_status)->verify_code, code) << c.client_status;
  }
}

TEST_P(SessionImportTest, WithAnInvalidCertificateIsRefused) {
  const std::string good(TestCertificates("server_p256")[0].der());
  for (const std::string& der :
       {std::string(), std::string("\x30\x00", 2), std::string("garbage"),
        good.substr(0, good.size() - 1), good + good,
        std::string("\x30\x83\x0f\x42\x40", 5) + std::string(1000000, 'x')}) {
    const Connection c = Resume(Peer(der));
    EXPECT_FALSE(c.client_status.ok()) << der.size();
    EXPECT_LT(c.client_status.message().size(), 1000u);
  }
}

TEST_P(SessionImportTest, RefusesEveryTruncation) {
  const auto bytes =
      Established(Client(), MakeContext(ServerOptions()))->Serialize();
  ASSERT_TRUE(bytes.ok());
  for (size_t size = 0; size < bytes->size(); ++size) {
    EXPECT_EQ(GetErrorKind(
                  Session::Deserialize(bytes->view().substr(0, size)).status()),
              ErrorKind::kInvalidArgument);
  }
}

// For any changed byte: an error, or the peer is still verified.
TEST_P(SessionImportTest, NoByteThatChangesLeavesThePeerUnverified) {
  const auto client = Client();
  const auto server = MakeContext(ServerOptions());
  const auto bytes = Established(client, server)->Serialize();
  ASSERT_TRUE(bytes.ok());
  size_t accepted = 0;
  for (size_t i = 0; i < bytes->size(); ++i) {
    for (const int mask : {i % 2 == 0 ? 0x01 : 0xff}) {
      std::string changed(bytes->view());
      changed[i] = static_cast<char>(changed[i] ^ mask);
      const auto session = Session::Deserialize(changed);
      if (!session.ok()) {
        EXPECT_EQ(GetErrorKind(session.status()), ErrorKind::kInvalidArgument);
        continue;
      }
      ++accepted;
      (void)(*session)->time();
      (void)(*session)->timeout();
      const Connection c = Connect(client, server, WithSession(*session));
      EXPECT_TRUE(!c.client_status.ok() || c.client->peer_verified())
          << "byte " << i << " with " << mask;
      EXPECT_LT(c.client_status.message().size(), 2000u);
    }
  }
  EXPECT_GT(accepted, 0u);
}

// From a server that shares the ticket's key and requires less.
TEST_P(SessionImportTest, AServerRefusesATicketWithoutTheCertificate) {
  for (const VerifyMode mode : {VerifyMode::kRequired, VerifyMode::kOptional}) {
    ContextOptions options = ServerOptions();
    options.verification.mode = mode;
    options.trust_store = TestTrustStore();
    options.ticket_keys = {std::make_shared<const Secret>(kTicketKey)};
    const auto server = MakeContext(std::move(options));
    const auto client = Client(/*with_certificate=*/true);
    const auto bytes = Established(client, server)->Serialize();
    ASSERT_TRUE(bytes.ok());
    const auto session = Session::Deserialize(Changed(
        bytes->view(), [](unsigned tag, const std::string& content) -> Element {
          if (tag != kTicket) return content;
          // An OCTET STRING inside.
          CBS in;
          CBS ticket;
          CBS_init(&in, reinterpret_cast<const uint8_t*>(content.data()),
                   content.size());
          EXPECT_TRUE(CBS_get_asn1(&in, &ticket, CBS_ASN1_OCTETSTRING));
          const std::string changed = ChangedTicket(View(ticket), NoPeer);
          bssl::ScopedCBB out;
          CBB child;
          EXPECT_TRUE(CBB_init(out.get(), 0) &&
                      CBB_add_asn1(out.get(), &child, CBS_ASN1_OCTETSTRING) &&
                      AddBytes(&child, changed) && CBB_flush(out.get()));
          return std::string(reinterpret_cast<const char*>(CBB_data(out.get())),
                             CBB_len(out.get()));
        }));
    ASSERT_TRUE(session.ok()) << session.status();
    const Connection c = Connect(client, server, WithSession(*session));
    if (mode == VerifyMode::kOptional) {
      EXPECT_TRUE(c.server_status.ok()) << c.server_status;
      EXPECT_FALSE(c.server->peer_verified());
      EXPECT_TRUE(c.server->info()->session_reused);
      continue;
    }
    ASSERT_FALSE(c.server_status.ok());
    const Error error = GetError(c.server_status).value_or(Error());
    EXPECT_EQ(error.kind, ErrorKind::kVerification) << c.server_status;
    EXPECT_EQ(error.verify_code, verify_code::kInvalidCall);
  }
}

}  // namespace
}  // namespace airlock::ssl
