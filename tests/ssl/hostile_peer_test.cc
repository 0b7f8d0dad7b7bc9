// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Peers that send slowly, without end, or more than is good: memory and time
// stay bounded, at a client and at a server.

#include <openssl/aead.h>
#include <openssl/bytestring.h>
#include <openssl/digest.h>
#include <openssl/evp.h>
#include <openssl/hkdf.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/memory_transport.h"
#include "ssl/credentials.h"
#include "ssl/error.h"
#include "ssl/socket.h"
#include "ssl/trust_store.h"
#include "tests/bench/allocations.h"
#include "tests/support/error_matchers.h"
#include "tests/support/handshake.h"
#include "tests/support/mint.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::LocalhostOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::ServerOptions;
using ::airlock::testing::TestTrustStore;

constexpr uint8_t kAlert = 21;
constexpr uint8_t kHandshake = 22;
constexpr uint8_t kApplicationData = 23;
constexpr size_t kMostRecord = 16384;
// Of handshakes whose ends call each other in turn, a piece of a record each.
constexpr int kMostRounds = 50;

std::string Number(size_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) {
    text.push_back(static_cast<char>(value >> (8 * i)));
  }
  return text;
}

std::string Record(uint8_t type, absl::string_view body) {
  return absl::StrCat(Number(type, 1), Number(0x0303, 2),
                      Number(body.size(), 2), body);
}

std::string Message(uint8_t type, absl::string_view body) {
  return absl::StrCat(Number(type, 1), Number(body.size(), 3), body);
}

// What a peer sends, and the time that passes meanwhile. It owns no memory of
// the connection under test.
struct Peer {
  std::string bytes;      // Still to be delivered.
  size_t next = 0;        // Of these.
  size_t at_once = 1000;  // For one Read.
  bool endless = false;   // Then `bytes` begin again.
  absl::Duration pause;   // Before each Read.
  absl::Duration now;     // Driven by the pauses.
  absl::Duration deadline = absl::InfiniteDuration();
  size_t delivered = 0;
  size_t answered = 0;             // Bytes that the other end sent.
  std::string* answers = nullptr;  // These, if set.
};

class PeerTransport final : public Transport {
 public:
  explicit PeerTransport(Peer* peer) : peer_(*peer) {}

  IoResult Read(absl::Span<uint8_t> into) override {
    // Blocks after each delivery, so that the test can look at the memory.
    if (std::exchange(blocks_, false)) return IoResult::WantRead();
    peer_.now += peer_.pause;
    if (peer_.now > peer_.deadline) {
      return absl::DeadlineExceededError("the deadline has passed");
    }
    if (peer_.next == peer_.bytes.size()) {
      if (!peer_.endless || peer_.bytes.empty()) return IoResult::WantRead();
      peer_.next = 0;
    }
    const size_t size =
        std::min({into.size(), peer_.at_once, peer_.bytes.size() - peer_.next});
    std::copy_n(peer_.bytes.data() + peer_.next, size, into.data());
    peer_.next += size;
    peer_.delivered += size;
    blocks_ = true;
    return IoResult::Done(size);
  }
  IoResult Write(absl::Span<const uint8_t> from) override {
    peer_.answered += from.size();
    if (peer_.answers != nullptr) {
      peer_.answers->append(from.begin(), from.end());
    }
    return IoResult::Done(from.size());
  }

 private:
  Peer& peer_;
  bool blocks_ = false;
};

std::unique_ptr<Socket> Wrap(Side side, std::shared_ptr<const Context> context,
                             Peer* peer) {
  SocketOptions options;
  if (side == Side::kClient) options = LocalhostOptions();
  options.side = side;
  auto socket =
      WrapSocket(std::move(context), std::make_unique<PeerTransport>(peer),
                 std::move(options));
  EXPECT_TRUE(socket.ok()) << socket.status();
  return *std::move(socket);
}

// How much memory this thread uses more than at first, and the CPU time.
class Watch {
 public:
  Watch() : bytes_(bench::ThreadAllocations().live_bytes), seconds_(Cpu()) {}

  int64_t bytes() const {
    return bench::ThreadAllocations().live_bytes - bytes_;
  }
  double seconds() const { return Cpu() - seconds_; }

 private:
  static double Cpu() {
    rusage usage = {};
    getrusage(RUSAGE_THREAD, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec) / 1e6;
  }

