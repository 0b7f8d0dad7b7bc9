// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The budget is in signature checks, so that no test measures time.
#include "ssl/internal/path_builder.h"

#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/verify.h"
#include "tests/support/handshake.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::airlock::testing::MintRsaPublicKey;
using ::airlock::testing::TestTime;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

using Key = bssl::UniquePtr<EVP_PKEY>;

X509* Raw(const Certificate& certificate) {
  return certificate.impl().x509.get();
}

std::vector<X509*> Raw(const std::vector<Certificate>& certificates) {
  std::vector<X509*> raw;
  for (const Certificate& certificate : certificates) {
    raw.push_back(Raw(certificate));
  }
  return raw;
}

// A search, and what it came to.
struct Search {
  Search(const Certificate& leaf, const std::vector<Certificate>& presented,
         const std::vector<Certificate>& trusted, size_t take = 1,
         size_t most_certificates = 102) {
    const std::vector<X509*> presented_raw = Raw(presented);
    const std::vector<X509*> trusted_raw = Raw(trusted);
    const auto is_anchor = [](X509* certificate) {
      return X509_NAME_cmp(X509_get_subject_name(certificate),
                           X509_get_issuer_name(certificate)) == 0;
    };
    PathBuilder builder({Raw(leaf), presented_raw, trusted_raw, is_anchor,
                         most_certificates, absl::ToUnixSeconds(TestTime())});
    builder.Search([&](absl::Span<X509* const> path) {
      paths.emplace_back(path.begin(), path.end());
      return paths.size() == take;
    });
    signature_checks = builder.signature_checks();
    is_spent = builder.is_spent();
  }

  std::vector<std::vector<X509*>> paths;
  int signature_checks = 0;
  bool is_spent = false;
};

Certificate WithKeyIds(const std::string& name, EVP_PKEY* key,
                       const std::string& issuer, EVP_PKEY* issuer_key,
                       const std::string& key_id,
                       const std::string& issuer_key_id, bool is_ca) {
  MintOptions options;
  options.common_names = {name};
  options.issuer = issuer;
  options.is_ca = is_ca;
  const auto bytes = [](const std::string& id) {
    return absl::StrCat(std::string(1, static_cast<char>(id.size())), id);
  };
  if (!key_id.empty()) {
    options.extensions.push_back({NID_subject_key_identifier,
                                  absl::StrCat("\x04", bytes(key_id)),
                                  /*is_der=*/true});
  }
  if (!issuer_key_id.empty()) {
    const std::string content = absl::StrCat("\x80", bytes(issuer_key_id));
    options.extensions.push_back({NID_authority_key_identifier,
                                  absl::StrCat("\x30", bytes(content)),
                                  /*is_der=*/true});
  }
  return Mint(options, key, issuer_key);
}

class PathBuilderTest : public ::testing::Test {
 protected:
  PathBuilderTest()
      : root_key_(MintKey()),
        ca_key_(MintKey()),
        leaf_key_(MintKey()),
        root_(Mint("root", root_key_.get(), "root", root_key_.get(), true)),
        ca_(Mint("ca", ca_key_.get(), "root", root_key_.get(), true)),
        leaf_(Mint("leaf", leaf_key_.get(), "ca", ca_key_.get(), false)) {}

  Key root_key_;
  Key ca_key_;
  Key leaf_key_;
  Certificate root_;
  Certificate ca_;
  Certificate leaf_;
};

TEST_F(PathBuilderTest, FindsTheOnlyPath) {
  const Search search(leaf_, {root_, ca_}, {root_});
  ASSERT_THAT(search.paths, SizeIs(1));
  EXPECT_THAT(search.paths[0], ElementsAre(Raw(leaf_), Raw(ca_), Raw(root_)));
  EXPECT_EQ(search.signature_checks, 2);
}

