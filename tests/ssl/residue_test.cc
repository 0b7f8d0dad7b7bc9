// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Once its owner is dropped, no copy of a secret is left in this process's
// memory: the test reads all of it.

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/bytestring.h>
#include <openssl/cipher.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs8.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "ssl/credential_source.h"
#include "ssl/credentials.h"
#include "ssl/ech.h"
#include "ssl/options.h"
#include "ssl/secret.h"
#include "ssl/session.h"
#include "ssl/socket.h"
#include "tests/support/handshake.h"
#include "tests/support/session.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::Connect;
using ::airlock::testing::Connection;
using ::airlock::testing::Established;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ReadSome;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::ShakeHands;
using ::airlock::testing::TestCredentials;
using ::airlock::testing::TestdataPath;
using ::airlock::testing::TestTime;
using ::airlock::testing::Wrap;
using ::airlock::testing::WriteAll;

// What to look for, kept so that looking does not find it.
class Needle {
 public:
  explicit Needle(absl::string_view bytes) {
    for (const char byte : bytes) masked_.push_back(Mask(byte));
  }

  size_t size() const { return masked_.size(); }

  bool IsAt(const volatile uint8_t* memory) const {
    for (size_t i = 0; i < masked_.size(); ++i) {
      if (Mask(static_cast<char>(memory[i])) != masked_[i]) return false;
    }
    return true;
  }

 private:
  static uint8_t Mask(char byte) { return static_cast<uint8_t>(byte) ^ 0xa5; }

  std::vector<uint8_t> masked_;
};

// How often `needle` is in the memory that this process can write.
int CountInMemory(const Needle& needle) {
  int count = 0;
  std::FILE* const maps = std::fopen("/proc/self/maps", "r");
  if (maps == nullptr) return -1;
  char line[4096];
  while (std::fgets(line, sizeof(line), maps) != nullptr) {
    unsigned long begin = 0;
    unsigned long end = 0;
    char access[5] = "";
    if (std::sscanf(line, "%lx-%lx %4s", &begin, &end, access) != 3 ||
        access[0] != 'r' || access[1] != 'w' ||
        std::strstr(line, "[vvar]") != nullptr) {
      continue;
    }
    for (unsigned long at = begin; at + needle.size() <= end; ++at) {
      // NOLINTNEXTLINE(performance-no-int-to-ptr)
      if (needle.IsAt(reinterpret_cast<const volatile uint8_t*>(at))) ++count;
    }
  }
  std::fclose(maps);
  return count;
}

// A file of testdata, read without a buffer that keeps a copy.
Secret ReadSecretly(absl::string_view name) {
  const int file = open(TestdataPath(name).c_str(), O_RDONLY | O_CLOEXEC);
  char buffer[4096];
  const ssize_t size = read(file, buffer, sizeof(buffer));
  close(file);
  EXPECT_GT(size, 0);
  Secret secret(absl::string_view(buffer, static_cast<size_t>(size)));
  Wipe(buffer, sizeof(buffer));
  return secret;
}

// The needles of a P-256 key in PEM (PKCS #8): a line of its text, and its
// private scalar as the file has it and as a number in memory.
std::vector<Needle> NeedlesOf(const Secret& pem) {
  const absl::string_view text = pem.view();
  const size_t first = text.find('\n') + 1;
  const size_t second = text.find('\n', first) + 1;
  std::string base64;
  const ScopedWipe wipe_base64(&base64);
  base64.reserve(128);
  base64.append(text.data() + first, 64);
  base64.append(text.data() + second, 64);
  std::string der;
  const ScopedWipe wipe_der(&der);
  der.reserve(128);
  EXPECT_TRUE(absl::Base64Unescape(base64, &der));
  // After the algorithm and the headers of the two OCTET STRINGs.
  std::string scalar;
  const ScopedWipe wipe_scalar(&scalar);
  scalar.reserve(64);
  scalar.append(der, 36, 32);
  std::vector<Needle> needles;
  needles.emplace_back(text.substr(second, 64));
  needles.emplace_back(scalar);
  std::reverse(scalar.begin(), scalar.end());
  needles.emplace_back(scalar);
  return needles;
}

int CountInMemory(const std::vector<Needle>& needles) {
  int count = 0;
  for (const Needle& needle : needles) count += CountInMemory(needle);
  return count;
}

