// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// The path builder and all checks of a chain, against BoringSSL's
// X509_verify_cert and, for name constraints, against constraint_oracle:
// Airlock may refuse more, never accept more. Input: see small_pki.cc.

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "ssl/certificate.h"
#include "ssl/hostname.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/verify.h"
#include "tests/fuzz/constraint_oracle.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/small_pki.h"

namespace airlock::fuzz {
namespace {

X509* Raw(const ssl::Certificate& certificate) {
  return certificate.impl().x509.get();
}

// BoringSSL's verdict on exactly `path`, whose last certificate it trusts.
int BoringSays(const SmallPki& pki, const std::vector<ssl::Certificate>& path) {
  const bssl::UniquePtr<X509_STORE> store(X509_STORE_new());
  const bssl::UniquePtr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
  const bssl::UniquePtr<STACK_OF(X509)> untrusted(sk_X509_new_null());
  Require(X509_STORE_add_cert(store.get(), Raw(path.back())) != 0, "memory");
  for (size_t i = 1; i + 1 < path.size(); ++i) {
    Require(bssl::PushToStack(untrusted.get(), bssl::UpRef(Raw(path[i]))),
            "memory");
  }
  Require(
      X509_STORE_CTX_init(ctx.get(), store.get(), Raw(path[0]),
                          untrusted.get()) != 0 &&
          X509_STORE_CTX_set_default(ctx.get(), pki.peer == ssl::Side::kServer
                                                    ? "ssl_server"
                                                    : "ssl_client") != 0,
      "memory");
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(ctx.get());
  X509_VERIFY_PARAM_set_time_posix(param, absl::ToUnixSeconds(JudgementTime()));
  // A trusted leaf, or any trusted certificate, as the anchor.
  if (path.size() == 1 || pki.verification.flags.partial_chain) {
    Require(X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) != 0,
            "memory");
  }
  return X509_verify_cert(ctx.get()) == 1 ? X509_V_OK
                                          : X509_STORE_CTX_get_error(ctx.get());
}

void CheckAccepted(const SmallPki& pki,
                   const std::vector<ssl::Certificate>& path) {
  Require(!path.empty() && path[0] == pki.presented[0],
          "a verified path begins with the peer's certificate");
  const size_t most = static_cast<size_t>(pki.verification.depth) + 2;
  Require(path.size() <= most, "a verified path is within its depth");
  Require(std::find(pki.trusted.begin(), pki.trusted.end(), path.back()) !=
              pki.trusted.end(),
          "a verified path ends at a trusted certificate");
  for (size_t i = 1; i < path.size(); ++i) {
    const bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(Raw(path[i])));
    Require(X509_verify(Raw(path[i - 1]), key.get()) == 1 &&
                path[i - 1].issuer() == path[i].subject(),
            "each certificate of a verified path signed the one before");
  }
  Require(ConstraintsAllow(path), "a verified path is within its constraints");
  const uint32_t usages =
      XKU_ANYEKU |
      (pki.peer == ssl::Side::kServer ? XKU_SSL_SERVER : XKU_SSL_CLIENT);
  for (const ssl::Certificate& certificate : path) {
    // All bits are set if it has no extended key usage.
    Require((X509_get_extended_key_usage(Raw(certificate)) & usages) != 0,
            "each certificate of a verified path has the purpose");
  }
  Require(pki.host.empty() || ssl::MatchHostname(path[0], pki.host).ok(),
          "a verified peer has the name");
  const int code = BoringSays(pki, path);
  // The two that BoringSSL does not evaluate.
  Require(code == X509_V_OK || code == X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE ||
              code == X509_V_ERR_NAME_CONSTRAINTS_WITHOUT_SANS,
          X509_verify_cert_error_string(code));
}

}  // namespace
}  // namespace airlock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace airlock;  // NOLINT(google-build-using-namespace)
  fuzz::Input input(data, size);
  const fuzz::SmallPki pki = fuzz::MakeSmallPki(&input);
  const ssl::internal::VerifyOutcome outcome = fuzz::Judge(pki);
  fuzz::Require(outcome.status.ok() == !outcome.verified.empty(),
                "what is accepted has a path");
  fuzz::Require(outcome.status.ok() == (outcome.alert == 0),
                "what is refused has an alert");
  if (outcome.status.ok()) fuzz::CheckAccepted(pki, outcome.verified);
  return 0;
}
