// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/verify.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ssl/error.h"
#include "ssl/internal/boring_verify.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/chain_checks.h"
#include "ssl/internal/engine_differences.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/finding.h"
#include "ssl/internal/finding_details.h"
#include "ssl/internal/memory_watch.h"
#include "ssl/internal/path_builder.h"
#include "ssl/internal/path_report.h"
#include "ssl/internal/path_rules.h"
#include "ssl/internal/security_level.h"
#include "ssl/internal/trust_store_impl.h"
#include "ssl/internal/verify_svid.h"
#include "ssl/verify_code.h"

namespace airlock::ssl::internal {
namespace {

VerifyOutcome Fail(const VerifyRequest& request, const Finding& finding,
                   X509* certificate, absl::string_view paths = "") {
  Error error;
  error.kind = ErrorKind::kVerification;
  error.library = "SSL";
  error.reason = "CERTIFICATE_VERIFY_FAILED";
  error.detail = "certificate verify failed";
  error.verify_code = finding.code;
  error.verify_message = std::string(WordsOf(finding));
  error.depth = finding.depth;
  error.what = FindingText(finding);
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
  absl::StrAppend(&error.what, paths);
  error.advice = std::string(
      finding.advice.empty() ? VerifyCodeAdvice(finding.code) : finding.advice);
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

// Completes BoringSSL's verdict with our own checks.
Attempt Check(const VerifyRequest& request, BoringVerdict verdict) {
  Attempt attempt{std::move(verdict.chain), std::move(verdict.finding),
                  std::move(verdict.certificate)};
  if (attempt.finding.code == verify_code::kOk) {
    attempt.finding = CheckChain(request, Raw(attempt.path));
    if (attempt.finding.code != verify_code::kOk) {
      attempt.certificate =
          bssl::UpRef(attempt.path[static_cast<size_t>(attempt.finding.depth)]);
    }
  } else {
    AddDetails(request, Raw(attempt.path), &attempt.certificate,
               &attempt.finding);
  }
  return attempt;
}

// How much the failure of a path says. One that ends before an anchor, or with
// a signature that is not the issuer's, says less than one that is complete,
// and one over an issuer that is not valid any more less than one that is.
int Rank(const Finding& finding) {
  switch (finding.code) {
    case verify_code::kUnableToGetIssuer:
    case verify_code::kUnableToGetIssuerLocally:
    case verify_code::kSelfSignedLeaf:
    case verify_code::kSelfSignedInChain:
    case verify_code::kUnableToVerifyLeafSignature:
    case verify_code::kSignatureFailure:
      return 0;
    case verify_code::kNotYetValid:
    case verify_code::kExpired:
      return finding.depth == 0 ? 2 : 1;
    default:
      return 2;
  }
}

// Whether another path may succeed where one failed so. The leaf's own faults
// are on every path, and a leaf that is revoked stays so.
bool OthersMaySucceed(const Finding& finding) {
  if (finding.depth != 0) return true;
  switch (finding.code) {
    case verify_code::kNotYetValid:
    case verify_code::kExpired:
    case verify_code::kRevoked:
    case verify_code::kInvalidPurpose:
    case verify_code::kUnhandledCriticalExtension:
    case verify_code::kEeKeyTooSmall:
    case verify_code::kCaDigestTooWeak:
      return false;
    default:
      return true;
  }
}

std::vector<X509*> RawCertificates(absl::Span<const Certificate> certificates) {
  std::vector<X509*> raw;
  raw.reserve(certificates.size());
  for (const Certificate& certificate : certificates) {
    raw.push_back(certificate.impl().x509.get());
  }
  return raw;
}

// A trusted certificate that is not self-signed is an anchor only with
// partial_chain, or by its trust settings, which BoringSSL evaluates.
bool MayBeAnchor(const VerifyRequest& request, X509* trusted) {
  if (request.verification->flags.partial_chain ||
      (X509_get_extension_flags(trusted) & EXFLAG_SS) != 0) {
    return true;
  }
  const auto& settings = request.trust_store->impl().settings;
  return std::any_of(settings.begin(), settings.end(),
                     [trusted](const TrustStore::Impl::Setting& setting) {
                       return setting.certificate.impl().x509.get() == trusted;
                     });
}

// What a search for further paths came to.
struct SearchResult {
  bool out_of_memory = false;
  bool is_spent = false;
  Path accepted;  // Empty: none was.
};

// The work of BoringSSL for a path: each signature in it, and the rest.
int WorkOfPath(absl::Span<X509* const> path) {
  int work = 1;
  for (X509* issuer : path.subspan(1)) work += PathBuilder::WorkOf(issuer);
  return work;
}

// Tries all paths over `reachable`, the trusted certificates that any path can
// contain, that PathBuilder finds, and adds those that fail to
// `attempts`. Our own checks come first: they need no signature check.
SearchResult SearchPaths(const VerifyRequest& request,
                         absl::Span<const Certificate> reachable,
                         std::vector<Attempt>* attempts) {
  const std::vector<X509*> presented =
      RawCertificates(request.presented.subspan(1));
  const std::vector<X509*> trusted = RawCertificates(reachable);
  const auto is_anchor = [&request](X509* certificate) {
    return MayBeAnchor(request, certificate);
  };
  PathSearch search{request.presented[0].impl().x509.get(),
                    presented,
                    trusted,
                    is_anchor,
                    static_cast<size_t>(MostCertificates(request)),
                    PosixSeconds(request.now),
                    !request.verification->flags.trusted_first};
  PathBuilder builder(search);
  SearchResult result;
  const auto accept = [&](absl::Span<X509* const> path) {
    for (const Attempt& attempt : *attempts) {
      const std::vector<X509*> tried = Raw(attempt.path);
      if (std::equal(tried.begin(), tried.end(), path.begin(), path.end())) {
        return false;
      }
    }
    // Each path costs something, or a lattice of CAs would give thousands.
    if (!builder.Charge(1)) return false;
    Attempt attempt;
    for (X509* certificate : path) {
      attempt.path.push_back(bssl::UpRef(certificate));
    }
    attempt.finding = CheckChain(request, path);
    // If this is too much, it was the last path.
    constexpr size_t kComparisonsPerWork = 2048;
    static_cast<void>(builder.Charge(
        static_cast<int>(attempt.finding.comparisons / kComparisonsPerWork)));
    if (attempt.finding.code != verify_code::kOk) {
      attempt.certificate =
          bssl::UpRef(path[static_cast<size_t>(attempt.finding.depth)]);
    } else {
      if (!builder.Charge(WorkOfPath(path))) return false;
      std::optional<BoringVerdict> verdict = CheckWithBoring(request, path);
      if (!verdict.has_value()) {
        result.out_of_memory = true;
        return true;
      }
      attempt = Check(request, *std::move(verdict));
      if (attempt.finding.code == verify_code::kOk) {
        result.accepted = std::move(attempt.path);
        return true;
      }
    }
    attempts->push_back(std::move(attempt));
    return !OthersMaySucceed(attempts->back().finding);
  };
  builder.Search(accept);
  result.is_spent = builder.is_spent();
  return result;
}

VerifyOutcome CheckHost(const VerifyRequest& request) {
  VerifyOutcome outcome;
  outcome.status = MatchHostname(request.presented[0], request.host,
                                 request.verification->hostname);
  if (outcome.status.ok()) return outcome;
  if (GetErrorKind(outcome.status) == ErrorKind::kInternal) {
    outcome.alert = SSL_AD_INTERNAL_ERROR;
    return outcome;
  }
  std::optional<Error> error = GetError(outcome.status);
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

// The leaf's names, once its path is accepted.
VerifyOutcome CheckNames(const VerifyRequest& request) {
  if (!request.host.empty()) {
    VerifyOutcome host = CheckHost(request);
    if (!host.status.ok()) return host;
  }
  X509* leaf = request.presented[0].impl().x509.get();
  RuleFinding names = CheckAltNames(leaf);
  if (names.verify_code == verify_code::kOk) return {};
  return Fail(request,
              {names.verify_code, 0, std::move(names.what),
               SSL_AD_BAD_CERTIFICATE, names.rule},
              leaf);
}

VerifyOutcome Accept(const VerifyRequest& request, const Path& path) {
  VerifyOutcome outcome;
  for (const bssl::UniquePtr<X509>& x509 : path) {
    absl::StatusOr<Certificate> certificate = CertificateFromX509(x509.get());
    if (!certificate.ok()) return OutOfMemory();
    outcome.verified.push_back(*std::move(certificate));
  }
  VerifyOutcome names = CheckNames(request);
  return names.status.ok() ? outcome : names;
}

// VerifyPeer for a trust store.
VerifyOutcome VerifyPath(const VerifyRequest& request) {
  const absl::StatusOr<std::vector<Certificate>> reachable =
      request.trust_store->impl().Reachable(request.presented);
  if (!reachable.ok()) {
    VerifyOutcome outcome;
    outcome.alert = SSL_AD_INTERNAL_ERROR;
    outcome.status = reachable.status();
    return outcome;
  }
  std::vector<Attempt> attempts;
  SearchResult result;
  // Without `trusted_first`, the engine would have to take the peer's issuers,
  // and others only where those lead to no anchor.
  const bool searches_first = kAlwaysTrustedFirst &&
                              !request.verification->flags.trusted_first &&
                              !IsTrustedLeaf(request);
  if (searches_first) {
    result = SearchPaths(request, *reachable, &attempts);
    if (result.out_of_memory) return OutOfMemory();
    if (!result.accepted.empty()) return Accept(request, result.accepted);
  }
  if (attempts.empty()) {
    std::optional<BoringVerdict> first = FindWithBoring(request);
    if (!first.has_value()) return OutOfMemory();
    attempts.push_back(Check(request, *std::move(first)));
    if (attempts[0].finding.code == verify_code::kOk) {
      // What is above a trusted leaf only signed CRLs, and may be no anchor.
      if (IsTrustedLeaf(request)) attempts[0].path.resize(1);
      return Accept(request, attempts[0].path);
    }
    if (!searches_first && !IsPinnedLeaf(request) &&
        OthersMaySucceed(attempts[0].finding)) {
      result = SearchPaths(request, *reachable, &attempts);
      if (result.out_of_memory) return OutOfMemory();
      if (!result.accepted.empty()) return Accept(request, result.accepted);
    }
  }
  const auto shown = std::max_element(
      attempts.begin(), attempts.end(), [](const Attempt& a, const Attempt& b) {
        return Rank(a.finding) < Rank(b.finding);
      });
  Finding finding = shown->finding;
  if (result.is_spent) {
    finding.advice =
        "Have the peer send only the intermediates between its certificate and "
        "its CA.";
  }
  return Fail(request, finding, shown->certificate.get(),
              PathsText(attempts, result.is_spent));
}

// VerifyPeer for a SPIFFE ID.
VerifyOutcome VerifySvid(const VerifyRequest& request) {
  const absl::StatusOr<SvidChoice> choice = ChooseBundle(request);
  if (!choice.ok()) return OutOfMemory();
  if (choice->finding.code != verify_code::kOk) {
    return Fail(request, choice->finding,
                request.presented[0].impl().x509.get());
  }
  VerifyRequest in_domain = request;
  in_domain.host = "";
  in_domain.trust_store = choice->bundle;
  VerifyOutcome outcome = VerifyPath(in_domain);
  if (!outcome.status.ok()) {
    outcome.status = WithTrustDomain(outcome.status, *choice->id);
    return outcome;
  }
  VerifyOutcome allowed = CheckId(request, *choice->id);
  return allowed.status.ok() ? outcome : allowed;
}

}  // namespace

VerifyOutcome VerifyPeer(const VerifyRequest& request) {
  const ErrorQueueScope errors;
  const MemoryWatch memory;
  if (request.presented.empty()) {
    // A resumed session may lack the original handshake's certificates.
    return Fail(request, {verify_code::kInvalidCall, -1, ""}, nullptr);
  }
  VerifyOutcome outcome = request.verification->spiffe != nullptr
                              ? VerifySvid(request)
                              : VerifyPath(request);
  // Without memory, what looked like a fault of the chain may be none, and one
  // may have been overlooked.
  const bool is_out_of_memory = IsOutOfMemory(DrainErrorQueue());
  return is_out_of_memory || memory.ran_out() ? OutOfMemory() : outcome;
}

}  // namespace airlock::ssl::internal
