// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/trust_store.h"

#include <openssl/bio.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/lazy_certificate.h"
#include "ssl/internal/trust_store_impl.h"
#include "tests/support/error_matchers.h"
#include "tests/support/mint.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {
namespace {

using ::airlock::testing::Mint;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Result = absl::StatusOr<std::shared_ptr<const TrustStore>>;

std::string File(absl::string_view name) {
  return airlock::testing::ReadTestdata(absl::StrCat("certs/", name));
}

Result Create(absl::string_view bytes) {
  return TrustStore::Create(bytes, "bundle.pem");
}

std::vector<std::string> CommonNames(const TrustStore& store) {
  std::vector<std::string> names;
  const absl::StatusOr<std::vector<Certificate>> all = store.Certificates();
  if (!all.ok()) return {all.status().ToString()};
  for (const Certificate& certificate : *all) {
    const std::string subject = certificate.subject();
    names.push_back(subject.substr(3, subject.find(',') - 3));
  }
  return names;
}

// Expects an error about `where` in the bundle; about all of it if empty.
void ExpectRefused(const absl::Status& status, absl::string_view where = "") {
  EXPECT_THAT(status, ErrorIs(ErrorKind::kTrustStore,
                              absl::StrCat("CA bundle bundle.pem",
                                           where.empty() ? "" : ": ", where)));
}

// Expects the words that tell one mistake from another.
void ExpectSaid(const absl::Status& status, absl::string_view words) {
  EXPECT_THAT(status, KindIs(ErrorKind::kTrustStore));
  EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(words)));
}

TEST(TrustStoreTest, EveryForm) {
  for (absl::string_view name : {"ca.pem", "ca_crlf.pem", "ca_with_text.pem"}) {
    const Result store = Create(File(name));
    ASSERT_TRUE(store.ok()) << name << ": " << store.status();
    EXPECT_THAT(
        CommonNames(**store),
        ::testing::ElementsAre("Airlock Test Root", "Airlock Test Root P256"))
        << name;
    EXPECT_EQ((*store)->certificate_count(), 2u);
    EXPECT_EQ((*store)->crl_count(), 0u);
  }
  const std::string root = File("root_cert.der");
  for (const std::string& bytes :
       {root, root + root, File("ca_duplicate.pem"),
        File("ca_trusted_label.pem"), "\xEF\xBB\xBF" + File("root.pem"),
        File("root.pem") + File("root.key")}) {
    const Result store = Create(bytes);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_THAT(CommonNames(**store),
                ::testing::ElementsAre("Airlock Test Root"));
  }
}

TEST(TrustStoreTest, DerOfSeveralCertificates) {
  const Result store =
      Create(File("root_cert.der") + File("server_rsa_cert.der"));
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->certificate_count(), 2u);
}

TEST(TrustStoreTest, Crls) {
  const Result store =
      Create(File("ca.pem") + File("crl_all.pem") + File("crl_all.pem"));
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->certificate_count(), 2u);
  EXPECT_EQ((*store)->crl_count(), 2u);
}

TEST(TrustStoreTest, OneNameWithTwoKeysIsTwoCertificates) {
  const Result store = Create(File("ca_same_name.pem"));
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->certificate_count(), 2u);
}

// Verification uses the X509_STORE.
TEST(TrustStoreTest, TheStoreFindsWhatItHolds) {
  const Result store = Create(File("ca.pem"));
  ASSERT_TRUE(store.ok()) << store.status();
  const bssl::UniquePtr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
  const Certificate root = (*(*store)->Certificates())[0];
  ASSERT_TRUE((*store)->impl().Reachable({root}).ok());
  ASSERT_TRUE(X509_STORE_CTX_init(ctx.get(), (*store)->impl().store.get(),
                                  root.impl().x509.get(), nullptr));
  EXPECT_EQ(X509_verify_cert(ctx.get()), 1)
      << X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx.get()));
}

int VerifyServer(const TrustStore& store, const Certificate& leaf) {
  EXPECT_TRUE(store.impl().Reachable({leaf}).ok());
  const bssl::UniquePtr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
  EXPECT_TRUE(X509_STORE_CTX_init(ctx.get(), store.impl().store.get(),
                                  leaf.impl().x509.get(), nullptr));
  EXPECT_TRUE(X509_STORE_CTX_set_default(ctx.get(), "ssl_server"));
  X509_verify_cert(ctx.get());
  return X509_STORE_CTX_get_error(ctx.get());
}

std::vector<size_t> Decoded(const TrustStore& store) {
  std::vector<size_t> decoded;
  for (size_t i = 0; i < store.impl().certificates.size(); ++i) {
    if (store.impl().certificates[i]->is_decoded()) decoded.push_back(i);
  }
  return decoded;
}

