// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/boring_verify.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <climits>
#include <utility>

#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/crl_impl.h"
#include "ssl/internal/engine_path.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/pins.h"
#include "ssl/internal/trust_store_impl.h"
#include "ssl/internal/verify_code_map.h"
#include "ssl/verify_code.h"

namespace airlock::ssl::internal {
namespace {

// BoringSSL's X509_V_FLAG_* are OpenSSL's.
unsigned long BoringFlags(const VerifyFlags& flags) {
  const unsigned long bits = FlagBits(flags);
  return flags.crl_check_chain ? bits | X509_V_FLAG_CRL_CHECK : bits;
}

bool IsInTrustStore(const VerifyRequest& request) {
  return request.trust_store->Contains(request.presented[0]);
}

// Whether the leaf is self-signed and itself trusted. BoringSSL does not detect
// that if its keyUsage does not allow signing certificates.
bool IsItsOwnAnchor(const VerifyRequest& request) {
  if (IsPinnedLeaf(request)) return true;
  X509* leaf = request.presented[0].impl().x509.get();
  return (X509_get_extension_flags(leaf) & EXFLAG_SI) != 0 &&
         IsInTrustStore(request);
}

// What LeaveToUs needs to know, and what it learns.
struct CallbackState {
  int64_t now = 0;
  // The last CRL that the issuer did not sign.
  X509_CRL* forged = nullptr;
};

// Whether the time is the second of the certificate's notAfter.
bool EndsNow(X509_STORE_CTX* ctx, int64_t now) {
  int64_t end = 0;
  return ASN1_TIME_to_posix(
             X509_get0_notAfter(X509_STORE_CTX_get_current_cert(ctx)), &end) &&
         end == now;
}

// Three of BoringSSL's verdicts are left to others. It refuses any leaf without
// a subjectAltName, for which CheckCommonNames decides whether name constraints
// allow it, and any IP address under a constraint for addresses, which
// CheckNameConstraints evaluates with all other types. And it ends a
// certificate's validity one second early: notAfter is inclusive (RFC 5280,
// section 4.1.2.5).
int LeaveToUs(int ok, X509_STORE_CTX* ctx) {
  const int code = X509_STORE_CTX_get_error(ctx);
  auto* state = static_cast<CallbackState*>(X509_STORE_CTX_get_app_data(ctx));
  if (code == X509_V_ERR_CRL_SIGNATURE_FAILURE) {
    state->forged = X509_STORE_CTX_get0_current_crl(ctx);
  }
  if (code != X509_V_ERR_NAME_CONSTRAINTS_WITHOUT_SANS &&
      code != X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE &&
      !(code == X509_V_ERR_CERT_HAS_EXPIRED && EndsNow(ctx, state->now))) {
    return ok;
  }
  X509_STORE_CTX_set_error(ctx, X509_V_OK);
  return 1;
}

bool Configure(const VerifyRequest& request, const VerifyFlags& flags,
               CallbackState* state, X509_STORE_CTX* ctx) {
  if (!X509_STORE_CTX_set_default(
          ctx, request.peer == Side::kServer ? "ssl_server" : "ssl_client")) {
    return false;
  }
  state->now = PosixSeconds(request.now);
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(ctx);
  X509_VERIFY_PARAM_clear_flags(param, X509_V_FLAG_TRUSTED_FIRST);
  X509_VERIFY_PARAM_set_depth(param, MostCertificates(request) - 1);
  X509_VERIFY_PARAM_set_time_posix(param, state->now);
  X509_STORE_CTX_set_verify_cb(ctx, LeaveToUs);
  return X509_STORE_CTX_set_app_data(ctx, state) &&
         X509_VERIFY_PARAM_set_flags(param, BoringFlags(flags)) != 0;
}

// OpenSSL's code where the last certificate that was found has no issuer but
// itself. BoringSSL says so only of those whose keyUsage has keyCertSign.
int WithoutIssuer(int code, int depth, X509* last) {
  if (last == nullptr || X509_NAME_cmp(X509_get_subject_name(last),
                                       X509_get_issuer_name(last)) != 0) {
    return code;
  }
  const bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(last));
  if (key == nullptr || X509_verify(last, key.get()) != 1) return code;
  return depth == 0 ? X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
                    : X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN;
}

// BoringSSL's code, or the one that OpenSSL would give. BoringSSL's versions
// differ in what the depth limits and in how they report that it was exceeded.
int CodeOf(const VerifyRequest& request, X509_STORE_CTX* ctx) {
  const int code = X509_STORE_CTX_get_error(ctx);
  const auto built =
      static_cast<int>(sk_X509_num(X509_STORE_CTX_get0_chain(ctx)));
  const bool no_issuer = code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
                         code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
  if ((code == X509_V_OK && built > MostCertificates(request)) ||
      (no_issuer && built >= MostCertificates(request))) {
    return X509_V_ERR_CERT_CHAIN_TOO_LONG;
  }
  if (!no_issuer) return code;
  return WithoutIssuer(code, X509_STORE_CTX_get_error_depth(ctx),
                       X509_STORE_CTX_get_current_cert(ctx));
}

// What BoringSSL gets for a verification.
struct Inputs {
  X509* leaf = nullptr;
  VerifyFlags flags;
  X509_STORE* store = nullptr;
  STACK_OF(X509) * untrusted = nullptr;
  // Stands for the store's certificates; null: those.
  STACK_OF(X509) * trusted = nullptr;
  STACK_OF(X509_CRL) * crls = nullptr;
};

// One verification. Sets `forged` to a CRL that its issuer did not sign, if
// that is the verdict.
std::optional<BoringVerdict> RunOnce(const VerifyRequest& request,
                                     const Inputs& inputs, X509_CRL** forged) {
  CallbackState state;
  const bssl::UniquePtr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
  if (ctx == nullptr ||
      !X509_STORE_CTX_init(ctx.get(), inputs.store, inputs.leaf,
                           inputs.untrusted) ||
      !Configure(request, inputs.flags, &state, ctx.get())) {
    return std::nullopt;
  }
  X509_STORE_CTX_set0_crls(ctx.get(), inputs.crls);
  if (inputs.trusted != nullptr) {
    X509_STORE_CTX_set0_trusted_stack(ctx.get(), inputs.trusted);
  }
  if (X509_verify_cert(ctx.get()) != 1) {
    // This is all that BoringSSL reports if it fails without a verdict.
    const int code = X509_STORE_CTX_get_error(ctx.get());
    // Without memory, other verdicts may be wrong: a key that could not be
    // decoded is not the peer's fault.
    if (code == X509_V_OK || code == X509_V_ERR_OUT_OF_MEM ||
        IsOutOfMemory(DrainErrorQueue())) {
      return std::nullopt;
    }
  }
  BoringVerdict verdict;
  const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(ctx.get());
  if (chain != nullptr) {
    for (X509* certificate : chain) {
      verdict.chain.push_back(bssl::UpRef(certificate));
    }
  }
  const int code = CodeOf(request, ctx.get());
  if (code == X509_V_OK) return verdict;
  if (code == X509_V_ERR_CRL_SIGNATURE_FAILURE) *forged = state.forged;
  verdict.finding.code = FromBoringVerifyCode(code);
  verdict.finding.depth = X509_STORE_CTX_get_error_depth(ctx.get());
  verdict.finding.alert = SSL_alert_from_verify_result(code);
  X509* certificate = X509_STORE_CTX_get_current_cert(ctx.get());
  if (certificate != nullptr) verdict.certificate = bssl::UpRef(certificate);
  return verdict;
}

// Gives `crls` those that may be used. One without nextUpdate never becomes
// invalid (RFC 5280, section 5.1.2.5), which the strict profile refuses.
bool AddCrls(const VerifyRequest& request, STACK_OF(X509_CRL) * crls) {
  const VerifyFlags& flags = request.verification->flags;
  if (!flags.crl_check_leaf && !flags.crl_check_chain) return true;
  for (const Crl& crl : request.trust_store->impl().crls) {
    X509_CRL* x509_crl = crl.impl().crl.get();
    if (flags.x509_strict && X509_CRL_get0_nextUpdate(x509_crl) == nullptr) {
      continue;
    }
    if (!bssl::PushToStack(crls, bssl::UpRef(x509_crl))) return false;
  }
  return true;
}

// Runs BoringSSL. It takes the best CRL of an issuer's name before it looks at
// the signature, so one from another CA of that name hides the right one: those
// are left out, one after another. Their number is limited, since each costs a
// verification.
std::optional<BoringVerdict> Run(const VerifyRequest& request, Inputs inputs) {
  constexpr int kMostLeftOut = 8;
  const bssl::UniquePtr<STACK_OF(X509_CRL)> crls(sk_X509_CRL_new_null());
  if (crls == nullptr || !AddCrls(request, crls.get())) return std::nullopt;
  inputs.crls = crls.get();
  X509_CRL* forged = nullptr;
  std::optional<BoringVerdict> verdict = RunOnce(request, inputs, &forged);
  for (int i = 0; forged != nullptr && i < kMostLeftOut; ++i) {
    bssl::UniquePtr<X509_CRL> left_out(
        sk_X509_CRL_delete_ptr(crls.get(), forged));
    forged = nullptr;
    std::optional<BoringVerdict> next = RunOnce(request, inputs, &forged);
    if (!next.has_value()) return std::nullopt;
    // Without another CRL, the forged one says more.
    if (next->finding.code != verify_code::kUnableToGetCrl) {
      verdict = std::move(next);
    }
  }
  return verdict;
}

// Whether a leaf that stands alone failed because another certificate's key
// signs its CRL.
bool MayLackIssuersCrl(const VerifyFlags& flags, const Finding& finding) {
  return (flags.crl_check_leaf || flags.crl_check_chain) &&
         finding.code != verify_code::kOk &&
         finding.code != verify_code::kRevoked;
}

}  // namespace

