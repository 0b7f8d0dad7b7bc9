// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/bundle.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ssl/error.h"
#include "tests/support/testdata.h"

namespace airlock::ssl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string File(absl::string_view name) {
  return airlock::testing::ReadTestdata(absl::StrCat("certs/", name));
}

std::string Block(absl::string_view label, absl::string_view body) {
  return absl::StrCat("-----BEGIN ", label, "-----\n", body, "\n-----END ",
                      label, "-----\n");
}

// The text between the BEGIN and the END line of the first block.
std::string BodyOf(const std::string& pem) {
  const size_t start = pem.find('\n', pem.find("-----BEGIN")) + 1;
  return pem.substr(start, pem.find("-----END") - start);
}

std::vector<PartKind> Kinds(const Bundle& bundle) {
  std::vector<PartKind> kinds;
  for (const BundlePart& part : bundle.parts) kinds.push_back(part.kind);
  return kinds;
}

// A part is intact if and only if it has content.
void ExpectConsistent(const BundlePart& part) {
  const bool ok = part.status.ok();
  EXPECT_EQ(part.certificate.has_value(),
            ok && part.kind == PartKind::kCertificate);
  EXPECT_EQ(part.crl.has_value(), ok && part.kind == PartKind::kCrl);
  EXPECT_EQ(part.key.has_value(), ok && part.kind == PartKind::kPrivateKey);
  EXPECT_EQ(!part.pkcs12.empty(), ok && part.kind == PartKind::kPkcs12);
  if (part.kind == PartKind::kDamaged) {
    EXPECT_FALSE(ok);
  }
}

TEST(BundleTest, EveryKindInPem) {
  const Bundle bundle = ReadBundle(absl::StrCat(
      "text\n", File("root.pem"), File("crl_root.pem"), File("root.key"),
      Block("DH PARAMETERS", "AAAA"), Block("OPENSSH PRIVATE KEY", "AAAA")));
  EXPECT_EQ(bundle.encoding, Encoding::kPem);
  EXPECT_THAT(Kinds(bundle),
              ElementsAre(PartKind::kCertificate, PartKind::kCrl,
                          PartKind::kPrivateKey, PartKind::kOther,
                          PartKind::kPrivateKey));
  for (const BundlePart& part : bundle.parts) ExpectConsistent(part);
  const BundlePart& root = bundle.parts[0];
  EXPECT_EQ(root.number, 1);
  EXPECT_EQ(root.line, 2);
  EXPECT_EQ(root.label, "CERTIFICATE");
  EXPECT_EQ(root.Where(), "block 1 (CERTIFICATE, line 2)");
  EXPECT_EQ(root.certificate->subject(), bundle.parts[1].crl->issuer());
  EXPECT_EQ(bundle.parts[2].key->form, KeyForm::kPkcs8);
  EXPECT_FALSE(bundle.parts[2].key->content.empty());
  EXPECT_EQ(bundle.parts[4].key->form, KeyForm::kUnsupported);
  EXPECT_TRUE(bundle.parts[4].key->content.empty());
}

TEST(BundleTest, EveryKindInDer) {
  const std::string root = File("root_cert.der");
  const std::string key = File("server_rsa_key.der");
  const Bundle bundle = ReadBundle(absl::StrCat(root, key, root));
  EXPECT_EQ(bundle.encoding, Encoding::kDer);
  EXPECT_THAT(Kinds(bundle),
              ElementsAre(PartKind::kCertificate, PartKind::kPrivateKey,
                          PartKind::kCertificate));
  for (const BundlePart& part : bundle.parts) ExpectConsistent(part);
  EXPECT_EQ(bundle.parts[1].offset, root.size());
  EXPECT_EQ(bundle.parts[1].line, 0);
  EXPECT_EQ(bundle.parts[1].key->content.view(), key);
  EXPECT_EQ(
      bundle.parts[2].Where(),
      absl::StrCat("DER object 3 (CERTIFICATE, at byte ",
                   root.size() + key.size(), ")"));
  EXPECT_EQ(bundle.parts[2].certificate->der(), root);

  const std::string pkcs12 = File("server_p256.p12");
  const Bundle keystore = ReadBundle(pkcs12);
  ASSERT_THAT(Kinds(keystore), ElementsAre(PartKind::kPkcs12));
  EXPECT_EQ(keystore.parts[0].pkcs12.view(), pkcs12);
}

TEST(BundleTest, ACrlHasTheShapeOfACertificate) {
  std::string der;
  ASSERT_TRUE(absl::Base64Unescape(BodyOf(File("crl_root.pem")), &der));
  const Bundle bundle = ReadBundle(der + File("root_cert.der"));
  ASSERT_THAT(Kinds(bundle),
              ElementsAre(PartKind::kCrl, PartKind::kCertificate));
  EXPECT_EQ(bundle.parts[0].label, "X509 CRL");
  for (const BundlePart& part : bundle.parts) ExpectConsistent(part);
  const Bundle mislabelled =
      ReadBundle(Block("CERTIFICATE", BodyOf(File("crl_root.pem"))));
  ASSERT_THAT(Kinds(mislabelled), ElementsAre(PartKind::kCertificate));
  EXPECT_FALSE(mislabelled.parts[0].status.ok());
}

