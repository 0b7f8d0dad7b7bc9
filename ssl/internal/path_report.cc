// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "ssl/internal/path_report.h"

#include <openssl/x509.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "ssl/internal/certificate_impl.h"
#include "ssl/internal/certificate_text.h"
#include "ssl/internal/path_builder.h"
#include "ssl/internal/path_rules.h"
#include "ssl/verify_code.h"

namespace airlock::ssl::internal {
namespace {

// One line: the subjects from the leaf up, and what stopped the path.
std::string AttemptText(const Attempt& attempt) {
  constexpr size_t kMostNames = 6;
  std::string text;
  for (size_t i = 0; i < attempt.path.size(); ++i) {
    // A long path is cut in the middle.
    if (attempt.path.size() > kMostNames && i == kMostNames / 2) {
      const size_t left_out = attempt.path.size() - kMostNames;
      absl::StrAppend(&text, " < ", left_out, " more");
      i += left_out;
    }
    absl::StrAppend(
        &text, i == 0 ? "" : " < ", "\"",
        ShownName(NameToString(X509_get_subject_name(attempt.path[i].get()))),
        "\"");
  }
  absl::StrAppend(&text, ": ", FindingText(attempt.finding));
  if (attempt.finding.depth >= 0) {
    absl::StrAppend(&text, ", depth ", attempt.finding.depth);
  }
  if (attempt.certificate != nullptr) {
    absl::StrAppend(&text, ", issuer \"",
                    ShownName(NameToString(
                        X509_get_issuer_name(attempt.certificate.get()))),
                    "\"");
  }
  return text;
}

}  // namespace

std::vector<X509*> Raw(const Path& path) {
  std::vector<X509*> raw;
  raw.reserve(path.size());
  for (const bssl::UniquePtr<X509>& certificate : path) {
    raw.push_back(certificate.get());
  }
  return raw;
}

absl::string_view WordsOf(const Finding& finding) {
  return finding.code == verify_code::kUnspecified && !finding.more.empty()
             ? absl::string_view(finding.more)
             : VerifyCodeText(finding.code);
}

std::string FindingText(const Finding& finding) {
  const absl::string_view rule =
      finding.rule.empty() ? RuleOfVerifyCode(finding.code) : finding.rule;
  const absl::string_view words = WordsOf(finding);
  const absl::string_view more =
      words == finding.more ? absl::string_view() : finding.more;
  std::string text(words);
  if (!more.empty() && !rule.empty()) {
    absl::StrAppend(&text, " (", rule, ": ", more, ")");
  } else if (!more.empty() || !rule.empty()) {
    absl::StrAppend(&text, " (", more, rule, ")");
  }
  return text;
}

std::string PathsText(absl::Span<const Attempt> attempts, bool is_spent) {
  constexpr size_t kMostShown = 5;
  std::string text;
  if (attempts.size() > 1) {
    absl::StrAppend(&text, "; ", attempts.size(), " paths were tried:");
    for (size_t i = 0; i < std::min(attempts.size(), kMostShown); ++i) {
      absl::StrAppend(&text, "\n  ", i + 1, ". ", AttemptText(attempts[i]));
    }
    if (attempts.size() > kMostShown) {
      absl::StrAppend(&text, "\n  and ", attempts.size() - kMostShown, " more");
    }
  }
  if (is_spent) {
    absl::StrAppend(&text, attempts.size() > 1 ? "\n  " : "; ",
                    "the search ended after the work of ",
                    PathBuilder::kMostWork,
                    " signature checks: other paths may exist");
  }
  if (!text.empty() && text.find('\n') != std::string::npos) text += "\n";
  return text;
}

}  // namespace airlock::ssl::internal
