// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/name_key.h"

#include <openssl/asn1.h>
#include <openssl/nid.h>
#include <openssl/x509.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace airlock::ssl::internal {
namespace {

using Name = bssl::UniquePtr<X509_NAME>;

// `text` in a type with `width` bytes for a character.
std::string Wide(absl::string_view text, size_t width) {
  std::string wide;
  for (const char c : text) {
    wide.append(width - 1, '\0');
    wide.push_back(c);
  }
  return wide;
}

void Add(X509_NAME* name, int nid, int type, absl::string_view value, int set) {
  ASSERT_TRUE(X509_NAME_add_entry_by_NID(
      name, nid, type, reinterpret_cast<const uint8_t*>(value.data()),
      static_cast<ossl_ssize_t>(value.size()), /*loc=*/-1, set));
}

Name One(int type, absl::string_view value) {
  Name name(X509_NAME_new());
  Add(name.get(), NID_commonName, type, value, /*set=*/0);
  return name;
}

// Whether the two are the same name; if so, their keys have to be equal.
bool Compare(const Name& a, const Name& b) {
  if (X509_NAME_cmp(a.get(), b.get()) != 0) return false;
  EXPECT_EQ(NameKey(a.get()), NameKey(b.get()));
  return true;
}

TEST(NameKeyTest, IgnoresTheEncoding) {
  const Name name = One(V_ASN1_UTF8STRING, "Airlock CA 7");
  for (const int type :
       {V_ASN1_PRINTABLESTRING, V_ASN1_IA5STRING, V_ASN1_T61STRING}) {
    EXPECT_TRUE(Compare(name, One(type, "Airlock CA 7"))) << type;
    EXPECT_TRUE(Compare(name, One(type, " aiRLock  CA\t7 "))) << type;
  }
  EXPECT_TRUE(Compare(name, One(V_ASN1_BMPSTRING, Wide("airlock ca 7", 2))));
  EXPECT_TRUE(
      Compare(name, One(V_ASN1_UNIVERSALSTRING, Wide("Airlock  ca 7", 4))));
  // Two ASCII letters as the bytes of one character.
  EXPECT_TRUE(Compare(One(V_ASN1_BMPSTRING, "AB"),
                      One(V_ASN1_UTF8STRING, "\xe4\x85\x82")));
  // A character of Latin-1.
  EXPECT_TRUE(Compare(One(V_ASN1_T61STRING, "caf\xe9"),
                      One(V_ASN1_UTF8STRING, "Caf\xc3\xa9")));
}

TEST(NameKeyTest, DiffersForUsualNames) {
  const Name name = One(V_ASN1_UTF8STRING, "Airlock CA 7");
  EXPECT_NE(NameKey(name.get()),
            NameKey(One(V_ASN1_UTF8STRING, "Airlock CA 8").get()));
  const Name other(X509_NAME_new());
  Add(other.get(), NID_organizationName, V_ASN1_UTF8STRING, "Airlock CA 7", 0);
  EXPECT_NE(NameKey(name.get()), NameKey(other.get()));
}

// Names of few short values, in all encodings, with sets of several attributes.
TEST(NameKeyTest, EqualNamesHaveEqualKeys) {
  std::mt19937 random(7);
  const auto below = [&random](int limit) {
    return static_cast<int>(random() % static_cast<unsigned>(limit));
  };
  std::vector<Name> names;
  for (int i = 0; i < 600; ++i) {
    Name name(X509_NAME_new());
    const int count = 1 + below(2);
    for (int k = 0; k < count; ++k) {
      std::string value(1, below(2) == 0 ? 'x' : 'X');
      value += below(2) == 0 ? " " : "  ";
      value += below(2) == 0 ? "1" : "-";
      const int types[] = {V_ASN1_UTF8STRING, V_ASN1_IA5STRING,
                           V_ASN1_T61STRING, V_ASN1_BMPSTRING,
                           V_ASN1_UNIVERSALSTRING};
      const int type = types[below(5)];
      if (type == V_ASN1_BMPSTRING) value = Wide(value, 2);
      if (type == V_ASN1_UNIVERSALSTRING) value = Wide(value, 4);
      Add(name.get(), below(2) == 0 ? NID_commonName : NID_organizationName,
          type, value, k > 0 && below(2) == 0 ? -1 : 0);
    }
    names.push_back(std::move(name));
  }
  int equal = 0;
  for (size_t a = 0; a < names.size(); ++a) {
    for (size_t b = 0; b < a; ++b) equal += Compare(names[a], names[b]) ? 1 : 0;
  }
  EXPECT_GT(equal, 1000);
}

}  // namespace
}  // namespace airlock::ssl::internal
