// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/signature_algorithms.h"

#include <openssl/ssl.h>

#include <iterator>

#include "absl/algorithm/container.h"
#include "ssl/internal/engine_differences.h"

namespace airlock::ssl::internal {
namespace {

// BoringSSL's own list lacks P-521 and Ed25519. SHA-1 is last.
constexpr uint16_t kVerifyAlgorithms[] = {
    SSL_SIGN_ECDSA_SECP256R1_SHA256,
    SSL_SIGN_RSA_PSS_RSAE_SHA256,
    SSL_SIGN_RSA_PKCS1_SHA256,
    SSL_SIGN_ECDSA_SECP384R1_SHA384,
    SSL_SIGN_RSA_PSS_RSAE_SHA384,
    SSL_SIGN_RSA_PKCS1_SHA384,
    SSL_SIGN_ED25519,
    SSL_SIGN_ECDSA_SECP521R1_SHA512,
    SSL_SIGN_RSA_PSS_RSAE_SHA512,
    SSL_SIGN_RSA_PKCS1_SHA512,
    SSL_SIGN_RSA_PKCS1_SHA1,
};

// BoringSSL's own list without SHA-1.
constexpr uint16_t kSigningAlgorithms[] = {
    SSL_SIGN_ED25519,
    SSL_SIGN_ECDSA_SECP256R1_SHA256,
    SSL_SIGN_RSA_PSS_RSAE_SHA256,
    SSL_SIGN_RSA_PKCS1_SHA256,
    SSL_SIGN_ECDSA_SECP384R1_SHA384,
    SSL_SIGN_RSA_PSS_RSAE_SHA384,
    SSL_SIGN_RSA_PKCS1_SHA384,
    SSL_SIGN_ECDSA_SECP521R1_SHA512,
    SSL_SIGN_RSA_PSS_RSAE_SHA512,
    SSL_SIGN_RSA_PKCS1_SHA512,
};

bool AllowsSha1(const ContextOptions& options) {
  return options.verification.security_level == 0;
}

std::vector<uint16_t> MlDsaFirst() {
  std::vector<uint16_t> algorithms;
  if (kHasMlDsa) {
    algorithms.assign(kMlDsaSchemes.begin(), kMlDsaSchemes.end());
  }
  return algorithms;
}

}  // namespace

bool UsesSha1(uint16_t algorithm) {
  return algorithm == SSL_SIGN_RSA_PKCS1_SHA1 ||
         algorithm == SSL_SIGN_ECDSA_SHA1;
}

std::vector<uint16_t> VerifyAlgorithms(const ContextOptions& options) {
  if (!options.peer_signing_algorithms.empty()) {
    return options.peer_signing_algorithms;
  }
  std::vector<uint16_t> algorithms = MlDsaFirst();
  algorithms.insert(
      algorithms.end(), std::begin(kVerifyAlgorithms),
      std::end(kVerifyAlgorithms) - (AllowsSha1(options) ? 0 : 1));
  return algorithms;
}

std::vector<uint16_t> SigningAlgorithms(const ContextOptions& options) {
  if (!options.signing_algorithms.empty() || AllowsSha1(options)) {
    return options.signing_algorithms;
  }
  std::vector<uint16_t> algorithms = MlDsaFirst();
  algorithms.insert(algorithms.end(), std::begin(kSigningAlgorithms),
                    std::end(kSigningAlgorithms));
  return algorithms;
}

bool MaySignWith(const ContextOptions& options, uint16_t algorithm) {
  const std::vector<uint16_t>& named = options.signing_algorithms;
  if (!named.empty()) return absl::c_linear_search(named, algorithm);
  return AllowsSha1(options) || !UsesSha1(algorithm);
}

}  // namespace airlock::ssl::internal
