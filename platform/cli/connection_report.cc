// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

#include "platform/cli/connection_report.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "config/json.h"
#include "nlohmann/json.hpp"
#include "platform/cli/certificate_facts.h"
#include "platform/cli/ech_flag.h"
#include "platform/cli/error_json.h"
#include "platform/cli/flag_words.h"
#include "platform/cli/text.h"
#include "ssl/ech.h"
#include "ssl/error.h"

namespace airlock::cli {
namespace {

using config::Json;

std::string Row(absl::string_view name, absl::string_view value) {
  return absl::StrCat("  ", PadRight(name, 10), value, "\n");
}

// One certificate of a chain. `at_fault`: verification failed because of it.
std::string CertificateText(const ssl::Certificate& certificate, size_t depth,
                            absl::Time now, bool at_fault) {
  const CertificateFacts facts = ExamineCertificate(certificate, now);
  std::string text =
      absl::StrCat("  ", depth, "  ", ForTerminal(certificate.subject()),
                   at_fault ? "   <-- here" : "", "\n");
  const auto row = [&text](absl::string_view name, absl::string_view value) {
    absl::StrAppend(&text, "     ", PadRight(name, 8), value, "\n");
  };
  row("issuer",
      facts.self_issued ? "itself" : ForTerminal(certificate.issuer()));
  row("valid", absl::StrCat(FormatDate(certificate.not_before()), " to ",
                            FormatDate(certificate.not_after()), "; ",
                            DescribeValidity(certificate.not_before(),
                                             certificate.not_after(), now)));
  row("key", absl::StrCat(facts.key, "; signed with ", facts.signature));
  if (!facts.names.empty()) row("names", absl::StrJoin(facts.names, ", "));
  row("sha256", FormatFingerprint(certificate.Sha256Fingerprint()));
  return text;
}

std::string ChainText(const ConnectionReport& report) {
  const std::vector<ssl::Certificate>& presented =
      report.socket->presented_chain();
  if (presented.empty()) return "";
  int fault = -1;
  const std::optional<ssl::Error> error = ssl::GetError(report.handshake);
  if (error.has_value()) fault = error->depth;
  std::string text = "\nThe chain that the peer presented:\n";
  for (size_t i = 0; i < presented.size(); ++i) {
    absl::StrAppend(&text, CertificateText(presented[i], i, report.now,
                                           static_cast<int>(i) == fault));
  }
  const std::vector<ssl::Certificate>& verified =
      report.socket->verified_chain();
  if (verified.empty()) return text;
  absl::StrAppend(&text, "\nTrusted, because it leads to a CA in ",
                  report.trust, ":\n");
  return absl::StrCat(
      text, CertificateText(verified.back(), verified.size() - 1, report.now,
                            /*at_fault=*/false));
}

std::string VerifiedText(const ConnectionReport& report) {
  if (report.socket->peer_verified()) {
    return absl::StrCat("yes: chain, and name ",
                        ForTerminal(report.server_name));
  }
  return "NO: --insecure, so this may be any server, and anyone may read along";
}

Json ChainJson(const std::vector<ssl::Certificate>& chain, absl::Time now) {
  Json json = Json::array();
  for (const ssl::Certificate& certificate : chain) {
    json.push_back(CertificateJson(certificate, now));
  }
  return json;
}

}  // namespace

std::string ConnectionText(const ConnectionReport& report) {
  std::string text;
  const std::optional<ssl::ConnectionInfo> info = report.socket->info();
  if (report.handshake.ok() && info.has_value()) {
    absl::StrAppend(&text, "Connected to ", ForTerminal(report.target), "\n");
    absl::StrAppend(&text, Row("protocol", ssl::TlsVersionName(info->version)));
    absl::StrAppend(
        &text, Row("cipher", absl::StrCat(info->cipher.name, ", ",
                                          info->cipher.strength_bits, " bits",
                                          info->group.empty()
                                              ? ""
                                              : absl::StrCat("; key exchange ",
                                                             info->group))));
    if (!info->certificate_compression.empty()) {
      absl::StrAppend(
          &text, Row("chain", absl::StrCat("compressed with ",
                                           info->certificate_compression)));
    }
    if (info->ech != ssl::EchStatus::kNotOffered) {
      absl::StrAppend(&text, Row("ECH", ssl::EchStatusName(info->ech)));
    }
    absl::StrAppend(&text,
                    Row("ALPN", info->alpn.empty() ? "none negotiated"
                                                   : ForTerminal(info->alpn)));
    absl::StrAppend(&text, Row("verified", VerifiedText(report)));
  } else {
    absl::StrAppend(&text, "Not connected to ", ForTerminal(report.target),
                    "; no data was sent.\n");
  }
  absl::StrAppend(&text, Row("policy", report.policy), ChainText(report));
  if (report.handshake.ok()) return text;

  const std::optional<ssl::Error> error = ssl::GetError(report.handshake);
  const bool distrust =
      error.has_value() && (error->kind == ssl::ErrorKind::kVerification ||
                            error->kind == ssl::ErrorKind::kHostname);
  absl::StrAppend(&text, "\n",
                  Wrap(absl::StrCat(distrust ? "Not trusted: " : "Failed: ",
                                    ForTerminal(MessageWithFlags(
                                        "connect", report.handshake))),
                       0));
  const std::string retry = EchRetryConfigs(report.handshake).value_or("");
  if (!retry.empty()) absl::StrAppend(&text, Row("ECH", retry));
  if (distrust) {
    absl::StrAppend(&text, Row("code", absl::StrCat(error->verify_code, ", ",
                                                    error->verify_message)));
    absl::StrAppend(&text, Row("trusting", report.trust));
  }
  return text;
}

std::string ConnectionJson(const ConnectionReport& report) {
  const ssl::Socket& socket = *report.socket;
  Json json;
  json["target"] = report.target;
  json["server_name"] = report.server_name;
  json["connected"] = report.handshake.ok();
  json["verified"] = socket.peer_verified();
  json["error"] = ErrorJson("connect", report.handshake);
  if (const auto retry = EchRetryConfigs(report.handshake)) {
    json["ech_retry_configs"] = *retry;
  }
  const std::optional<ssl::ConnectionInfo> info = socket.info();
  if (report.handshake.ok() && info.has_value()) {
    json["protocol"] = ssl::TlsVersionName(info->version);
    json["cipher"] = info->cipher.name;
    json["cipher_bits"] = info->cipher.strength_bits;
    json["group"] = info->group;
    json["certificate_compression"] = info->certificate_compression;
    json["ech"] = ssl::EchStatusName(info->ech);
    json["alpn"] = info->alpn;
  }
  json["policy"] = report.policy;
  json["trust"] = report.trust;
  json["presented_chain"] = ChainJson(socket.presented_chain(), report.now);
  json["verified_chain"] = ChainJson(socket.verified_chain(), report.now);
  return config::JsonLines(json) + "\n";
}

}  // namespace airlock::cli