std::vector<std::string> Subjects(
    const absl::StatusOr<std::vector<Certificate>>& certificates) {
  std::vector<std::string> subjects;
  if (!certificates.ok()) return {certificates.status().ToString()};
  for (const Certificate& certificate : *certificates) {
    subjects.push_back(certificate.subject());
  }
  return subjects;
}

// A chain of an anchor, two intermediates and a leaf, and what has nothing to
// do with it, as one bundle.
TEST(TrustStoreTest, DecodesOnlyWhatAPathCanContain) {
  const bssl::UniquePtr<EVP_PKEY> key = MintKey();
  const auto mint = [&key](const std::string& subject,
                           const std::string& issuer) {
    return Mint(subject, key.get(), issuer, key.get(), /*is_ca=*/true);
  };
  const std::string bundle = absl::StrCat(
      mint("stranger", "stranger").ToPem(), mint("one", "two").ToPem(),
      mint("two", "anchor").ToPem(), mint("anchor", "anchor").ToPem(),
      mint("other", "anchor").ToPem());
  const Result store = Create(bundle);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_THAT(Decoded(**store), IsEmpty());
  EXPECT_EQ((*store)->certificate_count(), 5u);
  EXPECT_TRUE((*store)->Contains(*Certificate::FromPem(bundle)));
  EXPECT_FALSE((*store)->Contains(mint("stranger", "one")));
  EXPECT_THAT(Decoded(**store), IsEmpty());

  EXPECT_THAT(Subjects((*store)->impl().Reachable({mint("leaf", "nobody")})),
              IsEmpty());
  EXPECT_THAT(Decoded(**store), IsEmpty());
  EXPECT_THAT(Subjects((*store)->impl().Reachable({mint("leaf", "ONE")})),
              ElementsAre("CN=one", "CN=two", "CN=anchor"));
  EXPECT_THAT(Decoded(**store), ElementsAre(1, 2, 3));
  // Through what the peer presents, and the presented ones themselves.
  EXPECT_THAT(Subjects((*store)->impl().Reachable(
                  {mint("leaf", "between"), mint("between", "other")})),
              ElementsAre("CN=anchor", "CN=other"));
  EXPECT_THAT(Subjects((*store)->impl().Reachable({mint("stranger", "x")})),
              ElementsAre("CN=stranger"));
  EXPECT_THAT(*(*store)->Certificates(), SizeIs(5));
  EXPECT_THAT(Decoded(**store), SizeIs(5));
}

TEST(TrustStoreTest, MergedStoresShareTheirCertificates) {
  const Result part = Create(File("ca.pem"));
  ASSERT_TRUE(part.ok());
  TrustStore::Builder builder;
  builder.AddStore(**part);
  const Result merged = builder.Build();
  ASSERT_TRUE(merged.ok());
  EXPECT_THAT(Decoded(**merged), IsEmpty());
  EXPECT_THAT(*(*part)->Certificates(), SizeIs(2));
  EXPECT_THAT(Decoded(**merged), SizeIs(2));
}

// A certificate in a form that the walk leaves to BoringSSL: its subject is a
// BMPString.
TEST(TrustStoreTest, FindsUnusualCertificates) {
  const bssl::UniquePtr<EVP_PKEY> key = MintKey();
  MintOptions options;
  options.common_names = {std::string("\0o\0n\0e", 6)};
  options.name_type = V_ASN1_BMPSTRING;
  options.issuer = "issuer";
  options.is_ca = true;
  const Result store =
      Create(Mint(options, key.get(), key.get()).ToPem() + File("ca.pem"));
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_THAT(Decoded(**store), ElementsAre(0));
  EXPECT_THAT(Subjects((*store)->impl().Reachable(
                  {Mint("leaf", key.get(), "One", key.get(), false)})),
              ElementsAre("CN=one"));
}

// Under ThreadSanitizer: threads that need the same certificates first.
TEST(TrustStoreTest, ThreadsDecodeTogether) {
  const Certificate leaf = *Certificate::FromPem(File("server_rsa_direct.pem"));
  for (int round = 0; round < 20; ++round) {
    const Result store = Create(File("ca.pem") + File("other_root.pem"));
    ASSERT_TRUE(store.ok()) << store.status();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back(
          [&] { EXPECT_EQ(VerifyServer(**store, leaf), X509_V_OK); });
    }
    for (std::thread& thread : threads) thread.join();
    // All share one.
    EXPECT_EQ((*(*store)->Certificates())[0].impl().x509.get(),
              (*store)->impl().certificates[0]->Get()->impl().x509.get());
  }
}

