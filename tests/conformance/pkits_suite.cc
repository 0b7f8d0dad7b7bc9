// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/pkits_suite.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "ssl/certificate.h"
#include "ssl/internal/verify.h"
#include "ssl/trust_store.h"
#include "ssl/verification.h"

namespace airlock::testing {
namespace {

constexpr absl::string_view kList = "pkits_testcases-inl.h";
constexpr absl::string_view kCase = "\nWRAPPED_TYPED_TEST_P(";

// What follows `before` in `text`, up to `after`; empty if either is missing.
absl::string_view Between(absl::string_view text, absl::string_view before,
                          absl::string_view after) {
  const size_t begin = text.find(before);
  if (begin == absl::string_view::npos) return "";
  text.remove_prefix(begin + before.size());
  const size_t end = text.find(after);
  return end == absl::string_view::npos ? "" : text.substr(0, end);
}

// The strings of an initializer: "a", "b".
std::vector<std::string> Strings(absl::string_view initializer) {
  std::vector<std::string> strings;
  const std::vector<absl::string_view> parts = absl::StrSplit(initializer, '"');
  for (size_t i = 1; i < parts.size(); i += 2) strings.emplace_back(parts[i]);
  return strings;
}

absl::Status ReadFiles(ReadPkitsFile read, absl::string_view folder,
                       absl::string_view extension,
                       const std::vector<std::string>& names,
                       std::vector<std::string>* files) {
  for (const std::string& name : names) {
    absl::StatusOr<std::string> file =
        read(absl::StrCat(folder, name, extension));
    if (!file.ok()) return file.status();
    files->push_back(*std::move(file));
  }
  return absl::OkStatus();
}

absl::StatusOr<PkitsCase> ReadCase(absl::string_view text, ReadPkitsFile read) {
  PkitsCase result;
  result.name =
      std::string(absl::StripAsciiWhitespace(Between(text, ",", ")")));
  result.number = std::string(Between(text, "info.test_number = \"", "\""));
  const absl::string_view valid = Between(text, "info.should_validate = ", ";");
  result.is_valid = valid == "true";
  absl::Status status = ReadFiles(read, "certs/", ".crt",
                                  Strings(Between(text, "certs[] = {", "}")),
                                  &result.certificates);
  status.Update(ReadFiles(read, "crls/", ".crl",
                          Strings(Between(text, "crls[] = {", "}")),
                          &result.crls));
  if (!status.ok()) return status;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "info.SetInitial")) continue;
    absl::ConsumeSuffix(&line, ";");
    result.inputs.push_back(absl::StrCat("Initial", line));
  }
  if (result.name.empty() || result.number.empty() ||
      (valid != "true" && valid != "false") || result.certificates.size() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat(kList, ": the case \"", result.name, "\" is incomplete"));
  }
  return result;
}

// "4.13" of "4.13.2".
std::string Section(absl::string_view number) {
  return std::string(number.substr(0, number.rfind('.')));
}

struct Totals {
  int cases = 0;
  int as_published = 0;
  int accepted_wrongly = 0;
  int refused_wrongly = 0;

  void Add(bool is_valid, bool is_accepted) {
    ++cases;
    as_published += is_valid == is_accepted ? 1 : 0;
    accepted_wrongly += is_accepted && !is_valid ? 1 : 0;
    refused_wrongly += is_valid && !is_accepted ? 1 : 0;
  }
};

std::string Line(absl::string_view name, const Totals& totals) {
  return absl::StrFormat("%-8s %6d %13d %17d %16d\n", name, totals.cases,
                         totals.as_published, totals.accepted_wrongly,
                         totals.refused_wrongly);
}

}  // namespace

absl::StatusOr<std::vector<PkitsCase>> ReadPkits(ReadPkitsFile read) {
  const absl::StatusOr<std::string> list = read(std::string(kList));
  if (!list.ok()) return list.status();
  std::vector<PkitsCase> cases;
  const std::vector<std::string> parts = absl::StrSplit(*list, kCase);
  // What precedes the first one defines macros.
  for (size_t i = 1; i < parts.size(); ++i) {
    absl::StatusOr<PkitsCase> pkits_case = ReadCase(parts[i], read);
    if (!pkits_case.ok()) return pkits_case.status();
    cases.push_back(*std::move(pkits_case));
  }
  if (cases.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(kList, " lists no case"));
  }
  return cases;
}

