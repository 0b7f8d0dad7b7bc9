// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Peers whose chains are large: memory and time stay bounded.

#include <openssl/bytestring.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/nid.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/credentials.h"
#include "ssl/error.h"
#include "ssl/trust_store.h"
#include "tests/ssl/hostile_peer.h"
#include "tests/support/error_matchers.h"
#include "tests/support/handshake.h"
#include "tests/support/mint.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::ClientOptions;
using ::airlock::testing::MakeContext;
using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::ServerOptions;

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

}  // namespace
}  // namespace airlock::ssl
