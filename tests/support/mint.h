// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Makes certificates at run time, for chains that testdata does not have.
#ifndef AIRLOCK_TESTS_SUPPORT_MINT_H_
#define AIRLOCK_TESTS_SUPPORT_MINT_H_

#include <openssl/asn1.h>
#include <openssl/evp.h>

#include <string>
#include <vector>

#include "ssl/certificate.h"

namespace airlock::testing {

// A new P-256 key.
bssl::UniquePtr<EVP_PKEY> MintKey();

// A new RSA key. More than 2048 bits take seconds.
bssl::UniquePtr<EVP_PKEY> MintRsaKey(int bits);

// An RSA public key of any size, at once. Nobody has its private key.
bssl::UniquePtr<EVP_PKEY> MintRsaPublicKey(int bits);

// A DSA public key without parameters (RFC 3279, section 2.3.2).
bssl::UniquePtr<EVP_PKEY> MintDsaKeyWithoutParameters();

// A certificate for `subject` and `key` from `issuer`, valid from 2020 to 2120:
// version 3, basicConstraints with CA:TRUE if `is_ca`, nothing else.
ssl::Certificate Mint(const std::string& subject, EVP_PKEY* key,
                      const std::string& issuer, EVP_PKEY* issuer_key,
                      bool is_ca);

// An extension, by its NID.
struct MintExtension {
  int nid = 0;
  std::string value;    // In openssl.cnf's format ("DNS:localhost").
  bool is_der = false;  // `value` is the extension's content instead.
};

struct MintOptions {
  std::vector<std::string> common_names;
  int name_type = MBSTRING_UTF8;  // Or V_ASN1_*, for raw bytes.
  std::string issuer;             // The issuer's only common name.
  bool is_ca = false;
  std::vector<MintExtension> extensions;
  std::string not_before = "20200101000000Z";  // Or with a two-digit year.
  std::string not_after = "21200101000000Z";
  std::string serial = "1";  // In hexadecimal.
  bool sha1 = false;         // Signed with SHA-1, not SHA-256.
};

// As above, with more options.
ssl::Certificate Mint(const MintOptions& options, EVP_PKEY* key,
                      EVP_PKEY* issuer_key);

// `certificate` as a TRUSTED CERTIFICATE block, each list with one use, by its
// NID, or with none: NID_undef.
std::string TrustedPem(const ssl::Certificate& certificate, int trust,
                       int reject);

}  // namespace airlock::testing

#endif  // AIRLOCK_TESTS_SUPPORT_MINT_H_