std::shared_ptr<const Context> Server(Secret key, Secret password) {
  CredentialsOptions options;
  options.certfile = ReadSecretly("certs/server_p256_chain.pem");
  options.keyfile = std::move(key);
  if (!password.empty()) {
    options.password = [&password] {
      return absl::StatusOr<Secret>(password.Clone());
    };
  }
  auto credentials = Credentials::Create(std::move(options));
  EXPECT_TRUE(credentials.ok()) << credentials.status();
  if (!credentials.ok()) return nullptr;
  ContextOptions context = ServerOptions();
  context.credentials = {*std::move(credentials)};
  return MakeContext(std::move(context));
}

constexpr absl::string_view kPassword = "correct horse battery staple 7391";

// A key in PEM, encrypted with kPassword, in DER.
Secret Encrypted(const Secret& pem) {
  const bssl::UniquePtr<BIO> bio(
      BIO_new_mem_buf(pem.view().data(), static_cast<int>(pem.size())));
  const bssl::UniquePtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  bssl::ScopedCBB cbb;
  EXPECT_TRUE(CBB_init(cbb.get(), 512));
  EXPECT_TRUE(PKCS8_marshal_encrypted_private_key(
      cbb.get(), -1, EVP_aes_256_cbc(), kPassword.data(), kPassword.size(),
      /*salt=*/nullptr, 16, /*iterations=*/1000, key.get()));
  return Secret(
      {reinterpret_cast<const char*>(CBB_data(cbb.get())), CBB_len(cbb.get())});
}

// A handshake, data in both directions, and the end.
void Talk(const std::shared_ptr<const Context>& server) {
  Connection connection = Connect(MakeContext(ClientOptions()), server);
  ASSERT_TRUE(connection.ok());
  EXPECT_TRUE(WriteAll(connection.server.get(), "data").ok());
  EXPECT_TRUE(ReadSome(connection.client.get()).ok());
  (void)connection.client->Shutdown();
  (void)connection.server->Shutdown();
}

TEST(ResidueTest, ASearchFinds) {
  auto secret = std::make_unique<std::string>("a canary that sings");
  const Needle needle(*secret);
  EXPECT_GE(CountInMemory(needle), 1);
  Wipe(secret.get());
  EXPECT_EQ(CountInMemory(needle), 0);
}

TEST(ResidueTest, APrivateKey) {
  Secret pem = ReadSecretly("certs/server_p256.key");
  const std::vector<Needle> needles = NeedlesOf(pem);
  EXPECT_GE(CountInMemory(needles[0]), 1);
  {
    const auto server = Server(std::move(pem), Secret());
    ASSERT_NE(server, nullptr);
    EXPECT_GE(CountInMemory(needles), 1);
    Talk(server);
  }
  for (const Needle& needle : needles) EXPECT_EQ(CountInMemory(needle), 0);
}

TEST(ResidueTest, AnEchKeyInPem) {
  EchKey key;
  key.config = "a configuration";
  // The first call of a shared library's function saves registers on the stack.
  key.private_key = Secret("a key for the sake of the linker");
  ASSERT_TRUE(EchKeyToPem(key).ok());
  key.private_key = Secret("an X25519 key that is not random");
  std::vector<Needle> needles;
  {
    const auto pem = EchKeyToPem(key);
    ASSERT_TRUE(pem.ok()) << pem.status();
    const absl::string_view text = pem->view();
    needles.emplace_back(text.substr(text.find('\n') + 1, 60));
    EXPECT_GE(CountInMemory(needles), 1);
  }
  EXPECT_EQ(CountInMemory(needles), 0);
}

// Connections that live on, and Contexts, do not keep an old key.
TEST(ResidueTest, AKeyThatWasReplaced) {
  Secret pem = ReadSecretly("certs/server_p256.key");
  const std::vector<Needle> needles = NeedlesOf(pem);
  CredentialsOptions options;
  options.certfile = ReadSecretly("certs/server_p256_chain.pem");
  options.keyfile = std::move(pem);
  auto credentials = Credentials::Create(std::move(options));
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  const auto source = *CredentialSource::Create({*std::move(credentials)});
  ContextOptions context = ServerOptions("server_rsa");
  context.credentials.clear();
  context.credential_source = source;
  const auto server = MakeContext(std::move(context));
  const auto client = MakeContext(ClientOptions());
  Connection connection = Connect(client, server);
  ASSERT_TRUE(connection.ok());
  Connection under_way = Wrap(client, server);
  EXPECT_TRUE(under_way.client->Handshake().want_read());
  EXPECT_TRUE(under_way.server->Handshake().want_read());
  ASSERT_TRUE(source->Update({TestCredentials("server_rsa")}, TestTime()).ok());
  EXPECT_GE(CountInMemory(needles), 1);
  ShakeHands(&under_way);
  ASSERT_TRUE(under_way.ok());
  for (const Needle& needle : needles) EXPECT_EQ(CountInMemory(needle), 0);
  EXPECT_TRUE(WriteAll(connection.server.get(), "data").ok());
  EXPECT_TRUE(ReadSome(connection.client.get()).ok());
}

