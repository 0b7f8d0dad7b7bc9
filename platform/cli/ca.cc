// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/ca.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "config/json.h"
#include "config/policy.h"
#include "nlohmann/json.hpp"
#include "platform/ca_bundle.h"
#include "platform/cli/bundle.h"
#include "platform/cli/certificate_facts.h"
#include "platform/cli/input.h"
#include "platform/cli/shared_flags.h"
#include "platform/cli/text.h"
#include "platform/load_policy.h"
#include "platform/posix_host.h"
#include "platform/process_environment.h"

namespace airlock::cli {
namespace {

using config::Json;

// A bundle, its source, and its content.
struct Report {
  std::string source;
  std::string why;  // Why this source; empty if it was requested.
  absl::Time now;
  std::vector<ExaminedPart> parts;

  size_t CountCertificates() const {
    return std::count_if(parts.begin(), parts.end(), [](const auto& part) {
      return part.certificate.has_value();
    });
  }
  size_t CountBroken() const {
    return std::count_if(parts.begin(), parts.end(),
                         [](const auto& part) { return !part.error.empty(); });
  }
  size_t CountRejected() const {
    return std::count_if(parts.begin(), parts.end(), [](const auto& part) {
      return part.rejected_for_servers;
    });
  }
  bool usable() const {
    return CountCertificates() > CountRejected() && CountBroken() == 0;
  }
};

std::string Title(const ExaminedPart& part) {
  const std::string name = ForTerminal(
      part.certificate.has_value() ? part.certificate->subject() : part.label);
  return name.empty() ? part.where : absl::StrCat(part.where, ": ", name);
}

std::string Verdict(const Report& report) {
  const size_t certificates = report.CountCertificates();
  const size_t broken = report.CountBroken();
  const size_t rejected = report.CountRejected();
  if (report.usable()) {
    return absl::StrCat("Good: ", certificates, " certificate",
                        certificates == 1 ? "" : "s", ", none broken",
                        rejected == 0
                            ? ""
                            : absl::StrCat(", ", rejected,
                                           " rejected for servers by the "
                                           "trust settings"),
                        ".");
  }
  if (broken == 0 && rejected > 0) {
    return "Unusable for verifying servers: every certificate in it has trust "
           "settings (TRUSTED CERTIFICATE) that reject it for servers.";
  }
  if (broken == 0) {
    return "Unusable: it contains no certificate. A CA bundle contains PEM "
           "(blocks that begin with -----BEGIN CERTIFICATE-----) or DER.";
  }
  return absl::StrCat(
      "Broken: ", broken, " of ", report.parts.size(),
      " parts cannot be read. Airlock rejects the whole bundle, so that no CA "
      "is missed and no damaged one is trusted: repair or remove ",
      broken == 1 ? "it." : "them.");
}

void PrintText(const Report& report) {
  std::cout << ForTerminal(report.source) << "\n";
  if (!report.why.empty()) std::cout << Wrap(report.why, 2);
  std::cout << "\n";
  int number = 0;
  for (const ExaminedPart& part : report.parts) {
    if (!part.certificate.has_value()) continue;
    const CertificateFacts facts =
        ExamineCertificate(*part.certificate, report.now);
    std::cout << absl::StrCat(PadRight(absl::StrCat(++number), 4), " until ",
                              FormatDate(part.certificate->not_after()), "  ",
                              PadRight(facts.key, 12), " ",
                              ForTerminal(part.certificate->subject()), "\n");
  }
  if (number > 0) std::cout << "\n";
  for (const ExaminedPart& part : report.parts) {
    if (part.remarks.empty()) continue;
    std::cout << "Note: " << Title(part) << ": "
              << absl::StrJoin(part.remarks, "; ") << "\n";
  }
  for (const ExaminedPart& part : report.parts) {
    if (part.error.empty()) continue;
    std::cout << Wrap(
        absl::StrCat("Broken: ", Title(part), ": ", ForTerminal(part.error)),
        0);
  }
  std::cout << Wrap(Verdict(report), 0);
}

void PrintJson(const Report& report) {
  Json json;
  json["source"] = report.source;
  if (!report.why.empty()) json["why"] = report.why;
  json["usable"] = report.usable();
  json["certificates"] = report.CountCertificates();
  json["broken"] = report.CountBroken();
  json["rejected_for_servers"] = report.CountRejected();
  Json& parts = json["parts"] = Json::array();
  for (const ExaminedPart& part : report.parts) {
    Json item = {{"where", part.where}, {"label", part.label}};
    if (part.certificate.has_value()) {
      item["certificate"] = CertificateJson(*part.certificate, report.now);
    }
    if (!part.error.empty()) item["error"] = part.error;
    item["remarks"] = part.remarks;
    parts.push_back(std::move(item));
  }
  std::cout << config::JsonLines(json) << "\n";
}

// Examines everything at `paths`; parts of several files are marked with the
// files' names.
absl::Status ReadPlaces(const std::vector<std::string>& paths,
                        platform::Host* host, Report* report) {
  std::vector<platform::CaFile> files;
  for (const std::string& path : paths) {
    auto there = platform::ListCaFiles(host, path);
    if (!there.ok()) return there.status();
    files.insert(files.end(), there->begin(), there->end());
  }
  for (const platform::CaFile& file : files) {
    const auto content = host->ReadFile(file.path);
    if (!content.ok()) return content.status();
    for (ExaminedPart& part : TakeBundleApart(content->bytes, report->now)) {
      if (files.size() > 1) {
        part.where = absl::StrCat(ForTerminal(file.path), ", ", part.where);
      }
      report->parts.push_back(std::move(part));
    }
  }
  return absl::OkStatus();
}

// Sets the default bundle, and returns its places.
absl::StatusOr<std::vector<std::string>> FindBundle(
    const config::VerificationPolicy& policy, platform::Host* host,
    Report* report) {
  if (policy.ca_certs.stated()) {
    report->source = *policy.ca_certs.value;
    report->why = absl::StrCat(
        "The policy's bundle, which replaces any that an application names: ",
        ForTerminal(policy.ca_certs.origin.ToString()), ".");
    return std::vector<std::string>{report->source};
  }
  auto found =
      platform::FindSystemCaBundle(host, platform::ProcessEnvironment());
  if (!found.ok()) return found.status();
  report->source = absl::StrJoin(found->paths, ", ");
  report->why =
      absl::StrCat("The platform's bundle: ", ForTerminal(found->why), ".");
  return std::move(found->paths);
}

absl::StatusOr<Report> MakeReport(const std::vector<std::string>& arguments,
                                  const config::VerificationPolicy& policy,
                                  platform::Host* host) {
  Report report;
  report.now = host->Now();
  if (!arguments.empty()) report.source = arguments[0];
  if (report.source == "-" || absl::StartsWith(report.source, "env:")) {
    const absl::StatusOr<ssl::Secret> bytes = ReadSource(report.source, host);
    if (!bytes.ok()) return bytes.status();
    report.parts = TakeBundleApart(bytes->view(), report.now);
    return report;
  }
  std::vector<std::string> paths = {report.source};
  if (arguments.empty()) {
    auto found = FindBundle(policy, host, &report);
    if (!found.ok()) return found.status();
    paths = *std::move(found);
  }
  const absl::Status read = ReadPlaces(paths, host, &report);
  if (!read.ok()) return read;
  return report;
}

int RunCa(const std::vector<std::string>& arguments) {
  platform::PosixHost host;
  // If the policy is invalid, report it: then no TLS works here.
  const auto policy =
      platform::LoadPolicy(&host, platform::ProcessEnvironment());
  if (!policy.ok()) return Fail("ca", policy.status());
  const absl::StatusOr<Report> report = MakeReport(arguments, *policy, &host);
  if (!report.ok()) {
    Fail("ca", report.status());
    return kExitFailed;
  }
  absl::GetFlag(FLAGS_json) ? PrintJson(*report) : PrintText(*report);
  return report->usable() ? kExitOk : kExitFailed;
}

}  // namespace

Command CaCommand() {
  Command command;
  command.name = "ca";
  command.arguments = "[BUNDLE]";
  command.summary = "Show what a CA bundle contains, and what is broken in it.";
  command.description =
      "Lists the certificates of a CA bundle with key and expiry, then those "
      "that are expired, not yet valid, weak, duplicate or not a CA, then what "
      "cannot be read, with its place in the file. BUNDLE is a file, a "
      "directory as `openssl rehash` makes it, \"-\" for standard input, or "
      "\"env:NAME\" for an environment variable. Without it: the bundle that "
      "Airlock uses by default, and why.\nExits with 2 if the policy is "
      "invalid, and with 0 if Airlock can use the bundle. An expired "
      "certificate does not make a bundle unusable; one that cannot be read "
      "does.";
  command.examples = {
      {"airlock ca", "The platform's bundle."},
      {"airlock ca --json corp.pem", "Another bundle, for a program to read."},
  };
  command.flags = {{"json", ""}};
  command.max_arguments = 1;
  command.run = RunCa;
  return command;
}

}  // namespace airlock::cli