int64_t PosixSeconds(absl::Time time) {
  constexpr int64_t kFirst = -62167219200;
  constexpr int64_t kLast = 253402300799;
  return std::clamp(absl::ToUnixSeconds(time), kFirst, kLast);
}

int MostCertificates(const VerifyRequest& request) {
  return std::min(request.verification->depth, INT_MAX - 2) + 2;
}

bool IsPinnedLeaf(const VerifyRequest& request) {
  return IsPinnedAndSelfSigned(request.presented[0].impl().x509.get(),
                               request.verification->anchor_pins);
}

bool IsTrustedLeaf(const VerifyRequest& request) {
  return IsItsOwnAnchor(request) ||
         (request.verification->flags.partial_chain && IsInTrustStore(request));
}

std::optional<BoringVerdict> FindWithBoring(const VerifyRequest& request) {
  X509* leaf = request.presented[0].impl().x509.get();
  VerifyFlags flags = request.verification->flags;
  X509_STORE* store = request.trust_store->impl().store.get();
  bssl::UniquePtr<X509_STORE> own_store;
  if (IsTrustedLeaf(request)) {
    flags.partial_chain = true;
    own_store.reset(X509_STORE_new());
    if (own_store == nullptr || !X509_STORE_add_cert(own_store.get(), leaf)) {
      return std::nullopt;
    }
    std::optional<BoringVerdict> alone =
        Run(request, {leaf, flags, own_store.get()});
    if (!alone.has_value() || !MayLackIssuersCrl(flags, alone->finding)) {
      return alone;
    }
    if (IsPinnedLeaf(request)) store = own_store.get();
  }
  const bssl::UniquePtr<STACK_OF(X509)> untrusted(sk_X509_new_null());
  if (untrusted == nullptr) return std::nullopt;
  for (const Certificate& certificate : request.presented.subspan(1)) {
    if (!bssl::PushToStack(untrusted.get(),
                           bssl::UpRef(certificate.impl().x509))) {
      return std::nullopt;
    }
  }
  return Run(request, {leaf, flags, store, untrusted.get()});
}

