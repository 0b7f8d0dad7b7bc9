// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/certificate_walk.h"

#include <openssl/bytestring.h>

#include <cstddef>

#include "ssl/internal/der.h"
#include "ssl/internal/name_key.h"

namespace airlock::ssl::internal {
namespace {

constexpr size_t kMostBytes = 65535;

constexpr uint8_t kBoolean = 0x01;
constexpr uint8_t kInteger = 0x02;
constexpr uint8_t kBitString = 0x03;
constexpr uint8_t kOctetString = 0x04;
constexpr uint8_t kNull = 0x05;
constexpr uint8_t kOid = 0x06;
constexpr uint8_t kUtf8String = 0x0c;
constexpr uint8_t kPrintableString = 0x13;
constexpr uint8_t kIa5String = 0x16;
constexpr uint8_t kUtcTime = 0x17;
constexpr uint8_t kGeneralizedTime = 0x18;
constexpr uint8_t kSequence = 0x30;
constexpr uint8_t kSet = 0x31;
constexpr uint8_t kVersion = 0xa0;     // [0]
constexpr uint8_t kExtensions = 0xa3;  // [3]

uint8_t ByteOf(char c) { return static_cast<uint8_t>(c); }

CBS CbsOf(absl::string_view bytes) {
  CBS cbs;
  CBS_init(&cbs, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  return cbs;
}

// X.690, section 8.19: numbers in base 128, none with a leading zero.
bool IsOid(absl::string_view content) {
  bool is_start = true;
  for (const char c : content) {
    if (is_start && ByteOf(c) == 0x80) return false;
    is_start = ByteOf(c) < 0x80;
  }
  return !content.empty() && is_start;
}

// X.690, section 8.3: the fewest bytes.
bool IsInteger(absl::string_view content) {
  if (content.size() < 2) return content.size() == 1;
  const uint8_t first = ByteOf(content[0]);
  const bool is_high = ByteOf(content[1]) >= 0x80;
  return first == 0 ? is_high : first != 0xff || !is_high;
}

// X.690, section 11.2: unused bits are zero.
bool IsBitString(absl::string_view content) {
  if (content.empty()) return false;
  const int unused = ByteOf(content[0]);
  if (unused == 0) return true;
  return unused <= 7 && content.size() > 1 &&
         (ByteOf(content.back()) & ((1 << unused) - 1)) == 0;
}

// Unicode scalar values, each in the fewest bytes (RFC 3629). BoringSSL also
// rejects noncharacters.
bool IsUtf8(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const uint8_t first = ByteOf(text[i]);
    if (first < 0x80) {
      ++i;
      continue;
    }
    // Two and three bytes are enough for the names of CAs.
    const size_t size = first >= 0xc2 && first <= 0xdf   ? 2
                        : first >= 0xe0 && first <= 0xef ? 3
                                                         : 0;
    if (size == 0 || size > text.size() - i) return false;
    uint32_t value = first & (size == 2 ? 0x1f : 0x0f);
    for (size_t k = 1; k < size; ++k) {
      const uint8_t next = ByteOf(text[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      value = value << 6 | (next & 0x3f);
    }
    const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
    const bool is_nonchar =
        (value >= 0xfdd0 && value <= 0xfdef) || value >= 0xfffe;
    if ((size == 3 && value < 0x800) || is_surrogate || is_nonchar) {
      return false;
    }
    i += size;
  }
  return true;
}

// AlgorithmIdentifier ::= SEQUENCE { OBJECT IDENTIFIER, ANY OPTIONAL }
bool TakeAlgorithm(Der* in) {
  absl::string_view content;
  absl::string_view value;
  if (!in->Take(kSequence, &content)) return false;
  Der fields(content);
  if (!fields.Take(kOid, &value) || !IsOid(value)) return false;
  if (fields.empty()) return true;
  if (fields.Is(kNull)) {
    return fields.Take(kNull, &value) && value.empty() && fields.empty();
  }
  if (fields.Is(kOid)) {
    return fields.Take(kOid, &value) && IsOid(value) && fields.empty();
  }
  // BoringSSL keeps a SEQUENCE as it is.
  return fields.Take(kSequence, &value) && fields.empty();
}

// Name ::= SEQUENCE OF SET OF SEQUENCE { OBJECT IDENTIFIER, string }
bool TakeName(Der* in, uint32_t* key) {
  absl::string_view content;
  if (!in->Take(kSequence, &content) || content.empty()) return false;
  *key = 0;
  for (Der sets(content); !sets.empty();) {
    absl::string_view set;
    if (!sets.Take(kSet, &set) || set.empty()) return false;
    for (Der attributes(set); !attributes.empty();) {
      absl::string_view attribute;
      absl::string_view oid;
      absl::string_view value;
      if (!attributes.Take(kSequence, &attribute)) return false;
      Der fields(attribute);
      if (!fields.Take(kOid, &oid) || !IsOid(oid)) return false;
      const bool is_utf8 = fields.Is(kUtf8String);
      if (!fields.Take(kPrintableString, &value) &&
          !fields.Take(kUtf8String, &value) &&
          !fields.Take(kIa5String, &value)) {
        return false;
      }
      if (!fields.empty() || value.empty() || (is_utf8 && !IsUtf8(value))) {
        return false;
      }
      *key += AttributeKey(oid, value);
    }
  }
  return true;
}

// Time ::= CHOICE { UTCTime, GeneralizedTime }, as RFC 5280 restricts them.
bool TakeTime(Der* in) {
  absl::string_view content;
  if (in->Take(kUtcTime, &content)) {
    const CBS cbs = CbsOf(content);
    return CBS_parse_utc_time(&cbs, nullptr, /*allow_timezone_offset=*/0) != 0;
  }
  if (!in->Take(kGeneralizedTime, &content)) return false;
  const CBS cbs = CbsOf(content);
  return CBS_parse_generalized_time(&cbs, nullptr,
                                    /*allow_timezone_offset=*/0) != 0;
}

bool TakeValidity(Der* in) {
  absl::string_view content;
  if (!in->Take(kSequence, &content)) return false;
  Der times(content);
  return TakeTime(&times) && TakeTime(&times) && times.empty();
}

bool TakeBitString(Der* in) {
  absl::string_view content;
  return in->Take(kBitString, &content) && IsBitString(content);
}

// SubjectPublicKeyInfo. BoringSSL does not look into the key yet.
bool TakePublicKey(Der* in) {
  absl::string_view content;
  if (!in->Take(kSequence, &content)) return false;
  Der fields(content);
  return TakeAlgorithm(&fields) && TakeBitString(&fields) && fields.empty();
}

// Extensions ::= SEQUENCE OF SEQUENCE { OBJECT IDENTIFIER,
//                                       BOOLEAN DEFAULT FALSE, OCTET STRING }
bool TakeExtensions(Der* in) {
  absl::string_view outer;
  absl::string_view content;
  if (!in->Take(kExtensions, &outer)) return false;
  Der explicit_tag(outer);
  if (!explicit_tag.Take(kSequence, &content) || !explicit_tag.empty() ||
      content.empty()) {
    return false;
  }
  for (Der extensions(content); !extensions.empty();) {
    absl::string_view extension;
    absl::string_view value;
    if (!extensions.Take(kSequence, &extension)) return false;
    Der fields(extension);
    if (!fields.Take(kOid, &value) || !IsOid(value)) return false;
    if (fields.Is(kBoolean) &&
        (!fields.Take(kBoolean, &value) || value.size() != 1)) {
      return false;
    }
    if (!fields.Take(kOctetString, &value) || !fields.empty()) return false;
  }
  return true;
}

// The version's number less one; unset if it is not 1, 2 or 3.
std::optional<int> TakeVersion(Der* in) {
  if (!in->Is(kVersion)) return 0;
  absl::string_view outer;
  absl::string_view value;
  if (!in->Take(kVersion, &outer)) return std::nullopt;
  Der explicit_tag(outer);
  if (!explicit_tag.Take(kInteger, &value) || !explicit_tag.empty() ||
      value.size() != 1 || ByteOf(value[0]) > 2) {
    return std::nullopt;
  }
  return ByteOf(value[0]);
}

bool WalkTbs(absl::string_view content, uint32_t* subject_key) {
  Der fields(content);
  const std::optional<int> version = TakeVersion(&fields);
  absl::string_view serial;
  uint32_t issuer_key = 0;
  if (!version.has_value() || !fields.Take(kInteger, &serial) ||
      !IsInteger(serial) || !TakeAlgorithm(&fields) ||
      !TakeName(&fields, &issuer_key) || !TakeValidity(&fields) ||
      !TakeName(&fields, subject_key) || !TakePublicKey(&fields)) {
    return false;
  }
  if (fields.empty()) return true;
  return *version == 2 && TakeExtensions(&fields) && fields.empty();
}

}  // namespace

std::optional<uint32_t> WalkCertificate(absl::string_view der) {
  if (der.size() > kMostBytes) return std::nullopt;
  Der in(der);
  absl::string_view content;
  absl::string_view tbs;
  uint32_t subject_key = 0;
  if (!in.Take(kSequence, &content) || !in.empty()) return std::nullopt;
  Der fields(content);
  if (!fields.Take(kSequence, &tbs) || !WalkTbs(tbs, &subject_key) ||
      !TakeAlgorithm(&fields) || !TakeBitString(&fields) || !fields.empty()) {
    return std::nullopt;
  }
  return subject_key;
}

}  // namespace airlock::ssl::internal
