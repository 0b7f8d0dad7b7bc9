// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/ech_config.h"

#include <openssl/bytestring.h>
#include <openssl/curve25519.h>
#include <openssl/hpke.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "ssl/error.h"

namespace airlock::ssl::internal {
namespace {

constexpr uint16_t kVersion = 0xfe0d;
constexpr size_t kMaxLabel = 63;

absl::Status Damaged(const ErrorText& what) {
  return MakeStatus(ErrorKind::kInvalidArgument,
                    ErrorParts{"", what,
                               "copy it again from the server's DNS record or "
                               "its operator."});
}

absl::string_view View(const CBS& bytes) {
  return {reinterpret_cast<const char*>(CBS_data(&bytes)), CBS_len(&bytes)};
}

// Whether one of the pairs of KDF and AEAD is known.
bool HasKnownSuite(CBS suites) {
  uint16_t kdf = 0;
  uint16_t aead = 0;
  while (CBS_get_u16(&suites, &kdf) && CBS_get_u16(&suites, &aead)) {
    if (kdf == EVP_HPKE_HKDF_SHA256 &&
        (aead == EVP_HPKE_AES_128_GCM || aead == EVP_HPKE_AES_256_GCM ||
         aead == EVP_HPKE_CHACHA20_POLY1305)) {
      return true;
    }
  }
  return false;
}

// Reads the extensions. False if they are damaged.
bool ReadExtensions(CBS extensions, EchConfig* config) {
  constexpr uint16_t kMandatory = 0x8000;
  while (CBS_len(&extensions) > 0) {
    uint16_t type = 0;
    CBS data;
    if (!CBS_get_u16(&extensions, &type) ||
        !CBS_get_u16_length_prefixed(&extensions, &data)) {
      return false;
    }
    if ((type & kMandatory) != 0) {
      config->unusable =
          absl::StrFormat("it requires the unknown extension 0x%04x", type);
    }
  }
  return true;
}

// Reads the contents of a configuration of our version. False if they are
// damaged.
bool ReadContents(CBS contents, EchConfig* config) {
  uint8_t id = 0;
  uint8_t max_name_length = 0;
  uint16_t kem = 0;
  CBS public_key;
  CBS suites;
  CBS name;
  CBS extensions;
  constexpr size_t kSuite = 4;
  if (!CBS_get_u8(&contents, &id) || !CBS_get_u16(&contents, &kem) ||
      !CBS_get_u16_length_prefixed(&contents, &public_key) ||
      CBS_len(&public_key) == 0 ||
      !CBS_get_u16_length_prefixed(&contents, &suites) ||
      CBS_len(&suites) == 0 || CBS_len(&suites) % kSuite != 0 ||
      !CBS_get_u8(&contents, &max_name_length) ||
      !CBS_get_u8_length_prefixed(&contents, &name) || CBS_len(&name) == 0 ||
      !CBS_get_u16_length_prefixed(&contents, &extensions) ||
      CBS_len(&contents) != 0) {
    return false;
  }
  config->public_name = View(name);
  if (!IsEchPublicName(config->public_name)) {
    config->unusable = "its public name is not a DNS name";
  } else if (kem != EVP_HPKE_DHKEM_X25519_HKDF_SHA256) {
    config->unusable =
        absl::StrFormat("its KEM is 0x%04x, not 0x0020 (X25519)", kem);
  } else if (CBS_len(&public_key) != X25519_PUBLIC_VALUE_LEN) {
    config->unusable = absl::StrCat("its public key has ", CBS_len(&public_key),
                                    " bytes, and X25519's have 32");
  } else if (!HasKnownSuite(suites)) {
    config->unusable =
        "it has no known cipher suite: HKDF-SHA256 with AES-GCM or "
        "ChaCha20-Poly1305";
  }
  return ReadExtensions(extensions, config);
}

}  // namespace

absl::StatusOr<std::vector<EchConfig>> ReadEchConfigList(
    absl::string_view bytes) {
  if (bytes.empty()) return Damaged("is empty");
  CBS input;
  CBS_init(&input, reinterpret_cast<const uint8_t*>(bytes.data()),
           bytes.size());
  uint16_t size = 0;
  if (!CBS_get_u16(&input, &size) || size != CBS_len(&input)) {
    return Damaged(absl::StrCat(
        "is not an ECHConfigList (RFC 9849, section 4): its first two bytes "
        "say that ",
        size, " follow, and ", CBS_len(&input), " do"));
  }
  if (size == 0) return Damaged("is a list without a configuration");
  std::vector<EchConfig> configs;
  while (CBS_len(&input) > 0) {
    const CBS start = input;
    uint16_t version = 0;
    CBS contents;
    EchConfig config;
    bool intact = CBS_get_u16(&input, &version) != 0 &&
                  CBS_get_u16_length_prefixed(&input, &contents) != 0;
    if (intact && version == kVersion) {
      intact = ReadContents(contents, &config);
    } else if (intact) {
      config.unusable =
          absl::StrFormat("its version is 0x%04x, not 0xfe0d", version);
    }
    if (!intact) {
      return Damaged(absl::StrCat("has a damaged configuration, number ",
                                  configs.size() + 1));
    }
    config.raw = View(start).substr(0, CBS_len(&start) - CBS_len(&input));
    configs.push_back(std::move(config));
  }
  return configs;
}

std::string JoinEchConfigs(const std::vector<absl::string_view>& configs) {
  std::string joined;
  for (const absl::string_view config : configs) {
    absl::StrAppend(&joined, config);
  }
  const size_t size = joined.size();
  joined.insert(0, 1, static_cast<char>(size & 0xff));
  joined.insert(0, 1, static_cast<char>(size >> 8));
  return joined;
}

bool IsEchPublicName(absl::string_view name) {
  const std::vector<absl::string_view> labels = absl::StrSplit(name, '.');
  for (const absl::string_view label : labels) {
    if (label.empty() || label.size() > kMaxLabel || label.front() == '-' ||
        label.back() == '-' ||
        !std::all_of(label.begin(), label.end(), [](unsigned char c) {
          return absl::ascii_isalnum(c) || c == '-';
        })) {
      return false;
    }
  }
  // Browsers read a name that ends so as an IPv4 address.
  absl::string_view last = labels.back();
  const bool is_decimal =
      std::all_of(last.begin(), last.end(),
                  [](unsigned char c) { return absl::ascii_isdigit(c); });
  const bool is_hexadecimal =
      (absl::ConsumePrefix(&last, "0x") || absl::ConsumePrefix(&last, "0X")) &&
      std::all_of(last.begin(), last.end(),
                  [](unsigned char c) { return absl::ascii_isxdigit(c); });
  return !is_decimal && !is_hexadecimal;
}

}  // namespace airlock::ssl::internal
