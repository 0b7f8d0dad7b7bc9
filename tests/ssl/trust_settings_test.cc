// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Certificates with OpenSSL's trust settings (`openssl x509 -trustout`): the
// verdict of OpenSSL 3.0's `openssl verify` for each combination, except that a
// rejection is of each certificate of its name and key.

#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/obj.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/internal/verify.h"
#include "ssl/trust_store.h"
#include "ssl/verify_code.h"
#include "tests/support/handshake.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::TestTime;
using ::airlock::testing::TrustedPem;

constexpr int kNone = NID_undef;
constexpr int kUses[] = {NID_server_auth, NID_client_auth,
                         NID_anyExtendedKeyUsage, NID_email_protect, kNone};

struct Verdict {
  int code = 0;
  int depth = -1;
};

class TrustSettingsTest : public ::testing::Test {
 protected:
  Verdict Verify(const std::vector<Certificate>& chain,
                 const std::string& bundle, Side peer,
                 bool partial_chain = false) {
    const auto store = TrustStore::Create(bundle, "bundle");
    EXPECT_TRUE(store.ok()) << store.status();
    // As Python's load_verify_locations combines bundles.
    TrustStore::Builder builder;
    builder.AddStore(**store);
    const auto again = builder.Build();
    EXPECT_TRUE(again.ok()) << again.status();
    VerifyRequest request;
    request.presented = chain;
    request.peer = peer;
    request.trust_store = again->get();
    Verification verification;
    verification.flags.partial_chain = partial_chain;
    request.verification = &verification;
    request.now = TestTime();
    const VerifyOutcome outcome = VerifyPeer(request);
    if (outcome.status.ok()) return {};
    const Error error = GetError(outcome.status).value_or(Error());
    EXPECT_EQ(error.kind, ErrorKind::kVerification);
    return {error.verify_code, error.depth};
  }

  // Runs `verify` for each combination and compares it with OpenSSL's verdict;
  // `unstated` is the verdict for a certificate without settings for the use.
  template <typename Verify>
  void ForAll(int depth, int unstated, const Verify& verify) {
    for (const Side peer : {Side::kServer, Side::kClient}) {
      const int own = peer == Side::kServer ? NID_server_auth : NID_client_auth;
      const auto covers = [own](int use) {
        return use == own || use == NID_anyExtendedKeyUsage;
      };
      for (const int trust : kUses) {
        for (const int reject : kUses) {
          SCOPED_TRACE(absl::StrCat(peer == Side::kServer ? "server" : "client",
                                    " trust ", OBJ_nid2sn(trust), " reject ",
                                    OBJ_nid2sn(reject)));
          const Verdict verdict = verify(trust, reject, peer);
          if (covers(reject) || (trust != kNone && !covers(trust))) {
            EXPECT_EQ(verdict.code, verify_code::kRejected);
            EXPECT_EQ(verdict.depth, depth);
          } else {
            EXPECT_EQ(verdict.code,
                      trust == kNone ? unstated : verify_code::kOk);
          }
        }
      }
    }
  }

  const bssl::UniquePtr<EVP_PKEY> key_ = MintKey();
  const Certificate root_ = Mint("root", key_.get(), "root", key_.get(), true);
  const bssl::UniquePtr<EVP_PKEY> middle_key_ = MintKey();
  const Certificate middle_ =
      Mint("middle", middle_key_.get(), "root", key_.get(), true);
  const bssl::UniquePtr<EVP_PKEY> leaf_key_ = MintKey();
  const Certificate leaf_ =
      Mint("leaf", leaf_key_.get(), "middle", middle_key_.get(), false);
};

TEST_F(TrustSettingsTest, OfARoot) {
  ForAll(2, verify_code::kOk, [&](int trust, int reject, Side peer) {
    return Verify({leaf_, middle_}, TrustedPem(root_, trust, reject), peer);
  });
}

TEST_F(TrustSettingsTest, OfAnIntermediateWithoutItsRoot) {
  ForAll(1, verify_code::kUnableToGetIssuer,
         [&](int trust, int reject, Side peer) {
           return Verify({leaf_}, TrustedPem(middle_, trust, reject), peer);
         });
  ForAll(1, verify_code::kOk, [&](int trust, int reject, Side peer) {
    return Verify({leaf_}, TrustedPem(middle_, trust, reject), peer,
                  /*partial_chain=*/true);
  });
}

TEST_F(TrustSettingsTest, OfAnIntermediateBelowItsRoot) {
  ForAll(1, verify_code::kOk, [&](int trust, int reject, Side peer) {
    return Verify({leaf_, middle_},
                  root_.ToPem() + TrustedPem(middle_, trust, reject), peer);
  });
}

TEST_F(TrustSettingsTest, OfALeafThatIsTheAnchor) {
  const Certificate self =
      Mint("self", leaf_key_.get(), "self", leaf_key_.get(), false);
  for (const bool partial_chain : {false, true}) {
    ForAll(0, verify_code::kOk, [&](int trust, int reject, Side peer) {
      return Verify({self}, TrustedPem(self, trust, reject), peer,
                    partial_chain);
    });
  }
  ForAll(0, verify_code::kOk, [&](int trust, int reject, Side peer) {
    return Verify({leaf_}, TrustedPem(leaf_, trust, reject), peer,
                  /*partial_chain=*/true);
  });
}

