// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/name_constraints.h"

#include <openssl/nid.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/error_queue.h"
#include "ssl/internal/name_syntax.h"
#include "ssl/internal/subtrees.h"
#include "ssl/shown.h"
#include "ssl/verify_code.h"

namespace airlock::ssl::internal {
namespace {

// No real chain needs more; limits the work that a peer can cause.
constexpr size_t kMostComparisons = 1 << 16;

using NameConstraints = bssl::UniquePtr<NAME_CONSTRAINTS>;

ConstraintFinding Found(int code, std::string what) {
  ConstraintFinding finding;
  finding.verify_code = code;
  finding.what = std::move(what);
  return finding;
}

// Checks that all subtrees can be evaluated. A list that is present but empty
// is malformed, and so is an extension with neither list.
ConstraintFinding CheckSubtrees(const NAME_CONSTRAINTS& constraints) {
  if (constraints.permittedSubtrees == nullptr &&
      constraints.excludedSubtrees == nullptr) {
    return Found(verify_code::kInvalidExtension,
                 "the name constraints are empty");
  }
  for (const STACK_OF(GENERAL_SUBTREE) * subtrees :
       {constraints.permittedSubtrees, constraints.excludedSubtrees}) {
    if (subtrees == nullptr) continue;
    if (sk_GENERAL_SUBTREE_num(subtrees) == 0) {
      return Found(verify_code::kInvalidExtension,
                   "a list of name constraints is empty");
    }
    for (const GENERAL_SUBTREE* subtree : subtrees) {
      int code = 0;
      std::string reason = UnusableSubtreeReason(subtree, &code);
      if (!reason.empty()) return Found(code, std::move(reason));
    }
  }
  return {};
}

// Sets `constraints` to those of `issuer`: null if it has none.
ConstraintFinding ReadConstraints(const X509* issuer,
                                  NameConstraints* constraints) {
  int critical = 0;
  constraints->reset(static_cast<NAME_CONSTRAINTS*>(X509_get_ext_d2i(
      issuer, NID_name_constraints, &critical, /*out_idx=*/nullptr)));
  if (*constraints != nullptr) return CheckSubtrees(**constraints);
  // -1: the extension is missing. Otherwise it is malformed or occurs twice.
  if (critical == -1) return {};
  return Found(verify_code::kInvalidExtension,
               "the name constraints are malformed");
}

std::string NameText(const GENERAL_NAME* name) {
  switch (name->type) {
    case GEN_DNS:
      return absl::StrCat("DNS name \"", Shown(Asn1StringView(name->d.dNSName)),
                          "\"");
    case GEN_EMAIL:
      return absl::StrCat("e-mail address \"",
                          Shown(Asn1StringView(name->d.rfc822Name)), "\"");
    case GEN_URI:
      return absl::StrCat(
          "URI \"", Shown(Asn1StringView(name->d.uniformResourceIdentifier)),
          "\"");
    case GEN_IPADD:
      return absl::StrCat("IP address ",
                          IpAddressToText(Asn1StringView(name->d.iPAddress)));
    case GEN_DIRNAME:
      return absl::StrCat("name \"",
                          ShownName(NameToString(name->d.directoryName)), "\"");
    default:
      return absl::StrCat("name of type ", name->type);
  }
}

// One certificate's names against one issuer's constraints.
class Checker {
 public:
  // `comparisons` is how many are left for the path.
  Checker(const NAME_CONSTRAINTS& constraints, size_t* comparisons)
      : constraints_(constraints), comparisons_(*comparisons) {}

  ConstraintFinding Check(const X509* certificate);

 private:
  ConstraintFinding CheckSubject(const X509* certificate);
  ConstraintFinding CheckName(const GENERAL_NAME* name);
  // Whether any subtree of the name's type contains it, or, for a wildcard,
  // overlaps it. `any` is set if any has its type.
  ConstraintFinding Locate(const GENERAL_NAME* name,
                           const STACK_OF(GENERAL_SUBTREE) * subtrees,
                           bool* any, bool* inside, bool* overlaps);

  const NAME_CONSTRAINTS& constraints_;
  size_t& comparisons_;
};

ConstraintFinding Checker::Check(const X509* certificate) {
  ConstraintFinding finding = CheckSubject(certificate);
  if (finding.verify_code != verify_code::kOk) return finding;
  const auto names = GetSubjectAltNames(certificate);
  if (!names.ok()) {
    return Found(verify_code::kInvalidExtension,
                 "the subjectAltName is malformed");
  }
  for (const GENERAL_NAME* name : names->get()) {
    finding = CheckName(name);
    if (finding.verify_code != verify_code::kOk) return finding;
  }
  return {};
}

ConstraintFinding Checker::CheckSubject(const X509* certificate) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  if (X509_NAME_entry_count(subject) == 0) return {};
  GENERAL_NAME name;  // Borrows its content.
  name.type = GEN_DIRNAME;
  name.d.directoryName = subject;
  ConstraintFinding finding = CheckName(&name);
  for (int i = -1; finding.verify_code == verify_code::kOk;) {
    i = X509_NAME_get_index_by_NID(subject, NID_pkcs9_emailAddress, i);
    if (i < 0) break;
    name.type = GEN_EMAIL;
    name.d.rfc822Name =
        X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i));
    finding = CheckName(&name);
  }
  return finding;
}