TEST_F(PathBuilderTest, GoesBackWhereAnIssuerLeadsNowhere) {
  const Key other = MintKey();
  const Certificate dead_end =
      Mint("ca", ca_key_.get(), "elsewhere", other.get(), true);
  const Certificate impostor =
      Mint("ca", other.get(), "root", root_key_.get(), true);
  const Search search(leaf_, {dead_end, impostor, ca_}, {root_});
  ASSERT_THAT(search.paths, SizeIs(1));
  EXPECT_THAT(search.paths[0], ElementsAre(Raw(leaf_), Raw(ca_), Raw(root_)));
}

TEST_F(PathBuilderTest, GivesEachPathOnce) {
  const Key other_key = MintKey();
  const Certificate other =
      Mint("other", other_key.get(), "other", other_key.get(), true);
  const Certificate cross =
      Mint("ca", ca_key_.get(), "other", other_key.get(), true);
  const Search search(leaf_, {cross, ca_, cross, ca_}, {root_, other},
                      /*take=*/0);
  // Each path by each copy; the caller knows the certificates.
  EXPECT_THAT(search.paths, SizeIs(4));
  const Search first(leaf_, {cross, ca_}, {root_, other});
  EXPECT_THAT(first.paths[0], ElementsAre(Raw(leaf_), Raw(cross), Raw(other)));
}

TEST_F(PathBuilderTest, PrefersTrustThenKeyIdentifierThenValidity) {
  const std::string name = "ca";
  const Certificate plain =
      WithKeyIds(name, ca_key_.get(), "root", root_key_.get(), "", "", true);
  const Certificate matching =
      WithKeyIds(name, ca_key_.get(), "root", root_key_.get(), "id", "", true);
  MintOptions expired_options;
  expired_options.common_names = {name};
  expired_options.issuer = "root";
  expired_options.is_ca = true;
  expired_options.not_after = "20210101000000Z";
  const Certificate expired =
      Mint(expired_options, ca_key_.get(), root_key_.get());
  const Certificate leaf =
      WithKeyIds("leaf", leaf_key_.get(), name, ca_key_.get(), "", "id", false);
  const Search search(leaf, {expired, plain, matching}, {root_}, /*take=*/0);
  ASSERT_THAT(search.paths, SizeIs(3));
  EXPECT_EQ(search.paths[0][1], Raw(matching));
  EXPECT_EQ(search.paths[1][1], Raw(plain));
  EXPECT_EQ(search.paths[2][1], Raw(expired));
  const Search trusted(leaf, {matching}, {root_, plain}, /*take=*/0);
  ASSERT_THAT(trusted.paths, SizeIs(2));
  EXPECT_EQ(trusted.paths[0][1], Raw(plain));
}

// RFC 5280, section 4.1.2.5: both dates are inclusive.
TEST_F(PathBuilderTest, ACandidateIsValidThroughItsDates) {
  const std::string now =
      absl::FormatTime("%Y%m%d%H%M%SZ", TestTime(), absl::UTCTimeZone());
  MintOptions options;
  options.common_names = {"ca"};
  options.issuer = "root";
  options.is_ca = true;
  options.not_after = "20210101000000Z";
  const Certificate expired = Mint(options, ca_key_.get(), root_key_.get());
  options.not_before = now;
  options.not_after = now;
  const Certificate momentary = Mint(options, ca_key_.get(), root_key_.get());
  const Search search(leaf_, {expired, momentary}, {root_});
  ASSERT_THAT(search.paths, SizeIs(1));
  EXPECT_EQ(search.paths[0][1], Raw(momentary));
}

// A CA's new key, which its old one signed: one name, two keys. It is not its
// own issuer, even if it could be by its name.
TEST_F(PathBuilderTest, ANewKeyLeadsToTheOldOne) {
  const Key new_key = MintKey();
  const Certificate rollover =
      Mint("root", new_key.get(), "root", root_key_.get(), true);
  const Certificate leaf =
      Mint("leaf", leaf_key_.get(), "root", new_key.get(), false);
  const Search search(leaf, {rollover}, {root_});
  ASSERT_THAT(search.paths, SizeIs(1));
  EXPECT_THAT(search.paths[0],
              ElementsAre(Raw(leaf), Raw(rollover), Raw(root_)));
  const std::vector<X509*> presented = {Raw(rollover)};
  const std::vector<X509*> trusted = {Raw(root_)};
  const auto is_anchor = [](X509* /*certificate*/) { return true; };
  PathBuilder builder({Raw(leaf), presented, trusted, is_anchor, 10,
                       absl::ToUnixSeconds(TestTime()),
                       /*presented_only=*/true});
  EXPECT_TRUE(builder.Search([&](absl::Span<X509* const> path) {
    return path.size() == 3 && path[1] == Raw(rollover);
  }));
}