// The guard for what cannot happen as long as the walk is right: nothing is
// verified as if the certificate were not there.
TEST(TrustStoreTest, ACertificateThatDoesNotDecodeIsAnError) {
  internal::CertificateBlock block("CA bundle x.pem", /*size=*/0);
  block.Add("not DER", /*subject_key=*/1, /*number=*/7);
  block.Finish();
  EXPECT_THAT(block.certificates()[0].Get().status(),
              ErrorIs(ErrorKind::kTrustStore, "CA bundle x.pem: part 7"));
}

TEST(TrustStoreTest, ABuilderAddsUp) {
  TrustStore::Builder builder;
  ASSERT_TRUE(builder.Add(File("root.pem"), "root").ok());
  ASSERT_TRUE(builder.Add(File("ca.pem"), "ca").ok());
  const Result first = builder.Build();
  ASSERT_TRUE(builder.Add(File("other_root.pem"), "other").ok());
  ASSERT_TRUE(builder.Add(File("crl_root.pem"), "crl").ok());
  const Result second = builder.Build();
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ((*first)->certificate_count(), 2u);
  EXPECT_EQ((*first)->crl_count(), 0u);
  EXPECT_EQ((*second)->certificate_count(), 3u);
  EXPECT_EQ((*second)->crl_count(), 1u);
}

TEST(TrustStoreTest, AddsWhatIsParsedAlready) {
  const Result ca = Create(File("ca.pem"));
  ASSERT_TRUE(ca.ok());
  TrustStore::Builder crls;
  ASSERT_TRUE(crls.Add(File("crl_root.pem"), "crl").ok());
  TrustStore::Builder builder;
  ASSERT_TRUE(builder.Add(File("root.pem"), "root").ok());
  const std::string before = (*builder.Build())->content_hash();
  builder.AddStore(**ca);
  builder.AddBuilder(crls);
  const Result all = builder.Build();
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ((*all)->certificate_count(), 2u);
  EXPECT_EQ((*all)->crl_count(), 1u);
  EXPECT_NE((*all)->content_hash(), before);
  const std::string with_one = (*all)->content_hash();
  builder.AddBuilder(crls);
  EXPECT_NE((*builder.Build())->content_hash(), with_one);
}

TEST(TrustStoreTest, AnErrorLeavesTheBuilderAsItWas) {
  TrustStore::Builder builder;
  ASSERT_TRUE(builder.Add(File("root.pem"), "root").ok());
  const Result before = builder.Build();
  ASSERT_FALSE(builder.Add(File("ca_with_one_bad.pem"), "bad").ok());
  const Result after = builder.Build();
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_EQ((*after)->certificate_count(), 1u);
  EXPECT_EQ((*after)->content_hash(), (*before)->content_hash());
}

TEST(TrustStoreTest, ContentHash) {
  const std::string a = File("root.pem");
  const std::string b = File("root_p256.pem");
  const auto hash = [](const std::vector<std::string>& inputs) {
    TrustStore::Builder builder;
    for (const std::string& input : inputs) {
      EXPECT_TRUE(builder.Add(input, "x").ok());
    }
    return (*builder.Build())->content_hash();
  };
  EXPECT_EQ(hash({a, b}).size(), 32u);
  EXPECT_EQ(hash({a, b}), hash({a, b}));
  EXPECT_NE(hash({a, b}), hash({b, a}));
  EXPECT_NE(hash({a, b}), hash({a + b}));
  EXPECT_NE(hash({a}), hash({a, b}));
}

// As in CPython's load_verify_locations, a bundle may consist of CRLs only; but
// CRLs alone cannot verify a peer.
TEST(TrustStoreTest, NoCertificateAtAll) {
  TrustStore::Builder builder;
  EXPECT_THAT(builder.Build(), KindIs(ErrorKind::kTrustStore));
  EXPECT_TRUE(builder.Add(File("crl_root.pem"), "crl").ok());
  ExpectSaid(builder.Build().status(), "no CA certificate");
}

TEST(TrustStoreTest, OneDamagedBlockAmongGoodOnes) {
  ExpectRefused(Create(File("ca_with_one_bad.pem")).status(),
                "block 2 (CERTIFICATE, line 20)");
  ExpectRefused(Create(File("ca_with_garbage_der.pem")).status(),
                "block 2 (CERTIFICATE, line 20)");
  ExpectRefused(Create(File("ca_truncated.pem")).status(),
                "block 2 (CERTIFICATE, line 20)");
  ExpectRefused(
      Create(File("ca.pem") +
             "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")
          .status(),
      "block 3 (X509 CRL, line 31)");
  const std::string der = File("root_cert.der");
  ExpectRefused(Create(der + der.substr(0, 100)).status(),
                absl::StrCat("DER object 2 (at byte ", der.size(), ")"));
  ExpectRefused(Create(der + "garbage").status(),
                absl::StrCat("DER object 2 (at byte ", der.size(), ")"));
  ExpectRefused(Create(File("server_rsa_key.der")).status());
}

