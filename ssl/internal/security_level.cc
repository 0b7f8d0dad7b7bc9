// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/security_level.h"

#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/x509.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "ssl/internal/engine_differences.h"
#include "ssl/internal/ml_dsa.h"

namespace airlock::ssl::internal {
namespace {

// NIST SP 800-57 part 1, table 2: the RSA key size for a strength in bits.
struct LevelRow {
  int strength;
  int rsa_bits;
};
constexpr LevelRow kLevels[] = {{0, 0},      {80, 1024},  {112, 2048},
                                {128, 3072}, {192, 7680}, {256, 15360}};

// Collision resistance in bits; what is known of attacks on MD5 and SHA-1.
int DigestStrength(int digest_nid) {
  switch (digest_nid) {
    case NID_md5:
      return 39;
    case NID_sha1:
      return 63;
    case NID_sha224:
      return 112;
    case NID_sha256:
      return 128;
    case NID_sha384:
      return 192;
    case NID_sha512:
      return 256;
    default:
      return 256;  // Ed25519 and RSA-PSS: BoringSSL accepts only strong ones.
  }
}

}  // namespace

std::string WeakKeyReason(X509* certificate, int level) {
  const bssl::UniquePtr<EVP_PKEY> owned(X509_get_pubkey(certificate));
  const EVP_PKEY* key = owned.get();
  const int ml_dsa = MlDsaOfKey(certificate);
  if (key == nullptr && ml_dsa != 0 && !kHasMlDsa) {
    return absl::StrCat("its key is ", MlDsaName(ml_dsa), ", and ",
                        MlDsaNeed());
  }
  if (key == nullptr) return "its public key cannot be read";
  // FIPS 204, table 1: security categories 2, 3 and 5.
  if (ml_dsa != 0) {
    const int strongest = ml_dsa == 44 ? 3 : ml_dsa == 65 ? 4 : 5;
    if (level <= strongest) return "";
    return absl::StrCat(MlDsaName(ml_dsa), " is below level ", level);
  }
  const int type = EVP_PKEY_id(key);
  // BoringSSL crashes on a DSA key that inherits its parameters (RFC 3279).
  const int bits = type == EVP_PKEY_DSA ? 0 : EVP_PKEY_bits(key);
  switch (type) {
    case EVP_PKEY_RSA:
      if (bits >= kLevels[level].rsa_bits) return "";
      return absl::StrCat("its RSA key has ", bits, " bits; at least ",
                          kLevels[level].rsa_bits, " are required at level ",
                          level);
    case EVP_PKEY_EC:
      if (bits >= 2 * kLevels[level].strength) return "";
      return absl::StrCat("its EC key has ", bits, " bits; at least ",
                          2 * kLevels[level].strength,
                          " are required at level ", level);
    case EVP_PKEY_ED25519:
      if (level <= 3) return "";
      return absl::StrCat("Ed25519 is below level ", level);
    default:
      // DSA: BoringSSL verifies it in certificates, but TLS has no use for it.
      if (level == 0) return "";
      return kHasMlDsa ? "its key is neither RSA, EC, Ed25519 nor ML-DSA"
                       : "its key is neither RSA, EC nor Ed25519";
  }
}

std::string WeakSignatureReason(X509* certificate, int level) {
  int digest_nid = NID_undef;
  if (!OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &digest_nid,
                           nullptr)) {
    return "";  // Unknown algorithms fail verification anyway.
  }
  if (DigestStrength(digest_nid) >= kLevels[level].strength) return "";
  return absl::StrCat("it is signed with ", OBJ_nid2sn(digest_nid),
                      ", which is too weak for level ", level);
}

std::string NeedsOfLevel(int level) {
  // The algorithms that servers and BoringSSL support in practice.
  const char* curve = level <= 3 ? "P-256" : level == 4 ? "P-384" : "P-521";
  const char* digest = level <= 3   ? "SHA-256"
                       : level == 4 ? "SHA-384"
                                    : "SHA-512";
  return absl::StrCat("An RSA key of ", std::max(kLevels[level].rsa_bits, 2048),
                      " bits or an ECDSA key on ", curve, ", signed with ",
                      digest, ", is strong enough for level ", level, ".");
}

}  // namespace airlock::ssl::internal