// The same wrong signature is met on two ways.
TEST_F(PathBuilderTest, AWrongSignatureStaysWrong) {
  const Key other = MintKey();
  const Key key = MintKey();
  const Certificate impostor =
      Mint("root", other.get(), "root", other.get(), true);
  const Certificate first = Mint("low", key.get(), "ca", ca_key_.get(), true);
  const Certificate second = Mint("low", key.get(), "ca", ca_key_.get(), true);
  const Certificate leaf =
      Mint("leaf", leaf_key_.get(), "low", key.get(), false);
  const Search search(leaf, {first, second, ca_}, {impostor}, /*take=*/0);
  EXPECT_THAT(search.paths, IsEmpty());
}

TEST_F(PathBuilderTest, APathHasEachKeyOnce) {
  // Two CAs that sign for each other, and a CA that signs for itself.
  const Key a = MintKey();
  const Key b = MintKey();
  const std::vector<Certificate> circle = {
      Mint("a", a.get(), "b", b.get(), true),
      Mint("b", b.get(), "a", a.get(), true),
      Mint("a", a.get(), "a", a.get(), true),
      Mint("a", a.get(), "root", root_key_.get(), true)};
  const Certificate leaf = Mint("leaf", leaf_key_.get(), "a", a.get(), false);
  const Search search(leaf, circle, {root_}, /*take=*/0);
  ASSERT_THAT(search.paths, SizeIs(1));
  EXPECT_THAT(search.paths[0],
              ElementsAre(Raw(leaf), Raw(circle[3]), Raw(root_)));
}

TEST_F(PathBuilderTest, DepthLimitsThePath) {
  EXPECT_THAT(Search(leaf_, {ca_}, {root_}, 1, 3).paths, SizeIs(1));
  EXPECT_THAT(Search(leaf_, {ca_}, {root_}, 1, 2).paths, IsEmpty());
}

// A peer can present as many CAs of one name as fit into its message.
TEST_F(PathBuilderTest, ThousandsOfCasOfOneNameCostABoundedNumberOfChecks) {
  std::vector<Key> keys;
  for (int i = 0; i < 50; ++i) keys.push_back(MintKey());
  std::vector<Certificate> crossed;
  for (size_t i = 0; i < 3000; ++i) {
    crossed.push_back(
        Mint("ca", keys[i % 50].get(), "ca", keys[(i / 50) % 50].get(), true));
  }
  const Certificate leaf =
      Mint("leaf", leaf_key_.get(), "ca", keys[0].get(), false);
  const Search search(leaf, crossed, {root_}, /*take=*/0);
  EXPECT_THAT(search.paths, IsEmpty());
  EXPECT_TRUE(search.is_spent);
  EXPECT_THAT(search.signature_checks, Le(int{PathBuilder::kMostWork}));
}

TEST_F(PathBuilderTest, KeyIdentifiersFindTheWayThroughThousands) {
  std::vector<Certificate> presented;
  const Key key = MintKey();
  for (int i = 0; i < 3000; ++i) {
    presented.push_back(WithKeyIds("ca", key.get(), "ca", key.get(),
                                   absl::StrCat("id", i),
                                   absl::StrCat("id", i + 1), true));
  }
  presented.push_back(WithKeyIds("ca", ca_key_.get(), "root", root_key_.get(),
                                 "the one", "", true));
  const Certificate leaf = WithKeyIds("leaf", leaf_key_.get(), "ca",
                                      ca_key_.get(), "", "the one", false);
  const Search search(leaf, presented, {root_});
  ASSERT_THAT(search.paths, SizeIs(1));
  EXPECT_EQ(search.signature_checks, 2);
}