// They verify nothing, and do no harm.
TEST(TrustStoreTest, CasWithKeysThatAreNotSupported) {
  const Certificate leaf = *Certificate::FromPem(File("server_rsa_direct.pem"));
  for (const char* odd : {"server_ed448.pem", "server_secp256k1.pem"}) {
    for (const std::string& bytes :
         {File(odd) + File("ca.pem"), File("ca.pem") + File(odd)}) {
      const Result store = Create(bytes);
      ASSERT_TRUE(store.ok()) << store.status();
      EXPECT_EQ((*store)->certificate_count(), 3u);
      EXPECT_EQ(VerifyServer(**store, leaf), X509_V_OK);
    }
  }
}

TEST(TrustStoreTest, TextAroundTheBlocks) {
  const Result store =
      Create(absl::StrCat("-----BEGIN of our CAs\n\n", File("ca.pem"),
                          "-----BEGIN OTHER THING-----\nAAAA\n-----END OTHER "
                          "THING-----\ntrailing"));
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->certificate_count(), 2u);
  ExpectRefused(Create("-----BEGIN of our CAs\n\nnone").status());
}

TEST(TrustStoreTest, NothingUsable) {
  ExpectRefused(Create("").status());
  ExpectRefused(Create("\n").status());
  ExpectRefused(Create(File("ca_no_certs.pem")).status());
  ExpectRefused(Create(File("root.key")).status());
  for (absl::string_view path : {"/etc/ssl/certs/ca-certificates.crt", "./ca",
                                 "ca.pem", "certs/ca", "0d1b002f.0/x"}) {
    ExpectRefused(Create(path).status());
  }
}

// What tells one mistake from another is in words alone.
TEST(TrustStoreTest, TextsSayWhatIsWrong) {
  ExpectSaid(Create(File("ca_truncated.pem")).status(), "has no END line");
  ExpectSaid(Create(File("server_rsa_key.der")).status(),
             "contains no certificate or CRL, only PRIVATE KEY");
  ExpectSaid(Create("-----BEGIN of our CAs\n\nnone").status(), "other text");
  ExpectSaid(Create("").status(), "is empty");
  ExpectSaid(Create(File("ca_no_certs.pem")).status(), "no PEM block");
  ExpectSaid(Create(File("root.key")).status(), "PRIVATE KEY");
  ExpectSaid(Create("./ca").status(), "looks like a path");
}

// `certificate` as a TRUSTED CERTIFICATE that is rejected for servers.
std::string RejectedForServers(const Certificate& certificate) {
  const bssl::UniquePtr<X509> x509(X509_dup(certificate.impl().x509.get()));
  EXPECT_TRUE(
      X509_add1_reject_object(x509.get(), OBJ_nid2obj(NID_server_auth)));
  const bssl::UniquePtr<BIO> bio(BIO_new(BIO_s_mem()));
  EXPECT_TRUE(PEM_write_bio_X509_AUX(bio.get(), x509.get()));
  const uint8_t* data = nullptr;
  size_t size = 0;
  EXPECT_TRUE(BIO_mem_contents(bio.get(), &data, &size));
  return std::string(reinterpret_cast<const char*>(data), size);
}

// In any order, the settings are not lost.
TEST(TrustStoreTest, TrustSettingsOutweighTheSameCertificateWithoutThem) {
  const Certificate leaf = *Certificate::FromPem(File("server_rsa_direct.pem"));
  const std::string plain = File("root.pem");
  const std::string rejected = RejectedForServers(*Certificate::FromPem(plain));
  EXPECT_EQ(VerifyServer(**Create(plain), leaf), X509_V_OK);
  for (const std::string& bytes :
       {rejected, rejected + plain, plain + rejected}) {
    const Result store = Create(bytes);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ((*store)->certificate_count(), 1u);
    EXPECT_EQ(VerifyServer(**store, leaf), X509_V_ERR_CERT_REJECTED);
  }
}

TEST(TrustStoreTest, SurvivesEveryTruncation) {
  const std::string pem = File("ca.pem");
  const std::string der = File("root_cert.der");
  for (const std::string& whole : {pem, der}) {
    for (size_t size = 0; size < whole.size() - 1; ++size) {
      const Result store = Create(whole.substr(0, size));
      // Only a cut between two certificates, or in the first dashes of the
      // second, cannot be detected.
      if (store.ok()) {
        const std::string cut = whole.substr(0, size);
        EXPECT_TRUE(
            absl::EndsWith(cut.substr(0, cut.find_last_not_of("-\n") + 1),
                           "-----END CERTIFICATE"))
            << size;
      } else {
        EXPECT_EQ(GetErrorKind(store.status()), ErrorKind::kTrustStore);
      }
    }
  }
}

}  // namespace
}  // namespace airlock::ssl