  const int64_t bytes_;
  const double seconds_;
};

// How an operation that is repeated while it would block ends.
struct Ending {
  absl::Status status;  // Ok: it was done, or waits for more.
  int64_t most_bytes = 0;
  double seconds = 0;
};

// Calls `operation` until it ends, or waits for a peer that has no more.
template <typename Operation>
Ending Drive(const Operation& operation, const Peer& peer) {
  Ending ending;
  const Watch watch;
  while (true) {
    const IoResult result = operation();
    ending.most_bytes = std::max(ending.most_bytes, watch.bytes());
    if (result.failed()) {
      ending.status = result.status();
      break;
    }
    if (result.done() && result.bytes() == 0) break;
    if (!result.done() && !peer.endless && peer.next == peer.bytes.size()) {
      break;
    }
  }
  ending.seconds = watch.seconds();
  return ending;
}

Ending Shake(Socket* socket, const Peer& peer) {
  return Drive([&] { return socket->Handshake(); }, peer);
}

std::shared_ptr<const Context> ContextFor(Side side) {
  if (side == Side::kClient) return MakeContext(ClientOptions());
  ContextOptions options = ServerOptions();
  options.verification.mode = VerifyMode::kRequired;
  options.trust_store = TestTrustStore();
  return MakeContext(std::move(options));
}

constexpr int64_t kLittle = 100 << 10;
constexpr double kSoon = 5;

class HostilePeerTest : public ::testing::TestWithParam<Side> {
 protected:
  HostilePeerTest() : context_(ContextFor(GetParam())) {
    // What is made once must not be taken for this connection's.
    Peer peer;
    (void)Wrap(GetParam(), context_, &peer)->Handshake();
  }

  Ending Meet(Peer* peer) const {
    const auto socket = Wrap(GetParam(), context_, peer);
    return Shake(socket.get(), *peer);
  }

  // The first message that the peer sends.
  static uint8_t FirstMessage() {
    constexpr uint8_t kClientHello = 1;
    constexpr uint8_t kServerHello = 2;
    return GetParam() == Side::kClient ? kServerHello : kClientHello;
  }

  const std::shared_ptr<const Context> context_;
};

INSTANTIATE_TEST_SUITE_P(All, HostilePeerTest,
                         ::testing::Values(Side::kClient, Side::kServer),
                         [](const auto& param) {
                           return param.param == Side::kClient ? "Client"
                                                               : "Server";
                         });

TEST_P(HostilePeerTest, SendsNothing) {
  Peer peer;
  peer.pause = absl::Seconds(1);
  peer.deadline = absl::Seconds(10);
  const auto socket = Wrap(GetParam(), context_, &peer);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(socket->Handshake().want_read());
  EXPECT_THAT(socket->Handshake().status(), KindIs(ErrorKind::kTimeout));
  EXPECT_FALSE(socket->handshake_done());
}

TEST_P(HostilePeerTest, SendsAByteASecond) {
  Peer peer;
  peer.bytes =
      Record(kHandshake, Message(FirstMessage(), std::string(5000, 0)));
  peer.at_once = 1;
  peer.pause = absl::Seconds(1);
  peer.deadline = absl::Seconds(30);
  const Ending ending = Meet(&peer);
  EXPECT_THAT(ending.status, KindIs(ErrorKind::kTimeout));
  EXPECT_EQ(peer.delivered, 30u);
  EXPECT_LT(ending.most_bytes, kLittle);
}

// A message may be as long as it likes, up to a limit; a record of each byte.
TEST_P(HostilePeerTest, SendsEndlessFragments) {
  Peer peer;
  const std::string message =
      Message(FirstMessage(), std::string(kMostRecord, 0));
  for (const char c : message) {
    peer.bytes += Record(kHandshake, absl::string_view(&c, 1));
  }
  const Ending ending = Meet(&peer);
  EXPECT_THAT(ending.status, KindIs(ErrorKind::kProtocol));
  EXPECT_LT(ending.most_bytes, kLittle);
  EXPECT_LT(ending.seconds, kSoon);
}

