// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Which path VerifyPeer takes where the first one leads nowhere, what it says
// if none leads anywhere, and what the search may cost.
#include <openssl/bytestring.h>
#include <openssl/digest.h>
#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/nid.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/certificate.h"
#include "ssl/internal/path_builder.h"
#include "ssl/verify_code.h"
#include "tests/ssl/path_fixture.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

namespace code = verify_code;

using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Key MintP521Key() {
  const bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(NID_secp521r1));
  Key key(EVP_PKEY_new());
  EXPECT_TRUE(EC_KEY_generate_key(ec.get()));
  EXPECT_TRUE(EVP_PKEY_set1_EC_KEY(key.get(), ec.get()));
  return key;
}

class PathSearchTest : public PathFixture {
 protected:
  // No key identifier tells certificates of one name apart.
  void RemoveKeyIds() {
    for (MintOptions* options : {&root_, &ca_, &leaf_}) {
      Remove(NID_subject_key_identifier, options);
      Remove(NID_authority_key_identifier, options);
    }
  }

  Certificate Root() { return Mint(root_, root_key_.get(), root_key_.get()); }

  Certificate MintLeafOf(const std::string& issuer, EVP_PKEY* issuer_key) {
    leaf_.issuer = issuer;
    return Mint(leaf_, leaf_key_.get(), issuer_key);
  }
};

// Both keys of a CA are trusted: certificates of either are accepted.
TEST_F(PathSearchTest, ARootsOldAndNewKeyAreBothFound) {
  RemoveKeyIds();
  const Key new_key = MintKey();
  const Certificate old_root = Root();
  const Certificate new_root = Mint(root_, new_key.get(), new_key.get());
  const Certificate below_old = Mint(ca_, ca_key_.get(), root_key_.get());
  const Certificate below_new = Mint(ca_, ca_key_.get(), new_key.get());
  const Certificate leaf = MintLeafOf("ca", ca_key_.get());
  const Certificate direct_old = MintLeafOf("root", root_key_.get());
  const Certificate direct_new = MintLeafOf("root", new_key.get());
  for (const std::vector<Certificate>& trusted :
       {std::vector<Certificate>{old_root, new_root},
        std::vector<Certificate>{new_root, old_root}}) {
    for (const bool sends_root : {false, true}) {
      for (const std::vector<Certificate>& sent :
           {std::vector<Certificate>{leaf, below_old},
            std::vector<Certificate>{leaf, below_new},
            std::vector<Certificate>{direct_old},
            std::vector<Certificate>{direct_new}}) {
        for (const Certificate& root : {old_root, new_root}) {
          std::vector<Certificate> presented = sent;
          if (sends_root) presented.push_back(root);
          EXPECT_EQ(Verify(presented, trusted), 0) << outcome_.status;
        }
      }
    }
  }
}

// The old root signed the new key (RFC 4210, section 4.4), and only the old one
// is trusted.
TEST_F(PathSearchTest, ARootsNewKeyIsTrustedThroughTheOldOneWithoutKeyIds) {
  RemoveKeyIds();
  const Certificate root = Root();
  const Key new_key = MintKey();
  MintOptions rollover = root_;
  rollover.serial = "2";
  const Certificate new_with_old =
      Mint(rollover, new_key.get(), root_key_.get());
  const Certificate direct = MintLeafOf("root", new_key.get());
  EXPECT_EQ(Verify({direct, new_with_old}, {root}), 0) << outcome_.status;
  EXPECT_THAT(outcome_.verified, ElementsAre(direct, new_with_old, root));
  const Certificate leaf = MintLeafOf("ca", ca_key_.get());
  const Certificate ca = Mint(ca_, ca_key_.get(), new_key.get());
  EXPECT_EQ(Verify({leaf, ca, new_with_old}, {root}), 0) << outcome_.status;
  EXPECT_THAT(outcome_.verified, ElementsAre(leaf, ca, new_with_old, root));
  // Without trust in the old one, or its signature, it leads nowhere.
  const Key other = MintKey();
  EXPECT_NE(
      Verify({direct, new_with_old}, {Mint(root_, other.get(), other.get())}),
      0);
  EXPECT_NE(
      Verify({direct, Mint(rollover, new_key.get(), other.get())}, {root}), 0);
}