// Eight CAs of one name, each signed by the next, and thousands that may not
// sign: these cost no signature check, and are bounded, too.
TEST_F(PathBuilderTest, CandidatesAreBounded) {
  constexpr size_t kLevels = 8;
  std::vector<Key> keys;
  for (size_t i = 0; i < kLevels; ++i) keys.push_back(MintKey());
  MintOptions useless;
  useless.common_names = {"ca"};
  useless.issuer = "root";
  useless.is_ca = true;
  useless.extensions = {{NID_key_usage, "digitalSignature"}};
  for (const bool has_key_ids : {false, true}) {
    std::vector<Certificate> presented(
        3000, Mint(useless, ca_key_.get(), root_key_.get()));
    const auto id = [&](size_t level) {
      return has_key_ids ? absl::StrCat("id", level) : "";
    };
    for (size_t i = 0; i < kLevels; ++i) {
      const bool is_last = i + 1 == kLevels;
      presented.push_back(
          WithKeyIds("ca", keys[i].get(), is_last ? "root" : "ca",
                     is_last ? root_key_.get() : keys[i + 1].get(), id(i),
                     is_last ? "" : id(i + 1), true));
    }
    if (has_key_ids) {
      // Another key identifier, so that they are not even looked at.
      std::fill(presented.begin(), presented.begin() + 3000,
                WithKeyIds("ca", ca_key_.get(), "root", root_key_.get(),
                           "other", "", true));
    }
    const Certificate leaf = WithKeyIds("leaf", leaf_key_.get(), "ca",
                                        keys[0].get(), "", id(0), false);
    const Search search(leaf, presented, {root_});
    EXPECT_EQ(search.is_spent, !has_key_ids);
    EXPECT_EQ(search.paths.size(), has_key_ids ? 1u : 0u);
    EXPECT_THAT(search.signature_checks, Le(100));
  }
}

// Four CAs on each level, each signed by each of the level above: 4^10 paths.
TEST_F(PathBuilderTest, ALatticeCostsABoundedNumberOfChecks) {
  constexpr size_t kWidth = 4;
  std::vector<Key> keys;
  for (size_t i = 0; i < 11 * kWidth; ++i) keys.push_back(MintKey());
  std::vector<Certificate> lattice;
  for (size_t level = 0; level < 10; ++level) {
    for (size_t low = 0; low < kWidth; ++low) {
      for (size_t high = 0; high < kWidth; ++high) {
        lattice.push_back(Mint(absl::StrCat("level ", level),
                               keys[level * kWidth + low].get(),
                               absl::StrCat("level ", level + 1),
                               keys[(level + 1) * kWidth + high].get(), true));
      }
    }
  }
  const Certificate leaf =
      Mint("leaf", leaf_key_.get(), "level 0", keys[0].get(), false);
  const Search search(leaf, lattice, {root_}, /*take=*/0);
  EXPECT_THAT(search.paths, IsEmpty());
  EXPECT_TRUE(search.is_spent);
  EXPECT_THAT(search.signature_checks, Le(int{PathBuilder::kMostWork}));
}

TEST_F(PathBuilderTest, ThousandsOfTrustedNamesakesAreBoundedToo) {
  std::vector<Certificate> trusted;
  const Key other = MintKey();
  for (int i = 0; i < 1000; ++i) {
    trusted.push_back(Mint("ca", other.get(), "ca", other.get(), true));
  }
  const Search search(leaf_, {ca_}, trusted, /*take=*/0);
  EXPECT_THAT(search.paths, IsEmpty());
  EXPECT_THAT(search.signature_checks, Le(int{PathBuilder::kMostWork}));
}

