// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// RFC 5280, section 4.2.1.10, for each type of name. common_name_test covers
// common names.
#include "ssl/internal/name_constraints.h"

#include <openssl/nid.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/verify_code.h"
#include "tests/support/mint.h"

namespace airlock::ssl::internal {
namespace {

using ::airlock::testing::Mint;
using ::airlock::testing::MintExtension;
using ::airlock::testing::MintKey;
using ::airlock::testing::MintOptions;
using verify_code::kExcludedViolation;
using verify_code::kInvalidExtension;
using verify_code::kOk;
using verify_code::kPermittedViolation;
using verify_code::kSubtreeMinMax;
using verify_code::kUnsupportedConstraintSyntax;
using verify_code::kUnsupportedConstraintType;
using verify_code::kUnsupportedNameSyntax;

MintExtension Constraints(const std::string& value) {
  return {NID_name_constraints, absl::StrCat("critical,", value)};
}
MintExtension ConstraintsDer(absl::string_view der) {
  return {NID_name_constraints, std::string(der), /*is_der=*/true};
}
MintExtension AltName(const std::string& value) {
  return {NID_subject_alt_name, value};
}

std::string Sequence(absl::string_view content) {
  return absl::StrCat("\x30", std::string(1, static_cast<char>(content.size())),
                      content);
}

// A SubjectAltName of one name with this tag.
MintExtension AltNameDer(char tag, absl::string_view content) {
  return {NID_subject_alt_name,
          Sequence(absl::StrCat(
              std::string(1, tag),
              std::string(1, static_cast<char>(content.size())), content)),
          /*is_der=*/true};
}

// Name constraints with one subtree: `list` is \xA0 (permitted) or \xA1.
MintExtension OneSubtree(char list, char tag, absl::string_view content,
                         absl::string_view more = "") {
  const std::string base = absl::StrCat(
      std::string(1, tag), std::string(1, static_cast<char>(content.size())),
      content, more);
  const std::string subtree = Sequence(base);
  return ConstraintsDer(Sequence(absl::StrCat(
      std::string(1, list), std::string(1, static_cast<char>(subtree.size())),
      subtree)));
}

class NameConstraintsTest : public ::testing::Test {
 protected:
  NameConstraintsTest() : key_(MintKey()) {}

  Certificate Make(const std::string& subject,
                   const std::vector<MintExtension>& extensions, bool is_ca,
                   const std::string& issuer = "issuer") {
    MintOptions options;
    options.common_names = {subject};
    options.issuer = issuer;
    options.is_ca = is_ca;
    options.extensions = extensions;
    return Mint(options, key_.get(), key_.get());
  }

  int Check(const std::vector<Certificate>& chain) {
    std::vector<X509*> raw;
    for (const Certificate& certificate : chain) {
      raw.push_back(certificate.impl().x509.get());
    }
    finding_ = CheckNameConstraints(raw);
    return finding_.verify_code;
  }
  int Check(const MintExtension& constraints, const MintExtension& names) {
    return Check({Make("leaf", {names}, false), Make("ca", {constraints}, true),
                  Make("root", {}, true)});
  }
  int Check(const std::string& constraints, const std::string& names) {
    return Check(Constraints(constraints), AltName(names));
  }