// No key identifier tells the old root from the issuer that one names.
TEST_F(PathSearchTest, ARootsNewKeyIsTrustedThroughAnOldOneWithoutKeyId) {
  Remove(NID_subject_key_identifier, &root_);
  const Certificate root = Root();
  const Key new_key = MintKey();
  MintOptions rollover = root_;
  rollover.serial = "2";
  rollover.extensions.push_back(KeyId("n"));
  const Certificate new_with_old =
      Mint(rollover, new_key.get(), root_key_.get());
  Replace(AuthorityKeyId("n"), &ca_);
  const Certificate ca = Mint(ca_, ca_key_.get(), new_key.get());
  const Certificate leaf = MintLeafOf("ca", ca_key_.get());
  EXPECT_EQ(Verify({leaf, ca, new_with_old}, {root}), 0) << outcome_.status;
  EXPECT_THAT(outcome_.verified, ElementsAre(leaf, ca, new_with_old, root));
  Replace(AuthorityKeyId("n"), &leaf_);
  const Certificate direct = MintLeafOf("root", new_key.get());
  EXPECT_EQ(Verify({direct, new_with_old}, {root}), 0) << outcome_.status;
  EXPECT_THAT(outcome_.verified, ElementsAre(direct, new_with_old, root));
  const Key other = MintKey();
  EXPECT_NE(
      Verify({direct, Mint(rollover, new_key.get(), other.get())}, {root}), 0);
}

// The new key's certificate names the old key, and has no identifier itself.
TEST_F(PathSearchTest, ARootsNewKeyMayNameTheOldOneOnly) {
  const Certificate root = Root();
  const Key new_key = MintKey();
  MintOptions rollover = root_;
  rollover.serial = "2";
  Remove(NID_subject_key_identifier, &rollover);
  rollover.extensions.push_back(AuthorityKeyId("r"));
  const Certificate new_with_old =
      Mint(rollover, new_key.get(), root_key_.get());
  Remove(NID_authority_key_identifier, &leaf_);
  const Certificate leaf = MintLeafOf("root", new_key.get());
  EXPECT_EQ(Verify({leaf, new_with_old}, {root}), 0) << outcome_.status;
  EXPECT_THAT(outcome_.verified, ElementsAre(leaf, new_with_old, root));
}

// Each rule holds for the new key's certificate, and an error shows it.
TEST_F(PathSearchTest, ARootsNewKeyObeysTheRulesForCas) {
  RemoveKeyIds();
  const Key new_key = MintKey();
  const Certificate leaf = MintLeafOf("root", new_key.get());
  MintOptions rollover = root_;
  rollover.serial = "2";
  rollover.not_after = "250101000000Z";
  EXPECT_EQ(
      Verify({leaf, Mint(rollover, new_key.get(), root_key_.get())}, {Root()}),
      code::kExpired)
      << outcome_.status;
  EXPECT_EQ(error_.depth, 1);
  EXPECT_EQ(error_.subject, "CN=root");
  EXPECT_THAT(error_.what, HasSubstr("to 2025-01-01"));
  rollover.not_after = root_.not_after;
  rollover.is_ca = false;
  EXPECT_NE(
      Verify({leaf, Mint(rollover, new_key.get(), root_key_.get())}, {Root()}),
      0);
  // Nothing tells the two apart: RFC 5280, section 4.1.2.2, forbids it.
  rollover.is_ca = true;
  rollover.serial = root_.serial;
  EXPECT_NE(
      Verify({leaf, Mint(rollover, new_key.get(), root_key_.get())}, {Root()}),
      0);
}

// What fails in BoringSSL costs the work of its signature checks: of each path,
// one for the search and the leaf's, the CA's, and BoringSSL's for both and for
// the rest.
TEST_F(PathSearchTest, BoringSslsWorkIsInTheBudget) {
  ca_.not_after = "250101000000Z";
  std::vector<Certificate> presented = {
      Mint(leaf_, leaf_key_.get(), ca_key_.get())};
  constexpr int kWorkOfPath = 1 + 2 + (1 + 2);
  constexpr int kFit = PathBuilder::kMostWork / kWorkOfPath;
  for (int i = 1; i <= kFit; ++i) {
    ca_.serial = absl::StrCat(i);
    presented.push_back(Mint(ca_, ca_key_.get(), root_key_.get()));
  }
  EXPECT_EQ(Verify(presented, {Root()}), code::kExpired) << outcome_.status;
  EXPECT_THAT(error_.what, HasSubstr(absl::StrCat(kFit, " paths were tried")));
  EXPECT_THAT(error_.what, Not(HasSubstr("other paths may exist")));
  // One more than fit, and one that BoringSSL itself tried first.
  for (int i = 1; i <= 2; ++i) {
    ca_.serial = absl::StrCat(kFit + i);
    presented.push_back(Mint(ca_, ca_key_.get(), root_key_.get()));
  }
  EXPECT_EQ(Verify(presented, {Root()}), code::kExpired) << outcome_.status;
  EXPECT_THAT(error_.what, HasSubstr("other paths may exist"));
}