TEST_P(HostilePeerTest, AnnouncesMoreThanAllowed) {
  Peer peer;
  peer.bytes = Record(
      kHandshake, absl::StrCat(Number(FirstMessage(), 1), Number(0xffffff, 3)));
  peer.bytes += Record(kHandshake, std::string(kMostRecord, 0));
  const size_t header = 9;
  const Ending ending = Meet(&peer);
  EXPECT_THAT(ending.status, KindIs(ErrorKind::kProtocol));
  EXPECT_LE(peer.delivered, header + peer.at_once);
  EXPECT_LT(ending.most_bytes, kLittle);
}

TEST_P(HostilePeerTest, SendsEmptyRecordsAndWarningsWithoutEnd) {
  constexpr absl::string_view kWarning("\x01\x5a", 2);  // user_canceled
  for (const std::string& record :
       {Record(kHandshake, ""), Record(kAlert, kWarning), Record(kAlert, ""),
        Record(kApplicationData, "")}) {
    Peer peer;
    peer.bytes = record;
    peer.endless = true;
    const Ending ending = Meet(&peer);
    EXPECT_THAT(ending.status, KindIs(ErrorKind::kProtocol));
    EXPECT_LT(peer.delivered, 1000u);
    EXPECT_LT(ending.most_bytes, kLittle);
  }
}

// ---- Certificates

struct Chain {
  std::shared_ptr<const Credentials> credentials;
  std::shared_ptr<const TrustStore> store;
};

std::shared_ptr<const Credentials> MakeCredentials(
    const std::vector<Certificate>& chain, EVP_PKEY* key) {
  std::string der;
  for (const Certificate& certificate : chain) {
    absl::StrAppend(&der, certificate.der());
  }
  CredentialsOptions options;
  options.certfile = Secret(der);
  // Only the private key's bytes are needed.
  bssl::ScopedCBB cbb;
  uint8_t* bytes = nullptr;
  size_t size = 0;
  EXPECT_TRUE(CBB_init(cbb.get(), 200) &&
              EVP_marshal_private_key(cbb.get(), key) &&
              CBB_finish(cbb.get(), &bytes, &size));
  const bssl::UniquePtr<uint8_t> owned(bytes);
  options.keyfile =
      Secret(absl::string_view(reinterpret_cast<const char*>(bytes), size));
  auto credentials = Credentials::Create(std::move(options));
  EXPECT_TRUE(credentials.ok()) << credentials.status();
  return *std::move(credentials);
}

// A value in DER (X.690, section 8.1).
std::string Der(uint8_t tag, absl::string_view content) {
  std::string length;
  for (size_t left = content.size(); left > 0; left >>= 8) {
    length.insert(length.begin(), static_cast<char>(left));
  }
  if (content.size() >= 128) {
    length.insert(length.begin(), static_cast<char>(0x80 | length.size()));
  }
  return absl::StrCat(Number(tag, 1), length, content);
}

// A leaf for localhost with more names and `padding` bytes in an extension, and
// `intermediates` certificates between it and its root.
Chain MakeChain(size_t names, size_t padding, size_t intermediates) {
  const auto key = MintKey();  // The same for all.
  std::string subject = "root";
  const Certificate root = Mint(subject, key.get(), subject, key.get(), true);
  std::vector<Certificate> chain;
  for (size_t i = 0; i < intermediates; ++i) {
    const std::string issuer = subject;
    subject = absl::StrCat("ca", i);
    chain.push_back(Mint(subject, key.get(), issuer, key.get(), true));
  }
  MintOptions leaf;
  leaf.common_names = {"leaf"};
  leaf.issuer = subject;
  // GeneralNames: a SEQUENCE of [2] IA5String.
  std::string sans;
  for (size_t i = 0; i < names; ++i) {
    sans += Der(0x82, absl::StrCat("n", i, ".test"));
  }
  sans += Der(0x82, "localhost");
  leaf.extensions.push_back(
      {NID_subject_alt_name, Der(0x30, sans), /*is_der=*/true});
  if (padding > 0) {
    leaf.extensions.push_back({NID_netscape_comment,
                               Der(0x16, std::string(padding, 'x')),
                               /*is_der=*/true});
  }
  chain.push_back(Mint(leaf, key.get(), key.get()));
  std::reverse(chain.begin(), chain.end());
  Chain made;
  made.credentials = MakeCredentials(chain, key.get());
  made.store = *TrustStore::Create(root.der(), "root");
  return made;
}