  bssl::UniquePtr<EVP_PKEY> key_;
  ConstraintFinding finding_;
};

struct Row {
  const char* constraints;
  const char* names;
  int code;
};

TEST_F(NameConstraintsTest, DnsNames) {
  for (const Row& row : {
           Row{"permitted;DNS:example.com", "DNS:example.com", kOk},
           Row{"permitted;DNS:example.com", "DNS:a.b.example.com", kOk},
           Row{"permitted;DNS:EXAMPLE.com", "DNS:www.Example.COM", kOk},
           Row{"permitted;DNS:EXAMPLE.com", "DNS:example.COM", kOk},
           Row{"excluded;DNS:example.com.", "DNS:example.com",
               kExcludedViolation},
           Row{"permitted;DNS:example.com", "DNS:*.example.com", kOk},
           Row{"permitted;DNS:example.com", "DNS:notexample.com",
               kPermittedViolation},
           Row{"permitted;DNS:www.example.com", "DNS:example.com",
               kPermittedViolation},
           Row{"permitted;DNS:www.example.com", "DNS:*.example.com",
               kPermittedViolation},
           Row{"permitted;DNS:example.com", "DNS:example.com,DNS:example.org",
               kPermittedViolation},
           Row{"permitted;DNS:example.com,permitted;DNS:example.org",
               "DNS:example.com,DNS:example.org", kOk},
           Row{"excluded;DNS:example.com", "DNS:example.org", kOk},
           Row{"excluded;DNS:example.com", "DNS:example.com",
               kExcludedViolation},
           Row{"excluded;DNS:example.com", "DNS:example.com.",
               kExcludedViolation},
           Row{"excluded;DNS:example.com", "DNS:a.b.EXAMPLE.com",
               kExcludedViolation},
           Row{"permitted;DNS:example.com,excluded;DNS:a.example.com",
               "DNS:b.example.com", kOk},
           Row{"permitted;DNS:example.com,excluded;DNS:a.example.com",
               "DNS:a.example.com", kExcludedViolation},
           // CVE-2025-61727.
           Row{"excluded;DNS:bar.example.com", "DNS:*.example.com",
               kExcludedViolation},
           Row{"excluded;DNS:bar.example.com", "DNS:*.EXAMPLE.com",
               kExcludedViolation},
           // A wildcard covers one label: none of these names.
           Row{"excluded;DNS:a.bar.example.com", "DNS:*.example.com", kOk},
           Row{"excluded;DNS:bar.example.com", "DNS:*.example.org", kOk},
           // Another type of name.
           Row{"permitted;DNS:example.com", "IP:192.0.2.1", kOk},
           Row{"permitted;DNS:example.com", "email:a@example.org", kOk},
       }) {
    EXPECT_EQ(Check(row.constraints, row.names), row.code)
        << row.constraints << " " << row.names;
  }
}

TEST_F(NameConstraintsTest, AnEmptyDnsConstraintIsAllNames) {
  EXPECT_EQ(Check(OneSubtree('\xA0', '\x82', ""), AltName("DNS:a.example")),
            kOk);
  EXPECT_EQ(Check(OneSubtree('\xA1', '\x82', ""), AltName("DNS:a.example")),
            kExcludedViolation);
}

TEST_F(NameConstraintsTest, IpAddresses) {
  const char kNet[] = "permitted;IP:192.0.2.0/255.255.255.0";
  const char kNoNet[] = "excluded;IP:192.0.2.0/255.255.255.0";
  const char kNet6[] = "permitted;IP:2001:db8::/ffff:ffff::";
  for (const Row& row : {
           Row{kNet, "IP:192.0.2.0", kOk},
           Row{kNet, "IP:192.0.2.255", kOk},
           Row{kNet, "IP:192.0.3.0", kPermittedViolation},
           Row{kNet, "IP:192.0.2.1,IP:192.0.3.1", kPermittedViolation},
           Row{kNet, "DNS:example.com", kOk},
           // Both are iPAddress: an address of the other kind is not permitted.
           Row{kNet, "IP:2001:db8::1", kPermittedViolation},
           Row{kNet6, "IP:192.0.2.1", kPermittedViolation},
           Row{kNet6, "IP:2001:db8:ffff::1", kOk},
           Row{kNet6, "IP:2001:db9::1", kPermittedViolation},
           Row{kNoNet, "IP:192.0.2.7", kExcludedViolation},
           Row{kNoNet, "IP:192.0.3.7", kOk},
           Row{kNoNet, "IP:2001:db8::1", kOk},
           Row{"permitted;IP:192.0.2.128/255.255.255.128", "IP:192.0.2.127",
               kPermittedViolation},
           Row{"permitted;IP:192.0.2.128/255.255.255.128", "IP:192.0.2.128",
               kOk},
           Row{"permitted;IP:192.0.2.1/255.255.255.255", "IP:192.0.2.2",
               kPermittedViolation},
           Row{"excluded;IP:0.0.0.0/0.0.0.0", "IP:10.0.0.1",
               kExcludedViolation},
           Row{"excluded;IP:0.0.0.0/0.0.0.0", "IP:::1", kOk},
           Row{"excluded;IP:::/::", "IP:::1", kExcludedViolation},
           // Bits beyond the mask do not matter.
           Row{"permitted;IP:192.0.2.9/255.255.255.0", "IP:192.0.2.1", kOk},
       }) {
    EXPECT_EQ(Check(row.constraints, row.names), row.code)
        << row.constraints << " " << row.names;
  }
}

TEST_F(NameConstraintsTest, EmailAddresses) {
  for (const Row& row : {
           Row{"permitted;email:a@example.com", "email:a@EXAMPLE.com", kOk},
           Row{"permitted;email:a@example.com", "email:A@example.com",
               kPermittedViolation},
           Row{"permitted;email:a@example.com", "email:b@example.com",
               kPermittedViolation},
           Row{"permitted;email:a@example.com", "email:a@example.org",
               kPermittedViolation},
           Row{"permitted;email:example.com", "email:a@example.com", kOk},
           Row{"permitted;email:example.com", "email:a@www.example.com",
               kPermittedViolation},
           Row{"permitted;email:.example.com", "email:a@www.example.com", kOk},
           Row{"permitted;email:.example.com", "email:a@example.com",
               kPermittedViolation},
           Row{"permitted;email:*@example.com", "email:*@example.com", kOk},
           Row{"permitted;email:*@example.com", "email:a@example.com",
               kPermittedViolation},
           Row{"excluded;email:example.com", "email:a@example.com",
               kExcludedViolation},
           Row{"excluded;email:example.com", "email:a@example.org", kOk},
           Row{"permitted;email:example.com", "email:a@b@example.com",
               kUnsupportedNameSyntax},
           Row{"permitted;email:example.com", "email:example.com",
               kUnsupportedNameSyntax},
       }) {
    EXPECT_EQ(Check(row.constraints, row.names), row.code)
        << row.constraints << " " << row.names;
  }
}

TEST_F(NameConstraintsTest, Uris) {
  for (const Row& row : {
           Row{"permitted;URI:example.com", "URI:https://example.com", kOk},
           Row{"permitted;URI:example.com", "URI:https://example.com:8443/a",
               kOk},
           Row{"permitted;URI:example.com", "URI:https://me@EXAMPLE.com/?q",
               kOk},
           Row{"permitted;URI:example.com", "URI:https://www.example.com",
               kPermittedViolation},
           Row{"permitted;URI:.example.com", "URI:https://www.example.com/",
               kOk},
           Row{"permitted;URI:.example.com", "URI:https://example.com/",
               kPermittedViolation},
           Row{"permitted;URI:example.com",
               "URI:https://example.com@example.org/", kPermittedViolation},
           Row{"excluded;URI:example.com", "URI:https://a:b@example.com/",
               kExcludedViolation},
           Row{"excluded;URI:example.com", "URI:https://a@b@example.com/",
               kExcludedViolation},
           Row{"excluded;URI:example.com", "URI:https://example.com./",
               kExcludedViolation},
           Row{"excluded;URI:example.com", "URI:https://example.org", kOk},
           // Some software ends the host at each of these.
           Row{"permitted;URI:example.com",
               "URI:https://example.org?@example.com", kPermittedViolation},
           Row{"permitted;URI:example.com",
               "URI:https://example.org#@example.com", kPermittedViolation},
           Row{"permitted;URI:example.com",
               "URI:https://example.org\\@example.com", kPermittedViolation},
           // A constraint needs a host that is a DNS name.
           Row{"excluded;URI:example.com", "URI:urn:uuid:1",
               kUnsupportedNameSyntax},
           Row{"excluded;URI:example.com", "URI:https://192.0.2.1/",
               kUnsupportedNameSyntax},
           Row{"excluded;URI:example.com", "URI:https://[2001:db8::1]/",
               kUnsupportedNameSyntax},
       }) {
    EXPECT_EQ(Check(row.constraints, row.names), row.code)
        << row.constraints << " " << row.names;
  }
}

// [4] EXPLICIT Name with relative names of one common name each.
std::string DirectoryName(const std::vector<std::string>& common_names) {
  std::string names;
  for (const std::string& name : common_names) {
    const std::string value = absl::StrCat(
        "\x0C", std::string(1, static_cast<char>(name.size())), name);
    const std::string attribute =
        Sequence(absl::StrCat("\x06\x03\x55\x04\x03", value));
    absl::StrAppend(&names, "\x31",
                    std::string(1, static_cast<char>(attribute.size())),
                    attribute);
  }
  return Sequence(names);
}

TEST_F(NameConstraintsTest, DirectoryNames) {
  const auto check = [&](char list, const std::vector<std::string>& base,
                         const std::vector<std::string>& subject) {
    MintOptions options;
    options.common_names = subject;
    options.issuer = "ca";
    return Check(
        {Mint(options, key_.get(), key_.get()),
         Make("ca", {OneSubtree(list, '\xA4', DirectoryName(base))}, true)});
  };
  EXPECT_EQ(check('\xA0', {"a"}, {"a"}), kOk);
  EXPECT_EQ(check('\xA0', {"a"}, {"a", "b"}), kOk);
  EXPECT_EQ(check('\xA0', {"a"}, {"A ", "b"}), kOk);  // As RFC 5280 compares.
  EXPECT_EQ(check('\xA0', {"a"}, {"b"}), kPermittedViolation);
  EXPECT_EQ(check('\xA0', {"a"}, {"b", "a"}), kPermittedViolation);
  EXPECT_EQ(check('\xA0', {"a", "b"}, {"a"}), kPermittedViolation);
  EXPECT_EQ(check('\xA0', {}, {"a"}), kOk);
  EXPECT_EQ(check('\xA1', {"a"}, {"a", "b"}), kExcludedViolation);
  EXPECT_EQ(check('\xA1', {"a"}, {"ab"}), kOk);
  // A name in the subjectAltName, too.
  EXPECT_EQ(Check(OneSubtree('\xA1', '\xA4', DirectoryName({"x"})),
                  AltNameDer('\xA4', DirectoryName({"x", "y"}))),
            kExcludedViolation);
}

TEST_F(NameConstraintsTest, AnEmailAddressInTheSubjectIsOne) {
  const bssl::UniquePtr<X509> x509(
      X509_dup(Make("leaf", {}, false).impl().x509.get()));
  ASSERT_TRUE(X509_NAME_add_entry_by_NID(
      X509_get_subject_name(x509.get()), NID_pkcs9_emailAddress,
      V_ASN1_IA5STRING, reinterpret_cast<const uint8_t*>("a@example.com"), -1,
      -1, 0));
  const Certificate ca =
      Make("ca", {Constraints("permitted;email:example.org")}, true);
  const std::vector<X509*> chain = {x509.get(), ca.impl().x509.get()};
  EXPECT_EQ(CheckNameConstraints(chain).verify_code, kPermittedViolation);
}

TEST_F(NameConstraintsTest, OtherTypesFailClosed) {
  const MintExtension constraints = OneSubtree('\xA1', '\x88', "\x2A\x03\x04");
  EXPECT_EQ(Check(constraints, AltName("RID:1.2.3.5")),
            kUnsupportedConstraintType);
  EXPECT_EQ(Check(constraints, AltName("DNS:example.com")), kOk);
}

// Whatever the names are.
TEST_F(NameConstraintsTest, MalformedConstraintsAreRefused) {
  const MintExtension names = AltName("otherName:1.2.3.4;UTF8:x");
  for (const char* constraints :
       {"permitted;DNS:.example.com", "permitted;DNS:*.example.com",
        "permitted;DNS:a..b", "excluded;DNS:https://a.example",
        "permitted;email:a@b@example.com", "permitted;email:@example.com",
        "permitted;email:a@", "excluded;URI:https://example.com/",
        "excluded;URI:..example.com", "permitted;IP:192.0.2.0/255.0.255.0",
        "permitted;IP:192.0.2.0/0.0.0.255"}) {
    EXPECT_EQ(Check(Constraints(constraints), names),
              kUnsupportedConstraintSyntax)
        << constraints;
  }
  for (const size_t size : {0, 3, 4, 7, 9, 16, 31, 33}) {
    EXPECT_EQ(Check(OneSubtree('\xA1', '\x87', std::string(size, '\0')), names),
              kUnsupportedConstraintSyntax)
        << size;
  }
  const std::string long_label(64, 'a');
  EXPECT_EQ(
      Check(Constraints(absl::StrCat("excluded;DNS:", long_label)), names),
      kUnsupportedConstraintSyntax);
}

TEST_F(NameConstraintsTest, AnExtensionNeedsASubtree) {
  const MintExtension names = AltName("DNS:example.com");
  const auto bytes = [](absl::string_view der) { return ConstraintsDer(der); };
  EXPECT_EQ(Check(bytes(absl::string_view("\x30\x00", 2)), names),
            kInvalidExtension);
  EXPECT_EQ(Check(bytes(absl::string_view("\x30\x02\xA0\x00", 4)), names),
            kInvalidExtension);
  EXPECT_EQ(Check(bytes(absl::string_view("\x30\x02\xA1\x00", 4)), names),
            kInvalidExtension);
  EXPECT_EQ(Check(bytes("garbage"), names), kInvalidExtension);
}

TEST_F(NameConstraintsTest, MinimumAndMaximumAreRefused) {
  const MintExtension names = AltName("DNS:example.com");
  EXPECT_EQ(
      Check(OneSubtree('\xA0', '\x82', "example.com", "\x80\x01\x01"), names),
      kSubtreeMinMax);
  EXPECT_EQ(
      Check(OneSubtree('\xA0', '\x82', "example.com", "\x81\x01\x01"), names),
      kSubtreeMinMax);
}

TEST_F(NameConstraintsTest, MalformedNamesUnderAConstraintAreRefused) {
  EXPECT_EQ(Check(Constraints("permitted;DNS:example.com"),
                  AltName("DNS:.example.com")),
            kUnsupportedNameSyntax);
  EXPECT_EQ(Check(Constraints("excluded;DNS:example.org"),
                  AltNameDer('\x82', absl::string_view("a\0.example", 10))),
            kUnsupportedNameSyntax);
  EXPECT_EQ(Check(Constraints("permitted;DNS:example.com"),
                  {NID_subject_alt_name, "garbage", /*is_der=*/true}),
            kInvalidExtension);
  for (const size_t size : {0, 3, 5, 8, 15, 17, 32}) {
    EXPECT_EQ(Check(Constraints("permitted;IP:192.0.2.0/255.255.255.0"),
                    AltNameDer('\x87', std::string(size, '\xC0'))),
              kUnsupportedNameSyntax)
        << size;
  }
}

TEST_F(NameConstraintsTest, EachIssuerConstrainsAllBelow) {
  const MintExtension constraints = Constraints("permitted;DNS:example.com");
  const MintExtension good = AltName("DNS:example.com");
  const MintExtension bad = AltName("DNS:example.org");
  // The anchor's constraints hold, too.
  EXPECT_EQ(Check({Make("leaf", {bad}, false), Make("ca", {}, true),
                   Make("root", {constraints}, true)}),
            kPermittedViolation);
  EXPECT_EQ(finding_.depth, 0);
  EXPECT_EQ(finding_.issuer, "CN=root");
  // An intermediate's names.
  EXPECT_EQ(Check({Make("leaf", {good}, false), Make("low", {bad}, true),
                   Make("high", {constraints}, true), Make("root", {}, true)}),
            kPermittedViolation);
  EXPECT_EQ(finding_.depth, 1);
  // Unless it is self-issued.
  EXPECT_EQ(Check({Make("leaf", {good}, false), Make("ca", {bad}, true, "ca"),
                   Make("ca", {constraints}, true)}),
            kOk);
  // A leaf that is self-issued is checked.
  EXPECT_EQ(
      Check({Make("ca", {bad}, false, "ca"), Make("ca", {constraints}, true)}),
      kPermittedViolation);
  // A certificate's own names and those above are not constrained.
  EXPECT_EQ(
      Check({Make("leaf", {good}, false), Make("ca", {constraints, bad}, true),
             Make("root", {bad}, true)}),
      kOk);
  // The leaf's own constraints constrain nothing.
  EXPECT_EQ(
      Check({Make("leaf", {constraints, bad}, false), Make("root", {}, true)}),
      kOk);
}

TEST_F(NameConstraintsTest, TheWorkIsBounded) {
  std::string names = "DNS:a.example";
  std::string constraints = "excluded;DNS:b.example";
  for (int i = 0; i < 300; ++i) {
    absl::StrAppend(&names, ",DNS:a", i, ".example");
    absl::StrAppend(&constraints, ",excluded;DNS:b", i, ".example");
  }
  EXPECT_EQ(Check(constraints, names), verify_code::kUnspecified);
  EXPECT_EQ(Check(constraints, "DNS:a.example"), kOk);
  // Of common names, too.
  const Certificate ca = Make("ca", {Constraints(constraints)}, true);
  for (const int count : {1, 300}) {
    MintOptions leaf;
    leaf.issuer = "ca";
    for (int i = 0; i < count; ++i) {
      leaf.common_names.push_back(absl::StrCat("a", i, ".example"));
    }
    const Certificate named = Mint(leaf, key_.get(), key_.get());
    const std::vector<X509*> chain = {named.impl().x509.get(),
                                      ca.impl().x509.get()};
    EXPECT_EQ(CheckCommonNames(chain, false).verify_code,
              count == 1 ? kOk : verify_code::kUnspecified);
  }
}

}  // namespace
}  // namespace airlock::ssl::internal
