// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/start_screen.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "config/policy_report.h"
#include "platform/ca_bundle.h"
#include "platform/cli/bundle.h"
#include "platform/cli/text.h"

namespace airlock::cli {
namespace {

std::string Line(absl::string_view name, absl::string_view value) {
  return absl::StrCat("  ", PadRight(name, 10), ForTerminal(value), "\n");
}

std::string DescribeSsl(const config::AppYaml& yaml) {
  if (yaml.ssl.has_value()) {
    return absl::StrCat("Airlock's, profile ",
                        config::SslProfileName(yaml.ssl->value), " (",
                        yaml.ssl->origin.ToString(), ")");
  }
  if (yaml.runtime.has_value() && yaml.runtime->value == "python27") {
    return "none: app.yaml does not list the library";
  }
  return "Airlock's, as in this version of Python";
}

std::string DescribeSandbox(const StartFacts& facts) {
  if (!facts.sandboxed) {
    return "none (--no-sandbox): the application follows the policy only if it "
           "wants to";
  }
  return absl::StrCat(
      "bubblewrap, read-only; writable: ",
      facts.writable.empty() ? "nothing" : absl::StrJoin(facts.writable, ", "),
      "; network: ", facts.network ? "the machine's" : "none");
}

std::string DescribeBundle(const StartFacts& facts, platform::Host* host) {
  if (facts.bundle.empty()) return absl::StrCat("none: ", facts.no_bundle);
  // A certificate may be in several of the places.
  std::set<std::string> certificates;
  absl::Time first = absl::InfiniteFuture();
  for (const std::string& place : facts.bundle) {
    const auto files = platform::ListCaFiles(host, place);
    if (!files.ok()) return std::string(files.status().message());
    for (const platform::CaFile& file : *files) {
      const auto content = host->ReadFile(file.path);
      if (!content.ok()) return std::string(content.status().message());
      for (const ExaminedPart& part :
           TakeBundleApart(content->bytes, host->Now())) {
        if (!part.error.empty()) {
          return absl::StrCat(file.path, " is broken: ", part.where, ": ",
                              part.error);
        }
        if (!part.certificate.has_value()) continue;
        certificates.emplace(part.certificate->der());
        first = std::min(first, part.certificate->not_after());
      }
    }
  }
  std::string text = absl::StrCat(absl::StrJoin(facts.bundle, ", "), ": ",
                                  certificates.size(), " certificates");
  if (!certificates.empty()) {
    absl::StrAppend(&text, ", the first of which expires on ",
                    FormatDate(first));
  }
  if (facts.development) {
    absl::StrAppend(&text,
                    "; for localhost, also this run's certificate (--dev)");
  }
  return text;
}

}  // namespace

std::string StartScreen(const StartFacts& facts, platform::Host* host) {
  const config::AppYaml& yaml = facts.application->yaml;
  std::string text = absl::StrCat(
      "airlock run ", ForTerminal(facts.application->app_yaml), "\n",
      Line("runtime",
           absl::StrCat(yaml.runtime->value, ": ", facts.python->executable,
                        " (", facts.python->release, ")")),
      Line("ssl", DescribeSsl(yaml)), Line("sandbox", DescribeSandbox(facts)),
      Line("CA bundle", DescribeBundle(facts, host)));
  for (const std::string& warning : yaml.warnings) {
    absl::StrAppend(&text, Line("warning", warning));
  }
  std::vector<config::PolicyRow> rows = config::PolicyRows(*facts.policy);
  for (config::PolicyRow& row : rows) row.value = ForTerminal(row.value);
  absl::StrAppend(&text, "\n", config::PolicyTable(rows), "\n");
  return text;
}

}  // namespace airlock::cli