std::optional<BoringVerdict> CheckWithBoring(const VerifyRequest& request,
                                             absl::Span<X509* const> path) {
  const bssl::UniquePtr<STACK_OF(X509)> untrusted(sk_X509_new_null());
  const bssl::UniquePtr<STACK_OF(X509)> trusted(sk_X509_new_null());
  const std::optional<EnginePath> engine_path = EnginePath::Make(path);
  if (untrusted == nullptr || trusted == nullptr || !engine_path.has_value()) {
    return std::nullopt;
  }
  for (size_t i = 1; i < path.size(); ++i) {
    STACK_OF(X509)* stack =
        i + 1 == path.size() ? trusted.get() : untrusted.get();
    if (!bssl::PushToStack(stack,
                           bssl::UpRef(engine_path->certificates()[i]))) {
      return std::nullopt;
    }
  }
  // In this order, BoringSSL takes the path's certificates one after another.
  VerifyFlags flags = request.verification->flags;
  flags.trusted_first = false;
  std::optional<BoringVerdict> verdict =
      Run(request, {engine_path->certificates()[0].get(), flags,
                    request.trust_store->impl().store.get(), untrusted.get(),
                    trusted.get()});
  if (!verdict.has_value()) return std::nullopt;
  engine_path->Restore(&verdict->certificate);
  for (bssl::UniquePtr<X509>& certificate : verdict->chain) {
    engine_path->Restore(&certificate);
  }
  if (verdict->finding.code != verify_code::kOk) return verdict;
  const bool is_same = std::equal(
      verdict->chain.begin(), verdict->chain.end(), path.begin(), path.end(),
      [](const bssl::UniquePtr<X509>& a, X509* b) { return a.get() == b; });
  if (!is_same) verdict->finding.code = verify_code::kUnspecified;
  return verdict;
}

}  // namespace airlock::ssl::internal