TEST_F(TrustSettingsTest, TheStrictestOfSeveralHold) {
  const std::string plain = root_.ToPem();
  const std::string rejected = TrustedPem(root_, kNone, NID_server_auth);
  const std::string trusted = TrustedPem(root_, NID_server_auth, kNone);
  const std::string mail = TrustedPem(root_, kNone, NID_email_protect);
  const std::string texts[] = {plain, rejected, trusted, mail};
  for (const std::string& first : texts) {
    for (const std::string& second : texts) {
      const bool rejects = first == rejected || second == rejected;
      EXPECT_EQ(Verify({leaf_, middle_}, first + second, Side::kServer).code,
                rejects ? verify_code::kRejected : verify_code::kOk);
      const bool trusts_servers = first == trusted || second == trusted;
      EXPECT_EQ(Verify({leaf_, middle_}, first + second, Side::kClient).code,
                trusts_servers ? verify_code::kRejected : verify_code::kOk);
    }
  }
}

// An anchor ends the path: what is above it is not asked.
TEST_F(TrustSettingsTest, AnAnchorBelowARejectedRootHolds) {
  const std::string rejected = TrustedPem(root_, kNone, NID_server_auth);
  const std::string anchor = TrustedPem(middle_, NID_server_auth, kNone);
  EXPECT_EQ(Verify({leaf_, middle_}, rejected + anchor, Side::kServer).code,
            verify_code::kOk);
  EXPECT_EQ(
      Verify({leaf_, middle_}, rejected + middle_.ToPem(), Side::kServer).code,
      verify_code::kRejected);
}

// Whoever has a CA's key can present any certificate for it, also one whose
// signature alone was changed.
TEST_F(TrustSettingsTest, ARejectionHoldsForEachCertificateOfAKey) {
  const std::string bundle =
      root_.ToPem() + TrustedPem(middle_, kNone, NID_server_auth);
  const Certificate twin =
      Mint("middle", middle_key_.get(), "root", key_.get(), true);
  ASSERT_NE(twin.der(), middle_.der());
  MintOptions options;
  options.common_names = {"middle"};
  options.issuer = "root";
  options.is_ca = true;
  options.serial = "2";
  const Certificate renewed = Mint(options, middle_key_.get(), key_.get());
  for (const Certificate& other : {twin, renewed}) {
    const Verdict verdict = Verify({leaf_, other}, bundle, Side::kServer);
    EXPECT_EQ(verdict.code, verify_code::kRejected);
    EXPECT_EQ(verdict.depth, 1);
    EXPECT_EQ(Verify({leaf_, other}, bundle, Side::kClient).code,
              verify_code::kOk);
    EXPECT_EQ(Verify({leaf_, other}, bundle + other.ToPem(), Side::kServer,
                     /*partial_chain=*/true)
                  .code,
              verify_code::kRejected);
    // Unless the bundle's settings trust that one.
    EXPECT_EQ(
        Verify({leaf_}, bundle + TrustedPem(other, NID_server_auth, kNone),
               Side::kServer)
            .code,
        verify_code::kOk);
  }
  // Another key of the same name is another CA.
  const auto other_key = MintKey();
  const Certificate namesake =
      Mint("middle", other_key.get(), "root", key_.get(), true);
  EXPECT_EQ(
      Verify({Mint("leaf", leaf_key_.get(), "middle", other_key.get(), false),
              namesake},
             bundle, Side::kServer)
          .code,
      verify_code::kOk);
}

TEST_F(TrustSettingsTest, ARejectedRootIsRejectedBelowAnotherOne) {
  const auto other_key = MintKey();
  const Certificate other =
      Mint("other", other_key.get(), "other", other_key.get(), true);
  const Certificate cross =
      Mint("root", key_.get(), "other", other_key.get(), true);
  const std::vector<Certificate> chain = {leaf_, middle_, cross};
  EXPECT_EQ(Verify(chain, other.ToPem(), Side::kServer).code, verify_code::kOk);
  const Verdict verdict =
      Verify(chain, other.ToPem() + TrustedPem(root_, kNone, NID_server_auth),
             Side::kServer);
  EXPECT_EQ(verdict.code, verify_code::kRejected);
  EXPECT_EQ(verdict.depth, 2);
}

// Beside one of its name that did not sign the leaf.
TEST_F(TrustSettingsTest, AnAnchorIsFoundAmongNamesakes) {
  const auto other_key = MintKey();
  const Certificate namesake =
      Mint("middle", other_key.get(), "root", key_.get(), true);
  EXPECT_EQ(Verify({leaf_},
                   TrustedPem(namesake, NID_server_auth, kNone) +
                       TrustedPem(middle_, NID_server_auth, kNone),
                   Side::kServer)
                .code,
            verify_code::kOk);
}

TEST_F(TrustSettingsTest, CanBeReadBack) {
  const auto settings = [&](int trust, int reject) {
    const TrustSettings read = GetTrustSettings(
        *Certificate::FromPem(TrustedPem(root_, trust, reject)));
    return std::make_pair(read.server, read.client);
  };
  constexpr auto kUnset = TrustSetting::kNone;
  constexpr auto kTrusted = TrustSetting::kTrusted;
  constexpr auto kRejected = TrustSetting::kRejected;
  EXPECT_EQ(settings(kNone, kNone), std::make_pair(kUnset, kUnset));
  EXPECT_EQ(settings(kNone, NID_email_protect), std::make_pair(kUnset, kUnset));
  EXPECT_EQ(settings(kNone, NID_server_auth),
            std::make_pair(kRejected, kUnset));
  EXPECT_EQ(settings(NID_client_auth, kNone),
            std::make_pair(kRejected, kTrusted));
  EXPECT_EQ(settings(NID_anyExtendedKeyUsage, NID_client_auth),
            std::make_pair(kTrusted, kRejected));
  EXPECT_EQ(settings(NID_server_auth, NID_anyExtendedKeyUsage),
            std::make_pair(kRejected, kRejected));
}

}  // namespace
}  // namespace airlock::ssl::internal