// A signature check costs the square of the key's size, and the peer chooses
// that.
TEST_F(PathBuilderTest, ChecksWithLargeKeysCostMore) {
  const std::pair<int, int> kWork[] = {
      {2048, 1}, {4096, 1}, {4104, 4}, {8192, 4}, {16384, 16}};
  for (const auto& [bits, work] : kWork) {
    const Key key = MintRsaPublicKey(bits);
    const Certificate ca = Mint("ca", key.get(), "root", root_key_.get(), true);
    EXPECT_EQ(PathBuilder::WorkOf(Raw(ca)), work) << bits;
  }
  for (const auto& [curve, work] :
       {std::pair(NID_X9_62_prime256v1, 1), std::pair(NID_secp384r1, 4),
        std::pair(NID_secp521r1, 10)}) {
    const bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(curve));
    ASSERT_TRUE(EC_KEY_generate_key(ec.get()));
    const Key key(EVP_PKEY_new());
    ASSERT_TRUE(EVP_PKEY_set1_EC_KEY(key.get(), ec.get()));
    const Certificate ca = Mint("ca", key.get(), "root", root_key_.get(), true);
    EXPECT_EQ(PathBuilder::WorkOf(Raw(ca)), work);
  }
  const Key dsa = ::airlock::testing::MintDsaKeyWithoutParameters();
  const Certificate dsa_ca =
      Mint("ca", dsa.get(), "root", root_key_.get(), true);
  // Upstream's BoringSSL cannot read the key, and so checks nothing with it.
  const bssl::UniquePtr<EVP_PKEY> readable(X509_get_pubkey(Raw(dsa_ca)));
  EXPECT_EQ(PathBuilder::WorkOf(Raw(dsa_ca)),
            readable == nullptr ? 1 : PathBuilder::kMostWork / 4);
  const Key large = MintRsaPublicKey(16384);
  std::vector<Certificate> crossed;
  for (int i = 0; i < 100; ++i) {
    crossed.push_back(Mint("ca", large.get(), absl::StrCat("root ", i),
                           root_key_.get(), true));
  }
  const Search search(leaf_, crossed, {root_}, /*take=*/0);
  EXPECT_THAT(search.paths, IsEmpty());
  EXPECT_TRUE(search.is_spent);
  EXPECT_EQ(search.signature_checks, PathBuilder::kMostWork / 16);
}

// Three CAs on each level, each signed by each of the level above, under a CA
// that may not issue such a name: 243 paths of some hundred signatures, all
// valid. Key identifiers keep the search from wrong ones.
TEST_F(PathBuilderTest, PathsThatBreakAConstraintAreBoundedToo) {
  constexpr size_t kWidth = 3;
  constexpr size_t kLevels = 6;
  std::vector<Key> keys;
  for (size_t i = 0; i < kLevels * kWidth; ++i) keys.push_back(MintKey());
  std::vector<Certificate> presented;
  for (size_t level = 0; level < kLevels; ++level) {
    for (size_t low = 0; low < kWidth; ++low) {
      const size_t own = level * kWidth + low;
      const std::string name = absl::StrCat("level ", level);
      const std::string key_id = absl::StrCat("key ", own);
      if (level + 1 == kLevels) {
        presented.push_back(WithKeyIds(name, keys[own].get(), "ca",
                                       ca_key_.get(), key_id, "", true));
        continue;
      }
      for (size_t high = 0; high < kWidth; ++high) {
        const size_t above = (level + 1) * kWidth + high;
        presented.push_back(WithKeyIds(
            name, keys[own].get(), absl::StrCat("level ", level + 1),
            keys[above].get(), key_id, absl::StrCat("key ", above), true));
      }
    }
  }
  MintOptions constrained;
  constrained.common_names = {"ca"};
  constrained.issuer = "root";
  constrained.is_ca = true;
  constrained.extensions = {
      {NID_name_constraints, "critical,permitted;DNS:example.org"}};
  presented.push_back(Mint(constrained, ca_key_.get(), root_key_.get()));
  MintOptions named;
  named.common_names = {"leaf"};
  named.issuer = "level 0";
  named.extensions = {{NID_subject_alt_name, "DNS:example.com"},
                      {NID_authority_key_identifier, "\x30\x07\x80\x05key 0",
                       /*is_der=*/true}};
  presented.insert(presented.begin(),
                   Mint(named, leaf_key_.get(), keys[0].get()));
  TrustStore::Builder builder;
  ASSERT_TRUE(builder.Add(root_.der(), "root").ok());
  const auto store = builder.Build();
  const Verification verification;
  VerifyRequest request;
  request.presented = presented;
  request.trust_store = store->get();
  request.verification = &verification;
  request.now = TestTime();
  const absl::Status status = VerifyPeer(request).status;
  const Error error = GetError(status).value_or(Error());
  EXPECT_EQ(error.verify_code, 47) << status;
  int paths = 0;
  const size_t at = error.what.find(" paths were tried");
  ASSERT_NE(at, std::string::npos) << error.what;
  const size_t begin = error.what.rfind(' ', at - 1) + 1;
  ASSERT_TRUE(absl::SimpleAtoi(error.what.substr(begin, at - begin), &paths));
  EXPECT_THAT(paths, Le(int{PathBuilder::kMostWork}));
  EXPECT_TRUE(absl::StrContains(error.what, "other paths may exist"))
      << error.what;
}

