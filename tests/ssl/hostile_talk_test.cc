// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Peers that do not stop after the handshake: memory and time stay bounded.

#include <openssl/aead.h>
#include <openssl/digest.h>
#include <openssl/hkdf.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "tests/ssl/hostile_peer.h"
#include "tests/support/error_matchers.h"
#include "tests/support/handshake.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::ServerOptions;

std::string Expand(const std::string& secret, absl::string_view label,
                   size_t size) {
  const std::string full = absl::StrCat("tls13 ", label);
  const std::string info =
      absl::StrCat(Number(size, 2), Number(full.size(), 1), full, Number(0, 1));
  std::string out(size, 0);
  EXPECT_TRUE(HKDF_expand(
      reinterpret_cast<uint8_t*>(out.data()), out.size(), EVP_sha256(),
      reinterpret_cast<const uint8_t*>(secret.data()), secret.size(),
      reinterpret_cast<const uint8_t*>(info.data()), info.size()));
  return out;
}

// Makes records of one direction of TLS_AES_128_GCM_SHA256 (RFC 8446, section
// 5.2).
class Forger {
 public:
  explicit Forger(std::string secret) : secret_(std::move(secret)) { Key(); }

  std::string Seal(uint8_t type, absl::string_view content) {
    const std::string plain = absl::StrCat(content, Number(type, 1));
    constexpr size_t kTag = 16;
    const std::string header =
        absl::StrCat(Number(kApplicationData, 1), Number(0x0303, 2),
                     Number(plain.size() + kTag, 2));
    std::string nonce = iv_;
    for (int i = 0; i < 8; ++i) {
      nonce[nonce.size() - 1 - i] ^= static_cast<char>(sequence_ >> (8 * i));
    }
    ++sequence_;
    std::string sealed(plain.size() + kTag, 0);
    size_t size = 0;
    EXPECT_TRUE(EVP_AEAD_CTX_seal(
        context_.get(), reinterpret_cast<uint8_t*>(sealed.data()), &size,
        sealed.size(), reinterpret_cast<const uint8_t*>(nonce.data()),
        nonce.size(), reinterpret_cast<const uint8_t*>(plain.data()),
        plain.size(), reinterpret_cast<const uint8_t*>(header.data()),
        header.size()));
    return header + sealed;
  }

  // A KeyUpdate, after which other keys are used.
  std::string Update(bool requests) {
    constexpr uint8_t kKeyUpdate = 24;
    std::string record =
        Seal(kHandshake, Message(kKeyUpdate, Number(requests ? 1 : 0, 1)));
    secret_ = Expand(secret_, "traffic upd", secret_.size());
    Key();
    return record;
  }

 private:
  void Key() {
    const std::string key = Expand(secret_, "key", 16);
    iv_ = Expand(secret_, "iv", 12);
    sequence_ = 0;
    context_.Reset();
    EXPECT_TRUE(EVP_AEAD_CTX_init(context_.get(), EVP_aead_aes_128_gcm(),
                                  reinterpret_cast<const uint8_t*>(key.data()),
                                  key.size(), EVP_AEAD_DEFAULT_TAG_LENGTH,
                                  nullptr));
  }

  std::string secret_;
  std::string iv_;
  uint64_t sequence_ = 0;
  bssl::ScopedEVP_AEAD_CTX context_;
};

// One end after the handshake; its peer is forged.
struct Victim {
  Peer peer;
  std::unique_ptr<Socket> socket;
  std::unique_ptr<Forger> forger;
};

std::unique_ptr<Victim> MakeVictim(Side side) {
  const auto lines = std::make_shared<std::vector<std::string>>();
  ContextOptions client = ClientOptions();
  client.keylog = [lines](const Socket&, absl::string_view line) {
    lines->emplace_back(line);
  };
  client.verification.minimum_version = TlsVersion::kTls1_3;
  ContextOptions server = ServerOptions();
  server.num_tickets = 0;  // The forger's first record is the first.
  auto victim = std::make_unique<Victim>();
  Peer to_them;
  std::string from_us;
  std::string from_them;
  victim->peer.answers = &from_us;
  to_them.answers = &from_them;
  const auto client_context = MakeContext(std::move(client));
  const auto server_context = MakeContext(std::move(server));
  const bool at_client = side == Side::kClient;
  victim->socket =
      Wrap(side, at_client ? client_context : server_context, &victim->peer);
  const auto other =
      Wrap(at_client ? Side::kServer : Side::kClient,
           at_client ? server_context : client_context, &to_them);
  for (int i = 0; i < kMostRounds; ++i) {
    EXPECT_FALSE(victim->socket->Handshake().failed());
    to_them.bytes += std::exchange(from_us, "");
    EXPECT_FALSE(other->Handshake().failed());
    victim->peer.bytes += std::exchange(from_them, "");
  }
  EXPECT_TRUE(victim->socket->handshake_done() && other->handshake_done());
  victim->peer.answers = nullptr;
  victim->peer.bytes.clear();
  victim->peer.next = 0;
  const char* const label = side == Side::kClient ? "SERVER_TRAFFIC_SECRET_0"
                                                  : "CLIENT_TRAFFIC_SECRET_0";
  for (const std::string& line : *lines) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (words[0] == label) {
      std::string secret;
      EXPECT_TRUE(absl::HexStringToBytes(words[2], &secret));
      victim->forger = std::make_unique<Forger>(std::move(secret));
    }
  }
  EXPECT_EQ(victim->socket->info()->cipher.name, "TLS_AES_128_GCM_SHA256");
  return victim;
}

