// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/engine_differences.h"

#include <openssl/err.h>
#include <openssl/evp_errors.h>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace airlock::ssl::internal {
namespace {

constexpr uint16_t kX25519Mlkem768Id = 0x11ec;

// Calls SSL_set_enforce_rsa_key_usage where it is declared.
template <typename Ssl>
auto Enforce(Ssl* ssl, int /*preferred*/)
    -> decltype(SSL_set_enforce_rsa_key_usage(ssl, 1)) {
  SSL_set_enforce_rsa_key_usage(ssl, 1);
}

template <typename Ssl>
void Enforce(Ssl* /*ssl*/, long /*otherwise*/) {}

// Calls SSL_set_reject_unusable_ech_config where it is declared.
template <typename Ssl>
auto RejectUnusable(Ssl* ssl, int /*preferred*/)
    -> decltype(SSL_set_reject_unusable_ech_config(ssl, 1)) {
  SSL_set_reject_unusable_ech_config(ssl, 1);
}

template <typename Ssl>
void RejectUnusable(Ssl* /*ssl*/, long /*otherwise*/) {}

std::string Need(absl::string_view what) {
  return absl::StrCat(
      what,
      " needs a later BoringSSL, such as API version 43, and this Airlock is "
      "built on API version ",
      BORINGSSL_API_VERSION, ": build it with --config=upstream");
}

}  // namespace

std::string GroupName(uint16_t group) {
  if (group == kX25519Mlkem768Id) return std::string(kX25519Mlkem768);
  const char* name = SSL_get_curve_name(group);
  return name == nullptr ? absl::StrFormat("0x%04x", group) : name;
}

std::string PostQuantumNeed() { return Need(kX25519Mlkem768); }

std::string EchNeed() { return Need("Encrypted Client Hello"); }

std::string MlDsaNeed() { return Need("ML-DSA"); }

bool IsNotSeed(uint32_t code) {
#ifdef EVP_R_PRIVATE_KEY_WAS_NOT_SEED
  return ERR_GET_LIB(code) == ERR_LIB_EVP &&
         ERR_GET_REASON(code) == EVP_R_PRIVATE_KEY_WAS_NOT_SEED;
#else
  (void)code;
  return false;
#endif
}

std::string UnknownGroupAdvice(absl::string_view names) {
  if (!kHasPostQuantum &&
      absl::c_linear_search(absl::StrSplit(names, ':'), kX25519Mlkem768)) {
    return absl::StrCat(PostQuantumNeed(), ", or leave the group out.");
  }
  return absl::StrCat("use ", kHasPostQuantum ? "X25519MLKEM768, " : "",
                      "X25519, P-256, P-384, P-521, separated by colons.");
}

void EnforceRsaKeyUsage(SSL* ssl) { Enforce(ssl, 0); }

void RejectUnusableEch(SSL* ssl) { RejectUnusable(ssl, 0); }

}  // namespace airlock::ssl::internal