// Each path has as many names and constraints as are compared for one.
TEST_F(PathBuilderTest, ComparisonsOfNamesAreBoundedToo) {
  std::string names = "DNS:a";
  std::string constraints = "critical,permitted;DNS:a";
  for (int i = 0; i < 250; ++i) {
    absl::StrAppend(&names, ",DNS:x", i, ".a");
    absl::StrAppend(&constraints, ",excluded;DNS:y", i, ".a");
  }
  absl::StrAppend(&constraints, ",excluded;DNS:x249.a");
  MintOptions named;
  named.common_names = {"leaf"};
  named.issuer = "ca";
  named.extensions = {{NID_subject_alt_name, names}};
  std::vector<Certificate> presented = {
      Mint(named, leaf_key_.get(), ca_key_.get())};
  MintOptions constrained;
  constrained.common_names = {"ca"};
  constrained.issuer = "root";
  constrained.is_ca = true;
  constrained.extensions = {{NID_name_constraints, constraints}};
  for (int i = 1; i <= 40; ++i) {
    constrained.serial = absl::StrCat(i);
    presented.push_back(Mint(constrained, ca_key_.get(), root_key_.get()));
  }
  TrustStore::Builder builder;
  ASSERT_TRUE(builder.Add(root_.der(), "root").ok());
  const auto store = builder.Build();
  const Verification verification;
  VerifyRequest request;
  request.presented = presented;
  request.trust_store = store->get();
  request.verification = &verification;
  request.now = TestTime();
  const absl::Status status = VerifyPeer(request).status;
  EXPECT_TRUE(absl::StrContains(status.message(), "other paths may exist"))
      << status;
}

// Random certificates of a few names and keys. An exhaustive search, which has
// no budget, says what VerifyPeer has to find.
class RandomChainsTest : public ::testing::TestWithParam<int> {
 protected:
  static constexpr size_t kKeys = 5;

  RandomChainsTest() : random_(static_cast<unsigned>(GetParam())) {
    for (Key& key : keys_) key = MintKey();
  }

  size_t Below(size_t bound) { return static_cast<size_t>(random_() % bound); }

  static std::string NameOf(size_t key) { return absl::StrCat("CA ", key); }

  Certificate RandomCa() {
    const size_t subject = Below(kKeys);
    const size_t issuer = Below(kKeys);
    MintOptions options;
    options.common_names = {NameOf(subject)};
    options.issuer = NameOf(issuer);
    options.is_ca = Below(8) != 0;
    if (Below(6) == 0) options.not_after = "20210101000000Z";
    // Sometimes the signature is not that of the named issuer.
    const size_t signer = Below(6) == 0 ? Below(kKeys) : issuer;
    return Mint(options, keys_[subject].get(), keys_[signer].get());
  }

  static bool IsGood(const Certificate& certificate, bool is_leaf) {
    return certificate.not_before() < TestTime() &&
           TestTime() < certificate.not_after() &&
           (is_leaf || certificate.is_ca());
  }