// Reads until the peer has no more, or an error; the data is dropped.
Ending ReadAll(Victim* victim) {
  victim->peer.at_once = kMostRecord;
  return Drive(
      [&] {
        uint8_t buffer[1000];
        return victim->socket->Read(absl::MakeSpan(buffer));
      },
      victim->peer);
}

class HostileTalkTest : public HostilePeerTest {};

INSTANTIATE_TEST_SUITE_P(All, HostileTalkTest,
                         ::testing::Values(Side::kClient, Side::kServer),
                         SideName);

TEST_P(HostileTalkTest, TicketsWithoutEnd) {
  constexpr uint8_t kNewSessionTicket = 4;
  const auto victim = MakeVictim(GetParam());
  const std::string ticket(16000, 't');
  const std::string message =
      Message(kNewSessionTicket,
              absl::StrCat(Number(3600, 4), Number(1, 4), Number(1, 1), "n",
                           Number(ticket.size(), 2), ticket, Number(0, 2)));
  for (int i = 0; i < 1000; ++i) {
    victim->peer.bytes += victim->forger->Seal(kHandshake, message);
  }
  const Ending ending = ReadAll(victim.get());
  if (GetParam() == Side::kClient) {
    EXPECT_TRUE(ending.status.ok()) << ending.status;
  } else {
    EXPECT_THAT(ending.status, KindIs(ErrorKind::kProtocol));
  }
  EXPECT_LT(ending.most_bytes, 2 * kLittle);
  EXPECT_LT(ending.seconds, kSoon);
}

TEST_P(HostileTalkTest, KeyUpdatesWithoutEnd) {
  for (const bool requests : {false, true}) {
    const auto victim = MakeVictim(GetParam());
    for (int i = 0; i < 1000; ++i) {
      victim->peer.bytes += victim->forger->Update(requests);
    }
    const Ending ending = ReadAll(victim.get());
    EXPECT_THAT(ending.status, KindIs(ErrorKind::kProtocol));
    EXPECT_THAT(ending.status, ReasonIs("TOO_MANY_KEY_UPDATES"));
    EXPECT_LT(ending.most_bytes, kLittle);
  }
}

// With data between them they are allowed, and cost nothing that stays.
TEST_P(HostileTalkTest, KeyUpdatesBetweenData) {
  const auto victim = MakeVictim(GetParam());
  for (int i = 0; i < 3000; ++i) {
    victim->peer.bytes += victim->forger->Update(/*requests=*/true);
    victim->peer.bytes += victim->forger->Seal(kApplicationData, "x");
  }
  const Ending ending = ReadAll(victim.get());
  EXPECT_TRUE(ending.status.ok()) << ending.status;
  EXPECT_LT(ending.most_bytes, kLittle);
  EXPECT_LT(victim->peer.answered, size_t{2} * kLittle);
  EXPECT_LT(ending.seconds, kSoon);
}

TEST_P(HostileTalkTest, EmptyRecordsWithoutEnd) {
  const auto victim = MakeVictim(GetParam());
  for (int i = 0; i < 1000; ++i) {
    victim->peer.bytes += victim->forger->Seal(kApplicationData, "");
  }
  const Ending ending = ReadAll(victim.get());
  EXPECT_THAT(ending.status, KindIs(ErrorKind::kProtocol));
  EXPECT_THAT(ending.status, ReasonIs("TOO_MANY_EMPTY_FRAGMENTS"));
  EXPECT_LT(ending.most_bytes, kLittle);
}

}  // namespace
}  // namespace airlock::ssl
