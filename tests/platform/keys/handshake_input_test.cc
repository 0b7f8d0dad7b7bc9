// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/keys/handshake_input.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ssl/sign.h"
#include "tests/support/handshake.h"
#include "tests/support/testdata.h"

namespace airlock::keys {
namespace {

using ssl::TlsVersion;
using testing::ClientOptions;
using testing::Connect;
using testing::Connection;
using testing::ReadTestdata;
using testing::ServerOptions;
using testing::TestCredentials;
using testing::TestTrustStore;

// What a handshake signed.
struct Signed {
  uint16_t scheme = 0;
  std::string input;
};

// Credentials that note what they sign.
std::shared_ptr<const ssl::Credentials> Noting(const std::string& chain,
                                               const std::string& key,
                                               Signed* noted) {
  ssl::CredentialsOptions options;
  options.certfile =
      ssl::Secret(ReadTestdata(absl::StrCat("certs/", chain, ".pem")));
  options.signer = [key = TestCredentials(key), noted](
                       uint16_t scheme,
                       absl::string_view input) -> absl::StatusOr<std::string> {
    *noted = {scheme, std::string(input)};
    return ssl::Sign(*key, scheme, input);
  };
  auto made = ssl::Credentials::Create(std::move(options));
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

// What a server and a client sign in a handshake of `version`.
std::map<Purpose, Signed> SignedInHandshake(TlsVersion version,
                                            const std::string& groups = "") {
  Signed server_signed;
  Signed client_signed;
  ssl::ContextOptions server = ServerOptions();
  server.credentials = {
      Noting("server_p256_chain", "server_p256", &server_signed)};
  server.verification.mode = ssl::VerifyMode::kRequired;
  server.verification.groups = groups;
  server.trust_store = TestTrustStore();
  ssl::ContextOptions client = ClientOptions();
  client.verification.maximum_version = version;
  client.credentials = {Noting("client_rsa", "client_rsa", &client_signed)};
  const Connection c = Connect(std::move(client), std::move(server));
  EXPECT_TRUE(c.ok()) << c.client_status << c.server_status;
  if (version == TlsVersion::kTls1_3) {
    return {{Purpose::kTls13Server, server_signed},
            {Purpose::kTls13Client, client_signed}};
  }
  return {{Purpose::kTls12Server, server_signed},
          {Purpose::kTls12Client, client_signed}};
}

std::map<Purpose, Signed> AllSigned() {
  std::map<Purpose, Signed> all = SignedInHandshake(TlsVersion::kTls1_2);
  for (const auto& each : SignedInHandshake(TlsVersion::kTls1_3)) {
    all.insert(each);
  }
  return all;
}

TEST(HandshakeInputTest, AcceptsEachHandshakeForItsPurposeAlone) {
  const auto all = AllSigned();
  EXPECT_EQ(all.size(), 4u);
  for (const auto& [purpose, given] : all) {
    EXPECT_EQ(PurposeOfInput(given.scheme, given.input), purpose);
    for (const Purpose other : kPurposes) {
      EXPECT_EQ(CheckHandshakeInput(other, given.scheme, given.input).ok(),
                other == purpose)
          << PurposeName(other) << " for " << PurposeName(purpose);
    }
  }
}

TEST(HandshakeInputTest, AcceptsEachCurve) {
  for (const char* group : {"P-256", "P-384", "P-521", "X25519"}) {
    const auto all = SignedInHandshake(TlsVersion::kTls1_2, group);
    const Signed& given = all.at(Purpose::kTls12Server);
    EXPECT_TRUE(
        CheckHandshakeInput(Purpose::kTls12Server, given.scheme, given.input)
            .ok())
        << group;
  }
}

TEST(HandshakeInputTest, RefusesEachFormCutOrLengthened) {
  for (const auto& [purpose, given] : AllSigned()) {
    for (size_t size = 0; size < given.input.size(); ++size) {
      EXPECT_EQ(PurposeOfInput(given.scheme, given.input.substr(0, size)),
                std::nullopt)
          << PurposeName(purpose) << " cut to " << size;
    }
    for (const char byte : {'\0', ' ', '\x01'}) {
      EXPECT_EQ(PurposeOfInput(given.scheme, given.input + byte), std::nullopt)
          << PurposeName(purpose);
      EXPECT_EQ(PurposeOfInput(given.scheme, byte + given.input), std::nullopt)
          << PurposeName(purpose);
    }
  }
}

std::string Tls13(absl::string_view role, size_t hash) {
  return absl::StrCat(std::string(64, ' '), "TLS 1.3, ", role,
                      " CertificateVerify", absl::string_view("\0", 1),
                      std::string(hash, 'h'));
}

TEST(HandshakeInputTest, Tls13TakesAHashOfACipherSuite) {
  for (size_t size = 0; size < 100; ++size) {
    const bool good = size == 32 || size == 48;
    EXPECT_EQ(CheckHandshakeInput(Purpose::kTls13Server, 0x0403,
                                  Tls13("server", size))
                  .ok(),
              good)
        << size;
    EXPECT_EQ(CheckHandshakeInput(Purpose::kTls13Client, 0x0403,
                                  Tls13("client", size))
                  .ok(),
              good)
        << size;
  }
}

TEST(HandshakeInputTest, Tls13HasNoOtherContextOrScheme) {
  const std::string good = Tls13("server", 32);
  for (const uint16_t scheme : {0x0401, 0x0501, 0x0601, 0x0201}) {
    EXPECT_FALSE(CheckHandshakeInput(Purpose::kTls13Server, scheme, good).ok());
  }
  // Each byte before the hash is fixed.
  for (size_t i = 0; i + 32 < good.size(); ++i) {
    std::string other = good;
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_FALSE(CheckHandshakeInput(Purpose::kTls13Server, 0x0403, other).ok())
        << i;
  }
  // An exported authenticator (RFC 9261) is not a handshake.
  EXPECT_EQ(PurposeOfInput(
                0x0403,
                absl::StrCat(std::string(64, ' '), "Exported Authenticator",
                             absl::string_view("\0", 1), std::string(32, 'h'))),
            std::nullopt);
}

std::string KeyExchange(absl::string_view head, char size, char first) {
  std::string point(static_cast<unsigned char>(size), 'p');
  if (!point.empty()) point[0] = first;
  return absl::StrCat(std::string(64, 'r'), head, std::string(1, size), point);
}

TEST(HandshakeInputTest, KeyExchangeHasAPointOfItsCurve) {
  const auto ok = [](const std::string& input) {
    return CheckHandshakeInput(Purpose::kTls12Server, 0x0403, input).ok();
  };
  const absl::string_view p256("\x03\x00\x17", 3);
  EXPECT_TRUE(ok(KeyExchange(p256, 65, 4)));
  EXPECT_FALSE(ok(KeyExchange(p256, 65, 2)));  // Hybrid and compressed forms.
  EXPECT_FALSE(ok(KeyExchange(p256, 33, 2)));
  EXPECT_FALSE(ok(KeyExchange(p256, 97, 4)));
  EXPECT_FALSE(ok(KeyExchange(p256, 0, 4)));
  EXPECT_TRUE(ok(KeyExchange(absl::string_view("\x03\x00\x1d", 3), 32, 'x')));
  EXPECT_FALSE(ok(KeyExchange(absl::string_view("\x03\x00\x1e", 3), 56, 'x')));
  // Explicit curves, and a DHE group.
  EXPECT_FALSE(ok(KeyExchange(absl::string_view("\x01\x00\x17", 3), 65, 4)));
  EXPECT_FALSE(ok(KeyExchange(absl::string_view("\x00\x80\x17", 3), 65, 4)));
}

// A handshake message.
std::string Part(char type, absl::string_view body) {
  return absl::StrCat(std::string(1, type), std::string(1, '\0'),
                      std::string(1, static_cast<char>(body.size() >> 8)),
                      std::string(1, static_cast<char>(body.size())), body);
}

// The parts of a TLS 1.2 handshake up to ClientKeyExchange.
std::vector<std::string> ClientParts() {
  const Signed given =
      SignedInHandshake(TlsVersion::kTls1_2).at(Purpose::kTls12Client);
  std::vector<std::string> parts;
  absl::string_view rest = given.input;
  while (!rest.empty()) {
    const size_t size = 4 + (static_cast<unsigned char>(rest[1]) << 16 |
                             static_cast<unsigned char>(rest[2]) << 8 |
                             static_cast<unsigned char>(rest[3]));
    parts.emplace_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  return parts;
}

bool AcceptsClient(const std::vector<std::string>& parts) {
  std::string input;
  for (const std::string& part : parts) input += part;
  return CheckHandshakeInput(Purpose::kTls12Client, 0x0804, input).ok();
}

TEST(HandshakeInputTest, ClientSignsAWholeHandshakeInOrder) {
  const std::vector<std::string> parts = ClientParts();
  ASSERT_EQ(parts.size(), 8u);
  EXPECT_TRUE(AcceptsClient(parts));
  for (size_t i = 0; i < parts.size(); ++i) {
    std::vector<std::string> other = parts;
    other.erase(other.begin() + static_cast<ptrdiff_t>(i));
    EXPECT_FALSE(AcceptsClient(other)) << "without part " << i;
    other = parts;
    other.insert(other.begin() + static_cast<ptrdiff_t>(i), parts[i]);
    EXPECT_FALSE(AcceptsClient(other)) << "part " << i << " twice";
    if (i == 0) continue;
    other = parts;
    std::swap(other[i], other[i - 1]);
    EXPECT_FALSE(AcceptsClient(other)) << "part " << i << " before its time";
  }
}

TEST(HandshakeInputTest, EachPartOfTheHandshakeIsWellFormed) {
  const std::vector<std::string> parts = ClientParts();
  ASSERT_EQ(parts.size(), 8u);
  const absl::string_view empty_list("\0\0\0", 3);
  const std::vector<std::pair<size_t, std::string>> wrong = {
      {0, Part(1, "")},
      {0, Part(1, std::string(100, 'x'))},
      {0, Part(1, parts[0].substr(4, 34))},
      {0, Part(1, parts[0].substr(4) + "x")},
      {1, Part(2, "")},
      {1, Part(2, parts[1].substr(4) + "x")},
      {2, Part(11, empty_list)},
      {2, Part(11, "")},
      {3, Part(12, "")},
      {4, Part(13, "x")},
      {5, Part(14, "x")},
      {6, Part(11, empty_list)},
      {7, Part(16, "")},
  };
  for (const auto& [index, part] : wrong) {
    std::vector<std::string> other = parts;
    other[index] = part;
    EXPECT_FALSE(AcceptsClient(other)) << index;
  }
  // A server may staple.
  std::vector<std::string> stapled = parts;
  stapled.insert(stapled.begin() + 3, Part(22, "status"));
  EXPECT_TRUE(AcceptsClient(stapled));
}

TEST(HandshakeInputTest, RefusesOtherThings) {
  for (const std::string& other :
       {std::string(), std::string(32, 'd'), std::string(64, ' '),
        std::string("\x30\x82\x01\x01"), std::string(10000, '\x01')}) {
    EXPECT_EQ(PurposeOfInput(0x0403, other), std::nullopt);
    for (const Purpose purpose : kPurposes) {
      EXPECT_FALSE(
          CheckHandshakeInput(purpose, 0x0403, other).message().empty());
    }
  }
}

}  // namespace
}  // namespace airlock::keys