// With keys that take BoringSSL more work, fewer paths fit.
TEST_F(PathSearchTest, BoringSslsWorkDependsOnTheKeys) {
  const Key slow = MintP521Key();
  ca_.not_after = "250101000000Z";
  std::vector<Certificate> presented = {
      Mint(leaf_, leaf_key_.get(), slow.get())};
  constexpr int kWorkOfPath = 1 + (10 + 1) + (1 + 10 + 1);
  constexpr int kFit = PathBuilder::kMostWork / kWorkOfPath;
  for (int i = 1; i <= kFit + 2; ++i) {
    ca_.serial = absl::StrCat(i);
    presented.push_back(Mint(ca_, slow.get(), root_key_.get()));
  }
  EXPECT_EQ(Verify(presented, {Root()}), code::kExpired) << outcome_.status;
  EXPECT_THAT(error_.what, HasSubstr("other paths may exist"));
}

// Of failures that say equally much, the first one's is the error's: the peer's
// order decides.
TEST_F(PathSearchTest, TheFirstOfEqualFailuresIsTheErrors) {
  MintOptions no_server = ca_;
  no_server.extensions.push_back({NID_ext_key_usage, "clientAuth"});
  MintOptions twice = ca_;
  for (int i = 0; i < 2; ++i) {
    twice.extensions.push_back(
        {NID_sinfo_access, "caRepository;URI:http://a.test"});
  }
  const Certificate leaf = Mint(leaf_, leaf_key_.get(), ca_key_.get());
  const Certificate a = Mint(no_server, ca_key_.get(), root_key_.get());
  const Certificate b = Mint(twice, ca_key_.get(), root_key_.get());
  EXPECT_EQ(Verify({leaf, a, b}, {Root()}), code::kInvalidPurpose)
      << outcome_.status;
  EXPECT_EQ(Verify({leaf, b, a}, {Root()}), code::kInvalidExtension)
      << outcome_.status;
}

// Also among more candidates than an unstable sort leaves in order.
TEST_F(PathSearchTest, EqualCandidatesAreTriedInThePeersOrder) {
  ca_.extensions.push_back({NID_ext_key_usage, "clientAuth"});
  std::vector<Certificate> presented = {
      Mint(leaf_, leaf_key_.get(), ca_key_.get())};
  for (int i = 0; i < 30; ++i) {
    ca_.not_after = absl::StrCat(2100 + i, "0101000000Z");
    presented.push_back(Mint(ca_, ca_key_.get(), root_key_.get()));
  }
  EXPECT_EQ(Verify(presented, {Root()}), code::kInvalidPurpose);
  EXPECT_THAT(error_.what, HasSubstr("to 2100-01-01"));
  std::reverse(presented.begin() + 1, presented.end());
  EXPECT_EQ(Verify(presented, {Root()}), code::kInvalidPurpose);
  EXPECT_THAT(error_.what, HasSubstr("to 2129-01-01"));
}

// A clock beyond the dates that certificates can have stands at the last or
// first of them, at which a certificate without an end is still valid (RFC
// 5280, section 4.1.2.5).
TEST_F(PathSearchTest, AClockBeyondAllDatesStandsAtTheLastOne) {
  for (MintOptions* options : {&root_, &ca_, &leaf_}) {
    options->not_before = "00000101000000Z";
    options->not_after = "99991231235959Z";
  }
  for (const absl::Time now : {absl::InfinitePast(), absl::InfiniteFuture()}) {
    now_ = now;
    EXPECT_EQ(Verify(), 0) << outcome_.status;
  }
  leaf_.not_after = "99991231235958Z";
  now_ = absl::InfiniteFuture();
  EXPECT_EQ(Verify(), code::kExpired) << outcome_.status;
  leaf_.not_before = "00000101000001Z";
  now_ = absl::InfinitePast();
  EXPECT_EQ(Verify(), code::kNotYetValid) << outcome_.status;
}