  static bool Signed(const Certificate& issuer,
                     const Certificate& certificate) {
    if (issuer.subject() != certificate.issuer()) return false;
    const Key key(X509_get_pubkey(Raw(issuer)));
    return X509_verify(Raw(certificate), key.get()) == 1;
  }

  // Whether any path leads from the last of `path` to a self-issued trusted
  // certificate.
  static bool PathExists(std::vector<Certificate>* path,
                         const std::vector<Certificate>& presented,
                         const std::vector<Certificate>& trusted) {
    if (!IsGood(path->back(), path->size() == 1)) return false;
    const Certificate last = path->back();
    for (const Certificate& anchor : trusted) {
      if (anchor.is_self_issued() && Signed(anchor, last) &&
          IsGood(anchor, /*is_leaf=*/true)) {
        return true;
      }
    }
    for (const auto* certificates : {&presented, &trusted}) {
      for (const Certificate& next : *certificates) {
        if (!Signed(next, last)) continue;
        bool is_in_path = false;
        for (const Certificate& before : *path) {
          is_in_path = is_in_path || before == next;
        }
        if (is_in_path) continue;
        path->push_back(next);
        const bool exists = PathExists(path, presented, trusted);
        path->pop_back();
        if (exists) return true;
      }
    }
    return false;
  }

  // BoringSSL alone, on the path that was accepted.
  static bool BoringAccepts(const std::vector<Certificate>& path) {
    const bssl::UniquePtr<X509_STORE> store(X509_STORE_new());
    const bssl::UniquePtr<STACK_OF(X509)> between(sk_X509_new_null());
    EXPECT_TRUE(X509_STORE_add_cert(store.get(), Raw(path.back())));
    for (size_t i = 1; i + 1 < path.size(); ++i) {
      EXPECT_TRUE(
          bssl::PushToStack(between.get(), bssl::UpRef(path[i].impl().x509)));
    }
    const bssl::UniquePtr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
    EXPECT_TRUE(X509_STORE_CTX_init(ctx.get(), store.get(), Raw(path[0]),
                                    between.get()));
    X509_VERIFY_PARAM_set_time_posix(X509_STORE_CTX_get0_param(ctx.get()),
                                     absl::ToUnixSeconds(TestTime()));
    return X509_verify_cert(ctx.get()) == 1;
  }

  std::mt19937 random_;
  std::array<Key, kKeys> keys_;
};

TEST_P(RandomChainsTest, EachVerdictIsTheExhaustiveSearchs) {
  int accepted = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<Certificate> presented;
    std::vector<Certificate> trusted;
    const size_t signer = Below(kKeys);
    presented.push_back(Mint("leaf", keys_[0].get(), NameOf(signer),
                             keys_[signer].get(), false));
    for (size_t i = Below(8); i > 0; --i) presented.push_back(RandomCa());
    for (size_t i = 1 + Below(3); i > 0; --i) {
      const size_t key = Below(kKeys);
      trusted.push_back(Below(4) == 0
                            ? RandomCa()
                            : Mint(NameOf(key), keys_[key].get(), NameOf(key),
                                   keys_[key].get(), true));
    }
    TrustStore::Builder builder;
    for (const Certificate& certificate : trusted) {
      ASSERT_TRUE(builder.Add(certificate.der(), "minted").ok());
    }
    const auto store = builder.Build();
    const Verification verification;
    VerifyRequest request;
    request.presented = presented;
    request.trust_store = store->get();
    request.verification = &verification;
    request.now = TestTime();
    const VerifyOutcome outcome = VerifyPeer(request);
    std::vector<Certificate> path = {presented[0]};
    const bool exists =
        PathExists(&path, {presented.begin() + 1, presented.end()}, trusted);
    EXPECT_EQ(outcome.status.ok(), exists)
        << "round " << round << ": " << outcome.status;
    if (!outcome.status.ok()) continue;
    ++accepted;
    EXPECT_TRUE(BoringAccepts(outcome.verified)) << round;
  }
  EXPECT_GT(accepted, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomChainsTest, ::testing::Range(1, 7));

}  // namespace
}  // namespace airlock::ssl::internal
