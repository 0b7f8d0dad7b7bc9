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
#include "ssl/internal/namesakes.h"
#include "ssl/internal/pins.h"
#include "ssl/internal/security_level.h"
#include "ssl/internal/strict.h"
#include "ssl/internal/trust_store_impl.h"

namespace airlock::ssl::internal {
namespace {

// Numbers of OpenSSL's that BoringSSL does not define.
constexpr int kEeKeyTooSmall = 66;
constexpr int kCaKeyTooSmall = 67;
constexpr int kCaDigestTooWeak = 68;

// What to do about a verify code.
absl::string_view NextStep(int code) {
  switch (code) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "Its issuer is not in the CA bundle: have the peer send its "
             "intermediate certificates, or add the issuing CA to the bundle.";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "It is signed by itself and not in the CA bundle: add it to the "
             "bundle if you know it to be the peer's.";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "Its owner has to renew it.";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "Check the clock of this machine.";
    case X509_V_ERR_CERT_REVOKED:
      return "Its issuer has withdrawn it: do not connect.";
    case X509_V_ERR_UNABLE_TO_GET_CRL:
      return "CRLs are asked for: add the issuer's CRL to the CA bundle.";
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID:
      return "Fetch the issuer's current CRL.";
    case X509_V_ERR_INVALID_PURPOSE:
      return "It was issued for another use: see its extended key usage.";
    case X509_V_ERR_APPLICATION_VERIFICATION:
      return "Its key is not the expected one: do not connect, unless its "
             "owner has replaced it; then the operator has to change the pin.";
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return "Raise verify_depth if so long a chain is meant to be.";
    case kEeKeyTooSmall:
    case kCaKeyTooSmall:
    case kCaDigestTooWeak:
      return "Its owner has to replace it; \"@SECLEVEL=0\" in the cipher "
             "string lets it pass.";
    default:
      return "Have the peer's certificate chain mended.";
  }
}

// One finding against one certificate of the chain.
struct Finding {
  int code = 0;
  int depth = 0;
  std::string what;  // The code's text, as OpenSSL has it.
  std::string more;  // Detail beyond the code's own text.
};

VerifyOutcome Fail(const VerifyRequest& request, const Finding& finding,
                   X509* certificate) {
  Error error;
  error.kind = ErrorKind::kVerification;
  error.library = "SSL";
  error.reason = "CERTIFICATE_VERIFY_FAILED";
  error.detail = "certificate verify failed";
  error.verify_code = finding.code;
  error.verify_message = finding.what;
  error.depth = finding.depth;
  error.message = absl::StrCat("certificate verify failed: ", finding.what);
  if (!finding.more.empty()) {
    absl::StrAppend(&error.message, " (", finding.more, ")");
  }
  absl::StrAppend(&error.message, ": depth ", finding.depth);
  if (certificate != nullptr) {
    const absl::StatusOr<Certificate> parsed = CertificateFromX509(certificate);
    if (parsed.ok()) {
      error.subject = parsed->subject();
      absl::StrAppend(&error.message, ", ", DescribeCertificate(*parsed));
    }
    const auto names = GetPresentedNames(certificate);
    const std::string listed = names.ok() ? DescribeNames(*names) : "";
    if (finding.depth == 0 && !listed.empty()) {
      absl::StrAppend(&error.message, ", for ", listed);
    }
  }
  if (finding.code == X509_V_ERR_CERT_HAS_EXPIRED ||
      finding.code == X509_V_ERR_CERT_NOT_YET_VALID) {
    absl::StrAppend(
        &error.message, "; today is ",
        absl::FormatTime("%Y-%m-%d", request.now, absl::UTCTimeZone()));
  }
  absl::StrAppend(&error.message, ". ", NextStep(finding.code));
  VerifyOutcome outcome;
  outcome.alert = static_cast<uint8_t>(SSL_alert_from_verify_result(
      finding.code > kCaDigestTooWeak || finding.code == kEeKeyTooSmall ||
              finding.code == kCaKeyTooSmall || finding.code == kCaDigestTooWeak
          ? X509_V_ERR_CERT_REJECTED
          : finding.code));
  error.alert = outcome.alert;
  outcome.status = MakeStatus(error);
  return outcome;
}

VerifyOutcome OutOfMemory() {
  VerifyOutcome outcome;
  outcome.alert = SSL_AD_INTERNAL_ERROR;
  outcome.status = DrainToStatus(ErrorKind::kInternal,
                                 "No memory to verify the peer's certificate.");
  return outcome;
}

unsigned long FlagBits(const VerifyFlags& flags) {
  unsigned long bits = 0;
  if (flags.crl_check_leaf) bits |= X509_V_FLAG_CRL_CHECK;
  if (flags.crl_check_chain) {
    bits |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
  }
  if (flags.x509_strict) bits |= X509_V_FLAG_X509_STRICT;
  if (flags.partial_chain) bits |= X509_V_FLAG_PARTIAL_CHAIN;
  if (flags.trusted_first) bits |= X509_V_FLAG_TRUSTED_FIRST;
  return bits;
}

// Whether the leaf's key is pinned, and it is signed by itself: then it needs
// nobody else.
bool IsPinnedLeaf(const VerifyRequest& request) {
  return IsPinnedAndSelfSigned(request.presented[0].impl().x509.get(),
                               request.pins);
}

// Whether the leaf is signed by itself and trusted as it stands. BoringSSL does
// not see that where its keyUsage allows no signing of certificates.
bool IsItsOwnAnchor(const VerifyRequest& request) {
  if (IsPinnedLeaf(request)) return true;
  const Certificate& leaf = request.presented[0];
  if ((X509_get_extension_flags(leaf.impl().x509.get()) & EXFLAG_SI) == 0) {
    return false;
  }
  const auto& trusted = request.trust_store->impl().certificates;
  return std::find(trusted.begin(), trusted.end(), leaf) != trusted.end();
}

// The time as BoringSSL reckons with it, within what a certificate can say
// (years 0 to 9999): beyond that its arithmetic overflows.
int64_t PosixSeconds(absl::Time time) {
  constexpr int64_t kFirst = -62167219200;
  constexpr int64_t kLast = 253402300799;
  return std::clamp(absl::ToUnixSeconds(time), kFirst, kLast);
}

// Leaf, intermediates and anchor.
int MostCertificates(const VerifyRequest& request) {
  return std::min(request.depth, INT_MAX - 2) + 2;
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
  VerifyFlags flags = request.flags;
  flags.partial_chain |= IsItsOwnAnchor(request);
  return X509_VERIFY_PARAM_set_flags(param, FlagBits(flags)) != 0;
}

// Builds and checks a path to `store`. `trusted` stands for its certificates in
// another order; null: in the store's. Null where memory is short.
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
  if (trusted != nullptr) {
    X509_STORE_CTX_set0_trusted_stack(ctx.get(), trusted);
  }
  if (X509_verify_cert(ctx.get()) != 1) {
    // BoringSSL says so little where it failed without reaching a verdict.
    const int code = X509_STORE_CTX_get_error(ctx.get());
    if (code == X509_V_OK || code == X509_V_ERR_OUT_OF_MEM) return nullptr;
  }
  return ctx;
}