ConstraintFinding Checker::Locate(const GENERAL_NAME* name,
                                  const STACK_OF(GENERAL_SUBTREE) * subtrees,
                                  bool* any, bool* inside, bool* overlaps) {
  for (const GENERAL_SUBTREE* subtree : subtrees) {
    if (subtree->base->type != name->type) continue;
    *any = true;
    if (!IsSupportedConstraint(name->type)) {
      return Found(verify_code::kUnsupportedConstraintType, NameText(name));
    }
    if (comparisons_ == 0) {
      return Found(verify_code::kUnspecified,
                   absl::StrCat("more than ", kMostComparisons,
                                " comparisons of names and constraints"));
    }
    --comparisons_;
    switch (MatchSubtree(name, subtree->base)) {
      case SubtreeMatch::kBadName:
        return Found(verify_code::kUnsupportedNameSyntax, NameText(name));
      case SubtreeMatch::kInside:
        *inside = true;
        break;
      case SubtreeMatch::kOverlaps:
        *overlaps = true;
        break;
      case SubtreeMatch::kOutside:
        break;
    }
  }
  return {};
}

ConstraintFinding Checker::CheckName(const GENERAL_NAME* name) {
  bool any = false;
  bool inside = false;
  bool overlaps = false;
  ConstraintFinding finding =
      Locate(name, constraints_.permittedSubtrees, &any, &inside, &overlaps);
  if (finding.verify_code != verify_code::kOk) return finding;
  if (any && !inside) {
    return Found(verify_code::kPermittedViolation, NameText(name));
  }
  inside = false;
  overlaps = false;
  finding =
      Locate(name, constraints_.excludedSubtrees, &any, &inside, &overlaps);
  if (finding.verify_code != verify_code::kOk) return finding;
  if (inside || overlaps) {
    return Found(verify_code::kExcludedViolation, NameText(name));
  }
  return {};
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

ConstraintFinding CheckNames(const NAME_CONSTRAINTS& constraints,
                             const std::vector<std::string>& names,
                             size_t* comparisons) {
  for (const std::string& name : names) {
    const std::string shown = absl::StrCat("common name \"", Shown(name), "\"");
    // The end of a name with a NUL is ambiguous.
    const bool is_ambiguous = absl::StrContains(name, '\0');
    bool any = false;
    bool permitted = false;
    bool excluded = false;
    for (const bool exclude : {false, true}) {
      for (const GENERAL_SUBTREE* subtree :
           exclude ? constraints.excludedSubtrees
                   : constraints.permittedSubtrees) {
        if (subtree->base->type != GEN_DNS) continue;
        if (*comparisons == 0) return Found(verify_code::kUnspecified, shown);
        --*comparisons;
        const SubtreeMatch match =
            MatchDnsSubtree(name, Asn1StringView(subtree->base->d.dNSName));
        if (exclude) {
          excluded = excluded || match != SubtreeMatch::kOutside;
        } else {
          any = true;
          permitted = permitted || match == SubtreeMatch::kInside;
        }
      }
    }
    if (is_ambiguous) return Found(verify_code::kUnsupportedNameSyntax, shown);
    if (any && !permitted) {
      return Found(verify_code::kPermittedViolation, shown);
    }
    if (excluded) return Found(verify_code::kExcludedViolation, shown);
  }
  return {};
}

// The constraints of each issuer for all certificates below it.
ConstraintFinding CheckEachIssuer(absl::Span<X509* const> chain,
                                  size_t* comparisons) {
  for (size_t above = chain.size(); above-- > 1;) {
    NameConstraints constraints;
    ConstraintFinding finding = ReadConstraints(chain[above], &constraints);
    finding.depth = static_cast<int>(above);
    for (size_t i = above; constraints != nullptr && i-- > 0 &&
                           finding.verify_code == verify_code::kOk;) {
      const bool is_self_issued =
          (X509_get_extension_flags(chain[i]) & EXFLAG_SI) != 0;
      if (i > 0 && is_self_issued) continue;
      finding = Checker(*constraints, comparisons).Check(chain[i]);
      finding.depth = static_cast<int>(i);
    }
    if (finding.verify_code != verify_code::kOk) {
      finding.issuer = NameToString(X509_get_subject_name(chain[above]));
      return finding;
    }
  }
  return {};
}

}  // namespace

ConstraintFinding CheckNameConstraints(absl::Span<X509* const> chain) {
  const ErrorQueueScope errors;
  size_t comparisons = kMostComparisons;
  ConstraintFinding finding = CheckEachIssuer(chain, &comparisons);
  finding.comparisons = kMostComparisons - comparisons;
  return finding;
}

ConstraintFinding CheckCommonNames(absl::Span<X509* const> chain,
                                   bool common_name_fallback) {
  const ErrorQueueScope errors;
  if (chain.size() < 2) return {};
  const auto presented = GetPresentedNames(chain[0]);
  if (presented.ok() && (!presented->dns.empty() || !presented->ip.empty())) {
    return {};
  }
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
  size_t comparisons = kMostComparisons;
  for (size_t i = 1; i < chain.size(); ++i) {
    NameConstraints constraints;
    ConstraintFinding finding = ReadConstraints(chain[i], &constraints);
    if (finding.verify_code == verify_code::kOk && constraints != nullptr) {
      finding = CheckNames(*constraints, names, &comparisons);
    }
    if (finding.verify_code != verify_code::kOk) {
      finding.issuer = NameToString(X509_get_subject_name(chain[i]));
      return finding;
    }
  }
  return {};
}

}  // namespace airlock::ssl::internal