// If a tool wrote the wrong label, the content takes precedence.
TEST(BundleTest, TheFormOfAKeyIsThatOfItsContent) {
  const std::string pem = File("server_rsa.key");
  const Bundle right = ReadBundle(pem);
  for (absl::string_view label : {"RSA PRIVATE KEY", "EC PRIVATE KEY"}) {
    const Bundle wrong = ReadBundle(Block(label, BodyOf(pem)));
    ASSERT_THAT(Kinds(wrong), ElementsAre(PartKind::kPrivateKey));
    EXPECT_EQ(wrong.parts[0].key->form, right.parts[0].key->form);
  }
  const Bundle none = ReadBundle(Block("PRIVATE KEY", "AAAA"));
  ASSERT_THAT(Kinds(none), ElementsAre(PartKind::kPrivateKey));
  EXPECT_EQ(GetErrorKind(none.parts[0].status), ErrorKind::kInvalidArgument);
  ExpectConsistent(none.parts[0]);
}

TEST(BundleTest, GoesOnAfterADamagedPart) {
  const std::string root = File("root.pem");
  for (const std::string& damaged :
       {Block("CERTIFICATE", "AAAA"), Block("CERTIFICATE", "A!AA"),
        Block("X509 CRL", "AAAA"), Block("PRIVATE KEY", ""),
        std::string("-----BEGIN CERTIFICATE-----\nAAAA\n"),
        std::string("-----BEGIN CERTIFICATE---\nAAAAAAAAAAAAAAAA\n")}) {
    const Bundle bundle = ReadBundle(absl::StrCat(root, damaged, root));
    ASSERT_EQ(bundle.parts.size(), 3u) << damaged;
    for (const BundlePart& part : bundle.parts) ExpectConsistent(part);
    EXPECT_FALSE(bundle.parts[1].status.ok()) << damaged;
    EXPECT_TRUE(bundle.parts[2].certificate.has_value()) << damaged;
  }
  const std::string der = File("root_cert.der");
  const Bundle cut = ReadBundle(der + der.substr(0, 100));
  EXPECT_THAT(Kinds(cut),
              ElementsAre(PartKind::kCertificate, PartKind::kDamaged));
  EXPECT_EQ(cut.parts[1].Where(),
            absl::StrCat("DER object 2 (at byte ", der.size(), ")"));
}

TEST(BundleTest, WhereADamagedBeginLineIs) {
  const Bundle bundle =
      ReadBundle("text\n-----BEGIN CERTIFICATE---\nAAAAAAAAAAAAAAAA\n");
  ASSERT_EQ(bundle.parts.size(), 1u);
  EXPECT_EQ(bundle.parts[0].Where(), "line 2");
}

TEST(BundleTest, EveryTruncation) {
  for (const std::string& whole :
       {File("ca.pem"), File("root_cert.der"), File("server_p256.p12"),
        File("server_rsa_key.der"), File("server_rsa.key")}) {
    for (size_t size = 0; size < whole.size(); ++size) {
      const Bundle bundle = ReadBundle(whole.substr(0, size));
      for (const BundlePart& part : bundle.parts) ExpectConsistent(part);
    }
  }
}

TEST(BundleTest, SniffsEncodings) {
  EXPECT_EQ(SniffEncoding(File("ca.pem")), Encoding::kPem);
  EXPECT_EQ(SniffEncoding(File("ca_with_text.pem")), Encoding::kPem);
  EXPECT_EQ(SniffEncoding(File("root_cert.der")), Encoding::kDer);
  for (absl::string_view text :
       {"", "0", "01.pem", "/etc/ssl/cert.pem", "{\"kty\": \"RSA\"}"}) {
    EXPECT_EQ(SniffEncoding(text), Encoding::kUnknown) << text;
    EXPECT_TRUE(ReadBundle(text).parts.empty()) << text;
  }
}

TEST(BundleTest, TellsContentFromPaths) {
  EXPECT_TRUE(LooksLikeContent(File("ca.pem")));
  EXPECT_TRUE(LooksLikeContent(File("root_cert.der")));
  EXPECT_TRUE(LooksLikeContent("\"-----BEGIN CERTIFICATE-----\\nAAAA\""));
  EXPECT_FALSE(LooksLikeContent("0/certs/ca.pem"));
  EXPECT_FALSE(LooksLikeContent(""));
}

TEST(BundleTest, MessagesShowLittleOfLabels) {
  const std::string label(10'000, 'A');
  const Bundle bundle = ReadBundle(Block(label, "AAAA"));
  ASSERT_EQ(bundle.parts.size(), 1u);
  EXPECT_LT(bundle.parts[0].Where().size(), 300u);
  EXPECT_EQ(DescribeLabels({"A", "B"}), "A, B");
  EXPECT_EQ(DescribeLabels(std::vector<std::string>(7, "A")),
            "A, A, A, A, A and 2 more");
}

}  // namespace
}  // namespace airlock::ssl