// The handshake of one end, whose peer shows `chain`. The peer and what it
// sends are not measured.
Ending MeetChain(Side side, TlsVersion version, const Chain& chain) {
  ContextOptions client = ClientOptions();
  ContextOptions server = ServerOptions();
  for (ContextOptions* options : {&client, &server}) {
    options->verification.minimum_version = version;
    options->verification.maximum_version = version;
  }
  ContextOptions& hostile = side == Side::kClient ? server : client;
  ContextOptions& ours = side == Side::kClient ? client : server;
  hostile.credentials = {chain.credentials};
  ours.trust_store = chain.store;
  if (side == Side::kServer) {
    ours.verification.mode = VerifyMode::kRequired;
  }
  Peer to_us;
  Peer to_them;
  std::string from_us;
  std::string from_them;
  to_us.answers = &from_us;
  to_them.answers = &from_them;
  const Side other = side == Side::kClient ? Side::kServer : Side::kClient;
  const auto our_end = Wrap(side, MakeContext(std::move(ours)), &to_us);
  const auto their_end = Wrap(other, MakeContext(std::move(hostile)), &to_them);
  from_us.reserve(1 << 16);
  Ending all;
  for (int i = 0; i < kMostRounds; ++i) {
    (void)their_end->Handshake();
    to_us.bytes += std::exchange(from_them, "");
    const Ending ending = Shake(our_end.get(), to_us);
    all.status = ending.status;
    all.seconds += ending.seconds;
    all.most_bytes = std::max(all.most_bytes, ending.most_bytes);
    if (!all.status.ok() || our_end->handshake_done()) break;
    to_them.bytes += from_us;
    from_us.clear();  // It keeps its memory.
    (void)their_end->Handshake();
  }
  EXPECT_EQ(our_end->handshake_done(), all.status.ok());
  return all;
}

class HostileChainTest
    : public ::testing::TestWithParam<std::tuple<Side, TlsVersion>> {
 protected:
  static Ending Meet(const Chain& chain) {
    return MeetChain(std::get<0>(GetParam()), std::get<1>(GetParam()), chain);
  }
};

INSTANTIATE_TEST_SUITE_P(
    All, HostileChainTest,
    ::testing::Combine(::testing::Values(Side::kClient, Side::kServer),
                       ::testing::Values(TlsVersion::kTls1_2,
                                         TlsVersion::kTls1_3)),
    [](const auto& param) {
      return absl::StrCat(
          std::get<0>(param.param) == Side::kClient ? "Client" : "Server",
          std::get<1>(param.param) == TlsVersion::kTls1_2 ? "Tls12" : "Tls13");
    });

TEST_P(HostileChainTest, OfAMegabyteIsRefusedBeforeItIsRead) {
  const Ending ending = Meet(MakeChain(0, 1 << 20, 0));
  EXPECT_THAT(ending.status, KindIs(ErrorKind::kProtocol));
  EXPECT_THAT(ending.status, ReasonIs("EXCESSIVE_MESSAGE_SIZE"));
  EXPECT_LT(ending.most_bytes, 2 * kLittle);
}

TEST_P(HostileChainTest, OfTenThousandNamesIsBounded) {
  const Ending ending = Meet(MakeChain(10000, 0, 0));
  EXPECT_THAT(ending.status, KindIs(ErrorKind::kProtocol));
  EXPECT_LT(ending.most_bytes, 2 * kLittle);
  // As many as fit, with the right one at the end.
  const Ending fits = Meet(MakeChain(7000, 0, 0));
  EXPECT_TRUE(fits.status.ok()) << fits.status;
  EXPECT_LT(fits.most_bytes, 20 * kLittle);
  EXPECT_LT(fits.seconds, kSoon);
}

TEST_P(HostileChainTest, OfTwoHundredCertificatesIsBounded) {
  const Ending ending = Meet(MakeChain(0, 0, 200));
  EXPECT_THAT(ending.status, KindIs(ErrorKind::kVerification));
  EXPECT_LT(ending.most_bytes, 20 * kLittle);
  EXPECT_LT(ending.seconds, kSoon);
}

// ---- After the handshake: TLS 1.3, by a peer that knows the keys.

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
                         [](const auto& param) {
                           return param.param == Side::kClient ? "Client"
                                                               : "Server";
                         });

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