absl::Status VerifyPkitsCase(const PkitsCase& pkits_case, bool strict) {
  ssl::TrustStore::Builder builder;
  absl::Status status = builder.Add(pkits_case.certificates[0], "the anchor");
  for (const std::string& crl : pkits_case.crls) {
    status.Update(builder.Add(crl, "a CRL"));
  }
  if (!status.ok()) return status;
  const auto store = builder.Build();
  if (!store.ok()) return store.status();
  std::vector<ssl::Certificate> presented;
  for (size_t i = pkits_case.certificates.size(); i-- > 1;) {
    absl::StatusOr<ssl::Certificate> certificate =
        ssl::Certificate::FromDer(pkits_case.certificates[i]);
    if (!certificate.ok()) return certificate.status();
    presented.push_back(*std::move(certificate));
  }
  ssl::Verification verification;
  verification.flags.x509_strict = strict;
  verification.flags.crl_check_leaf = true;
  verification.flags.crl_check_chain = true;
  ssl::internal::VerifyRequest request;
  request.presented = presented;
  request.trust_store = store->get();
  request.verification = &verification;
  request.now =
      absl::FromCivil(absl::CivilDay(2011, 4, 15), absl::UTCTimeZone());
  return ssl::internal::VerifyPeer(request).status;
}

absl::StatusOr<PkitsDifferences> ReadPkitsDifferences(absl::string_view text,
                                                      bool strict) {
  PkitsDifferences differences;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::MaxSplits(' ', 2));
    if (words.size() != 3 || (words[0] != "both" && words[0] != "compatible" &&
                              words[0] != "strict")) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, " is not \"PROFILE NAME REASON\""));
    }
    if (words[0] == (strict ? "compatible" : "strict")) continue;
    if (!differences.emplace(words[1], words[2]).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, " lists ", words[1], " again"));
    }
  }
  return differences;
}

PkitsReport RunPkits(const std::vector<PkitsCase>& cases,
                     const PkitsDifferences& differences, bool strict) {
  std::vector<std::pair<std::string, Totals>> sections;
  Totals all;
  std::string listed;
  std::string unexpected;
  PkitsDifferences left = differences;
  for (const PkitsCase& pkits_case : cases) {
    const absl::Status verdict = VerifyPkitsCase(pkits_case, strict);
    const std::string section = Section(pkits_case.number);
    if (sections.empty() || sections.back().first != section) {
      sections.emplace_back(section, Totals());
    }
    sections.back().second.Add(pkits_case.is_valid, verdict.ok());
    all.Add(pkits_case.is_valid, verdict.ok());
    if (pkits_case.is_valid == verdict.ok()) continue;
    const auto reason = left.find(pkits_case.name);
    const std::string what =
        absl::StrCat("  ", pkits_case.number, " ", pkits_case.name, ": ",
                     verdict.ok() ? "accepted" : "refused");
    if (reason != left.end()) {
      absl::StrAppend(&listed, what, ": ", reason->second, "\n");
      left.erase(reason);
      continue;
    }
    absl::StrAppend(&unexpected, what, "\n");
    if (!pkits_case.inputs.empty()) {
      absl::StrAppend(&unexpected, "    ",
                      absl::StrJoin(pkits_case.inputs, ", "), "\n");
    }
    if (!verdict.ok()) {
      absl::StrAppend(&unexpected, "    ", verdict.message(), "\n");
    }
  }
  for (const auto& [name, reason] : left) {
    absl::StrAppend(&unexpected, "  ", name,
                    ": it is listed, but its verdict is the published one, or "
                    "the suite does not have it\n");
  }
  PkitsReport report;
  report.as_expected = unexpected.empty();
  report.text =
      absl::StrFormat("%-8s %6s %13s %17s %16s\n", "section", "cases",
                      "as published", "accepted wrongly", "refused wrongly");
  for (const auto& [name, totals] : sections) report.text += Line(name, totals);
  absl::StrAppend(&report.text, Line("total", all),
                  "\ndifferences that are listed:\n", listed,
                  "\ndifferences that are not listed:\n", unexpected);
  return report;
}

}  // namespace airlock::testing
