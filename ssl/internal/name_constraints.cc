// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/name_constraints.h"

#include <openssl/nid.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/error_queue.h"
#include "ssl/verify_code.h"

namespace airlock::ssl::internal {
namespace {

// No real subject needs more; limits the work that a peer can cause.
constexpr size_t kMostComparisons = 1 << 16;

// Whether the DNS name `name` lies in the subtree `base`. An empty base
// contains all names; ".example" is OpenSSL's syntax for names below example,
// without itself.
bool Within(absl::string_view name, absl::string_view base) {
  if (base.empty()) return true;
  if (!absl::EndsWithIgnoreCase(name, base)) return false;
  return base[0] == '.' || name.size() == base.size() ||
         name[name.size() - base.size() - 1] == '.';
}

// Whether the wildcard `name` covers names in the subtree `base`.
bool Reaches(absl::string_view name, absl::string_view base) {
  if (!absl::ConsumePrefix(&name, "*.")) return false;
  absl::ConsumePrefix(&base, ".");
  return Within(base, name);
}

// The subtrees for DNS names; false if they cannot be evaluated.
bool DnsSubtrees(const STACK_OF(GENERAL_SUBTREE) * subtrees,
                 std::vector<absl::string_view>* bases) {
  for (const GENERAL_SUBTREE* subtree : subtrees) {
    if (subtree->base->type != GEN_DNS) continue;
    if (subtree->minimum != nullptr || subtree->maximum != nullptr) {
      return false;
    }
    bases->push_back(Asn1StringView(subtree->base->d.dNSName));
  }
  return true;
}

int CheckName(absl::string_view name,
              const std::vector<absl::string_view>& permitted,
              const std::vector<absl::string_view>& excluded) {
  if (!permitted.empty() && std::none_of(permitted.begin(), permitted.end(),
                                         [&](absl::string_view base) {
                                           return Within(name, base);
                                         })) {
    return verify_code::kPermittedViolation;
  }
  if (std::any_of(excluded.begin(), excluded.end(),
                  [&](absl::string_view base) {
                    return Within(name, base) || Reaches(name, base);
                  })) {
    return verify_code::kExcludedViolation;
  }
  return verify_code::kOk;
}

// Whether software could treat `name` as a host name: it has only characters of
// host names, and at least two labels unless `one_label`; it may begin with a
// wildcard.
bool LooksLikeDnsName(absl::string_view name, bool one_label) {
  absl::ConsumePrefix(&name, "*.");
  return (one_label || absl::StrContains(name, '.')) && !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

ConstraintFinding CheckAgainst(X509* issuer,
                               const std::vector<std::string>& names) {
  int critical = 0;
  const bssl::UniquePtr<NAME_CONSTRAINTS> constraints(
      static_cast<NAME_CONSTRAINTS*>(X509_get_ext_d2i(
          issuer, NID_name_constraints, &critical, /*out_idx=*/nullptr)));
  ConstraintFinding finding;
  if (constraints == nullptr) {
    // -1: the extension is missing. Otherwise it is malformed or occurs twice.
    if (critical != -1) finding.verify_code = verify_code::kInvalidExtension;
    return finding;
  }
  std::vector<absl::string_view> permitted;
  std::vector<absl::string_view> excluded;
  if (!DnsSubtrees(constraints->permittedSubtrees, &permitted) ||
      !DnsSubtrees(constraints->excludedSubtrees, &excluded)) {
    finding.verify_code = verify_code::kSubtreeMinMax;
    return finding;
  }
  if ((permitted.size() + excluded.size()) * names.size() > kMostComparisons) {
    finding.verify_code = verify_code::kUnspecified;
    return finding;
  }
  for (const std::string& name : names) {
    finding.name = name;
    // The end of a name with a NUL is ambiguous.
    finding.verify_code = absl::StrContains(name, '\0')
                              ? verify_code::kUnsupportedNameSyntax
                              : CheckName(name, permitted, excluded);
    if (finding.verify_code != verify_code::kOk) return finding;
  }
  return {};
}

}  // namespace

ConstraintFinding CheckCommonNames(absl::Span<X509* const> chain,
                                   bool common_name_fallback) {
  const ErrorQueueScope errors;
  if (chain.size() < 2) return {};
  const auto presented = GetPresentedNames(chain[0]);
  if (presented.ok() && !presented->dns.empty()) return {};
  const bool is_host_name =
      common_name_fallback && presented.ok() && !presented->has_extension;
  std::vector<std::string> names;
  for (std::string& name : CommonNames(chain[0])) {
    // Some certificates end their names with NULs, which are harmless.
    name.resize(name.find_last_not_of('\0') + 1);
    absl::string_view shown = name;
    absl::ConsumeSuffix(&shown, ".");
    if (LooksLikeDnsName(shown, is_host_name) ||
        absl::StrContains(name, '\0')) {
      names.emplace_back(shown);
    }
  }
  if (names.empty()) return {};
  for (size_t i = 1; i < chain.size(); ++i) {
    ConstraintFinding finding = CheckAgainst(chain[i], names);
    if (finding.verify_code != verify_code::kOk) {
      finding.issuer = NameToString(X509_get_subject_name(chain[i]));
      return finding;
    }
  }
  return {};
}

}  // namespace airlock::ssl::internal