// What BoringSSL does not look at: security level, pins and strictness.
Finding CheckChain(const VerifyRequest& request,
                   absl::Span<X509* const> chain) {
  for (size_t i = 0; i < chain.size(); ++i) {
    const int depth = static_cast<int>(i);
    std::string reason = WeakKeyReason(chain[i], request.security_level);
    if (!reason.empty()) {
      return {i == 0 ? kEeKeyTooSmall : kCaKeyTooSmall, depth,
              i == 0 ? "EE certificate key too weak"
                     : "CA certificate key too weak",
              reason};
    }
    // Nobody relies on the anchor's own signature.
    if (i + 1 == chain.size()) break;
    reason = WeakSignatureReason(chain[i], request.security_level);
    if (!reason.empty()) {
      return {kCaDigestTooWeak, depth, "CA signature digest algorithm too weak",
              reason};
    }
  }
  const auto pinned = [&](X509* x509) { return IsPinned(x509, request.pins); };
  if (!request.pins.empty() &&
      std::none_of(chain.begin(), chain.end(), pinned)) {
    return {X509_V_ERR_APPLICATION_VERIFICATION, 0,
            "application verification failure",
            "no key of the chain is pinned"};
  }
  if (request.flags.x509_strict) {
    StrictFinding strict = CheckStrict(chain);
    if (strict.verify_code != 0) {
      return {strict.verify_code, strict.depth, std::move(strict.message),
              "x509_strict"};
    }
  }
  return {};
}

VerifyOutcome CheckHost(const VerifyRequest& request) {
  VerifyOutcome outcome;
  outcome.status =
      MatchHostname(request.presented[0], request.host, request.hostname);
  if (outcome.status.ok()) return outcome;
  absl::optional<Error> error = GetError(outcome.status);
  outcome.alert = SSL_AD_BAD_CERTIFICATE;
  if (error.has_value()) {
    error->alert = outcome.alert;
    error->library = "SSL";
    error->reason = "CERTIFICATE_VERIFY_FAILED";
    error->detail = "certificate verify failed";
    error->message =
        absl::StrCat("certificate verify failed: ", error->message);
    outcome.status = MakeStatus(*error);
  }
  return outcome;
}

}  // namespace

VerifyOutcome VerifyPeer(const VerifyRequest& request) {
  const ErrorQueueScope errors;
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
  // What its depth limits, and that it was the limit, BoringSSL's versions do
  // not agree on.
  const auto built =
      static_cast<int>(sk_X509_num(X509_STORE_CTX_get0_chain(ctx.get())));
  const bool no_issuer = code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
                         code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
  if ((code == X509_V_OK && built > MostCertificates(request)) ||
      (no_issuer && built >= MostCertificates(request))) {
    code = X509_V_ERR_CERT_CHAIN_TOO_LONG;
  }
  if (code != X509_V_OK) {
    return Fail(request,
                {code, X509_STORE_CTX_get_error_depth(ctx.get()),
                 X509_verify_cert_error_string(code), ""},
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
  const Finding finding = CheckChain(request, chain);
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