// `certificate` with the unique identifier of `tag` ([1] is the issuer's, [2]
// the subject's), signed again.
Certificate WithUniqueId(const Certificate& certificate, unsigned tag,
                         EVP_PKEY* issuer_key) {
  CBS der;
  CBS whole;
  CBS tbs;
  CBS algorithm;
  CBS_init(&der, reinterpret_cast<const uint8_t*>(certificate.der().data()),
           certificate.der().size());
  EXPECT_TRUE(CBS_get_asn1(&der, &whole, CBS_ASN1_SEQUENCE));
  EXPECT_TRUE(CBS_get_asn1(&whole, &tbs, CBS_ASN1_SEQUENCE));
  EXPECT_TRUE(CBS_get_asn1_element(&whole, &algorithm, CBS_ASN1_SEQUENCE));
  const auto context = [](unsigned number) {
    return CBS_ASN1_CONTEXT_SPECIFIC | number;
  };
  bssl::ScopedCBB signed_part;
  CBB contents;
  CBB id;
  EXPECT_TRUE(CBB_init(signed_part.get(), 512));
  EXPECT_TRUE(CBB_add_asn1(signed_part.get(), &contents, CBS_ASN1_SEQUENCE));
  while (CBS_len(&tbs) > 0) {
    CBS element;
    unsigned element_tag = 0;
    size_t header = 0;
    EXPECT_TRUE(
        CBS_get_any_asn1_element(&tbs, &element, &element_tag, &header));
    if (element_tag == (context(3) | CBS_ASN1_CONSTRUCTED)) {
      EXPECT_TRUE(CBB_add_asn1(&contents, &id, context(tag)) &&
                  CBB_add_u8(&id, 0) && CBB_add_u8(&id, 0x55) &&
                  CBB_flush(&contents));
    }
    EXPECT_TRUE(
        CBB_add_bytes(&contents, CBS_data(&element), CBS_len(&element)));
  }
  EXPECT_TRUE(CBB_flush(signed_part.get()));
  const uint8_t* data = CBB_data(signed_part.get());
  const size_t size = CBB_len(signed_part.get());
  bssl::ScopedEVP_MD_CTX ctx;
  uint8_t signature[256];
  size_t signature_size = sizeof(signature);
  EXPECT_TRUE(
      EVP_DigestSignInit(ctx.get(), nullptr, EVP_sha256(), nullptr,
                         issuer_key) &&
      EVP_DigestSign(ctx.get(), signature, &signature_size, data, size));
  bssl::ScopedCBB out;
  CBB sequence;
  CBB bits;
  EXPECT_TRUE(
      CBB_init(out.get(), 512) &&
      CBB_add_asn1(out.get(), &sequence, CBS_ASN1_SEQUENCE) &&
      CBB_add_bytes(&sequence, data, size) &&
      CBB_add_bytes(&sequence, CBS_data(&algorithm), CBS_len(&algorithm)) &&
      CBB_add_asn1(&sequence, &bits, CBS_ASN1_BITSTRING) &&
      CBB_add_u8(&bits, 0) && CBB_add_bytes(&bits, signature, signature_size) &&
      CBB_flush(out.get()));
  return *Certificate::FromDer(
      {reinterpret_cast<const char*>(CBB_data(out.get())), CBB_len(out.get())});
}

TEST_F(PathSearchTest, TheStrictProfileRefusesUniqueIdentifiers) {
  for (const unsigned tag : {1u, 2u}) {
    std::vector<Certificate> presented = Presented();
    presented[1] = WithUniqueId(presented[1], tag, root_key_.get());
    EXPECT_EQ(Verify(presented, {Root()}), 0) << outcome_.status;
    EXPECT_NE(Verify(presented, {Root()}, /*strict=*/true), 0);
    EXPECT_EQ(error_.depth, 1);
    EXPECT_THAT(error_.what, HasSubstr("unique identifier"));
  }
}

}  // namespace
}  // namespace airlock::ssl::internal
