// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/name_key.h"

#include <openssl/asn1.h>
#include <openssl/obj.h>
#include <openssl/x509.h>

#include <array>
#include <cstddef>
#include <string>

#include "ssl/internal/certificate_impl.h"

namespace airlock::ssl::internal {
namespace {

constexpr uint32_t kStart = 2166136261;  // FNV-1a's numbers.
constexpr uint32_t kPrime = 16777619;

// Each byte as the key has it; 0 for one that the key leaves out.
constexpr std::array<uint8_t, 256> MakeFolded() {
  std::array<uint8_t, 256> folded{};
  for (int c = '0'; c <= '9'; ++c) folded[c] = static_cast<uint8_t>(c);
  for (int c = 'a'; c <= 'z'; ++c) {
    folded[c] = static_cast<uint8_t>(c);
    folded[c - 'a' + 'A'] = static_cast<uint8_t>(c);
  }
  return folded;
}

constexpr std::array<uint8_t, 256> kFolded = MakeFolded();

// The types whose bytes X509_NAME_cmp compares as characters, and not as they
// are, and which have more than one byte for an ASCII character.
bool IsWide(int type) {
  return type == V_ASN1_BMPSTRING || type == V_ASN1_UNIVERSALSTRING;
}

// The ASCII characters of a string of a wide type.
std::string AsciiOf(absl::string_view value, size_t width) {
  std::string ascii;
  for (size_t i = 0; i + width <= value.size(); i += width) {
    const absl::string_view high = value.substr(i, width - 1);
    if (high.find_first_not_of('\0') == absl::string_view::npos) {
      ascii.push_back(value[i + width - 1]);
    }
  }
  return ascii;
}

}  // namespace

uint32_t AttributeKey(absl::string_view oid, absl::string_view value) {
  uint32_t hash = kStart;
  for (const char c : oid) hash = (hash ^ static_cast<uint8_t>(c)) * kPrime;
  for (const char c : value) {
    const uint8_t folded = kFolded[static_cast<uint8_t>(c)];
    if (folded != 0) hash = (hash ^ folded) * kPrime;
  }
  return hash;
}

uint32_t NameKey(const X509_NAME* name) {
  uint32_t key = 0;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    const ASN1_OBJECT* object = X509_NAME_ENTRY_get_object(entry);
    const ASN1_STRING* value = X509_NAME_ENTRY_get_data(entry);
    const absl::string_view oid(
        reinterpret_cast<const char*>(OBJ_get0_data(object)),
        OBJ_length(object));
    const int type = ASN1_STRING_type(value);
    key += IsWide(type)
               ? AttributeKey(oid, AsciiOf(Asn1StringView(value),
                                           type == V_ASN1_BMPSTRING ? 2 : 4))
               : AttributeKey(oid, Asn1StringView(value));
  }
  return key;
}

}  // namespace airlock::ssl::internal