TEST(ResidueTest, APasswordAndTheKeyThatItEncrypts) {
  const Needle password(kPassword);
  std::vector<Needle> needles;
  Secret encrypted;
  {
    const Secret pem = ReadSecretly("certs/server_p256.key");
    needles = NeedlesOf(pem);
    encrypted = Encrypted(pem);
  }
  EXPECT_EQ(CountInMemory(password), 0);
  EXPECT_EQ(CountInMemory(needles), 0);
  {
    const auto server = Server(std::move(encrypted), Secret(kPassword));
    ASSERT_NE(server, nullptr);
    EXPECT_GE(CountInMemory(needles), 1);
    Talk(server);
  }
  EXPECT_EQ(CountInMemory(password), 0);
  for (const Needle& needle : needles) EXPECT_EQ(CountInMemory(needle), 0);
}

// The secret of a session, from BoringSSL's encoding: the fifth element.
Secret SecretOf(const Secret& serialized) {
  CBS cbs, session, secret;
  CBS_init(&cbs, reinterpret_cast<const uint8_t*>(serialized.view().data()),
           serialized.size());
  EXPECT_TRUE(CBS_get_asn1(&cbs, &session, CBS_ASN1_SEQUENCE));
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(CBS_get_any_asn1(&session, &secret, /*out_tag=*/nullptr));
  }
  EXPECT_GE(CBS_len(&secret), 32u);
  return Secret({reinterpret_cast<const char*>(CBS_data(&secret)),
                 std::min(CBS_len(&secret), size_t{32})});
}

TEST(ResidueTest, ASession) {
  for (const TlsVersion version : {TlsVersion::kTls1_2, TlsVersion::kTls1_3}) {
    ContextOptions options = ClientOptions();
    options.verification.maximum_version = version;
    auto client = MakeContext(std::move(options));
    auto server = MakeContext(ServerOptions());
    auto session = Established(client, server);
    auto serialized = session->Serialize();
    ASSERT_TRUE(serialized.ok());
    const Needle needle(SecretOf(*serialized).view());
    serialized = Secret();
    EXPECT_GE(CountInMemory(needle), 1);
    session.reset();
    client.reset();
    server.reset();
    EXPECT_EQ(CountInMemory(needle), 0);
  }
}

// The last 32 bytes of the secret in each line of a key log.
class LoggedSecrets {
 public:
  void Add(absl::string_view line) {
    std::string bytes;
    const ScopedWipe wipe(&bytes);
    EXPECT_TRUE(absl::HexStringToBytes(line.substr(line.size() - 64), &bytes));
    needles_.emplace_back(bytes);
  }

  const std::vector<Needle>& needles() const { return needles_; }

 private:
  std::vector<Needle> needles_;
};

// The secrets of its keys, while its Contexts live on. Not the data: BoringSSL
// frees its buffers as they are.
TEST(ResidueTest, ASocket) {
  for (const TlsVersion version : {TlsVersion::kTls1_2, TlsVersion::kTls1_3}) {
    for (const bool is_shut_down : {false, true}) {
      LoggedSecrets secrets;
      ContextOptions options = ClientOptions();
      options.verification.maximum_version = version;
      options.keylog = [&secrets](const Socket&, absl::string_view line) {
        secrets.Add(line);
      };
      const auto client = MakeContext(std::move(options));
      const auto server = MakeContext(ServerOptions());
      {
        Connection connection = Connect(client, server);
        ASSERT_TRUE(connection.ok());
        for (Socket* end : {connection.client.get(), connection.server.get()}) {
          EXPECT_TRUE(WriteAll(end, "data").ok());
        }
        EXPECT_TRUE(ReadSome(connection.client.get()).ok());
        EXPECT_TRUE(ReadSome(connection.server.get()).ok());
        ASSERT_GE(secrets.needles().size(),
                  version == TlsVersion::kTls1_3 ? 5u : 1u);
        EXPECT_GE(CountInMemory(secrets.needles()), 1);
        if (is_shut_down) {
          (void)connection.client->Shutdown();
          (void)connection.server->Shutdown();
        }
      }
      EXPECT_EQ(CountInMemory(secrets.needles()), 0);
    }
  }
}

}  // namespace
}  // namespace airlock::ssl
