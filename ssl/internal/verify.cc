// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/verify.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <climits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/name_constraints.h"
#include "ssl/internal/namesakes.h"
#include "ssl/internal/pins.h"
#include "ssl/internal/security_level.h"
#include "ssl/internal/strict.h"
#include "ssl/internal/trust_store_impl.h"
#include "ssl/internal/verify_code_map.h"
#include "ssl/shown.h"
#include "ssl/verify_code.h"

namespace airlock::ssl::internal {
namespace {

// A failed check of one certificate of the chain.
struct Finding {
  int code = 0;
  int depth = 0;
  std::string more = "";  // Detail beyond the code's own text.
  // The alert that BoringSSL would send.
  int alert = SSL_AD_BAD_CERTIFICATE;
};

VerifyOutcome Fail(const VerifyRequest& request, const Finding& finding,
                   X509* certificate) {
  Error error;
  error.kind = ErrorKind::kVerification;
  error.library = "SSL";
  error.reason = "CERTIFICATE_VERIFY_FAILED";
  error.detail = "certificate verify failed";
  error.verify_code = finding.code;
  error.verify_message = std::string(VerifyCodeText(finding.code));
  error.depth = finding.depth;
  error.what = error.verify_message;
  if (!finding.more.empty()) {
    absl::StrAppend(&error.what, " (", finding.more, ")");
  }
  if (finding.depth >= 0) {
    absl::StrAppend(&error.what, ": depth ", finding.depth);
  }
  if (certificate != nullptr) {
    const absl::StatusOr<Certificate> parsed = CertificateFromX509(certificate);
    if (parsed.ok()) {
      error.subject = parsed->subject();
      absl::StrAppend(&error.what, ", ", DescribeCertificate(*parsed));
    }
    const auto names = GetPresentedNames(certificate);
    const std::string listed = names.ok() ? DescribeNames(*names) : "";
    if (finding.depth == 0 && !listed.empty()) {
      absl::StrAppend(&error.what, ", for ", listed);
    }
  }
  if (finding.code == verify_code::kExpired ||
      finding.code == verify_code::kNotYetValid) {
    absl::StrAppend(
        &error.what, "; today is ",
        absl::FormatTime("%Y-%m-%d", request.now, absl::UTCTimeZone()));
  }
  error.advice = std::string(VerifyCodeAdvice(finding.code));
  if (finding.code == verify_code::kEeKeyTooSmall ||
      finding.code == verify_code::kCaKeyTooSmall ||
      finding.code == verify_code::kCaDigestTooWeak) {
    absl::StrAppend(&error.advice, " ",
                    NeedsOfLevel(request.verification->security_level));
  }
  VerifyOutcome outcome;
  outcome.alert = static_cast<uint8_t>(finding.alert);
  error.alert = outcome.alert;
  outcome.status = MakeStatus(error);
  return outcome;
}

VerifyOutcome OutOfMemory() {
  VerifyOutcome outcome;
  outcome.alert = SSL_AD_INTERNAL_ERROR;
  outcome.status =
      DrainToStatus(ErrorKind::kInternal,
                    "Not enough memory to verify the peer's certificate.");
  return outcome;
}

// BoringSSL's X509_V_FLAG_* are OpenSSL's.
unsigned long BoringFlags(const VerifyFlags& flags) {
  const unsigned long bits = FlagBits(flags);
  return flags.crl_check_chain ? bits | X509_V_FLAG_CRL_CHECK : bits;
}

// Whether the leaf's key is pinned and the leaf is self-signed: then it needs
// no issuer.
bool IsPinnedLeaf(const VerifyRequest& request) {
  return IsPinnedAndSelfSigned(request.presented[0].impl().x509.get(),
                               request.verification->anchor_pins);
}

// Whether the leaf is self-signed and itself trusted. BoringSSL does not detect
// that if its keyUsage does not allow signing certificates.
bool IsItsOwnAnchor(const VerifyRequest& request) {
  if (IsPinnedLeaf(request)) return true;
  const Certificate& leaf = request.presented[0];
  if ((X509_get_extension_flags(leaf.impl().x509.get()) & EXFLAG_SI) == 0) {
    return false;
  }
  const auto& trusted = request.trust_store->impl().certificates;
  return std::find(trusted.begin(), trusted.end(), leaf) != trusted.end();
}

// The time for BoringSSL, clamped to the range of certificates (years 0 to
// 9999): beyond that its arithmetic overflows.
int64_t PosixSeconds(absl::Time time) {
  constexpr int64_t kFirst = -62167219200;
  constexpr int64_t kLast = 253402300799;
  return std::clamp(absl::ToUnixSeconds(time), kFirst, kLast);
}

// Leaf, intermediates and anchor.
int MostCertificates(const VerifyRequest& request) {
  return std::min(request.verification->depth, INT_MAX - 2) + 2;
}

bool Configure(const VerifyRequest& request, X509_STORE_CTX* ctx) {
  if (!X509_STORE_CTX_set_default(
          ctx, request.peer == Side::kServer ? "ssl_server" : "ssl_client")) {
    return false;
  }
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(ctx);
  X509_VERIFY_PARAM_clear_flags(param, X509_V_FLAG_TRUSTED_FIRST);
  X509_VERIFY_PARAM_set_depth(param, MostCertificates(request) - 1);
  X509_VERIFY_PARAM_set_time_posix(param, PosixSeconds(request.now));
  VerifyFlags flags = request.verification->flags;
  flags.partial_chain |= IsItsOwnAnchor(request);
  return X509_VERIFY_PARAM_set_flags(param, BoringFlags(flags)) != 0;
}

// Under name constraints, BoringSSL rejects any leaf without a subjectAltName;
// CheckCommonNames decides whether they allow it.
int PassOverMissingNames(int ok, X509_STORE_CTX* ctx) {
  if (X509_STORE_CTX_get_error(ctx) !=
      X509_V_ERR_NAME_CONSTRAINTS_WITHOUT_SANS) {
    return ok;
  }
  X509_STORE_CTX_set_error(ctx, X509_V_OK);
  return 1;
}

// Builds and checks a path to `store`. `trusted` has its certificates in
// another order; null: the store's order. Returns null if out of memory.
bssl::UniquePtr<X509_STORE_CTX> BuildPath(const VerifyRequest& request,
                                          X509_STORE* store,
                                          STACK_OF(X509) * untrusted,
                                          STACK_OF(X509) * trusted) {
  bssl::UniquePtr<X509_STORE_CTX> ctx(X509_STORE_CTX_new());
  if (ctx == nullptr ||
      !X509_STORE_CTX_init(ctx.get(), store,
                           request.presented[0].impl().x509.get(), untrusted) ||
      !Configure(request, ctx.get())) {
    return nullptr;
  }
  X509_STORE_CTX_set_verify_cb(ctx.get(), PassOverMissingNames);
  if (trusted != nullptr) {
    X509_STORE_CTX_set0_trusted_stack(ctx.get(), trusted);
  }
  if (X509_verify_cert(ctx.get()) != 1) {
    // This is all that BoringSSL reports if it fails without a verdict.
    const int code = X509_STORE_CTX_get_error(ctx.get());
    if (code == X509_V_OK || code == X509_V_ERR_OUT_OF_MEM) return nullptr;
  }
  return ctx;
}

// The depth of the first certificate that the bundle's trust settings reject
// for this use, unless they make an earlier one the anchor; -1: none. BoringSSL
// ignores the settings of a leaf that is its own anchor.
int RejectedDepth(const VerifyRequest& request,
                  const std::vector<Certificate>& chain) {
  const auto& with_settings = request.trust_store->impl().settings;
  if (with_settings.empty()) return -1;
  for (size_t i = 0; i < chain.size(); ++i) {
    for (const auto& [certificate, settings] : with_settings) {
      if (certificate != chain[i]) continue;
      const TrustSetting setting =
          request.peer == Side::kServer ? settings.server : settings.client;
      if (setting == TrustSetting::kTrusted) return -1;
      if (setting == TrustSetting::kRejected) return static_cast<int>(i);
    }
  }
  return -1;
}

// The checks that BoringSSL does not do: security level, pins, strictness, and
// name constraints for common names.
Finding CheckChain(const VerifyRequest& request,
                   absl::Span<X509* const> chain) {
  for (size_t i = 0; i < chain.size(); ++i) {
    const int depth = static_cast<int>(i);
    std::string reason =
        WeakKeyReason(chain[i], request.verification->security_level);
    if (!reason.empty()) {
      return {
          i == 0 ? verify_code::kEeKeyTooSmall : verify_code::kCaKeyTooSmall,
          depth, reason};
    }
    // The anchor's own signature does not matter.
    if (i + 1 == chain.size()) break;
    reason =
        WeakSignatureReason(chain[i], request.verification->security_level);
    if (!reason.empty()) {
      return {verify_code::kCaDigestTooWeak, depth, reason};
    }
  }
  for (const auto* pins :
       {&request.verification->pins, &request.verification->anchor_pins}) {
    const auto pinned = [pins](X509* x509) { return IsPinned(x509, *pins); };
    if (pins->empty() || std::any_of(chain.begin(), chain.end(), pinned)) {
      continue;
    }
    return {verify_code::kApplicationVerification, 0,
            "no key in the chain matches a pin", SSL_AD_CERTIFICATE_UNKNOWN};
  }
  if (request.verification->flags.x509_strict) {
    StrictFinding strict = CheckStrict(chain);
    if (strict.verify_code != 0) {
      return {strict.verify_code, strict.depth, "x509_strict"};
    }
  }
  const ConstraintFinding names = CheckCommonNames(
      chain, request.verification->hostname.common_name_fallback);
  if (names.verify_code != verify_code::kOk) {
    return {names.verify_code, 0,
            absl::StrCat("common name \"", Shown(names.name),
                         "\", name constraints of \"", ShownName(names.issuer),
                         "\"")};
  }
  return {};
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

VerifyOutcome CheckHost(const VerifyRequest& request) {
  VerifyOutcome outcome;
  outcome.status = MatchHostname(request.presented[0], request.host,
                                 request.verification->hostname);
  if (outcome.status.ok()) return outcome;
  absl::optional<Error> error = GetError(outcome.status);
  outcome.alert = SSL_AD_BAD_CERTIFICATE;
  if (error.has_value()) {
    error->alert = outcome.alert;
    error->library = "SSL";
    error->reason = "CERTIFICATE_VERIFY_FAILED";
    error->detail = "certificate verify failed";
    error->message.clear();
    outcome.status = MakeStatus(*error);
  }
  return outcome;
}

}  // namespace

VerifyOutcome VerifyPeer(const VerifyRequest& request) {
  const ErrorQueueScope errors;
  if (request.presented.empty()) {
    // A resumed session may lack the original handshake's certificates.
    return Fail(request, {verify_code::kInvalidCall, -1, ""}, nullptr);
  }
  bssl::UniquePtr<STACK_OF(X509)> untrusted(sk_X509_new_null());
  if (untrusted == nullptr) return OutOfMemory();
  for (const Certificate& certificate : request.presented.subspan(1)) {
    if (!bssl::PushToStack(untrusted.get(),
                           bssl::UpRef(certificate.impl().x509))) {
      return OutOfMemory();
    }
  }
  bssl::UniquePtr<STACK_OF(X509)> trusted;
  const bool pinned_leaf = IsPinnedLeaf(request);
  X509_STORE* store = request.trust_store->impl().store.get();
  bssl::UniquePtr<X509_STORE> own_store;
  if (pinned_leaf) {
    own_store.reset(X509_STORE_new());
    store = own_store.get();
    if (store == nullptr ||
        !X509_STORE_add_cert(store, request.presented[0].impl().x509.get())) {
      return OutOfMemory();
    }
  }
  bssl::UniquePtr<X509_STORE_CTX> ctx =
      BuildPath(request, store, untrusted.get(), trusted.get());
  if (!pinned_leaf && ctx != nullptr &&
      X509_STORE_CTX_get_error(ctx.get()) != X509_V_OK) {
    trusted = IssuersFirst(request.trust_store->impl().certificates,
                           request.presented, PosixSeconds(request.now));
    if (trusted != nullptr) {
      ctx = BuildPath(request, store, untrusted.get(), trusted.get());
    }
  }
  if (ctx == nullptr) return OutOfMemory();
  int code = X509_STORE_CTX_get_error(ctx.get());
  // BoringSSL's versions differ in what the depth limits and in how they report
  // that it was exceeded.
  const auto built =
      static_cast<int>(sk_X509_num(X509_STORE_CTX_get0_chain(ctx.get())));
  const bool no_issuer = code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
                         code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
  if ((code == X509_V_OK && built > MostCertificates(request)) ||
      (no_issuer && built >= MostCertificates(request))) {
    code = X509_V_ERR_CERT_CHAIN_TOO_LONG;
  } else if (no_issuer) {
    code = WithoutIssuer(code, X509_STORE_CTX_get_error_depth(ctx.get()),
                         X509_STORE_CTX_get_current_cert(ctx.get()));
  }
  if (code != X509_V_OK) {
    return Fail(
        request,
        {FromBoringVerifyCode(code), X509_STORE_CTX_get_error_depth(ctx.get()),
         "", SSL_alert_from_verify_result(code)},
        X509_STORE_CTX_get_current_cert(ctx.get()));
  }

  std::vector<X509*> chain;
  VerifyOutcome outcome;
  for (X509* x509 : X509_STORE_CTX_get0_chain(ctx.get())) {
    chain.push_back(x509);
    absl::StatusOr<Certificate> certificate = CertificateFromX509(x509);
    if (!certificate.ok()) return OutOfMemory();
    outcome.verified.push_back(*std::move(certificate));
  }
  const int rejected = RejectedDepth(request, outcome.verified);
  const Finding finding = rejected < 0
                              ? CheckChain(request, chain)
                              : Finding{verify_code::kRejected, rejected};
  if (finding.code != 0) {
    return Fail(request, finding, chain[static_cast<size_t>(finding.depth)]);
  }
  if (!request.host.empty()) {
    VerifyOutcome host = CheckHost(request);
    if (!host.status.ok()) return host;
  }
  return outcome;
}

}  // namespace airlock::ssl::internal
